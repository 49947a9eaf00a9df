package probe_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"testing"

	"mxprobe/dnsmx"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

// sink is a server that says yes, as cheaply as Go allows.
func sink(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go yes(nc)
		}
	}()
	return l.Addr().String()
}

func yes(nc net.Conn) {
	defer nc.Close()
	lines := bufio.NewReaderSize(nc, 512)
	_, _ = nc.Write([]byte("220 sink.example.test ESMTP\r\n"))
	data := false
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return
		}
		switch {
		case data && !bytes.Equal(line, []byte(".\r\n")):
			continue
		case !data && bytes.HasPrefix(line, []byte("DATA")):
			data = true
			_, _ = nc.Write([]byte("354 go on\r\n"))
			continue
		case bytes.HasPrefix(line, []byte("EHLO")):
			_, _ = nc.Write([]byte("250-sink.example.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 8BITMIME\r\n"))
			continue
		case bytes.HasPrefix(line, []byte("QUIT")):
			_, _ = nc.Write([]byte("221 2.0.0 Bye\r\n"))
			return
		}
		data = false
		_, _ = nc.Write([]byte("250 2.0.0 Ok\r\n"))
	}
}

// fixed resolves every name to a loopback address of its own, so that the
// limit of one session an address does not bound the benchmark.
type fixed struct{ probe.Resolver }

func (fixed) Route(_ context.Context, domain string) (dnsmx.Route, error) {
	var n int
	_, _ = fmt.Sscanf(domain, "d%d.", &n)
	host := dnsmx.Host{Name: domain, Preference: 10}
	host.Addrs = append(host.Addrs, loopback(n))
	return dnsmx.Route{Domain: domain, Origin: dnsmx.OriginMX, Hosts: []dnsmx.Host{host}}, nil
}

// BenchmarkList plays a full dialogue (seven replies and a message) with one
// address for each domain of a list, 64 at once. The server's share is in it.
func BenchmarkList(b *testing.B) {
	address := sink(b)
	dialer := dialFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	})
	src := ask + "  - message: |\n      Subject: test\n\n      text\n"
	check, err := dialogue.New(b.Context(), parse(b, src)[0], dialogue.NewRun(settings(dialer)))
	if err != nil {
		b.Fatal(err)
	}
	r := &probe.Runner{Resolver: fixed{}}
	b.ReportAllocs()
	requests := func(yield func(probe.Request) bool) {
		for i := range b.N {
			if !yield(probe.Request{Domain: fmt.Sprintf("d%d.example.test", i), Checks: []probe.Check{check}}) {
				return
			}
		}
	}
	for d := range r.Run(b.Context(), requests) {
		if d.Status != result.Pass {
			b.Fatalf("%s is %v: %s", d.Domain, d.Status, d.Message)
		}
	}
}

func loopback(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, byte(1 + n>>16), byte(n >> 8), byte(n)})
}
