package mtasts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"
)

// What a policy may cost.
const (
	// DefaultTimeout bounds a fetch from the first look-up to the last octet.
	// RFC 8461 section 3.3 suggests a minute.
	DefaultTimeout = 20 * time.Second
	// maxBody is the largest policy, as RFC 8461 section 3.3 suggests.
	maxBody   = 64 << 10
	maxHeader = 16 << 10
)

// Host returns the name of the host that has the policy of a domain.
func Host(domain string) string { return "mta-sts." + domain }

// URL returns where the policy of a domain is (RFC 8461 section 3.3).
func URL(domain string) string { return "https://" + Host(domain) + "/.well-known/mta-sts.txt" }

// Fetcher fetches policies.
type Fetcher struct {
	// Dial connects to a host and port, such as
	// "mta-sts.example.com:443". It has to look the name up.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are the authorities to trust, nil for the system's.
	Roots *x509.CertPool
	// Now is the clock for certificates; nil stands for time.Now.
	Now func() time.Time
	// Timeout bounds a fetch; 0 stands for DefaultTimeout.
	Timeout time.Duration
}

// Document is a policy as it was fetched.
type Document struct {
	Text string
	// Doubts are what some senders refuse it for, one sentence each.
	Doubts []string
}

// StatusError is a reply with another status than 200.
type StatusError struct {
	Code int
	// Location is where a redirect leads, which must not be followed (RFC
	// 8461 section 3.3).
	Location string
}

// Error returns the status in words.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("the reply has the status %d", e.Code)
	if e.Location != "" {
		return text + " and leads to " + quoted(e.Location) + ", which senders must not follow (RFC 8461 section 3.3)"
	}
	return text + ", and only 200 counts"
}

// ErrTooLarge is a policy that is larger than a sender needs to take.
var ErrTooLarge = fmt.Errorf("the reply has more than %d octets", maxBody)

// Fetch gets the policy of a domain, which has no U-labels in it. The
// certificate must be good for Host, redirects are not followed, and only
// the status 200 counts. The error is one of Dial, of TLS, a *StatusError,
// ErrTooLarge, or that of a connection which ended.
func (f *Fetcher) Fetch(ctx context.Context, domain string) (Document, error) {
	timeout := f.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, URL(domain), nil)
	if err != nil {
		return Document{}, err
	}
	request.Header.Set("User-Agent", "mxprobe")
	transport := f.transport(timeout)
	defer transport.CloseIdleConnections()
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	reply, err := client.Do(request)
	if err != nil {
		return Document{}, plain(err)
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return Document{}, &StatusError{reply.StatusCode, reply.Header.Get("Location")}
	}
	body, err := io.ReadAll(io.LimitReader(reply.Body, maxBody+1))
	switch {
	case err != nil:
		return Document{}, plain(err)
	case len(body) > maxBody:
		return Document{}, ErrTooLarge
	}
	return Document{Text: string(body), Doubts: typeDoubts(reply.Header.Get("Content-Type"))}, nil
}

// transport makes a client of one request: no proxy of the environment, no
// second connection, nothing kept.
func (f *Fetcher) transport(timeout time.Duration) *http.Transport {
	return &http.Transport{
		DialContext:            f.Dial,
		TLSClientConfig:        &tls.Config{RootCAs: f.Roots, Time: f.Now, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    timeout,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// plain leaves out the method and the URL, which the caller knows.
func plain(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// typeDoubts looks at the media type, which should be text/plain (RFC 8461
// section 3.2).
func typeDoubts(header string) []string {
	if media, _, err := mime.ParseMediaType(header); err == nil && media == "text/plain" {
		return nil
	}
	if header == "" {
		return []string{"the policy has no media type, and should have text/plain (RFC 8461 section 3.2)"}
	}
	return []string{"the policy has the media type " + quoted(header) + ", and should have text/plain (RFC 8461 section 3.2)"}
}
