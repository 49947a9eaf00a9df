//go:build linux

package mta

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// OpenSMTPDConfig says where an OpenSMTPD listens and what it delivers.
type OpenSMTPDConfig struct {
	Addr       string // IP address
	Port       int
	Domains    []string // domains it takes mail for
	Users      []string // local parts it takes mail for, in each domain
	BadSenders []string // sender domains it refuses, as if they did not exist
	// Cert and Key, in PEM, are for STARTTLS, which is not offered without. It
	// does not look whether they fit.
	Cert, Key []byte
}

// openSMTPDHost is the name of the server; it takes <postmaster> for an address
// there.
const openSMTPDHost = "mx.opensmtpd.test"

// StartOpenSMTPD starts OpenSMTPD. Its paths are built in, so that dir is its
// root directory, with a queue, users and configuration of its own. Mail for
// the users is appended to one file, see Mailbox. The error is a *MissingError
// where OpenSMTPD is not installed or this process is not root.
func StartOpenSMTPD(dir string, c OpenSMTPDConfig) (*Process, error) {
	path, err := find("opensmtpd", "smtpd")
	if err != nil {
		return nil, err
	}
	if err := needRoot("opensmtpd"); err != nil {
		return nil, err
	}
	// Others have programs of this name.
	if out, _ := exec.Command(path, "-h").CombinedOutput(); !strings.Contains(string(out), "OpenSMTPD") {
		return nil, &MissingError{What: "opensmtpd", Err: fmt.Errorf("%s -h: %q", path, out)}
	}
	programs := map[string]string{"/usr/sbin/smtpd": path, "/bin/sh": "/bin/sh"}
	for _, name := range []string{"mail.mda", "mail.mboxfile"} {
		programs["/usr/libexec/opensmtpd/"+name] = filepath.Join(filepath.Dir(path), "..", "libexec", "opensmtpd", name)
	}
	if err := makeRoot(dir, programs); err != nil {
		return nil, err
	}
	file, err := c.write(dir)
	if err != nil {
		return nil, err
	}
	argv, err := chroot("opensmtpd", dir, "/usr/sbin/smtpd", "-d", "-f", "/"+filepath.Base(file))
	if err != nil {
		return nil, err
	}
	p, err := start("opensmtpd", dir, nil, argv...)
	if err != nil {
		return nil, err
	}
	return p, p.ready(listening(net.JoinHostPort(c.Addr, strconv.Itoa(c.Port))))
}

func (c *OpenSMTPDConfig) write(dir string) (string, error) {
	// The server insists on all of these.
	for _, name := range []string{"var/run", "var/spool", "var/lib/opensmtpd/empty"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o711); err != nil {
			return "", err
		}
	}
	pki, tls := "", ""
	if c.Cert != nil {
		pki, tls = "pki world cert \"/tls/cert.pem\"\npki world key \"/tls/key.pem\"\n", "tls pki world"
	}
	for name, text := range map[string][]byte{"tls/cert.pem": c.Cert, "tls/key.pem": c.Key} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return "", err
		}
	}
	var users []string
	domains := append([]string{openSMTPDHost}, c.Domains...)
	for _, domain := range domains {
		for _, user := range c.Users {
			users = append(users, fmt.Sprintf("%q = mailbox", user+"@"+domain))
		}
	}
	return write(dir, "opensmtpd.conf", "HOST", openSMTPDHost, "PORT", strconv.Itoa(c.Port), "ADDR", c.Addr, "PKI", pki, "TLS", tls,
		"DOMAINS", quoted(domains, ""), "USERS", strings.Join(users, ", "), "BADSENDERS", quoted(c.BadSenders, "@"))
}

// quoted is a list of smtpd.conf(5), each word behind a prefix.
func quoted(words []string, prefix string) string {
	var list []string
	for _, word := range words {
		list = append(list, strconv.Quote(prefix+word))
	}
	return strings.Join(list, ", ")
}
