//go:build linux

package mta

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// StartDovecot starts a Dovecot that does nothing but check logins, for a
// Postfix that asks at Socket. Its files are in dir; logins are users with
// their passwords. The error is a *MissingError where Dovecot is not
// installed or this process is not root.
func StartDovecot(dir string, logins map[string]string) (*Process, error) {
	path, err := find("dovecot", "dovecot")
	if err != nil {
		return nil, err
	}
	if err := needRoot("dovecot"); err != nil {
		return nil, err
	}
	if _, _, err := ids("dovecot", "dovenull"); err != nil {
		return nil, err
	}
	if err := mkdirs(dir, 0, 0, "run", "state", "log", "sasl"); err != nil {
		return nil, err
	}
	var passwords strings.Builder
	for name, password := range logins {
		fmt.Fprintf(&passwords, "%s:{PLAIN}%s\n", name, password)
	}
	// Dovecot's own process for logins reads it.
	if err := os.WriteFile(filepath.Join(dir, "passwords"), []byte(passwords.String()), 0o644); err != nil {
		return nil, err
	}
	file, err := write(dir, "dovecot.conf", "DIR", dir, "SOCKET", Socket(dir))
	if err != nil {
		return nil, err
	}
	p, err := start("dovecot", dir, []string{filepath.Join(dir, "log", "dovecot.log")}, path, "-F", "-c", file)
	if err != nil {
		return nil, err
	}
	return p, p.ready(func() error {
		conn, err := net.Dial("unix", Socket(dir))
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// Socket returns where the Dovecot of a directory is asked.
func Socket(dir string) string { return filepath.Join(dir, "sasl", "auth") }

// eximLogins are the lines of exim.conf for logins, and writes the file they
// look into.
func eximLogins(dir string, logins map[string]string) (string, error) {
	if len(logins) == 0 {
		return "", nil
	}
	var passwords strings.Builder
	for name, password := range logins {
		fmt.Fprintf(&passwords, "%s: %s\n", name, password)
	}
	file := filepath.Join(dir, "passwords")
	if err := os.WriteFile(file, []byte(passwords.String()), 0o644); err != nil {
		return "", err
	}
	only := "  server_advertise_condition = ${if def:tls_in_cipher}\n"
	find := "${lookup{%s}lsearch{" + file + "}{$value}fail}"
	return "begin authenticators\n\n" +
		"plain:\n  driver = plaintext\n  public_name = PLAIN\n  server_prompts = :\n" + only +
		"  server_condition = ${if eq{$auth3}{" + fmt.Sprintf(find, "$auth2") + "}}\n  server_set_id = $auth2\n\n" +
		"login:\n  driver = plaintext\n  public_name = LOGIN\n  server_prompts = Username:: : Password::\n" + only +
		"  server_condition = ${if eq{$auth2}{" + fmt.Sprintf(find, "$auth1") + "}}\n  server_set_id = $auth1\n\n" +
		"cram:\n  driver = cram_md5\n  public_name = CRAM-MD5\n" + only +
		"  server_secret = " + fmt.Sprintf(find, "$auth1") + "\n  server_set_id = $auth1\n\n", nil
}
