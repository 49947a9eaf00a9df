package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const testZone = `
@        MX 10 mx1
@        MX 20 mx2.other.test.
@        TXT "v=spf1 -all"
mx1      A 192.0.2.10
mx1      AAAA 2001:db8::10
www      CNAME mx1
away     CNAME mx2.other.test.
loop     CNAME pool
pool     CNAME loop
out      CNAME www.contoso.com.
gone     CNAME nothing
a.deep   A 192.0.2.20
*.wild   A 192.0.2.30
`

// ask sends a question over the network and returns the answer.
func ask(t *testing.T, w *World, network, name, qtype string, change ...func(*dns.Msg)) *dns.Msg {
	t.Helper()
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(name), dns.StringToType[qtype])
	for _, f := range change {
		f(m)
	}
	c := dns.Client{Net: network, Timeout: 5 * time.Second}
	got, _, err := c.Exchange(m, w.DNS().String())
	if err != nil {
		t.Fatalf("%s %s over %s: %v", name, qtype, network, err)
	}
	return got
}

// sum writes an answer on one line, without TTLs.
func sum(m *dns.Msg) string {
	words := []string{dns.RcodeToString[m.Rcode]}
	for _, rr := range m.Answer {
		words = append(words, strings.Join(strings.Fields(strings.Replace(rr.String(), "60\tIN\t", "", 1)), " "))
	}
	for _, rr := range m.Ns {
		words = append(words, "("+dns.TypeToString[rr.Header().Rrtype]+" "+rr.Header().Name+")")
	}
	return strings.Join(words, " | ")
}

func testWorld(t *testing.T, faults ...Fault) *World {
	t.Helper()
	return start(t, Spec{
		Faults: faults,
		Zones: []Zone{
			{Name: "fabrikam.test", Text: testZone},
			{Name: "other.test.", Text: "mx2 A 192.0.2.11\n", Authentic: true},
		},
	})
}

func TestDNSAnswers(t *testing.T) {
	t.Parallel()
	w := testWorld(t)
	tests := []struct{ name, qtype, want string }{
		{"fabrikam.test", "MX", "NOERROR | fabrikam.test. MX 10 mx1.fabrikam.test. | fabrikam.test. MX 20 mx2.other.test."},
		{"mx1.fabrikam.test", "A", "NOERROR | mx1.fabrikam.test. A 192.0.2.10"},
		{"mx1.fabrikam.test", "AAAA", "NOERROR | mx1.fabrikam.test. AAAA 2001:db8::10"},
		{"Sandbox.mxprobe.invalid", "TXT", `NOERROR | Sandbox.mxprobe.invalid. 300 IN TXT "a laboratory of mxprobe"`},
		{"FabriKam.test", "TXT", `NOERROR | FabriKam.test. TXT "v=spf1 -all"`},
		// NODATA and NXDOMAIN bring the zone's SOA (RFC 2308 section 3).
		{"fabrikam.test", "A", "NOERROR | (SOA fabrikam.test.)"},
		{"mx2.other.test", "AAAA", "NOERROR | (SOA other.test.)"},
		{"deep.fabrikam.test", "A", "NOERROR | (SOA fabrikam.test.)"},
		{"nothing.fabrikam.test", "A", "NXDOMAIN | (SOA fabrikam.test.)"},
		{"nodomain.test", "MX", "NXDOMAIN | (SOA test.)"},
		{"x.example", "MX", "NXDOMAIN | (SOA example.)"},
		{"x.invalid", "A", "NXDOMAIN | (SOA invalid.)"},
		{"contoso.com", "MX", "REFUSED"},
		{".", "NS", "NOERROR | . NS ns.sandbox.test. | . NS ns2.sandbox.test."},
		{"www.fabrikam.test", "A", "NOERROR | www.fabrikam.test. CNAME mx1.fabrikam.test. | mx1.fabrikam.test. A 192.0.2.10"},
		{"www.fabrikam.test", "CNAME", "NOERROR | www.fabrikam.test. CNAME mx1.fabrikam.test."},
		{"www.fabrikam.test", "TXT", "NOERROR | www.fabrikam.test. CNAME mx1.fabrikam.test. | (SOA fabrikam.test.)"},
		{"away.fabrikam.test", "A", "NOERROR | away.fabrikam.test. CNAME mx2.other.test. | mx2.other.test. A 192.0.2.11"},
		{"gone.fabrikam.test", "A", "NXDOMAIN | gone.fabrikam.test. CNAME nothing.fabrikam.test. | (SOA fabrikam.test.)"},
		{"loop.fabrikam.test", "A", "SERVFAIL"},
		{"out.fabrikam.test", "A", "SERVFAIL"},
		{"x.wild.fabrikam.test", "A", "NOERROR | x.wild.fabrikam.test. A 192.0.2.30"},
		{"x.y.wild.fabrikam.test", "MX", "NOERROR | (SOA fabrikam.test.)"},
		{"wild.fabrikam.test", "A", "NOERROR | (SOA fabrikam.test.)"},
	}
	for _, tt := range tests {
		for _, network := range []string{"udp", "tcp"} {
			m := ask(t, w, network, tt.name, tt.qtype)
			if got := sum(m); got != tt.want {
				t.Errorf("%s %s over %s = %q; want %q", tt.name, tt.qtype, network, got, tt.want)
			}
			if !m.RecursionAvailable || m.Truncated || m.AuthenticatedData {
				t.Errorf("%s %s: flags %v", tt.name, tt.qtype, m.MsgHdr)
			}
		}
	}
}

