package probe_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"mxprobe/internal/transport"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// held is what the process holds in heap and stacks, garbage left out.
func held() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the first one leaves what finalizers and pools let go of
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

// silent is a server that greets, reads the first command and answers nothing. Its
// connections end with the test. It counts those who wait.
func silent(t *testing.T, waiting *atomic.Int64) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted, over := make(chan net.Conn, 1000), make(chan struct{})
	t.Cleanup(func() {
		_ = l.Close()
		<-over
		close(accepted)
		for nc := range accepted {
			_ = nc.Close()
		}
	})
	go func() {
		defer close(over)
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- nc
			go func() {
				_, _ = nc.Write([]byte("220 silent.example.test ESMTP\r\n"))
				if _, err := bufio.NewReaderSize(nc, 64).ReadSlice('\n'); err == nil {
					waiting.Add(1)
				}
			}()
		}
	}()
	return l.Addr().String()
}

// What a session holds that waits for the answer to its first command: a stack of
// 4 KiB, its connection and its buffers, and what is known so far. The bound has
// room for the server's side of the connection, and none for a stack that grew
// once more, nor for a second goroutine. The test does not run beside others,
// because it looks at the memory of the process.
func TestBytesOfAWaitingSession(t *testing.T) { //nolint:paralleltest // see above
	if raceDetector || runtime.GOOS != "linux" {
		t.Skip("the race detector, and other systems, need stacks of another size")
	}
	const sessions, most = 200, 11 << 10
	bytesOfWaiting(t, sessions) // what is made once, and stacks that were never large
	each := bytesOfWaiting(t, sessions)
	t.Logf("%d bytes a session", each)
	if each > most {
		t.Errorf("a session that waits holds %d bytes; want at most %d", each, most)
	}
}

// leadTo is the dialer of the program, and leads everywhere to one address.
type leadTo struct {
	*transport.Direct
	address netip.AddrPort
}

// DialTCP connects to that address.
func (l leadTo) DialTCP(ctx context.Context, _ netip.AddrPort, limit time.Duration) (net.Conn, error) {
	return l.Direct.DialTCP(ctx, l.address, limit)
}

// bytesOfWaiting is what each of so many sessions holds that wait for the answer
// to EHLO.
func bytesOfWaiting(t *testing.T, sessions int) int {
	t.Helper()
	var waiting atomic.Int64
	dialer := leadTo{transport.NewDirect(netip.Addr{}), netip.MustParseAddrPort(silent(t, &waiting))}
	r := &probe.Runner{Resolver: fixed{}, Jobs: sessions}
	made := checks(t, settings(dialer), ask)
	var requests []probe.Request
	for i := range sessions {
		requests = append(requests, probe.Request{Domain: fmt.Sprintf("d%d.example.test", i), Checks: made})
	}
	ctx, cancel := context.WithCancel(t.Context())
	before := held()
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range r.Run(ctx, slices.Values(requests)) {
		}
	}()
	eventually(t, "all sessions wait", func() bool { return waiting.Load() == int64(sessions) })
	each := (held() - before) / sessions
	cancel()
	<-over
	return each
}

// A list costs no more memory at its end than at its beginning.
func TestARunHoldsNoMoreOfALongList(t *testing.T) { //nolint:paralleltest // it looks at the memory of the process
	const domainsOfList, most = 10_000, 256 << 10
	c := &crowd{goOn: make(chan struct{})}
	close(c.goOn)
	r := &probe.Runner{Resolver: fixed{}, Jobs: 4}
	var read atomic.Int64
	at := map[int]int{1000: 0, domainsOfList: 0}
	n := 0
	for d := range r.Run(t.Context(), domains(domainsOfList, &read, c)) {
		if n++; d.Status != result.Pass {
			t.Fatalf("%s is %v: %s; want a pass", d.Domain, d.Status, d.Message)
		}
		if _, look := at[n]; look {
			at[n] = held()
		}
	}
	if grown := at[domainsOfList] - at[1000]; grown > most {
		t.Errorf("the run holds %d bytes more after %d domains than after 1,000; want at most %d", grown, domainsOfList, most)
	}
}
