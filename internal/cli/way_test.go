package cli

import (
	"net"
	"strings"
	"testing"
)

func TestProxyIsRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, server, user, fault string }{
		{"socks5://127.0.0.1:9050", "127.0.0.1:9050", "", ""},
		{"socks5://kate@proxy.example", "proxy.example:1080", "kate", ""},
		{"socks5://[2001:db8::1]:1080/", "[2001:db8::1]:1080", "", ""},
		{"socks5://kate:hunter2@proxy.example", "", "", "MXPROBE_PROXY_PASSWORD"},
		{"socks5://kate:hunter2@", "", "", "MXPROBE_PROXY_PASSWORD"},
		{"http://proxy.example:8080", "", "", "not a proxy"},
		{"proxy.example:1080", "", "", "not a proxy"},
		{"socks5://", "", "", "not a proxy"},
		{"socks5://proxy.example:99999", "", "", "not a proxy"},
	} {
		server, user, err := parseProxy(tc.text)
		if server != tc.server || user != tc.user || (err == nil) != (tc.fault == "") {
			t.Errorf("parseProxy(%q) = %q, %q, %v; want %q, %q, %q", tc.text, server, user, err, tc.server, tc.user, tc.fault)
		}
		if err != nil && (!strings.Contains(err.Error(), tc.fault) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("parseProxy(%q): error is %v; want one with %q and without the password", tc.text, err, tc.fault)
		}
	}
}

func TestSocketsAreSpokenTo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"unix:/run/lmtp": "unix:/run/lmtp", "unix:run/lmtp": "", "unix:": "", "mx1.example:25": "mx1.example",
	} {
		host, _, err := parseSpokenTo(text)
		if host != want || (err == nil) != (want != "") {
			t.Errorf("parseSpokenTo(%q) = %q, %v; want %q", text, host, err, want)
		}
	}
}

func TestWaysThatMakeNoSense(t *testing.T) {
	t.Parallel()
	s := newSettings()
	if err := s.way.setSource("192.0.2.1"); err != nil || s.way.proxySource.Port() == 0 {
		t.Fatalf("setSource: %v, %v", s.way.proxySource, err)
	}
	if err := s.contradiction(); err == nil || !strings.Contains(err.Error(), "--proxy-protocol") {
		t.Errorf("a source without the protocol: %v; want an error", err)
	}
	s.way.proxyProtocol = "v2"
	s.way.proxy, s.control = "socks5://127.0.0.1", "mx1.example"
	if err := s.contradiction(); err == nil || !strings.Contains(err.Error(), "--control") {
		t.Errorf("a control server around the proxy: %v; want an error", err)
	}
	s.control = ""
	if err := s.contradiction(); err != nil {
		t.Errorf("a source with the protocol: %v", err)
	}
}

// The proxy is asked first, so that the header goes to the server and not to
// the proxy.
func TestHeaderBehindTheProxy(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		b := make([]byte, 200)
		_, _ = nc.Read(b)
		_, _ = nc.Write([]byte("\x05\x00"))
		_, _ = nc.Read(b)
		_, _ = nc.Write([]byte("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"))
		n, _ := nc.Read(b)
		got <- string(b[:n])
	}()
	t.Cleanup(func() { _ = l.Close() })
	w := way{proxy: "socks5://" + l.Addr().String(), proxyProtocol: "v1"}
	if err := w.setSource("192.0.2.9:4000"); err != nil {
		t.Fatal(err)
	}
	d, err := w.over(&net.Dialer{})
	if err != nil {
		t.Fatal(err)
	}
	nc, err := d.DialContext(t.Context(), "tcp", "192.0.2.1:25")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if header := <-got; header != "PROXY TCP4 192.0.2.9 192.0.2.1 4000 25\r\n" {
		t.Errorf("behind the proxy came %q; want the header", header)
	}
}
