//go:build linux

package mta

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// AiosmtpdConfig says where an aiosmtpd listens and what it takes.
type AiosmtpdConfig struct {
	Addr    string // IP address
	Port    int
	Domains []string // domains it takes mail for
	Users   []string // local parts it takes mail for, in each domain
	// Open makes it take mail for everybody, everywhere, as an open relay
	// does; that mail too goes to the mailbox and no farther.
	Open bool
}

// StartAiosmtpd starts a small server written with Python's aiosmtpd, which
// offers few extensions: no DSN, no PIPELINING. Mail for the users is appended
// to one file, see Mailbox. The error is a *MissingError where aiosmtpd is not
// installed.
func StartAiosmtpd(dir string, c AiosmtpdConfig) (*Process, error) {
	// Debian's own Python has Debian's packages; another one in PATH may not.
	python := "/usr/bin/python3"
	if !executable(python) {
		var err error
		if python, err = find("aiosmtpd", "python3"); err != nil {
			return nil, err
		}
	}
	if err := exec.Command(python, "-c", "import aiosmtpd.smtp").Run(); err != nil {
		return nil, &MissingError{What: "aiosmtpd", Err: err}
	}
	if err := mkdirs(dir, os.Geteuid(), os.Getegid(), "mail"); err != nil {
		return nil, err
	}
	file, err := write(dir, "aiosmtpd_server.py")
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(c.Port)
	argv := []string{python, file, c.Addr, port, filepath.Join(dir, "mail", "mbox"), strings.Join(c.Domains, ",")}
	argv = append(argv, c.Users...)
	if c.Open {
		argv = append(argv, "*")
	}
	p, err := start("aiosmtpd", dir, nil, argv...)
	if err != nil {
		return nil, err
	}
	return p, p.ready(listening(net.JoinHostPort(c.Addr, port)))
}
