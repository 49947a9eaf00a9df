package probe_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mxprobe/internal/transport"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// held is what the process holds in heap and stacks, garbage left out.
func held() int {
	heap, stacks := memory()
	return heap + stacks
}

func memory() (heap, stacks int) {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the first one leaves what finalizers and pools let go of
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc), int(m.StackInuse)
}

// silent is a server that answers commands up to one, and nothing from there on. Its
// connections end with the test. It counts those who wait.
func silent(t *testing.T, from string, waiting *atomic.Int64) string {
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
				if answerUpTo(nc, from) {
					waiting.Add(1)
				}
			}()
		}
	}()
	return l.Addr().String()
}

// answerUpTo greets and says yes to all commands, groups of them too, before one that
// begins with a word, and reports whether that one came.
func answerUpTo(nc net.Conn, word string) bool {
	lines := bufio.NewReaderSize(nc, 128)
	text, answer := false, "220 silent.example.test ESMTP\r\n"
	for {
		_, _ = nc.Write([]byte(answer))
		line, err := lines.ReadString('\n')
		if err != nil || strings.HasPrefix(line, word) {
			return err == nil
		}
		answer = "250 2.0.0 Ok\r\n"
		switch {
		case text && line != ".\r\n":
			answer = ""
		case strings.HasPrefix(line, "EHLO"):
			answer = "250-silent.example.test\r\n250 PIPELINING\r\n"
		case line == "DATA\r\n":
			text, answer = true, "354 Go on\r\n"
		default:
			text = false
		}
	}
}

// What a session holds that waits for the answer to its first command: a stack of
// 4 KiB, its connection and its buffers, and what is known so far. Until its end it
// learns more, but its stack stays what it was, also in groups. The bounds have
// room for the server's side of the connection, and none for a stack that grew
// once more, nor for a second goroutine. The test does not run beside others,
// because it looks at the memory of the process.
func TestBytesOfAWaitingSession(t *testing.T) { //nolint:paralleltest // see above
	if raceDetector || runtime.GOOS != "linux" {
		t.Skip("the race detector, and other systems, need stacks of another size")
	}
	const sessions, most, mostOfStacks = 200, 11 << 10, 10 << 10
	message := ask + "  - message: |\n      Subject: test\n\n      text\n"
	for _, tc := range []struct{ name, scenario, silentFrom string }{
		{"EHLO", ask, "EHLO"},
		{"the end of a message", message, "."},
		{"QUIT", message, "QUIT"},
		{"the end of a message in a group", strings.Replace(message, "steps:", "pipeline: auto\nsteps:", 1), "."},
	} {
		bytesOfWaiting(t, sessions, tc.scenario, tc.silentFrom) // what is made once, and stacks that were never large
		heap, stacks := bytesOfWaiting(t, sessions, tc.scenario, tc.silentFrom)
		t.Logf("%s: %d bytes of heap, %d of stacks", tc.name, heap, stacks)
		if each := heap + stacks; each > most && tc.silentFrom == "EHLO" {
			t.Errorf("a session that waits for the answer to %s holds %d bytes; want at most %d", tc.name, each, most)
		}
		if stacks > mostOfStacks {
			t.Errorf("a session that waits for the answer to %s holds %d bytes of stacks; want at most %d", tc.name, stacks, mostOfStacks)
		}
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

// bytesOfWaiting is what each of so many sessions holds that wait for the answer to
// a command, or to what else a line begins with.
func bytesOfWaiting(t *testing.T, sessions int, scenario, silentFrom string) (heap, stacks int) {
	t.Helper()
	var waiting atomic.Int64
	dialer := leadTo{transport.NewDirect(netip.Addr{}), netip.MustParseAddrPort(silent(t, silentFrom, &waiting))}
	r := &probe.Runner{Resolver: fixed{}, Jobs: sessions}
	made := checks(t, settings(dialer), scenario)
	var requests []probe.Request
	for i := range sessions {
		requests = append(requests, probe.Request{Domain: fmt.Sprintf("d%d.example.test", i), Checks: made})
	}
	ctx, cancel := context.WithCancel(t.Context())
	heapBefore, stacksBefore := memory()
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range r.Run(ctx, slices.Values(requests)) {
		}
	}()
	eventually(t, "all sessions wait", func() bool { return waiting.Load() == int64(sessions) })
	heap, stacks = memory()
	cancel()
	<-over
	return (heap - heapBefore) / sessions, (stacks - stacksBefore) / sessions
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
