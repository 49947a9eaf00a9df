package mtasts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const somePolicy = "version: STSv1\nmode: enforce\nmx: mx.example.test\nmax_age: 86400\n"

// serve starts a policy host and returns a way to fetch from it.
func serve(t *testing.T, server sandbox.Server) (*sandbox.World, *Fetcher) {
	t.Helper()
	server.Name, server.Addrs = "mta-sts.example.test", []string{"192.0.2.12"}
	w := sandboxtest.Start(t, sandbox.Spec{Servers: []sandbox.Server{server}})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(w.CA())
	return w, &Fetcher{
		Roots: roots,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if address != "mta-sts.example.test:443" {
				t.Errorf("a connection to %s was asked for", address)
			}
			return w.DialContext(ctx, network, "192.0.2.12:443")
		},
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	w, f := serve(t, sandbox.Server{HTTPS: &sandbox.HTTPS{Body: somePolicy, Type: "Text/Plain; charset=utf-8"}})
	doc, err := f.Fetch(t.Context(), "example.test")
	if err != nil || doc.Text != somePolicy || len(doc.Doubts) > 0 {
		t.Errorf("Fetch = %+v, %v; want the policy", doc, err)
	}
	s := w.Sessions()
	if len(s) != 1 || s[0].Commands[0] != "GET /.well-known/mta-sts.txt HTTP/1.1" || !slices.Contains(s[0].Lines, "Host: mta-sts.example.test") {
		t.Errorf("sessions %+v", s)
	}
	if len(s) == 1 && !strings.HasSuffix(s[0].Handshakes[0], " mta-sts.example.test") {
		t.Errorf("handshake %q; want the host asked for", s[0].Handshakes)
	}
}

// RFC 8461 section 3.3.
func TestTrap34RedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		w, f := serve(t, sandbox.Server{HTTPS: &sandbox.HTTPS{Status: code, Location: "/.well-known/mta-sts.txt?again"}})
		_, err := f.Fetch(t.Context(), "example.test")
		var status *StatusError
		if !errors.As(err, &status) || status.Code != code || !strings.Contains(err.Error(), "must not follow") {
			t.Errorf("Fetch with %d: %v; want it refused", code, err)
		}
		if n := len(w.Sessions()); n != 1 {
			t.Errorf("%d connections; want one", n)
		}
	}
}

func TestTrap34OnlyStatus200Counts(t *testing.T) {
	t.Parallel()
	for _, code := range []int{201, 203, 206, 404, 500} {
		_, f := serve(t, sandbox.Server{HTTPS: &sandbox.HTTPS{Status: code, Body: somePolicy}})
		if _, err := f.Fetch(t.Context(), "example.test"); err == nil || !strings.Contains(err.Error(), "only 200 counts") {
			t.Errorf("Fetch with %d: %v; want it refused", code, err)
		}
	}
}

func TestMediaTypeIsNoted(t *testing.T) {
	t.Parallel()
	_, f := serve(t, sandbox.Server{HTTPS: &sandbox.HTTPS{Body: somePolicy, Type: "text/html"}})
	doc, err := f.Fetch(t.Context(), "example.test")
	if err != nil || len(doc.Doubts) != 1 || !strings.Contains(doc.Doubts[0], `"text/html"`) {
		t.Errorf("Fetch = %+v, %v; want a note", doc, err)
	}
}

// The certificate of the policy host counts, whatever that of the mail host
// is. RFC 8461 section 3.3.
func TestTrap34CertificateOfThePolicyHost(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.CertKind{
		sandbox.CertExpired, sandbox.CertNotYetValid, sandbox.CertSelfSigned, sandbox.CertWrongName, sandbox.CertMissingIntermediate,
	} {
		w, f := serve(t, sandbox.Server{TLS: &sandbox.TLS{Cert: kind}, HTTPS: &sandbox.HTTPS{Body: somePolicy}})
		_, err := f.Fetch(t.Context(), "example.test")
		var bad *tls.CertificateVerificationError
		if !errors.As(err, &bad) {
			t.Errorf("Fetch with the certificate %s: %v; want it refused", kind, err)
		}
		for _, s := range w.Sessions() {
			if len(s.Commands) > 0 {
				t.Errorf("with the certificate %s, %q was asked for", kind, s.Commands)
			}
		}
	}
}

func TestPolicyIsBounded(t *testing.T) {
	t.Parallel()
	_, f := serve(t, sandbox.Server{HTTPS: &sandbox.HTTPS{Body: "mx: a.test\n", Endless: true}})
	if _, err := f.Fetch(t.Context(), "example.test"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Fetch of an endless body: %v; want %v", err, ErrTooLarge)
	}
	_, f = serve(t, sandbox.Server{HTTPS: &sandbox.HTTPS{Body: strings.Repeat("#", maxBody)}})
	if doc, err := f.Fetch(t.Context(), "example.test"); err != nil || len(doc.Text) != maxBody {
		t.Errorf("Fetch of the largest body = %d octets, %v", len(doc.Text), err)
	}
}

func TestFetchTimesOut(t *testing.T) {
	t.Parallel()
	_, f := serve(t, sandbox.Server{HTTPS: &sandbox.HTTPS{Body: somePolicy, Delay: time.Hour}})
	f.Timeout = 50 * time.Millisecond
	if _, err := f.Fetch(t.Context(), "example.test"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Fetch of a slow host: %v; want %v", err, context.DeadlineExceeded)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Fetch(ctx, "example.test"); !errors.Is(err, context.Canceled) {
		t.Errorf("Fetch after the end: %v; want %v", err, context.Canceled)
	}
}
