package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// requests are what a transaction asks for of delivery reports (RFC 3461).
type requests struct {
	envid string
	// success holds the recipients with NOTIFY=SUCCESS, each with its ORCPT.
	success map[string]string
}

func (r *requests) ofMail(params []string) {
	*r = requests{}
	for _, p := range params {
		if name, value := param(p); name == "ENVID" {
			r.envid = unxtext(value)
		}
	}
}

func (r *requests) ofRcpt(to string, params []string) {
	notify, original := "", ""
	for _, p := range params {
		switch name, value := param(p); name {
		case "NOTIFY":
			notify = strings.ToUpper(value)
		case "ORCPT":
			original = unxtext(value)
		}
	}
	if strings.Contains(notify, "SUCCESS") {
		if r.success == nil {
			r.success = make(map[string]string)
		}
		r.success[to] = original
	}
}

// accept takes a message: it is remembered and, where the server has a
// Maildir, delivered, with a report to the sender who asked for one.
func (c *Conn) accept(m Message) error {
	c.log.message(m)
	root := c.srv.maildir
	if root == "" {
		return nil
	}
	for _, to := range m.To {
		head := fmt.Sprintf("Return-Path: <%s>\r\nDelivered-To: %s\r\n", m.From, to)
		if err := c.srv.store(root, to, append([]byte(head), m.Data...)); err != nil {
			return err
		}
	}
	if _, err := os.Stat(maildirOf(root, m.From)); len(c.reports.success) == 0 || m.From == "" || err != nil {
		return nil // the sender has no mailbox here
	}
	return c.srv.store(root, m.From, c.report(m))
}

// maildirOf is the Maildir of an address.
func maildirOf(root, address string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r < ' ' {
			return '_'
		}
		return r
	}, strings.ToLower(address))
	if strings.HasPrefix(name, ".") {
		name = "_" + name
	}
	return filepath.Join(root, name)
}

// makeMaildirs makes the Maildirs of all users who are named, so that they can
// be looked into before anything is in them.
func (s *server) makeMaildirs() error {
	if s.maildir == "" {
		return nil
	}
	for _, domain := range s.domains {
		for _, user := range append(slices.Clone(s.users), "postmaster") {
			address := user
			if !strings.Contains(user, "@") {
				address += "@" + strings.TrimSuffix(domain, ".")
			}
			if user == "*" {
				continue
			}
			if err := makeMaildir(maildirOf(s.maildir, address)); err != nil {
				return err
			}
		}
	}
	return nil
}

func makeMaildir(dir string) error {
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// Maildir returns the Maildir of an address, empty if no server that takes
// mail for it has one.
func (w *World) Maildir(address string) string {
	_, domain := splitPath(address)
	for _, s := range w.servers {
		if s.maildir != "" && s.local(domain) {
			return maildirOf(s.maildir, address)
		}
	}
	return ""
}

// store writes a file into the Maildir of an address, by way of tmp.
func (s *server) store(root, address string, text []byte) error {
	dir := maildirOf(root, address)
	if err := makeMaildir(dir); err != nil {
		return err
	}
	file := fmt.Sprintf("%d.Q%d.%s", time.Now().UnixNano(), s.queued.Add(1), s.hostname)
	half := filepath.Join(dir, "tmp", file)
	if err := os.WriteFile(half, bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), 0o600); err != nil {
		return err
	}
	return os.Rename(half, filepath.Join(dir, "new", file))
}

// report is a delivery status notification (RFC 3464) about the recipients who
// asked for one.
func (c *Conn) report(m Message) []byte {
	const mark = "=_report"
	var b bytes.Buffer
	fmt.Fprintf(&b, "Return-Path: <>\nDelivered-To: %s\nFrom: <postmaster@%s>\nTo: <%s>\nSubject: delivered\n", m.From, c.srv.hostname, m.From)
	fmt.Fprintf(&b, "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"%s\"\n\n", mark)
	fmt.Fprintf(&b, "--%s\nContent-Type: text/plain\n\nYour message was delivered.\n\n", mark)
	fmt.Fprintf(&b, "--%s\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; %s\n", mark, c.srv.hostname)
	if c.reports.envid != "" {
		fmt.Fprintf(&b, "Original-Envelope-Id: %s\n", c.reports.envid)
	}
	for _, to := range m.To {
		original, ok := c.reports.success[to]
		if !ok {
			continue
		}
		b.WriteString("\n")
		if original != "" {
			fmt.Fprintf(&b, "Original-Recipient: %s\n", original)
		}
		fmt.Fprintf(&b, "Final-Recipient: rfc822; %s\nAction: delivered\nStatus: 2.1.5\nRemote-MTA: dns; %s\nDiagnostic-Code: smtp; 250 2.1.5 Ok\n", to, c.srv.hostname)
	}
	header, _, _ := bytes.Cut(bytes.ReplaceAll(m.Data, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	fmt.Fprintf(&b, "\n--%s\nContent-Type: text/rfc822-headers\n\n%s\n\n--%s--\n", mark, header, mark)
	return b.Bytes()
}

// unxtext undoes xtext (RFC 3461 section 4), which was looked at before.
func unxtext(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		var c byte
		if value[i] != '+' {
			b.WriteByte(value[i])
		} else if _, err := fmt.Sscanf(value[i:], "+%2X", &c); err == nil {
			b.WriteByte(c)
			i += 2
		}
	}
	return b.String()
}
