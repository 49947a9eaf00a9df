package transport_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"testing"

	"mxprobe/internal/transport"
)

// dialTo is a Dialer that leads everywhere to one address.
type dialTo string

func (d dialTo) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", string(d))
}

const signature = "\r\n\r\n\x00\r\nQUIT\n"

// The header says who the client is, byte for byte (PROXY protocol, sections
// 2.1 and 2.2).
func TestAnnounce(t *testing.T) {
	t.Parallel()
	four, six := netip.MustParseAddrPort("192.0.2.9:40000"), netip.MustParseAddrPort("[2001:db8::9]:40000")
	for _, tc := range []struct {
		name    string
		version byte
		source  netip.AddrPort
		address string
		want    string // empty: an error of ours
	}{
		{"v1 IPv4", 1, four, "192.0.2.1:25", "PROXY TCP4 192.0.2.9 192.0.2.1 40000 25\r\n"},
		{"v1 IPv6", 1, six, "[2001:db8::1]:25", "PROXY TCP6 2001:db8::9 2001:db8::1 40000 25\r\n"},
		{"v2 IPv4", 2, four, "192.0.2.1:25", signature + "\x21\x11\x00\x0c\xc0\x00\x02\x09\xc0\x00\x02\x01\x9c\x40\x00\x19"},
		{"v2 IPv6", 2, six, "[2001:db8::1]:25", signature + "\x21\x21\x00\x24" +
			"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09" +
			"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x9c\x40\x00\x19"},
		{"two families", 1, four, "[2001:db8::1]:25", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := make(chan string, 1)
			server := serve(t, func(nc net.Conn) { got <- string(read(nc, len(tc.want))) })
			nc, err := transport.Announce(tc.version, tc.source, dialTo(server)).DialContext(t.Context(), "tcp", tc.address)
			if tc.want == "" {
				var own *transport.OwnError
				if !errors.As(err, &own) {
					t.Errorf("error is %v; want one of ours", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			if header := <-got; header != tc.want {
				t.Errorf("the header is %q; want %q", header, tc.want)
			}
		})
	}
}

// Without a source the client is this machine.
func TestAnnounceOurselves(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	server := serve(t, func(nc net.Conn) { got <- string(read(nc, len("PROXY TCP4 127.0.0.1 "))) })
	nc, err := transport.Announce(1, netip.AddrPort{}, &net.Dialer{}).DialContext(t.Context(), "tcp", server)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if header := <-got; header != "PROXY TCP4 127.0.0.1 " {
		t.Errorf("the header begins with %q; want our address", header)
	}
}

// A Unix socket has no addresses to tell of.
func TestAnnounceOnASocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	nc, err := transport.Announce(1, netip.AddrPort{}, &net.Dialer{}).DialContext(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if got := string(read(peer, len("PROXY UNKNOWN\r\n"))); got != "PROXY UNKNOWN\r\n" {
		t.Errorf("the header is %q", got)
	}
}
