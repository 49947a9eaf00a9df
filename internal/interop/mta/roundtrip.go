//go:build linux

package mta

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// RoundTrip says what a Postfix delivers to Maildirs, and a Dovecot shows.
type RoundTrip struct {
	IP       string
	Port     int // of SMTP
	IMAP     int // port in clear, with STARTTLS
	IMAPS    int // port with TLS from the first byte
	POP3     int // likewise
	POP3S    int
	Domain   string
	Users    []string // local parts with a Maildir
	Gone     string   // a local part that is taken and cannot be delivered
	Alias    string   // a local part that stands for the first user
	Relays   string   // a domain whose mail goes to Next
	Next     string   // address and port of a server without DSN
	PEM      []byte   // key and certificate of the Dovecot
	Password string   // of every user
}

// Maildir returns the mailbox of a user of the Postfix in dir.
func (r *RoundTrip) Maildir(dir, user string) string { return filepath.Join(dir, "mail", user) }

// StartPostfix starts the Postfix in dir. The error is a *MissingError as that
// of StartPostfix.
func (r *RoundTrip) StartPostfix(dir string) (*Process, error) {
	return runPostfix(dir, r.writePostfix, net.JoinHostPort(r.IP, strconv.Itoa(r.Port)))
}

func (r *RoundTrip) writePostfix(dir, sbin string, uid, gid int) error {
	if err := mkdirs(dir, uid, gid, "data", "mail"); err != nil {
		return err
	}
	if err := mkdirs(dir, 0, 0, "queue"); err != nil {
		return err
	}
	main, err := write(dir, "main.cf", "DIR", dir, "ELSEWHERE", "error:5.7.1 no mail leaves this test", "SBIN", sbin, "LIBEXEC", libexec(sbin), "PROTOCOLS", "ipv4",
		"DOMAINS", r.Domain, "UID", strconv.Itoa(uid), "GID", strconv.Itoa(gid))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(main)
	if err != nil {
		return err
	}
	text = fmt.Appendf(text, "virtual_alias_maps = texthash:%[1]s/aliases\ntransport_maps = texthash:%[1]s/transport\nrelay_domains = %[2]s\n", dir, r.Relays)
	var recipients strings.Builder
	for _, name := range r.Users {
		fmt.Fprintf(&recipients, "%s@%s %s/\n", name, r.Domain, name)
		if err := maildir(r.Maildir(dir, name), uid, gid); err != nil {
			return err
		}
	}
	host, port, _ := net.SplitHostPort(r.Next)
	for name, text := range map[string]string{
		"main.cf":    string(text),
		"recipients": recipients.String(),
		"senders":    "",
		// What is not listed below goes to a transport that refuses everything.
		"aliases":   fmt.Sprintf("%[1]s@%[3]s gone@nowhere.test\n%[2]s@%[3]s %[4]s@%[3]s\n", r.Gone, r.Alias, r.Domain, r.Users[0]),
		"transport": fmt.Sprintf("%s smtp:[%s]:%s\n", r.Relays, host, port),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	master, err := write(dir, "master-round.cf", "IP", r.IP, "PORT", strconv.Itoa(r.Port))
	if err != nil {
		return err
	}
	return os.Rename(master, filepath.Join(dir, "master.cf"))
}

// maildir makes an empty Maildir that the servers can write into.
func maildir(dir string, uid, gid int) error {
	for _, path := range []string{dir, filepath.Join(dir, "new"), filepath.Join(dir, "cur"), filepath.Join(dir, "tmp")} {
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
		if err := os.Chown(path, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

// StartDovecot starts a Dovecot in dir that shows the mailboxes of the Postfix
// in mail. The error is a *MissingError where it is not installed, or without
// IMAP or POP3.
func (r *RoundTrip) StartDovecot(dir, mail string) (*Process, error) {
	path, err := find("dovecot", "dovecot")
	if err != nil {
		return nil, err
	}
	if err := needRoot("dovecot"); err != nil {
		return nil, err
	}
	for _, protocol := range []string{"imap", "pop3"} {
		if _, err := os.Stat("/usr/lib/dovecot/" + protocol); err != nil {
			return nil, &MissingError{What: "dovecot with " + protocol, Err: err}
		}
	}
	if _, _, err := ids("dovecot", "dovenull"); err != nil {
		return nil, err
	}
	uid, gid, err := ids("postfix", "postfix")
	if err != nil {
		return nil, err
	}
	if err := mkdirs(dir, 0, 0, "run", "state", "log"); err != nil {
		return nil, err
	}
	var passwords strings.Builder
	for _, name := range r.Users {
		fmt.Fprintf(&passwords, "%s:{PLAIN}%s\n", name, r.Password)
	}
	for name, text := range map[string][]byte{"passwords": []byte(passwords.String()), "cert.pem": r.PEM} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return nil, err
		}
	}
	file, err := write(dir, "dovecot-imap.conf", "DIR", dir, "IP", r.IP, "PORT", strconv.Itoa(r.IMAP), "TLSPORT", strconv.Itoa(r.IMAPS),
		"POPPORT", strconv.Itoa(r.POP3), "POPTLSPORT", strconv.Itoa(r.POP3S),
		"MAIL", filepath.Join(mail, "mail"), "UID", strconv.Itoa(uid), "GID", strconv.Itoa(gid))
	if err != nil {
		return nil, err
	}
	p, err := start("dovecot", dir, []string{filepath.Join(dir, "log", "dovecot.log")}, path, "-F", "-c", file)
	if err != nil {
		return nil, err
	}
	var ports []string
	for _, port := range []int{r.IMAP, r.IMAPS, r.POP3, r.POP3S} {
		ports = append(ports, net.JoinHostPort(r.IP, strconv.Itoa(port)))
	}
	return p, p.ready(listening(ports...))
}
