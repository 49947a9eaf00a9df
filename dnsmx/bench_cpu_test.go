//go:build unix

package dnsmx

import (
	"bufio"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// otherProcess starts a server in a process of its own, where none is said to
// run.
func otherProcess(b *testing.B) netip.AddrPort {
	b.Helper()
	if at := os.Getenv(benchAt); at != "" {
		return netip.MustParseAddrPort(at)
	}
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), benchServer+"=1")
	stdin, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stdin.Close(); _ = server.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return netip.MustParseAddrPort(strings.TrimSpace(line))
}

// cpu is the time that this process worked.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// inFlight asks for the MX records of many names, 64 at a time, and reports the
// CPU time of a question.
func inFlight(b *testing.B, ask func(name string) error) {
	b.Helper()
	var number atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(32)
	before := cpu(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := ask("d" + strconv.FormatInt(number.Add(1), 10) + ".test"); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/float64(b.N)/1000, "cpu-us/op")
}

// BenchmarkExchange is the library's own way to ask, to compare with: a socket
// for each question.
func BenchmarkExchange(b *testing.B) {
	server := otherProcess(b).String()
	client := &dns.Client{UDPSize: ednsSize}
	inFlight(b, func(name string) error {
		m := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeMX)
		m.SetEdns0(ednsSize, false)
		_, _, err := client.Exchange(m, server)
		return err
	})
}

// BenchmarkAsk is a question of a Resolver, through cache and checks.
func BenchmarkAsk(b *testing.B) {
	r := mustNew(b, Config{Servers: []netip.AddrPort{otherProcess(b)}, CacheSize: 1000})
	inFlight(b, func(name string) error {
		a := r.lookup(b.Context(), question{name, dns.TypeMX})
		if a.err != nil {
			return a.err
		}
		return nil
	})
}
