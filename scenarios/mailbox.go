package scenarios

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"
)

// Mailbox says where an arrives or report step looks, and what for.
type Mailbox struct {
	Pos Pos
	// Maildir is a folder, relative to the scenario; IMAP an address such as
	// imaps://mail.example.org/INBOX. One of them is zero.
	Maildir, IMAP Text
	// User and Password are the login of IMAP.
	User, Password Text
	// AllowClear is true if that login may be sent without TLS.
	AllowClear bool
	// Delete is true if the message that was waited for is removed.
	Delete bool

	// Report is true for a report step; what follows is for it alone.
	Report bool
	// Actions are what the report may say (RFC 3464 section 2.3.3); none alone
	// says that there must be no report. Parse fills in what stands there where
	// the file has nothing. ActionPos is where the file says it.
	Actions   []string
	ActionPos Pos
	// Recipient is whom the report must be about; zero for anybody.
	Recipient Text
	// Returns is what the report must hold of the message: headers, message,
	// or empty for either.
	Returns    string
	ReturnsPos Pos
}

// NoReport reports whether a report must not come.
func (m *Mailbox) NoReport() bool { return slices.Equal(m.Actions, []string{"none"}) }

// reportActions are the words for action. The first five are those of a report
// (RFC 3464 section 2.3.3).
func reportActions() []string {
	return []string{"delivered", "relayed", "expanded", "delayed", "failed", "none"}
}

// takeMailbox reads where a step looks for a message or a report.
func (p *parser) takeMailbox(a *action, s *Step, n *yaml.Node) {
	m := &Mailbox{Pos: pos(n), Report: s.Action == Report}
	s.Mailbox = m
	keys := arrivesKeys()
	if m.Report {
		keys, m.Actions = reportKeys(), []string{"delivered", "relayed"}
	}
	if n.Kind != yaml.MappingNode {
		p.fail(n, "write "+a.key+": {maildir: /home/kate/Maildir}, or imap: and a login", "%s needs a mailbox, not %s", a.key, kind(n))
		return
	}
	fields, ok := p.fields(n, keySet{what: a.key, keys: keys, odd: func(f field) bool { return p.besideKey(a, f) }})
	if !ok {
		return
	}
	for _, f := range fields {
		p.mailboxField(m, f)
	}
	p.mailboxSense(m, n, fields)
}

func (p *parser) mailboxField(m *Mailbox, f field) {
	switch f.name {
	case "maildir":
		m.Maildir = p.line(f.value, "maildir")
	case "imap":
		m.IMAP = p.line(f.value, "imap")
		if address, ok := m.IMAP.Literal(); ok && !m.IMAP.IsZero() {
			if _, err := ParseIMAP(address); err != nil {
				p.fail(deref(f.value), "as in imaps://mail.example.org/INBOX", "%v", err)
			}
		}
	case "user":
		m.User = p.text(f.value, "user")
	case "password":
		m.Password = p.text(f.value, "password")
		if _, ok := m.Password.Literal(); ok && !m.Password.IsZero() {
			p.fail(deref(f.value), "write password: ${name}, and name under secrets:", "a password does not belong into the file")
		}
	case "allow_clear":
		m.AllowClear = p.boolean(f.value, "allow_clear")
	case "delete":
		m.Delete = p.boolean(f.value, "delete")
	case "action":
		m.Actions, m.ActionPos = p.reportActions(f.value), pos(deref(f.value))
	case "recipient":
		m.Recipient = p.line(f.value, "recipient")
	case "returns":
		m.ReturnsPos = pos(deref(f.value))
		word, ok := p.word(f.value, "returns")
		if m.Returns = word; ok && word != "headers" && word != "message" {
			p.fail(deref(f.value), "allowed: headers, message", "a report does not return %q", word)
		}
	}
}

func (p *parser) reportActions(n *yaml.Node) []string {
	var out []string
	for _, e := range p.list(n, "action") {
		word, ok := p.word(e, "action")
		switch {
		case !ok:
		case !slices.Contains(reportActions(), word):
			p.fail(deref(e), "allowed: "+allowed(reportActions()), "%q is not an action of a report%s", word, spelling.DidYouMean(word, reportActions()))
		case !slices.Contains(out, word):
			out = append(out, word)
		}
	}
	switch {
	case emptyList(n):
		p.fail(deref(n), "", "action is an empty list")
	case len(out) > 1 && slices.Contains(out, "none"):
		p.fail(deref(n), "let none stand alone", "a report cannot come and not come")
	}
	return out
}

