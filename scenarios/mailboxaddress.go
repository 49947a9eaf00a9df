package scenarios

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// MailboxAddress says where a mailbox is.
type MailboxAddress struct {
	// Kind is maildir, mbox, imap, pop3 or mailpit.
	Kind string
	// Host and Port are those of a server; Host is empty for a folder or file.
	Host string
	Port uint16
	// TLS is true if TLS begins with the connection (imaps, pop3s, mailpits).
	TLS bool
	// Path is a folder or file, the mailbox of IMAP (INBOX where not given), or
	// the path of Mailpit's page.
	Path string
}

// NeedsLogin reports whether nobody looks into such a mailbox without a name
// and a password.
func (a MailboxAddress) NeedsLogin() bool { return a.Kind == "imap" || a.Kind == "pop3" }

// Local reports whether the mailbox is a folder or file.
func (a MailboxAddress) Local() bool { return a.Kind == "maildir" || a.Kind == "mbox" }

// mailboxPorts are the ports in clear and with TLS from the first byte (RFC
// 8314 section 7), and that of Mailpit's page.
func mailboxPorts(kind string) (clear, withTLS uint16) {
	switch kind {
	case "imap":
		return 143, 993
	case "pop3":
		return 110, 995
	}
	return 8025, 443
}

// mailboxSchemes are the words that an address begins with.
func mailboxSchemes() []string {
	return []string{"imaps", "imap", "pop3s", "pop3", "mailpit", "mailpits", "maildir", "mbox"}
}

// ParseMailbox reads imaps://HOST[:PORT][/MAILBOX], pop3s://HOST[:PORT],
// mailpit://HOST[:PORT][/PATH], maildir:FOLDER or mbox:FILE. Of imap:// and
// pop3:// the connection begins in clear; mailpits:// is HTTPS.
func ParseMailbox(address string) (MailboxAddress, error) {
	scheme, rest, ok := strings.Cut(address, ":")
	if !ok || !slices.Contains(mailboxSchemes(), scheme) {
		return MailboxAddress{}, fmt.Errorf("%q does not begin with maildir:, mbox:, mailpit://, pop3s:// or imaps://", address)
	}
	if scheme == "maildir" || scheme == "mbox" {
		if strings.HasPrefix(rest, "///") {
			rest = rest[2:] // as other URLs have it
		}
		if rest == "" || strings.HasPrefix(rest, "//") {
			return MailboxAddress{}, fmt.Errorf("%q names no folder or file", address)
		}
		return MailboxAddress{Kind: scheme, Path: rest}, nil
	}
	kind, secure := strings.CutSuffix(scheme, "s")
	return parseMailboxServer(MailboxAddress{Kind: kind, TLS: secure}, address)
}

func parseMailboxServer(a MailboxAddress, address string) (MailboxAddress, error) {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" {
		return a, fmt.Errorf("%q is not an address of a mailbox", address)
	}
	switch {
	case u.User != nil:
		return a, errors.New("the login has keys of its own, user and password")
	case u.RawQuery != "" || u.Fragment != "" || u.Hostname() == "":
		return a, fmt.Errorf("%q is not an address of a mailbox", address)
	}
	a.Host, a.Path = u.Hostname(), strings.Trim(u.Path, "/")
	if a.Kind == "imap" {
		a.Path = strings.TrimPrefix(u.Path, "/")
	}
	switch clear, withTLS := mailboxPorts(a.Kind); {
	case u.Port() != "":
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil || n == 0 {
			return a, fmt.Errorf("%q is not a port", u.Port())
		}
		a.Port = uint16(n)
	case a.TLS:
		a.Port = withTLS
	default:
		a.Port = clear
	}
	switch {
	case a.Kind == "imap" && a.Path == "":
		a.Path = "INBOX"
	case a.Kind == "pop3" && a.Path != "":
		return a, errors.New("POP3 shows one mailbox only, and has no name for it")
	}
	return a, nil
}

// String returns the address without what is left out usually; of a folder or
// file its path.
func (a MailboxAddress) String() string {
	if a.Local() {
		return a.Path
	}
	scheme, host := a.Kind, a.Host
	usual, withTLS := mailboxPorts(a.Kind)
	if a.TLS {
		scheme, usual = scheme+"s", withTLS
	}
	switch {
	case a.Port != usual:
		host = net.JoinHostPort(host, strconv.Itoa(int(a.Port)))
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	if a.Path == "" {
		return scheme + "://" + host
	}
	return scheme + "://" + host + "/" + a.Path
}
