//go:build linux

package mta

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// PostfixConfig says where the listeners of a Postfix are and what it
// delivers. The addresses are IP addresses; all have the same port.
type PostfixConfig struct {
	Port       int
	Plain      string   // all extensions Postfix has, and 554 for relaying
	IPv6       string   // the same on an IPv6 address; empty for none
	Greylist   string   // asks the policy server at RCPT
	Busy       string   // takes one connection at a time and answers 421 to more
	Closed     string   // refuses every client in its greeting
	Bare       string   // offers neither DSN nor PIPELINING nor ENHANCEDSTATUSCODES, no VRFY, and 454 for relaying
	Strict     string   // ends the session with 421 after the second error
	XClient    string   // takes XCLIENT from everybody on loopback
	Proxied    string   // wants a header of the PROXY protocol first, within a second
	Screen     string   // likewise, with a postscreen that turns away clients who speak too early
	Sound      string   // takes CR LF . CR LF alone for the end of a message
	Policy     string   // address and port of the policy server
	Domains    []string // domains it takes mail for
	Recipients []string // addresses it takes mail for, local parts and domains
	BadSenders []string // sender domains it refuses, as if they did not exist
	// TLS are addresses with STARTTLS, and CA is the authority of clients
	// there, in PEM. Where there are any, no other address is served.
	TLS []TLSListener
	CA  []byte
	// Variants are addresses at which Postfix is set up otherwise, which serve
	// in place of the others likewise.
	Variants []Variant
}

// Variant is an address with parameters of its own, such as
// "message_size_limit = 1000".
type Variant struct {
	IP         string
	Parameters []string
}

// postfixVariants are the lines of master.cf for variants.
func postfixVariants(port int, variants []Variant) string {
	var b strings.Builder
	for _, v := range variants {
		fmt.Fprintf(&b, "%s:%d inet n - n - - smtpd\n", v.IP, port)
		for _, p := range v.Parameters {
			fmt.Fprintf(&b, "  -o { %s }\n", p)
		}
	}
	return b.String()
}

// StartPostfix starts Postfix with a queue and configuration of its own in
// dir. Mail for the recipients is appended to one file, see Mailbox. The
// error is a *MissingError where Postfix is not installed or this process is
// not root.
func StartPostfix(dir string, c PostfixConfig) (*Process, error) {
	return runPostfix(dir, c.write, c.listeners()...)
}

// runPostfix starts a Postfix in dir with the files that write puts there.
func runPostfix(dir string, write func(dir, sbin string, uid, gid int) error, listeners ...string) (*Process, error) {
	path, err := find("postfix", "postfix")
	if err != nil {
		return nil, err
	}
	if err := needRoot("postfix"); err != nil {
		return nil, err
	}
	uid, gid, err := ids("postfix", "postfix")
	if err != nil {
		return nil, err
	}
	if err := write(dir, filepath.Dir(path), uid, gid); err != nil {
		return nil, err
	}
	// This makes the directories of the queue. The daemon is then started by
	// itself: "postfix start-fg" would put a shell between it and us.
	if out, err := exec.Command(path, "-c", dir, "check").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("postfix check: %w\n%s", err, out)
	}
	p, err := start("postfix", dir, nil, filepath.Join(libexec(filepath.Dir(path)), "master"), "-c", dir, "-d")
	if err != nil {
		return nil, err
	}
	return p, p.ready(listening(listeners...))
}

func (c *PostfixConfig) listeners() []string {
	var addrs []string
	for _, ip := range []string{c.Plain, c.IPv6, c.Greylist, c.Bare, c.Strict, c.Sound, c.XClient, c.Proxied, c.Screen} {
		if ip != "" {
			addrs = append(addrs, net.JoinHostPort(ip, strconv.Itoa(c.Port)))
		}
	}
	for _, v := range c.Variants {
		addrs = append(addrs, net.JoinHostPort(v.IP, strconv.Itoa(c.Port)))
	}
	for _, l := range c.TLS {
		addrs = append(addrs, net.JoinHostPort(l.IP, strconv.Itoa(cmp.Or(l.Port, c.Port))))
	}
	return addrs
}

func (c *PostfixConfig) write(dir, sbin string, uid, gid int) error {
	if err := mkdirs(dir, uid, gid, "data", "mail", "tls"); err != nil {
		return err
	}
	// The queue itself belongs to root; Postfix makes the rest in it.
	if err := mkdirs(dir, 0, 0, "queue"); err != nil {
		return err
	}
	more, protocols := "", "ipv4"
	if c.IPv6 != "" {
		protocols = "all"
		more = fmt.Sprintf("[%s]:%d inet n - n - - smtpd", c.IPv6, c.Port)
	}
	port := strconv.Itoa(c.Port)
	elsewhere := "error:5.7.1 no mail leaves this test"
	if slices.ContainsFunc(c.TLS, func(l TLSListener) bool { return l.Relay }) {
		elsewhere = "discard:" // what is taken is thrown away
	}
	_, err := write(dir, "main.cf", "DIR", dir, "ELSEWHERE", elsewhere, "SBIN", sbin, "LIBEXEC", libexec(sbin),
		"PROTOCOLS", protocols, "DOMAINS", strings.Join(c.Domains, " "),
		"UID", strconv.Itoa(uid), "GID", strconv.Itoa(gid))
	if err != nil {
		return err
	}
	if len(c.TLS)+len(c.Variants) > 0 {
		if err := writeTLS(dir, c.TLS, c.CA); err != nil {
			return err
		}
		path, err := write(dir, "master-tls.cf", "LISTENERS", postfixTLS(dir, c.Port, c.TLS)+postfixVariants(c.Port, c.Variants))
		if err != nil {
			return err
		}
		if err := os.Rename(path, filepath.Join(dir, "master.cf")); err != nil {
			return err
		}
		return c.writeMaps(dir)
	}
	_, err = write(dir, "master.cf", "PORT", port, "PLAIN", c.Plain, "GREY", c.Greylist, "BUSY", c.Busy,
		"CLOSED", c.Closed, "BARE", c.Bare, "STRICT", c.Strict, "SOUND", c.Sound, "XCLIENT", c.XClient, "PROXIED", c.Proxied, "SCREEN", c.Screen, "POLICY", c.Policy, "MORE", more)
	if err != nil {
		return err
	}
	return c.writeMaps(dir)
}

// writeMaps writes the tables that main.cf names.
func (c *PostfixConfig) writeMaps(dir string) error {
	var recipients, senders strings.Builder
	for _, address := range c.Recipients {
		fmt.Fprintf(&recipients, "%s mbox\n", address)
	}
	for _, domain := range c.BadSenders {
		fmt.Fprintf(&senders, "%s 550 5.1.8 Domain not found\n", domain)
	}
	if err := os.WriteFile(filepath.Join(dir, "recipients"), []byte(recipients.String()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "senders"), []byte(senders.String()), 0o644)
}

// libexec returns the directory of Postfix's daemons: Debian's, or the one
// of other systems.
func libexec(sbin string) string {
	for _, dir := range []string{"/usr/lib/postfix/sbin", "/usr/libexec/postfix"} {
		if executable(filepath.Join(dir, "master")) {
			return dir
		}
	}
	return filepath.Join(filepath.Dir(sbin), "lib", "postfix", "sbin")
}