func TestDNSFaults(t *testing.T) {
	t.Parallel()
	w := testWorld(t,
		Fault{Name: "bad.fabrikam.test", Answer: ServFail},
		Fault{Name: "*.no.test.", Answer: Refused},
		Fault{Name: "fabrikam.test", Type: "txt", Answer: ServFail, Times: 1},
		Fault{Name: "other.test", Answer: Silence},
		Fault{Name: "*.bogus.test", Answer: Bogus},
	)
	for cd, want := range map[bool]string{false: "SERVFAIL", true: "NXDOMAIN"} {
		if got := sum(ask(t, w, "udp", "x.bogus.test", "A", func(m *dns.Msg) { m.CheckingDisabled = cd })); !strings.HasPrefix(got, want) {
			t.Errorf("bogus with CD %v = %q; want %s", cd, got, want)
		}
	}
	if got := sum(ask(t, w, "udp", "BAD.fabrikam.test", "A")); got != "SERVFAIL" {
		t.Errorf("servfail = %q", got)
	}
	if got := sum(ask(t, w, "udp", "x.y.no.test", "A")); got != "REFUSED" {
		t.Errorf("refused = %q", got)
	}
	for i, want := range []string{"SERVFAIL", "NOERROR"} {
		if got := sum(ask(t, w, "udp", "fabrikam.test", "TXT")); !strings.HasPrefix(got, want) {
			t.Errorf("question %d = %q; want %q", i+1, got, want)
		}
	}
	if got := sum(ask(t, w, "udp", "fabrikam.test", "MX")); !strings.HasPrefix(got, "NOERROR | ") {
		t.Errorf("other type = %q; want the zone's answer", got)
	}
	c := dns.Client{Timeout: 100 * time.Millisecond}
	m := new(dns.Msg)
	m.SetQuestion("other.test.", dns.TypeMX)
	if _, _, err := c.Exchange(m, w.DNS().String()); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("silence: %v; want a time-out", err)
	}
}

func TestDNSFaultDelays(t *testing.T) {
	t.Parallel()
	w := testWorld(t, Fault{Name: "fabrikam.test", Delay: 40 * time.Millisecond})
	began := time.Now()
	got := sum(ask(t, w, "udp", "fabrikam.test", "MX"))
	if took := time.Since(began); took < 40*time.Millisecond || !strings.HasPrefix(got, "NOERROR | ") {
		t.Errorf("answer %q after %v; want the zone's after 40ms", got, took)
	}
}

func TestDNSTruncates(t *testing.T) {
	t.Parallel()
	var big strings.Builder
	for i := range 60 {
		fmt.Fprintf(&big, "@ MX %d a-long-host-name-number-%d\n", i, i)
	}
	w := start(t, Spec{
		Zones:  []Zone{{Name: "big.test", Text: big.String()}, {Name: "small.test", Text: "@ MX 1 mx\n"}},
		Faults: []Fault{{Name: "small.test", Answer: Truncate}},
	})
	edns := func(m *dns.Msg) { m.SetEdns0(4096, false) }
	tests := []struct {
		network, name string
		change        func(*dns.Msg)
		tc            bool
		answers       int // -1: fewer than all
	}{
		{"udp", "big.test", func(*dns.Msg) {}, true, -1},
		{"udp", "big.test", edns, false, 60},
		{"tcp", "big.test", func(*dns.Msg) {}, false, 60},
		{"udp", "small.test", edns, true, 0},
		{"tcp", "small.test", edns, false, 1},
	}
	for _, tt := range tests {
		m := ask(t, w, tt.network, tt.name, "MX", tt.change)
		if m.Truncated != tt.tc || tt.answers >= 0 && len(m.Answer) != tt.answers || tt.answers < 0 && len(m.Answer) >= 60 {
			t.Errorf("%s over %s: TC %v, %d records; want %v, %d", tt.name, tt.network, m.Truncated, len(m.Answer), tt.tc, tt.answers)
		}
	}
}

