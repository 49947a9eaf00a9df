//go:build linux

package mta

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// EximConfig says where the listeners of an Exim are and what it delivers.
// The addresses are IP addresses; all have the same port, and those left
// empty are not served.
type EximConfig struct {
	Port       int
	Plain      string // refuses a bad sender at MAIL
	LateSender string // refuses a bad sender at RCPT
	Greylist   string // 451 to the first RCPT of a sender and recipient
	Closed     string // refuses every client in its greeting
	// MaxConnections is how many connections are served at once on all
	// addresses; one more is told 421.
	MaxConnections int
	Domains        []string // domains it takes mail for
	Users          []string // local parts it takes mail for, in each domain
	BadSenders     []string // sender domains that do not exist
	// TLS are further addresses, with STARTTLS, and CA is the authority of
	// clients there, in PEM.
	TLS []TLSListener
	CA  []byte
	// Logins are users and passwords, for PLAIN, LOGIN and CRAM-MD5 under TLS.
	Logins map[string]string
}

// eximUser is the user Debian's Exim changes to; the program refuses to
// start where there is no such user.
const eximUser = "Debian-exim"

// StartExim starts Exim with a spool and configuration of its own in dir.
// Mail for the users is appended to one file, see Mailbox. The error is a
// *MissingError where Exim is not installed or this process is not root.
func StartExim(dir string, c EximConfig) (*Process, error) {
	path, err := find("exim", "exim4", "exim")
	if err != nil {
		return nil, err
	}
	if err := needRoot("exim"); err != nil {
		return nil, err
	}
	uid, gid, err := ids("exim", eximUser)
	if err != nil {
		return nil, err
	}
	if err := exec.Command(path, "-C", "/dev/null", "-bV").Run(); err != nil {
		return nil, &MissingError{What: "exim", Err: fmt.Errorf("%s -bV: %w", path, err)}
	}
	if err := mkdirs(dir, uid, gid, "spool", "mail", "log", "tls"); err != nil {
		return nil, err
	}
	file, err := c.write(dir, path)
	if err != nil {
		return nil, err
	}
	if out, err := exec.Command(path, "-C", file, "-bV").CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("exim.conf: %s", out), err)
	}
	logs := []string{filepath.Join(dir, "log", "mainlog"), filepath.Join(dir, "log", "paniclog")}
	p, err := start("exim", dir, logs, path, "-C", file, "-bdf")
	if err != nil {
		return nil, err
	}
	ready := c.Plain
	if ready == "" {
		ready = c.TLS[0].IP
	}
	return p, p.ready(listening(net.JoinHostPort(ready, strconv.Itoa(c.Port))))
}

func (c *EximConfig) write(dir, exim string) (string, error) {
	var listen []string
	for _, ip := range []string{c.Plain, c.LateSender, c.Greylist, c.Closed} {
		if ip != "" {
			listen = append(listen, fmt.Sprintf("%s.%d", ip, c.Port))
		}
	}
	for _, l := range c.TLS {
		listen = append(listen, fmt.Sprintf("%s.%d", l.IP, c.Port))
	}
	if err := writeTLS(dir, c.TLS, c.CA); err != nil {
		return "", err
	}
	logins, err := eximLogins(dir, c.Logins)
	if err != nil {
		return "", err
	}
	limit := c.MaxConnections
	if limit == 0 {
		limit = 20
	}
	return write(dir, "exim.conf", "DIR", dir, "EXIM", exim, "LISTEN", strings.Join(listen, "; "),
		"MAX", strconv.Itoa(limit), "DOMAINS", strings.Join(c.Domains, " : "),
		"USERS", strings.Join(c.Users, " : "), "BADSENDERS", strings.Join(c.BadSenders, " : "),
		"CLOSED", c.Closed, "LATE", c.LateSender, "GREY", c.Greylist, "GREYTIME", "1h", "USER", eximUser,
		"TLS", eximTLS(dir, c.TLS), "LOGINS", logins)
}

// Mailbox returns what a Postfix or Exim has delivered so far: every message,
// one after the other, as in an mbox file. It is empty before the first.
func (p *Process) Mailbox() (string, error) {
	text, err := os.ReadFile(filepath.Join(p.Dir, "mail", "mbox"))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}
