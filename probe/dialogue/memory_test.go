package dialogue_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// wide is a resolver in whose domains there are many hosts with many addresses.
type wide struct{ hosts, addresses int }

func (w wide) Route(_ context.Context, domain string) (dnsmx.Route, error) {
	route := dnsmx.Route{Domain: domain, Origin: dnsmx.OriginMX}
	for i := range w.hosts {
		host := dnsmx.Host{Name: fmt.Sprintf("mx%d.%s", i, domain), Preference: uint16(i)}
		for j := range w.addresses {
			host.Addrs = append(host.Addrs, netip.AddrFrom4([4]byte{127, byte(len(domain)), byte(i), byte(j + 1)}))
		}
		route.Hosts = append(route.Hosts, host)
	}
	return route, nil
}

func (wide) Host(_ context.Context, name string) dnsmx.Host {
	return dnsmx.Host{Name: name, Addrs: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}}
}
func (wide) Alive(context.Context) error                    { return nil }
func (wide) Validates(context.Context) (bool, error)        { return false, nil }
func (wide) TXT(context.Context, string) (dnsmx.TXT, error) { return dnsmx.TXT{}, nil }
func (wide) TLSA(context.Context, string, uint16) (dnsmx.TLSASet, error) {
	return dnsmx.TLSASet{}, nil
}

// talker is a dialer of servers whose replies are as long as they may be: for
// each line that begins with one of the keys the reply with that code, 250 else.
type talker map[string]int

// long is a reply near the limit of 128 KiB.
func long(code int) string {
	var b strings.Builder
	for i := range 250 {
		fmt.Fprintf(&b, "%d-%s\r\n", code, strings.Repeat(string(rune('a'+i%26)), 500))
	}
	return fmt.Sprintf("%s%d end\r\n", b.String(), code)
}

func (t talker) DialContext(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		defer server.Close()
		lines := bufio.NewReader(server)
		_, err := io.WriteString(server, long(220))
		for err == nil {
			var line string
			if line, err = lines.ReadString('\n'); err != nil {
				return
			}
			code := 250
			for begin, is := range t {
				if strings.HasPrefix(line, begin) {
					code = is
				}
			}
			quits := strings.HasPrefix(line, "QUIT")
			if quits {
				code = 221
			}
			if _, err = io.WriteString(server, long(code)); quits {
				return
			}
		}
	}()
	return client, nil
}

// held is how much memory the results of a run hold, and what they are.
func held(t testing.TB, hosts, addresses, domains int, dialer probe.Dialer, src string) (bytes uint64, all []result.Domain) {
	t.Helper()
	set := settings(dialer)
	made := checks(t, set, src)
	var requests []probe.Request
	for i := range domains {
		requests = append(requests, probe.Request{Domain: strings.Repeat("x", i+1) + ".test", Checks: made})
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	runner := &probe.Runner{Resolver: wide{hosts, addresses}, PerHost: 64}
	for d := range runner.Run(t.Context(), slices.Values(requests)) {
		all = append(all, d)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	return after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc), all
}

// BenchmarkHostileDomain plays @rcpt with a domain of 100 hosts with 64 addresses
// each, all of which answer RCPT with a refusal near the limit of a reply.
func BenchmarkHostileDomain(b *testing.B) {
	src, _ := scenarios.Builtin("@rcpt")
	for b.Loop() {
		bytes, all := held(b, 100, 64, 1, talker{"RCPT": 550}, string(src))
		b.ReportMetric(float64(bytes>>20), "MiB-held")
		runtime.KeepAlive(all)
	}
}

// TestTrap85MemoryHasABudget: what servers say is kept within a budget, whatever
// they say, and what is dropped is told.
func TestTrap85MemoryHasABudget(t *testing.T) { // alone: it measures the heap
	rcpt := "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<>\n  - RCPT TO:<kate@example.test>\n  - RSET\n"
	for _, tc := range []struct {
		name                      string
		hosts, addresses, domains int
		dialer                    talker
		src                       string
		most                      uint64 // MiB
	}{
		{"many addresses", 20, 8, 1, nil, rcpt, 16},
		{"many addresses that refuse", 20, 8, 1, talker{"RCPT": 550}, rcpt, 16},
		{"many attempts", 1, 1, 1, talker{"VRFY": 450}, "retry: {times: 10, wait: 1ms}\n" + rcpt + strings.Repeat("  - NOOP\n", 30) + "  - VRFY x\n", 8},
		{"many domains", 8, 4, 8, talker{"RCPT": 550}, rcpt, 32},
	} {
		begun := time.Now()
		bytes, all := held(t, tc.hosts, tc.addresses, tc.domains, tc.dialer, tc.src)
		t.Logf("%s: %d KiB held, %v", tc.name, bytes>>10, time.Since(begun))
		if bytes > tc.most<<20 {
			t.Errorf("%s: %d MiB are held; want at most %d", tc.name, bytes>>20, tc.most)
		}
		runtime.KeepAlive(all)
	}
}

// deaf is a dialer of servers that read nothing behind their 354. It counts
// those that have come so far, and ends them all when many have.
type deaf struct {
	many  int
	mu    sync.Mutex
	conns []net.Conn
	heard func() // when all have come
}

func (d *deaf) DialContext(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		lines := bufio.NewReader(server)
		_, err := io.WriteString(server, "220 deaf\r\n")
		for err == nil {
			var line string
			if line, err = lines.ReadString('\n'); err != nil {
				return
			}
			if !strings.HasPrefix(line, "DATA") {
				_, err = io.WriteString(server, "250 ok\r\n")
				continue
			}
			_, _ = io.WriteString(server, "354 go on\r\n")
			_, _ = server.Read(make([]byte, 1)) // the text has begun
			d.stop(server)
			return
		}
	}()
	return client, nil
}

func (d *deaf) stop(server net.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conns = append(d.conns, server); len(d.conns) < d.many {
		return
	}
	d.heard()
	for _, c := range d.conns {
		_ = c.Close()
	}
}

// TestTrap85LargeMessageIsNotCopied: however many sessions send a large file, it
// is in memory once.
func TestTrap85LargeMessageIsNotCopied(t *testing.T) { // alone: it measures the heap
	const size, sessions = 8 << 20, 16
	file := filepath.Join(t.TempDir(), "large.eml")
	if err := os.WriteFile(file, bytes.Repeat([]byte("a line of a message that is large\n"), size/34), 0o600); err != nil {
		t.Fatal(err)
	}
	var before, during runtime.MemStats
	dialer := &deaf{many: sessions, heard: func() { runtime.GC(); runtime.ReadMemStats(&during) }}
	made := checks(t, settings(dialer), "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<>\n  - RCPT TO:<kate@example.test>\n  - message: {file: "+file+"}\n")
	runtime.GC()
	runtime.ReadMemStats(&before)
	runner := &probe.Runner{Resolver: wide{sessions, 1}}
	for range runner.Run(t.Context(), slices.Values([]probe.Request{{Domain: "x.test", Checks: made}})) {
	}
	if more := int64(during.HeapAlloc) - int64(before.HeapAlloc); during.HeapAlloc == 0 || more > 2*size {
		t.Errorf("%d sessions take %d MiB more; want less than two copies of %d MiB", sessions, more>>20, size>>20)
	} else {
		t.Logf("%d KiB more", more>>10)
	}
}