// mailboxSense checks what the keys of a mailbox say about each other.
func (p *parser) mailboxSense(m *Mailbox, n *yaml.Node, fields []field) {
	at := func(name string) *yaml.Node {
		for _, f := range fields {
			if f.name == name {
				return f.key
			}
		}
		return nil
	}
	maildir, imap := at("maildir"), at("imap")
	switch {
	case maildir == nil && imap == nil:
		p.fail(n, "add maildir: or imap:", "there is no mailbox to look into")
	case maildir != nil && imap != nil:
		p.fail(imap, "make two steps of it", "a step looks into one mailbox, but this one has maildir and imap")
		return
	}
	for _, name := range []string{"user", "password"} {
		switch key := at(name); {
		case imap != nil && key == nil:
			p.fail(n, "add "+name+":", "imap has no %s", name)
		case imap == nil && maildir != nil && key != nil:
			p.fail(key, "it belongs to imap", "%s does not go with maildir", name)
		}
	}
	if key := at("allow_clear"); key != nil && imap == nil && maildir != nil {
		p.fail(key, "it belongs to imap", "allow_clear does not go with maildir")
	}
	if !m.NoReport() {
		return
	}
	for _, name := range []string{"returns", "delete"} {
		if key := at(name); key != nil {
			p.fail(key, "remove it", "%s is of no use where no report may come", name)
		}
	}
}

// IMAP is the address of a mailbox.
type IMAP struct {
	Host string
	Port uint16
	// TLS is true if TLS begins with the connection (imaps).
	TLS  bool
	Name string // of the mailbox, INBOX where not given
}

// ParseIMAP reads imaps://HOST[:PORT][/MAILBOX], or imap:// for a connection
// that begins in clear. The ports are 993 and 143 where not given (RFC 8314).
func ParseIMAP(address string) (IMAP, error) {
	scheme, _, ok := strings.Cut(address, "://")
	if !ok || scheme != "imap" && scheme != "imaps" {
		return IMAP{}, fmt.Errorf("%q does not begin with imaps:// or imap://", address)
	}
	u, err := url.Parse(address)
	if err != nil {
		return IMAP{}, fmt.Errorf("%q is not an address of a mailbox", address)
	}
	switch {
	case u.User != nil:
		return IMAP{}, fmt.Errorf("the login has keys of its own, user and password")
	case u.RawQuery != "" || u.Fragment != "" || u.Hostname() == "":
		return IMAP{}, fmt.Errorf("%q is not an address of a mailbox", address)
	}
	out := IMAP{Host: u.Hostname(), TLS: scheme == "imaps", Name: strings.TrimPrefix(u.Path, "/"), Port: 143}
	if out.TLS {
		out.Port = 993
	}
	if out.Name == "" {
		out.Name = "INBOX"
	}
	if text := u.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return IMAP{}, fmt.Errorf("%q is not a port", text)
		}
		out.Port = uint16(n)
	}
	return out, nil
}

// String returns the address without what is left out usually.
func (i IMAP) String() string {
	scheme, port := "imap", uint16(143)
	if i.TLS {
		scheme, port = "imaps", 993
	}
	host := i.Host
	switch {
	case i.Port != port:
		host = net.JoinHostPort(host, strconv.Itoa(int(i.Port)))
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	return scheme + "://" + host + "/" + i.Name
}

// afterwards checks what is waited for after the session: steps that look into
// a mailbox are the last, and there is a message to look for.
func (p *parser) afterwards(steps []Step) {
	first := slices.IndexFunc(steps, func(s Step) bool { return s.Action.LooksAside() })
	if first < 0 {
		return
	}
	for i := first + 1; i < len(steps); i++ {
		if !steps[i].Action.LooksAside() {
			p.failAt(steps[i].Pos, 1, "move it before, or make another scenario of it",
				"the session has ended before this step: QUIT is said before %s (%d:%d)", steps[first].Action, steps[first].Pos.Line, steps[first].Pos.Col)
			break
		}
	}
	if !delivers(steps[:first]) {
		p.failAt(steps[first].Pos, 1, "put a message before it", "there is nothing to wait for: no step before %s hands over a message", steps[first].Action)
	}
}
