package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestToAny(t *testing.T) {
	t.Parallel()
	ours, theirs := errors.New("ours"), errors.New("theirs")
	addrs := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.2.3")}
	for _, tc := range []struct {
		name  string
		fails []error // of the addresses, nil for one that answers
		want  error
		tried int
	}{
		{"the first", []error{nil, nil, nil}, nil, 1},
		{"the second", []error{ours, nil, theirs}, nil, 2},
		{"none, and theirs outweighs", []error{ours, theirs, ours}, theirs, 3},
		{"none, and the first stays", []error{theirs, ours, ours}, theirs, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tried := 0
			conn, err := ToAny(t.Context(), "mx.example.test", At(addrs, 25), func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
				if hostOf(ctx) != "mx.example.test" || to.Port() != 25 || to.Addr() != addrs[tried] {
					t.Errorf("asked for %s at %s", hostOf(ctx), to)
				}
				tried++
				return &net.TCPConn{}, tc.fails[tried-1]
			}, func(is, was error) bool { return errors.Is(was, ours) && errors.Is(is, theirs) })
			if !errors.Is(err, tc.want) || (conn == nil) != (tc.want != nil) || tried != tc.tried {
				t.Errorf("%v, %v after %d tries; want %v after %d", conn, err, tried, tc.want, tc.tried)
			}
		})
	}
}

func TestToAnyWithoutAddresses(t *testing.T) {
	t.Parallel()
	if conn, err := ToAny(t.Context(), "mx.example.test", nil, nil, nil); conn != nil || err == nil || err.Error() != "mx.example.test has no address" {
		t.Errorf("%v, %v", conn, err)
	}
}
