//go:build linux

package mta

import (
	"net"
	"path/filepath"
	"strconv"
)

// StartMailpit starts a Mailpit, which takes all mail and shows it on a page.
// The error is a *MissingError where it is not installed.
func StartMailpit(dir, ip string, smtp, page int) (*Process, error) {
	path, err := find("mailpit", "mailpit")
	if err != nil {
		return nil, err
	}
	mail, web := net.JoinHostPort(ip, strconv.Itoa(smtp)), net.JoinHostPort(ip, strconv.Itoa(page))
	// It asks nobody outside.
	p, err := start("mailpit", dir, nil, path, "--smtp", mail, "--listen", web, "--database", filepath.Join(dir, "mail.db"),
		"--disable-version-check", "--smtp-disable-rdns")
	if err != nil {
		return nil, err
	}
	return p, p.ready(listening(mail, web))
}
