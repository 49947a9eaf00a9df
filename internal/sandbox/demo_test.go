package sandbox

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemoShowsWhatItPromises holds the demonstration to its description.
func TestDemoShowsWhatItPromises(t *testing.T) {
	t.Parallel()
	w := start(t, Demo())
	wantMX := map[string]string{
		"contoso.test":         "NOERROR | contoso.test. 3600 IN MX 10 mx1.contoso.test. | contoso.test. 3600 IN MX 20 mx2.contoso.test.",
		"fabrikam.test":        "NOERROR | fabrikam.test. MX 10 mx1.fabrikam.test. | fabrikam.test. MX 20 mx2.fabrikam.test. | fabrikam.test. MX 30 mx3.fabrikam.test.",
		"adventure-works.test": "NOERROR | adventure-works.test. MX 10 mx1.adventure-works.test. | adventure-works.test. MX 50 backup.adventure-works.test.",
		"wingtip.test":         "NOERROR | wingtip.test. MX 0 .",
		"tailspin.test":        "NOERROR | tailspin.test. MX 10 busy.tailspin.test. | tailspin.test. MX 20 silent.tailspin.test.",
		"nodomain.test":        "NXDOMAIN | (SOA test.)",
	}
	if got := DemoDomains(); len(got) != len(wantMX) {
		t.Errorf("DemoDomains = %v; want %d", got, len(wantMX))
	}
	for _, domain := range DemoDomains() {
		if got := sum(ask(t, w, "udp", domain, "MX")); got != wantMX[domain] {
			t.Errorf("%s MX = %q; want %q", domain, got, wantMX[domain])
		}
	}
	tests := []struct {
		host, qtype, domain string
		rcpt                []string // replies to the first tries, each with a good sender
		bad                 string   // reply to RCPT with a bad sender, after them
	}{
		{"mx1.contoso.test", "A", "contoso.test", []string{"250"}, "550 5.1.8"},
		{"mx1.contoso.test", "AAAA", "contoso.test", []string{"250"}, "550 5.1.8"},
		{"mx2.contoso.test", "A", "contoso.test", []string{"250"}, "550 5.1.8"},
		{"mx1.fabrikam.test", "A", "fabrikam.test", []string{"250"}, "550 5.1.8"},
		{"mx2.fabrikam.test", "A", "fabrikam.test", []string{"451 4.7.1", "250"}, "451 4.7.1"},
		{"mx1.adventure-works.test", "A", "adventure-works.test", []string{"550 5.1.1"}, "550 5.1.8"},
		{"backup.adventure-works.test", "A", "adventure-works.test", []string{"250"}, "250"},
	}
	for _, tt := range tests {
		t.Run(tt.host+" "+tt.qtype, func(t *testing.T) {
			a, _ := addressOf(ask(t, w, "udp", tt.host, tt.qtype).Answer[0])
			for _, want := range tt.rcpt {
				rcptOnce(t, w, a.String(), "probe@client.example", tt.domain, want)
			}
			rcptOnce(t, w, a.String(), "nobody@invalid.invalid", tt.domain, tt.bad)
		})
	}
}

func rcptOnce(t *testing.T, w *World, ip, from, domain, want string) {
	t.Helper()
	address := ip + ":25"
	if strings.Contains(ip, ":") {
		address = "[" + ip + "]:25"
	}
	c := connect(t, w, address)
	c.want("220 ")
	c.say("EHLO client.example", "250")
	c.say("MAIL FROM:<"+from+">", "250")
	c.say("RCPT TO:<kate@"+domain+">", want)
	c.say("QUIT", "221")
}

func TestDemoFaults(t *testing.T) {
	t.Parallel()
	w := start(t, Demo())
	if _, err := w.DialContext(context.Background(), "tcp", "198.51.100.12:25"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("mx3.fabrikam.test: %v; want a refusal", err)
	}
	if got, err := connect(t, w, "203.0.113.20:25").rest(); !strings.HasPrefix(got, "421 4.3.2 ") || err != nil {
		t.Errorf("busy.tailspin.test = %q, %v; want 421 and the end", got, err)
	}
	c := connect(t, w, "203.0.113.21:25")
	_ = c.nc.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if got, err := c.rest(); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("silent.tailspin.test = %q, %v; want silence", got, err)
	}
}

func TestDemoSourceIsTheDemo(t *testing.T) {
	t.Parallel()
	spec, err := ParseSpec("demo.yaml", []byte(DemoSource()))
	if err != nil || len(spec.Servers) != len(Demo().Servers) || len(spec.Servers) == 0 {
		t.Errorf("ParseSpec(DemoSource()) has %d servers, %v", len(spec.Servers), err)
	}
}
