package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"mxprobe/internal/transport"
)

// serve takes one connection on loopback and hands it to speak.
func serve(t *testing.T, speak func(nc net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		speak(nc)
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// read returns the next n bytes.
func read(nc net.Conn, n int) []byte {
	b := make([]byte, n)
	n, _ = io.ReadFull(nc, b)
	return b[:n]
}

// What a SOCKS5 proxy is asked for, with a login and without, byte for byte
// (RFC 1928 sections 3 and 4, RFC 1929 section 2), and what its answers mean.
func TestSOCKS(t *testing.T) {
	t.Parallel()
	refused := func(code byte) string { return "\x05" + string(rune(code)) + "\x00\x01\x00\x00\x00\x00\x00\x00" }
	for _, tc := range []struct {
		name, user, address   string
		method, login, answer string
		asked                 string // for the connection
		want                  error
		ours                  bool
	}{
		{"IPv4", "", "192.0.2.1:25", "\x05\x00", "", refused(0), "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x19", nil, false},
		{"IPv6", "", "[2001:db8::1]:587", "\x05\x00", "", refused(0), "\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x4b", nil, false},
		{"login", "kate", "192.0.2.1:25", "\x05\x02", "\x01\x00", refused(0), "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x19", nil, false},
		{"refused by the server", "", "192.0.2.1:25", "\x05\x00", "", refused(5), "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x19", syscall.ECONNREFUSED, false},
		{"host unreachable", "", "192.0.2.1:25", "\x05\x00", "", refused(4), "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x19", syscall.EHOSTUNREACH, false},
		{"TTL expired", "", "192.0.2.1:25", "\x05\x00", "", refused(6), "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x19", syscall.EHOSTUNREACH, false},
		{"forbidden by the proxy", "", "192.0.2.1:25", "\x05\x00", "", refused(2), "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x19", nil, true},
		{"wrong password", "kate", "192.0.2.1:25", "\x05\x02", "\x01\x01", "", "", nil, true},
		{"no proxy at all", "", "192.0.2.1:25", "220 mail server\r\n", "", "", "", nil, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var login, asked []byte
			proxy := serve(t, func(nc net.Conn) {
				methods := "\x05\x01\x00"
				if tc.user != "" {
					methods = "\x05\x02\x00\x02"
				}
				if got := read(nc, len(methods)); string(got) != methods {
					t.Errorf("the proxy is greeted with %q; want %q", got, methods)
				}
				_, _ = io.WriteString(nc, tc.method)
				if tc.login != "" {
					login = read(nc, len("\x01\x04kate\x06secret"))
					_, _ = io.WriteString(nc, tc.login)
				}
				asked = read(nc, len(tc.asked))
				_, _ = io.WriteString(nc, tc.answer+"220 hello\r\n")
			})
			d, err := transport.ThroughSOCKS(proxy, tc.user, "secret", &net.Dialer{})
			if err != nil {
				t.Fatal(err)
			}
			nc, err := d.DialContext(t.Context(), "tcp", tc.address)
			if (err == nil) != (tc.want == nil && !tc.ours) {
				t.Fatalf("error is %v; want %v, or one of ours: %t", err, tc.want, tc.ours)
			}
			var own *transport.OwnError
			if errors.As(err, &own) != tc.ours || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("error is %v; want %v, ours: %t", err, tc.want, tc.ours)
			}
			if err != nil {
				if strings.Contains(err.Error(), "secret") {
					t.Errorf("the error tells the password: %v", err)
				}
				return
			}
			if got := read(nc, 11); string(got) != "220 hello\r\n" {
				t.Errorf("through the proxy came %q; want the greeting, whole", got)
			}
			if _, ok := nc.(*net.TCPConn); !ok {
				t.Errorf("the connection is a %T; want the plain one, that can be reset", nc)
			}
			_ = nc.Close()
			if !bytes.Equal(asked, []byte(tc.asked)) {
				t.Errorf("the proxy was asked %q; want %q", asked, tc.asked)
			}
			if tc.login != "" && string(login) != "\x01\x04kate\x06secret" {
				t.Errorf("the login was %q", login)
			}
		})
	}
}

// A proxy that is not there says nothing of the server.
func TestSOCKSProxyIsDown(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	d, err := transport.ThroughSOCKS(l.Addr().String(), "", "", &net.Dialer{})
	if err != nil {
		t.Fatal(err)
	}
	var own *transport.OwnError
	if _, err := d.DialContext(t.Context(), "tcp", "192.0.2.1:25"); !errors.As(err, &own) || !own.Ours() {
		t.Errorf("error is %v; want one of ours", err)
	}
}

// A proxy that takes the connection and says nothing is not the server's
// silence; one that has taken the question waits for the server.
func TestSilentProxy(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, user string
		answers    []string // of the proxy, before it falls silent
		reads      []int    // what it reads before each
		ours       bool
	}{
		{"from the start", "", nil, []int{3}, true},
		{"at the login", "kate", []string{"\x05\x02"}, []int{4, 13}, true},
		{"at the server", "", []string{"\x05\x00"}, []int{3, 10}, false},
		{"at the server, no login wanted", "kate", []string{"\x05\x00"}, []int{4, 10}, false},
		{"at the server, after the login", "kate", []string{"\x05\x02", "\x01\x00"}, []int{4, 13, 10}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			server := serve(t, func(nc net.Conn) {
				for i, n := range tc.reads {
					read(nc, n)
					if i < len(tc.answers) {
						_, _ = io.WriteString(nc, tc.answers[i])
					}
				}
				cancel() // the time is up
				read(nc, 1)
			})
			d, err := transport.ThroughSOCKS(server, tc.user, "secret", &net.Dialer{})
			if err != nil {
				t.Fatal(err)
			}
			var own *transport.OwnError
			if _, err := d.DialContext(ctx, "tcp", "192.0.2.1:25"); err == nil || errors.As(err, &own) != tc.ours {
				t.Errorf("error is %v; want one of ours: %t", err, tc.ours)
			}
		})
	}
}
