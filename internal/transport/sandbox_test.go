package transport_test

import (
	"bufio"
	"net/netip"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/internal/transport"
)

// A server of the sandbox that wants a header takes either version, and
// closes where there is none.
func TestAnnounceToASandboxServer(t *testing.T) {
	t.Parallel()
	w := sandboxtest.Start(t, sandbox.Spec{
		Zones:   []sandbox.Zone{{Name: "example.test", Text: "mx1 A 192.0.2.10\nmx1 AAAA 2001:db8::10\n"}},
		Servers: []sandbox.Server{{Name: "mx1.example.test", Proxied: true}},
	})
	greeting := func(d transport.Dialer, address string) string {
		nc, err := d.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		_, _ = nc.Write([]byte("QUIT\r\nQUIT\r\nQUIT\r\n"))
		line, _ := bufio.NewReader(nc).ReadString('\n')
		return line
	}
	four, six := netip.MustParseAddrPort("192.0.2.77:4711"), netip.MustParseAddrPort("[2001:db8::77]:4711")
	for i, tc := range []struct {
		version byte
		source  netip.AddrPort
		address string
	}{{1, four, "192.0.2.10:25"}, {2, four, "192.0.2.10:25"}, {1, six, "[2001:db8::10]:25"}, {2, six, "[2001:db8::10]:25"}} {
		if got := greeting(transport.Announce(tc.version, tc.source, w), tc.address); got != "220 mx1.example.test ESMTP mxprobe sandbox\r\n" {
			t.Errorf("with version %d the server says %q; want its greeting", tc.version, got)
		}
		if s := w.Sessions()[i]; s.Client != tc.source || !s.Proxied {
			t.Errorf("the client is %v, by a header: %t; want %v", s.Client, s.Proxied, tc.source)
		}
	}
	if got := greeting(w, "192.0.2.10:25"); got != "" {
		t.Errorf("without a header the server says %q; want nothing", got)
	}
}
