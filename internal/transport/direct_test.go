package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/transport"
)

// ways are the two ways to a server of a Direct, which have to be the same to
// whoever speaks over them.
func ways(d *transport.Direct) map[string]func(ctx context.Context, to netip.AddrPort, limit time.Duration) (net.Conn, error) {
	return map[string]func(ctx context.Context, to netip.AddrPort, limit time.Duration) (net.Conn, error){
		"DialContext": func(ctx context.Context, to netip.AddrPort, limit time.Duration) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			return d.DialContext(ctx, "tcp", to.String())
		},
		"DialTCP": d.DialTCP,
	}
}

// eachWay opens a connection to a listener in each way, and hands over both ends
// of it.
func eachWay(t *testing.T, network string, try func(t *testing.T, client net.Conn, server *net.TCPConn)) {
	t.Helper()
	for name, dial := range ways(transport.NewDirect(netip.Addr{})) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen(network, map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0"}[network])
			if err != nil {
				t.Skip("this machine has no such addresses: ", err)
			}
			defer l.Close()
			client, err := dial(t.Context(), l.Addr().(*net.TCPAddr).AddrPort(), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			server, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			try(t, client, server.(*net.TCPConn))
		})
	}
}

// Both ends know each other by the same addresses, and what one writes the other
// reads, up to the end.
func TestDirectCarriesBytes(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp4", "tcp6"} {
		eachWay(t, network, func(t *testing.T, client net.Conn, server *net.TCPConn) {
			t.Helper()
			if c, s := client.LocalAddr().String(), server.RemoteAddr().String(); c != s {
				t.Errorf("the client is %s to itself and %s to the server", c, s)
			}
			if c, s := client.RemoteAddr().String(), server.LocalAddr().String(); c != s {
				t.Errorf("the server is %s to the client and %s to itself", c, s)
			}
			const line = "220 mx.example.test ESMTP\r\n"
			large := strings.Repeat("x", 8<<20) // more than any buffer between them holds
			got := make(chan string, 1)
			go func() {
				b, _ := io.ReadAll(io.LimitReader(server, int64(len(large))))
				got <- string(b)
				_, _ = server.Write([]byte(line))
				_ = server.Close()
			}()
			if n, err := client.Write([]byte(large)); n != len(large) || err != nil {
				t.Errorf("Write = %d, %v; want all of it", n, err)
			}
			if s := <-got; s != large {
				t.Errorf("%d bytes arrived; want the %d that were sent", len(s), len(large))
			}
			if b, err := io.ReadAll(client); string(b) != line || err != nil {
				t.Errorf("ReadAll = %q, %v; want what the server said", b, err)
			}
		})
	}
}

// What fails on a connection fails with the same error in each way: those who
// judge it look at its kind, and show its text.
func TestDirectFailsAlike(t *testing.T) {
	t.Parallel()
	buffer := make([]byte, 16)
	for name, tc := range map[string]struct {
		fail func(client net.Conn, server *net.TCPConn) error
		want error
		text string // behind the addresses
	}{
		"the time for reading is over": {
			func(client net.Conn, _ *net.TCPConn) error {
				_ = client.SetReadDeadline(time.Unix(1, 0))
				_, err := client.Read(buffer)
				return err
			}, os.ErrDeadlineExceeded, "i/o timeout",
		},
		"the time for writing is over": {
			func(client net.Conn, _ *net.TCPConn) error {
				_ = client.SetDeadline(time.Unix(1, 0))
				_, err := client.Write(buffer)
				return err
			}, os.ErrDeadlineExceeded, "i/o timeout",
		},
		"the server resets": {
			func(client net.Conn, server *net.TCPConn) error {
				_ = server.SetLinger(0)
				_ = server.Close()
				_, err := client.Read(buffer)
				return err
			}, syscall.ECONNRESET, "read: connection reset by peer",
		},
		"the client has closed": {
			func(client net.Conn, _ *net.TCPConn) error {
				_ = client.Close()
				_, err := client.Read(buffer)
				return err
			}, net.ErrClosed, "use of closed network connection",
		},
		"the server has closed": {
			func(client net.Conn, server *net.TCPConn) error {
				_ = server.Close()
				_, err := client.Read(buffer)
				return err
			}, io.EOF, "EOF",
		},
		"the client has closed twice": {
			func(client net.Conn, _ *net.TCPConn) error {
				_ = client.Close()
				return client.Close()
			}, net.ErrClosed, "use of closed network connection",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachWay(t, "tcp4", func(t *testing.T, client net.Conn, server *net.TCPConn) {
				t.Helper()
				err := tc.fail(client, server)
				if !errors.Is(err, tc.want) || !strings.HasSuffix(err.Error(), tc.text) {
					t.Fatalf("error is %v; want %v", err, tc.want)
				}
				op, ok := errors.AsType[*net.OpError](err)
				if ok != (tc.want != io.EOF) {
					t.Fatalf("error is a %T", err)
				}
				if ok && (op.Net != "tcp" || op.Source.String() != client.LocalAddr().String() || op.Addr.String() != client.RemoteAddr().String()) {
					t.Errorf("error is %v; want it to name the connection", err)
				}
			})
		})
	}
}

// A reset is one to the server, too.
func TestDirectResets(t *testing.T) {
	t.Parallel()
	eachWay(t, "tcp4", func(t *testing.T, client net.Conn, server *net.TCPConn) {
		t.Helper()
		if err := client.(interface{ SetLinger(sec int) error }).SetLinger(0); err != nil {
			t.Fatal(err)
		}
		_ = client.Close()
		if _, err := server.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the server reads %v; want a reset", err)
		}
	})
}

// A port where nothing listens refuses, also one that the client could be given
// itself: Linux connects such a socket to itself now and then.
func TestDirectIsRefused(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := l.Addr().(*net.TCPAddr).AddrPort()
	_ = l.Close()
	for name, dial := range ways(transport.NewDirect(netip.Addr{})) {
		nc, err := dial(t.Context(), to, time.Minute)
		if nc != nil {
			_ = nc.Close()
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || err.Error() != "dial tcp "+to.String()+": connect: connection refused" {
			t.Errorf("%s: error is %v; want connection refused", name, err)
		}
	}
}

// The end of the run ends what waits for a connection, and begins none.
func TestDirectEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, dial := range ways(transport.NewDirect(netip.Addr{})) {
		nc, err := dial(ctx, netip.MustParseAddrPort("127.0.0.1:1"), time.Minute)
		if nc != nil || err == nil || errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v, %v; want no connection, and none tried", name, nc, err)
		}
	}
}

func TestSourceIsUsed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for name, dial := range ways(transport.NewDirect(netip.MustParseAddr("127.0.0.1"))) {
		nc, err := dial(t.Context(), l.Addr().(*net.TCPAddr).AddrPort(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if got := nc.LocalAddr().(*net.TCPAddr).IP.String(); got != "127.0.0.1" {
			t.Errorf("%s: connected from %s; want 127.0.0.1", name, got)
		}
		_ = nc.Close()
	}
}

// A list is worth a way of its own only where it is one.
func TestDirectUsesItsSockets(t *testing.T) {
	t.Parallel()
	eachWay(t, "tcp4", func(t *testing.T, client net.Conn, _ *net.TCPConn) {
		t.Helper()
		own := reflect.TypeOf(client).Elem().PkgPath() != "net"
		if want := strings.HasSuffix(t.Name(), "DialTCP") && transport.HasSockets; own != want {
			t.Errorf("the connection is a %T", client)
		}
	})
}
