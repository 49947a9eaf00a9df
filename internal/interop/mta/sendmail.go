//go:build linux

package mta

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// SendmailConfig says where the listeners of a Sendmail are and what it
// delivers. All have the same port, and there are at most ten.
type SendmailConfig struct {
	Port       int
	Plain      string        // IP address without TLS; empty for none
	TLS        []TLSListener // addresses with STARTTLS
	CA         []byte        // the authority of clients, in PEM
	Domains    []string      // domains it takes mail for
	Users      []string      // local parts it takes mail for, in each domain
	BadSenders []string      // sender domains it refuses, as if they did not exist
	// Logins are users and passwords, for PLAIN and LOGIN under TLS.
	Logins map[string]string
	// Clear makes it offer CRAM-MD5, SCRAM-SHA-1 and SCRAM-SHA-256 too, which
	// Sendmail does before TLS as well.
	Clear bool
}

// sendmailHost is the name of the server, which is also the realm of logins.
const sendmailHost = "mx.sendmail.test"

// StartSendmail starts Sendmail. It runs in dir as its root directory, since its
// plug-ins for logins read their settings at paths that are built in. Mail for
// the users is appended to one file, see Mailbox. The error is a *MissingError
// where Sendmail is not installed or this process is not root.
func StartSendmail(dir string, c SendmailConfig) (*Process, error) {
	path, err := findSendmail()
	if err != nil {
		return nil, err
	}
	if err := needRoot("sendmail"); err != nil {
		return nil, err
	}
	programs := map[string]string{"/usr/sbin/sendmail": path}
	var plugins []string
	if len(c.Logins) > 0 {
		if programs["/usr/sbin/saslpasswd2"], err = find("sendmail", "saslpasswd2"); err != nil {
			return nil, &MissingError{What: "saslpasswd2 for sendmail"}
		}
		if plugins, err = filepath.Glob("/usr/lib/*/sasl2/*.so"); err != nil {
			return nil, err
		}
	}
	if err := makeRoot(dir, programs, plugins...); err != nil {
		return nil, err
	}
	file, err := c.write(dir)
	if err != nil {
		return nil, err
	}
	argv, err := chroot("sendmail", dir, "/usr/sbin/sendmail", "-C", "/"+filepath.Base(file), "-X", "/log/session", "-bD")
	if err != nil {
		return nil, err
	}
	if err := c.writeLogins(dir); err != nil {
		return nil, err
	}
	p, err := start("sendmail", dir, []string{filepath.Join(dir, "log", "session")}, argv...)
	if err != nil {
		return nil, err
	}
	ready := c.Plain
	if ready == "" {
		ready = c.TLS[len(c.TLS)-1].IP
	}
	return p, p.ready(listening(net.JoinHostPort(ready, strconv.Itoa(c.Port))))
}

// findSendmail returns the path of Sendmail itself: in PATH is the program of
// this name that every mail server has.
func findSendmail() (string, error) {
	dirs := []string{"/"}
	if root := os.Getenv("MXPROBE_INTEROP_DIR"); root != "" {
		dirs = []string{filepath.Join(root, "sendmail"), "/"}
	}
	for _, dir := range dirs {
		for _, sub := range []string{"usr/libexec/sendmail", "usr/lib/sm.bin"} {
			if path := filepath.Join(dir, sub, "sendmail"); executable(path) {
				return path, nil
			}
		}
	}
	return "", &MissingError{What: "sendmail"}
}

func (c *SendmailConfig) write(dir string) (string, error) {
	if err := os.Chmod(filepath.Join(dir, "queue"), 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "etc", "help"), []byte("#vers 2\nsmtp\tSee RFC 5321.\n"), 0o644); err != nil {
		return "", err
	}
	var listeners, features, clients strings.Builder
	listener := func(name, ip, more string) {
		fmt.Fprintf(&listeners, "O DaemonPortOptions=Name=%s, Family=inet, Addr=%s, Port=%d%s\n", name, ip, c.Port, more)
	}
	if c.Plain != "" {
		listener("plain", c.Plain, "")
	}
	for i := range c.TLS {
		l := &c.TLS[i]
		name, more := fmt.Sprintf("tls%d", i), ""
		if l.LoginOnly {
			more = ", Modify=a"
		}
		listener(name, l.IP, more)
		file := "/tls/" + l.IP + ".pem"
		old := ""
		if l.Old {
			old = "; CipherList=ALL:@SECLEVEL=0; Options=SSL_OP_NO_TLSv1_1,SSL_OP_NO_TLSv1_2,SSL_OP_NO_TLSv1_3"
		}
		fmt.Fprintf(&features, "R%s\t$@ \"CertFile=%s; KeyFile=%[2]s%s\"\n", name, file, old)
		if l.ClientCert {
			fmt.Fprintf(&clients, "R%s $| OK\t$@ OK\nR%[1]s $| $*\t$#error $@ 4.7.0 $: \"403 not authenticated\"\n", name)
		}
	}
	tls := ""
	rules, mechanisms := "", "PLAIN LOGIN"
	if c.Clear {
		mechanisms += " CRAM-MD5 DIGEST-MD5 NTLM SCRAM-SHA-1 SCRAM-SHA-256"
	}
	if len(c.TLS) > 0 {
		if err := writeTLS(dir, c.TLS, c.CA); err != nil {
			return "", err
		}
		for i := range c.TLS {
			// It reads no key that others can read.
			if err := os.Chmod(c.TLS[i].file(dir), 0o600); err != nil {
				return "", err
			}
		}
		first := "/tls/" + c.TLS[0].IP + ".pem"
		tls = "O CACertFile=/tls/ca.pem\nO CACertPath=/tls\nO ServerCertFile=" + first + "\nO ServerKeyFile=" + first
		rules = "Stls_srv_features\nR$*\t$: $&{daemon_name}\n" + features.String() +
			"\nStls_client\nR$*\t$: $&{daemon_name} $| $&{verify}\n" + clients.String()
	}
	return write(dir, "sendmail.cf", "HOST", sendmailHost, "LISTENERS", listeners.String(), "TLS", tls, "RULES", rules, "MECHANISMS", mechanisms,
		"DOMAINS", strings.Join(c.Domains, " "), "USERS", strings.Join(c.Users, " "),
		"BADSENDERS", strings.Join(c.BadSenders, " "), "UID", strconv.Itoa(mailboxID), "GID", strconv.Itoa(mailboxID))
}

// writeLogins writes the passwords, and where the library for logins finds
// them.
func (c *SendmailConfig) writeLogins(dir string) error {
	if len(c.Logins) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "etc", "sasl2"), 0o755); err != nil {
		return err
	}
	settings := "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: /etc/sasldb2\n"
	if err := os.WriteFile(filepath.Join(dir, "etc", "sasl2", "Sendmail.conf"), []byte(settings), 0o644); err != nil {
		return err
	}
	for name, password := range c.Logins {
		argv, err := chroot("sendmail", dir, "/usr/sbin/saslpasswd2", "-p", "-c", "-f", "/etc/sasldb2", "-u", sendmailHost, name)
		if err != nil {
			return err
		}
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Stdin = bytes.NewBufferString(password)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("saslpasswd2: %w\n%s", err, out)
		}
	}
	return nil
}
