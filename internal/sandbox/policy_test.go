package sandbox

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// certificateOf returns the chain that a server shows.
func certificateOf(t *testing.T, w *World) []*x509.Certificate {
	t.Helper()
	c := hello(t, w)
	c.say("STARTTLS", "220")
	conn := tls.Client(c.nc, &tls.Config{InsecureSkipVerify: true})
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	return conn.ConnectionState().PeerCertificates
}

// tlsaOf asks the world for the TLSA records of a port of mx1.example.test.
func tlsaOf(t *testing.T, w *World, name string) []*dns.TLSA {
	t.Helper()
	m := new(dns.Msg).SetQuestion(name, dns.TypeTLSA)
	r, err := dns.Exchange(m, w.DNS().String())
	if err != nil {
		t.Fatal(err)
	}
	var out []*dns.TLSA
	for _, rr := range r.Answer {
		out = append(out, rr.(*dns.TLSA))
	}
	return out
}

func TestTLSARecordsFitTheCertificate(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{TLS: &TLS{}, TLSA: []string{"3 1 1", "2 0 1", "3 1 1 wrong", "9 9 9"}})
	chain := certificateOf(t, w)
	spki, middle := sha256.Sum256(chain[0].RawSubjectPublicKeyInfo), sha256.Sum256(chain[1].Raw)
	got := tlsaOf(t, w, "_25._tcp.mx1.example.test.")
	if len(got) != 4 {
		t.Fatalf("%d records; want 4", len(got))
	}
	if got[0].Certificate != hex.EncodeToString(spki[:]) || got[1].Certificate != hex.EncodeToString(middle[:]) {
		t.Errorf("records %v; want those of the certificate and its authority", got)
	}
	if got[2].Certificate == got[0].Certificate || len(got[2].Certificate) != 64 {
		t.Errorf("wrong record %q; want another digest than %q", got[2].Certificate, got[0].Certificate)
	}
	if got[3].Usage != 9 || got[3].Selector != 9 || got[3].MatchingType != 9 {
		t.Errorf("record %v; want 9 9 9", got[3])
	}
}

// On loopback programs call the one port.
func TestTLSARecordsOnLoopback(t *testing.T) {
	t.Parallel()
	w := start(t, Spec{
		Loopback: true,
		Zones:    []Zone{{Name: "example.test", Text: "mx1 A 192.0.2.10\n"}},
		Servers:  []Server{{Name: "mx1.example.test", TLS: &TLS{}, TLSA: []string{"3 1 1"}}},
	})
	name := fmt.Sprintf("_%d._tcp.mx1.example.test.", w.SMTPPort())
	if got := tlsaOf(t, w, name); len(got) != 1 {
		t.Errorf("%d records at %s; want 1", len(got), name)
	}
}

// fetch gets a policy as a web client does.
func fetch(t *testing.T, w *World, path string) *http.Response {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(w.CA())
	client := &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{RootCAs: pool},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return w.DialContext(ctx, network, "192.0.2.12:443")
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r, err := client.Get("https://mta-sts.example.test" + path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Body.Close() })
	return r
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	host := func(h HTTPS) *World {
		return start(t, Spec{Servers: []Server{{Name: "mta-sts.example.test", Addrs: []string{"192.0.2.12"}, HTTPS: &h}}})
	}
	w := host(HTTPS{Body: "version: STSv1\n"})
	r := fetch(t, w, PolicyPath)
	body, err := io.ReadAll(r.Body)
	if err != nil || string(body) != "version: STSv1\n" || r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("got %d %q %q, %v; want the policy", r.StatusCode, r.Header.Get("Content-Type"), body, err)
	}
	if r := fetch(t, w, "/"); r.StatusCode != 404 {
		t.Errorf("/ got %d; want 404", r.StatusCode)
	}
	if s := w.Sessions(); len(s) != 2 || s[0].Commands[0] != "GET "+PolicyPath+" HTTP/1.1" {
		t.Errorf("sessions %+v; want the request", s)
	}
	r = fetch(t, host(HTTPS{Status: 301, Location: "https://www.example.test/", Type: "text/html"}), PolicyPath)
	if r.StatusCode != 301 || r.Header.Get("Location") != "https://www.example.test/" || r.Header.Get("Content-Type") != "text/html" {
		t.Errorf("got %d %v; want the redirect", r.StatusCode, r.Header)
	}
	r = fetch(t, host(HTTPS{Body: "again ", Endless: true}), PolicyPath)
	if _, err := io.CopyN(io.Discard, r.Body, 1<<20); err != nil {
		t.Errorf("the endless body ended: %v", err)
	}
}

func TestWorldFileOfPolicies(t *testing.T) {
	t.Parallel()
	spec, err := ParseSpec("w.yaml", []byte(`
authentic: [B.test.]
zones:
  a.test: mx A 192.0.2.1
  b.test: mx A 192.0.2.2
servers:
  - name: mta-sts.a.test
    addresses: 192.0.2.3
    https: {body: x, status: 404, type: text/html, location: /y, delay: 1s, endless: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := HTTPS{Body: "x", Status: 404, Type: "text/html", Location: "/y", Delay: 1e9, Endless: true}
	if got := spec.Servers[0].HTTPS; got == nil || *got != want {
		t.Errorf("HTTPS = %+v; want %+v", got, want)
	}
	if spec.Authentic || spec.Zones[0].Authentic || !spec.Zones[1].Authentic {
		t.Errorf("authentic: world %v, zones %+v; want b.test alone", spec.Authentic, spec.Zones)
	}
	const head = "servers:\n  - name: a.test\n    addresses: 192.0.2.1\n    "
	for src, want := range map[string]string{
		"authentic: [c.test]\n":                 `"c.test" is none of the zones`,
		head + "https: {status: 99}\n":          "99 is not the status of a reply",
		head + "tlsa: 3 1 1\n":                  "it needs tls as well",
		head + "tls: good\n    tlsa: 3 1\n":     `TLSA record "3 1" is not`,
		head + "tls: good\n    tlsa: 3 1 256\n": `"256" is not a number from 0 to 255`,
	} {
		_, err := ParseSpec("w.yaml", []byte(src))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", src, err, want)
		}
	}
}