// TestTrap33AuthenticOnlyWhereAsked: AD goes to clients that set AD or DO
// (RFC 6840 section 5.8), and every link of the chain has to have it.
func TestTrap33AuthenticOnlyWhereAsked(t *testing.T) {
	t.Parallel()
	w := testWorld(t)
	ad := func(m *dns.Msg) { m.AuthenticatedData = true }
	do := func(m *dns.Msg) { m.SetEdns0(1232, true) }
	tests := []struct {
		name   string
		change func(*dns.Msg)
		want   bool
	}{
		{"mx2.other.test", func(*dns.Msg) {}, false},
		{"mx2.other.test", ad, true},
		{"mx2.other.test", do, true},
		{"mx1.fabrikam.test", ad, false},
		{"away.fabrikam.test", ad, false},
	}
	for _, tt := range tests {
		if got := ask(t, w, "udp", tt.name, "A", tt.change).AuthenticatedData; got != tt.want {
			t.Errorf("AD of %s = %v; want %v", tt.name, got, tt.want)
		}
	}
	all := start(t, Spec{Authentic: true, Zones: []Zone{{Name: "a.test", Text: "@ A 192.0.2.1\n"}}})
	if !ask(t, all, "udp", "a.test", "A", ad).AuthenticatedData {
		t.Error("AD of an authentic world is missing")
	}
}

func TestDNSRefusesOddQuestions(t *testing.T) {
	t.Parallel()
	w := testWorld(t)
	chaos := func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }
	if got := sum(ask(t, w, "udp", "fabrikam.test", "MX", chaos)); got != "REFUSED" {
		t.Errorf("CHAOS = %q; want REFUSED", got)
	}
	status := func(m *dns.Msg) { m.Opcode = dns.OpcodeStatus }
	if got := ask(t, w, "udp", "fabrikam.test", "MX", status).Rcode; got != dns.RcodeNotImplemented {
		t.Errorf("STATUS = %v; want NOTIMP", dns.RcodeToString[got])
	}
}

func TestBadZonesAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		zone Zone
		line int
		want string
	}{
		{Zone{Name: "a test"}, 0, "not a domain name"},
		{Zone{Name: "a.test", Text: "@ MX 10 mx\n\n@ MX ten mx\n"}, 3, "bad MX"},
		{Zone{Name: "a.test", Text: "@ A 192.0.2.1\nb.test. A 192.0.2.1"}, 2, "not a name of the zone"},
		{Zone{Name: "a.test", Text: "b A 192.0.2.1\n\nb CNAME c\n"}, 3, "has a CNAME"},
		{Zone{Name: "a.test", Text: "; x\n@ CH TXT x\n"}, 2, "class CH"},
		{Zone{Name: "a.test", Text: "$INCLUDE /etc/passwd\n"}, 1, "INCLUDE"},
		{Zone{Name: "a.test", Text: "$GENERATE 1-65000 a$ A 192.0.2.1\n$GENERATE 1-65000 b$ A 192.0.2.1\n"}, 2, "more than 100000"},
	}
	for _, tt := range tests {
		_, err := newZone(tt.zone)
		all, _ := errors.AsType[zoneErrors](err)
		if err == nil || !strings.Contains(err.Error(), tt.want) || tt.line > 0 && (len(all) != 1 || all[0].line != tt.line) {
			t.Errorf("newZone(%.40q) = %v; want line %d, %q", tt.zone.Text, err, tt.line, tt.want)
		}
	}
	twice := []Zone{{Name: "a.test"}, {Name: "A.test."}}
	if _, err := Start(Spec{Zones: twice}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("Start with a zone twice: %v", err)
	}
}

func TestDNSAddrIsLoopbackOnly(t *testing.T) {
	t.Parallel()
	w := start(t, Spec{})
	spec := Spec{DNSAddr: w.DNS()}
	if other, err := Start(spec); err == nil {
		_ = other.Close()
		t.Error("Start on a port in use: no error")
	}
	for _, at := range []string{"0.0.0.0:0", "192.0.2.1:0", "[::]:0"} {
		other, err := Start(Spec{DNSAddr: netip.MustParseAddrPort(at)})
		if err == nil {
			_ = other.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "not a loopback address") {
			t.Errorf("Start with DNS at %s: %v; want a refusal", at, err)
		}
	}
	nc, err := w.DialContext(context.Background(), "udp", w.DNS().String())
	if err != nil {
		t.Fatalf("DialContext to the world's DNS: %v", err)
	}
	_ = nc.Close()
}
