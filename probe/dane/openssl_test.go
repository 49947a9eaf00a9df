package dane

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// opensslSays has OpenSSL, which Postfix uses as well, judge a server.
func opensslSays(t *testing.T, r Record, p Peer, key any) bool {
	t.Helper()
	server := tls.Certificate{PrivateKey: key}
	for _, c := range p.Chain {
		server.Certificate = append(server.Certificate, c.Raw)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan struct{})
	defer func() { l.Close(); <-done }()
	go func() {
		defer close(done)
		if conn, err := l.Accept(); err == nil {
			_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{server}}).Handshake()
			_ = conn.Close()
		}
	}()
	args := []string{
		"s_client", "-connect", l.Addr().String(), "-dane_tlsa_domain", p.Names[0], "-dane_ee_no_namechecks",
		"-dane_tlsa_rrdata", fmt.Sprintf("%s %s", r, hex.EncodeToString(r.Data)), "-attime", fmt.Sprint(p.Now.Unix()),
	}
	command := foreign.Command(t, foreign.Program(t, "openssl", "openssl"), args...)
	command.Stdin = strings.NewReader("")
	out, _ := command.CombinedOutput() // its status says nothing of the verdict
	if !bytes.Contains(out, []byte("Verify return code:")) && !bytes.Contains(out, []byte("Verification")) {
		t.Fatalf("openssl says:\n%s", out)
	}
	return bytes.Contains(out, []byte("Verification: OK")) && bytes.Contains(out, []byte("DANE TLSA"))
}

// OpenSSL comes to the same verdict on records of a server, right or wrong,
// and certificates of many kinds.
func TestTrap32OpenSSLAgrees(t *testing.T) {
	t.Parallel()
	root := issue(t, nil, authority("root"))
	middle := issue(t, root, authority("middle"))
	leaves := map[string]*pair{
		"good":    issue(t, middle, named("mx.test")),
		"name":    issue(t, middle, named("other.test")),
		"parent":  issue(t, middle, named("a.mx.test", "test")),
		"common":  issue(t, middle, func(c *x509.Certificate) { c.Subject.CommonName = "mx.test" }),
		"expired": issue(t, middle, func(c *x509.Certificate) { c.DNSNames, c.NotAfter = []string{"mx.test"}, now().AddDate(0, 0, -1) }),
		"client": issue(t, middle, func(c *x509.Certificate) {
			c.DNSNames, c.ExtKeyUsage = []string{"mx.test"}, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}),
		"stranger": issue(t, issue(t, nil, authority("middle")), named("mx.test")),
	}
	for name, leaf := range leaves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sendings := [][]*pair{{leaf, middle}}
			if name == "good" {
				sendings = [][]*pair{{leaf}, {leaf, middle}, {leaf, middle, root}}
			}
			for _, sent := range sendings {
				p := Peer{Chain: chain(sent...), Names: []string{"mx.test"}, Now: now()}
				for _, r := range recordsOf(leaf, middle, root) {
					v := Judge([]Record{r}, p)
					if theirs := opensslSays(t, r, p, leaf.key); theirs != v.OK {
						t.Errorf("%d certificates, record %s: %v here (%s), %v with OpenSSL", len(sent), r, v.OK, v.Reason, theirs)
					}
				}
			}
		})
	}
}

// recordsOf are records of a server and its authorities, good and bad.
func recordsOf(leaf, middle, root *pair) []Record {
	var out []Record
	for selector := range uint8(2) {
		for matching := range uint8(2) { // SHA-512 makes no difference
			r := record(3, selector, matching, leaf.cert)
			out = append(out, r, record(3, selector, matching, root.cert), record(2, selector, matching, leaf.cert),
				record(2, selector, matching, middle.cert), record(2, selector, matching, root.cert))
			if matching > 0 {
				out = append(out, wrong(r))
			}
		}
	}
	return out
}
