package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"mxprobe/internal/glob"
)

// listenTries is how often a port is looked for that is free everywhere it
// is needed.
const listenTries = 20

// dnsServer answers from the zones, over UDP and TCP on one port.
type dnsServer struct {
	ctx    context.Context // of the world: ends waits
	zones  *zoneSet
	faults []Fault
	addr   netip.AddrPort

	packets net.PacketConn
	streams net.Listener
	servers []*dns.Server

	mu   sync.Mutex
	used []int // how often each fault was met
}

func newDNSServer(ctx context.Context, zones *zoneSet, faults []Fault, at netip.AddrPort) (*dnsServer, error) {
	d := &dnsServer{ctx: ctx, zones: zones, faults: faults, used: make([]int, len(faults))}
	if !at.IsValid() {
		at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0)
	}
	if err := d.listen(at); err != nil {
		return nil, fmt.Errorf("listen for DNS: %w", err)
	}
	return d, nil
}

// listen finds a port that is free for both protocols.
func (d *dnsServer) listen(at netip.AddrPort) error {
	if !at.Addr().IsLoopback() {
		return fmt.Errorf("%s is not a loopback address", at.Addr())
	}
	var last error
	for range listenTries {
		packets, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
		if err != nil {
			return err
		}
		addr := packets.LocalAddr().(*net.UDPAddr).AddrPort()
		streams, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(addr))
		if err == nil {
			d.addr, d.packets, d.streams = addr, packets, streams
			return nil
		}
		last = errors.Join(err, packets.Close())
		if at.Port() != 0 {
			break
		}
	}
	return last
}

// start serves in goroutines of wg and returns when both are ready, because
// a server cannot be shut down before.
func (d *dnsServer) start(wg *sync.WaitGroup) {
	d.servers = []*dns.Server{
		{PacketConn: d.packets, Handler: dns.HandlerFunc(d.handle)},
		{Listener: d.streams, Handler: dns.HandlerFunc(d.handle), ReadTimeout: 5 * time.Second},
	}
	for _, s := range d.servers {
		ready := make(chan struct{})
		s.NotifyStartedFunc = func() { close(ready) }
		wg.Go(func() { _ = s.ActivateAndServe() })
		<-ready
	}
}

// close waits for the questions under way.
func (d *dnsServer) close() error {
	if d.servers == nil {
		return errors.Join(d.packets.Close(), d.streams.Close())
	}
	var errs []error
	for _, s := range d.servers {
		errs = append(errs, s.Shutdown())
	}
	return errors.Join(errs...)
}

func (d *dnsServer) handle(rw dns.ResponseWriter, q *dns.Msg) {
	_, overUDP := rw.LocalAddr().(*net.UDPAddr)
	if m := d.reply(q, overUDP); m != nil {
		// A client that is gone needs no answer.
		_ = rw.WriteMsg(m)
	}
}

// reply returns the answer to a message, nil for none.
func (d *dnsServer) reply(q *dns.Msg, overUDP bool) *dns.Msg {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = true
	m.Compress = true
	size := dns.MinMsgSize
	if opt := q.IsEdns0(); opt != nil {
		size = max(size, int(opt.UDPSize()))
		m.SetEdns0(1232, opt.Do())
	}
	switch {
	case q.Opcode != dns.OpcodeQuery:
		m.Rcode = dns.RcodeNotImplemented
		return m
	case len(q.Question) != 1:
		m.Rcode = dns.RcodeFormatError
		return m
	case q.Question[0].Qclass != dns.ClassINET:
		m.Rcode = dns.RcodeRefused
		return m
	}
	if isLabName(q.Question[0]) {
		m.Answer = []dns.RR{labRecord(q.Question[0].Name)}
		return m
	}
	fault := d.fault(q.Question[0])
	if !sleep(d.ctx, fault.Delay) {
		return nil
	}
	switch {
	case fault.Answer == Silence:
		return nil
	case fault.Answer == ServFail, fault.Answer == Bogus && !q.CheckingDisabled:
		m.Rcode = dns.RcodeServerFailure
	case fault.Answer == Refused:
		m.Rcode = dns.RcodeRefused
	case fault.Answer == Truncate && overUDP:
		m.Truncated = true
	default:
		d.fill(m, q)
	}
	if overUDP {
		m.Truncate(size)
		m.Truncated = m.Truncated || fault.Answer == Truncate
	}
	return m
}

// fill puts the zones' answer into m.
func (d *dnsServer) fill(m, q *dns.Msg) {
	a := d.zones.resolve(q.Question[0].Name, q.Question[0].Qtype)
	// To who asks for no recursion it is the name server of the zones.
	m.Authoritative = !q.RecursionDesired && a.rcode != dns.RcodeRefused
	m.Rcode, m.Answer, m.Ns = a.rcode, a.records, a.authority
	opt := q.IsEdns0()
	// Only to clients that understand it (RFC 6840 section 5.8).
	m.AuthenticatedData = a.authentic && (q.AuthenticatedData || opt != nil && opt.Do())
}

// labName is where the world says that it is a laboratory, so that addresses
// that would be a fault elsewhere are none here.
const labName = "sandbox.mxprobe.invalid."

func isLabName(q dns.Question) bool {
	return q.Qtype == dns.TypeTXT && strings.EqualFold(q.Name, labName)
}

func labRecord(name string) dns.RR {
	return &dns.TXT{
		Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 300},
		Txt: []string{"a laboratory of mxprobe"},
	}
}

// fault returns the fault a question meets, the zero Fault for none.
func (d *dnsServer) fault(q dns.Question) Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := strings.TrimSuffix(q.Name, ".")
	for i, f := range d.faults {
		if !glob.Match(strings.TrimSuffix(f.Name, "."), name) {
			continue
		}
		if f.Type != "" && !strings.EqualFold(f.Type, dns.Type(q.Qtype).String()) {
			continue
		}
		if f.Times > 0 && d.used[i] >= f.Times {
			continue
		}
		d.used[i]++
		return f
	}
	return Fault{}
}

// checkFault says what is wrong with a fault, nil for nothing.
func checkFault(f Fault) error {
	if f.Name == "" {
		return errors.New("a fault needs a name")
	}
	if _, ok := dns.StringToType[strings.ToUpper(f.Type)]; f.Type != "" && !ok {
		return fmt.Errorf("%q is not a record type", f.Type)
	}
	switch f.Answer {
	case "", ServFail, Bogus, Refused, Silence, Truncate, AsZone:
	default:
		return fmt.Errorf("%q is not an answer (servfail, bogus, refused, silence, truncate, zone)", f.Answer)
	}
	if f.Times < 0 || f.Delay < 0 {
		return errors.New("times and delay cannot be negative")
	}
	return nil
}

// sleep waits and reports whether ctx lived that long.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
