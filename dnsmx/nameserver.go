package dnsmx

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// NameServer is a server that a zone is handed over to.
type NameServer struct {
	// Name is in lower case and without a final dot.
	Name string
	// Glue are its addresses as they came along (RFC 9471), which may be none.
	Glue []netip.Addr
}

// Reply is what one name server says by itself.
type Reply struct {
	Set
	// Authoritative is true if the server speaks for the zone (the AA bit).
	Authoritative bool
	// Recursion is true if it offers to look up names for us (the RA bit).
	Recursion bool
	// Zone and Referral are set where the server hands the name over to the
	// servers of a zone below its own.
	Zone     string
	Referral []NameServer
}

// Ask puts a question to one name server, of the zone for one, without asking
// it to look anything up, and past the cache. Aliases are not followed beyond
// what the server knows. A referral is no error. The error is an *Error:
// NoName or NoData if the server says that there is nothing, and the Reply then
// says whether it speaks for the zone. Port 0 stands for 53.
func (r *Resolver) Ask(ctx context.Context, server netip.AddrPort, name string, t Type) (Reply, error) {
	q, err := askable(name, t)
	if err != nil {
		return Reply{Set: Set{Name: name, Type: t}}, err
	}
	s, err := newServer(server, nil)
	if err != nil {
		return Reply{}, badName(name, "cannot be asked for: %w", err)
	}
	m, err := r.askDirectly(ctx, s, q)
	if err != nil {
		return Reply{Set: Set{Name: q.name, Type: t, Server: s.addr}}, err
	}
	return readReply(m, q, s)
}

// askDirectly asks the server, or that which it is redirected to, until it
// answers.
func (r *Resolver) askDirectly(ctx context.Context, s *server, q question) (*dns.Msg, error) {
	start, at := time.Now(), &server{addr: s.addr}
	if r.redirect != nil {
		at.addr = r.redirect(s.addr)
	}
	var failed *Error
	for range r.attempts {
		got, err := r.exchange(ctx, at, query{question: q, direct: true, tcp: r.tcp})
		switch {
		case err == nil:
			return got.m, nil
		case ended(ctx) != nil:
			failed = r.gaveUp(ctx, q, start).err
			failed.Server, failed.Asked = s.addr, []netip.AddrPort{s.addr}
			return nil, failed
		}
		failed = failure(s, q, 0, err).err
		failed.Waited = time.Since(start)
	}
	return nil, failed
}

// readReply takes what one server says by itself.
func readReply(m *dns.Msg, q question, s *server) (Reply, error) {
	reply := Reply{Authoritative: m.Authoritative, Recursion: m.RecursionAvailable}
	if m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError {
		a := failure(s, q, m.Rcode, extendedError(m))
		reply.Set = a.set(q)
		return reply, a.err
	}
	a := readAnswer(m, q, s)
	reply.Set = a.set(q)
	switch {
	case a.err == nil:
		return reply, nil
	case m.Rcode == dns.RcodeSuccess && !m.Authoritative && authority(m.Ns) == nil && reply.refer(m):
		return reply, nil
	}
	return reply, a.err
}

// refer reads the referral of a message, with the addresses beside it, and
// reports whether it is one.
func (r *Reply) refer(m *dns.Msg) bool {
	for _, rr := range m.Ns {
		ns, ok := rr.(*dns.NS)
		if !ok || ns.Hdr.Class != dns.ClassINET || ns.Ns == "" {
			continue
		}
		r.Zone = fromWire(ns.Hdr.Name)
		name := fromWire(ns.Ns)
		if slices.ContainsFunc(r.Referral, func(s NameServer) bool { return s.Name == name }) {
			continue
		}
		r.Referral = append(r.Referral, NameServer{name, glue(m.Extra, ns.Ns)})
	}
	return len(r.Referral) > 0
}

func glue(records []dns.RR, name string) []netip.Addr {
	var addrs []netip.Addr
	for _, rr := range records {
		if !strings.EqualFold(rr.Header().Name, name) || rr.Header().Class != dns.ClassINET {
			continue
		}
		var addr netip.Addr
		switch rr := rr.(type) {
		case *dns.A:
			addr, _ = netip.AddrFromSlice(rr.A)
		case *dns.AAAA:
			addr, _ = netip.AddrFromSlice(rr.AAAA)
		}
		if addr.IsValid() {
			addrs = append(addrs, addr)
		}
	}
	return addrs
}
