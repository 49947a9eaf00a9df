//go:build linux

package interop

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// bothWorld is a signed zone of domains whose hosts are one Postfix each, with a
// certificate of each kind, and TLSA records for the one, the other or both.
type bothWorld struct {
	port     int
	resolver string
	ca       string
}

// bothHosts are the hosts, by the name of their domain.
func bothHosts() []string {
	return []string{"both", "ec", "rsa", "none", "stale", "required", "broken"}
}

func newBothWorld(t *testing.T) *bothWorld {
	t.Helper()
	w := &bothWorld{ca: filepath.Join(t.TempDir(), "ca.pem")}
	root := issue(t, nil, "interop root", isCA)
	var ips []string
	for i := range bothHosts() {
		ips = append(ips, fmt.Sprintf("127.0.21.%d", 10+i))
	}
	var err error
	if w.port, err = mta.FreePort(ips...); err != nil {
		t.Fatal(err)
	}
	var listeners []mta.TLSListener
	var domains, recipients []string
	zone := "$ORIGIN .\n$TTL 600\n@ SOA ns.invalid. hostmaster.invalid. 1 7200 3600 604800 600\n@ NS ns.invalid.\nns.invalid. A 127.0.0.1\n"
	for i, name := range bothHosts() {
		host := "mx." + name + ".lab"
		old := forHost(host)
		if name == "stale" {
			old = func(c *x509.Certificate) { forHost(host)(c); c.NotAfter = time.Now().AddDate(0, 0, -3) }
		}
		ec, withRSA := issue(t, root, host, forHost(host)), issueRSA(t, root, host, old)
		l := mta.TLSListener{IP: ips[i], PEM: pemOf(t, withRSA, withRSA), EC: pemOf(t, ec, ec), Required: name == "required"}
		if name == "broken" {
			l.PEM, l.EC = pemOf(t, root, withRSA), nil // a key that does not fit
		}
		listeners = append(listeners, l)
		domains, recipients = append(domains, name+".lab"), append(recipients, "postmaster@"+name+".lab")
		zone += fmt.Sprintf("%[1]s.lab. MX 10 mx.%[1]s.lab.\nmx.%[1]s.lab. A %[2]s\n", name, ips[i])
		for _, p := range map[string][]*pair{"both": {ec, withRSA}, "ec": {ec}, "rsa": {withRSA}, "none": {root}}[name] {
			sum := sha256.Sum256(p.cert.RawSubjectPublicKeyInfo)
			zone += fmt.Sprintf("_%d._tcp.mx.%s.lab. TLSA 3 1 1 %s\n", w.port, name, hex.EncodeToString(sum[:]))
		}
	}
	startOnce(t, "postfix", func(dir string) (*mta.Process, error) {
		return mta.StartPostfix(dir, mta.PostfixConfig{Port: w.port, Domains: domains, Recipients: recipients, CA: certPEM(root), TLS: listeners})
	})
	knot := startOnce(t, "knot", func(dir string) (*mta.Knot, error) { return mta.StartSignedKnot(dir, zone) })
	w.resolver = startOnce(t, "unbound", func(dir string) (*mta.Unbound, error) {
		return mta.StartUnbound(dir, knot.Addr, rootKeys(t, knot.Addr))
	}).Addr
	if err := os.WriteFile(w.ca, certPEM(root), 0o644); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *bothWorld) play(t *testing.T, args ...string) *result.Check {
	t.Helper()
	o := execute(t, append([]string{
		"run", "--dns", w.resolver, "--port", strconv.Itoa(w.port), "--helo", "probe.sender.test", "--from", "probe@sender.test", "-f", "json", "--ca-file", w.ca,
	}, args...)...)
	if err := json.Unmarshal([]byte(o.stdout), &o.run); err != nil {
		t.Fatalf("%s: no JSON report (exit status %d): %v", o, o.exit, err)
	}
	return &o.domain().Hosts[0].Addresses[0].Checks[0]
}

// TestBothCertificates looks at Postfix with smtpd_tls_cert_file and
// smtpd_tls_eccert_file. OpenSSL shows the one that the client puts first.
func TestBothCertificates(t *testing.T) {
	t.Parallel()
	w := newBothWorld(t)
	for _, tc := range []struct {
		args   []string
		status result.Verdict
		parts  []string // of the message and the notes
	}{
		{[]string{"@dane", "-d", "both.lab"}, result.Pass, []string{"the RSA certificate of CN=mx.both.lab", "the ECDSA certificate of CN=mx.both.lab", "fits the TLSA record 3 1 1"}},
		{[]string{"@dane", "-d", "ec.lab"}, result.Warn, []string{"senders with DANE that get that one, as those do that put RSA first", "fits none of the TLSA records"}},
		{[]string{"@dane", "-d", "rsa.lab"}, result.Warn, []string{"senders with DANE that get that one, as those do that put ECDSA first", "fits none of the TLSA records"}},
		{[]string{"@dane", "-d", "none.lab"}, result.Fail, []string{"does not fit the TLSA record 3 1 1", "the RSA certificate of CN=mx.none.lab", "the ECDSA certificate of CN=mx.none.lab"}},
		{[]string{"@starttls", "-d", "both.lab"}, result.Pass, nil},
		{[]string{"@starttls", "-d", "stale.lab"}, result.Warn, []string{"the certificate expired 3 days ago", "has the ECDSA certificate of CN=mx.stale.lab"}},
		{[]string{"@rcpt", "-d", "required.lab"}, result.Pass, nil},
		{[]string{"@rcpt", "-d", "required.lab", "--tls", "off"}, result.Fail, []string{"530 5.7.0 Must issue a STARTTLS command first"}},
		{[]string{"@rcpt", "-d", "broken.lab"}, result.Pass, []string{"STARTTLS is offered and was refused (454 4.7.0 TLS not available due to local problem)"}},
		{[]string{"@rcpt", "-d", "broken.lab", "--tls", "required"}, result.Inconclusive, []string{"454 4.7.0 TLS not available"}},
	} {
		t.Run(strings.Join(tc.args, " "), func(t *testing.T) {
			c := w.play(t, tc.args...)
			said := c.Message + "\n" + strings.Join(c.Notes, "\n")
			for _, s := range c.Steps {
				said += "\n" + strings.Join(s.Notes, "\n")
			}
			if c.Status != tc.status {
				t.Errorf("%v: %s; want %v", c.Status, c.Message, tc.status)
			}
			for _, part := range tc.parts {
				if !strings.Contains(said, part) {
					t.Errorf("nothing of %q in\n%s", part, said)
				}
			}
			if tc.args[0] == "@rcpt" && tc.status == result.Pass && (c.TLS == nil) != (tc.args[2] == "broken.lab") {
				t.Errorf("TLS is %+v", c.TLS)
			}
		})
	}
	for word, kind := range map[string]string{"rsa": "TLS_ECDHE_RSA_", "ecdsa": "TLS_ECDHE_ECDSA_"} {
		file := filepath.Join(t.TempDir(), "one.yaml")
		if err := os.WriteFile(file, []byte("steps:\n  - EHLO ${helo}\n  - starttls: {signature: "+word+"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c := w.play(t, file, "-d", "both.lab")
		if c.TLS == nil || c.TLS.Version != "TLS 1.2" || !strings.HasPrefix(c.TLS.Cipher, kind) {
			t.Errorf("signature: %s: TLS is %+v", word, c.TLS)
		}
	}
}
