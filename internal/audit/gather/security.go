package gather

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
	"mxprobe/internal/transport"
	"mxprobe/probe/dane"
	"mxprobe/probe/fault"
	"mxprobe/probe/mtasts"
	"mxprobe/probe/result"
)

// tlsa finds the TLSA records of a host.
func (g *Gatherer) tlsa(ctx context.Context, h *facts.Host) {
	port := g.Port
	if port == 0 {
		port = 25
	}
	set, err := g.Resolver.TLSA(ctx, h.Name, port)
	h.TLSA.Name = set.Name
	if set.Name == "" {
		h.TLSA.Name = fmt.Sprintf("_%d._tcp.%s", port, h.Name)
	}
	if h.TLSA.State, h.TLSA.Why = state(err); err != nil {
		return
	}
	switch set.State {
	case dnsmx.TLSANone:
		h.TLSA.State = facts.NoData
	case dnsmx.TLSAUnsigned:
		h.TLSA.State, h.TLSA.Unsigned = facts.NotAsked, true
	case dnsmx.TLSASecure:
		h.TLSA.Validated = true
	}
	for _, r := range set.Records {
		h.TLSA.Records = append(h.TLSA.Records, facts.TLSARecord{
			Usage: r.Usage, Selector: r.Selector, Matching: r.Matching, Data: hex.EncodeToString(r.Data), Unusable: dane.Record(r).Unusable(),
		})
	}
}

// sts finds the MTA-STS record, and the policy where there is one.
func (g *Gatherer) sts(ctx context.Context, d *facts.Domain) {
	d.STS.Record = g.text(ctx, mtasts.RecordName(d.Name))
	if d.STS.Record.State != facts.Found {
		return
	}
	id, err := mtasts.ParseRecord(d.STS.Record.Records)
	if errors.Is(err, mtasts.ErrNoRecord) {
		d.STS.Record.State = facts.NoData // other TXT records
		return
	}
	if err != nil {
		d.STS.Problem = err.Error()
		return
	}
	d.STS.ID = id
	g.policy(ctx, d)
}

// policy fetches the policy.
func (g *Gatherer) policy(ctx context.Context, d *facts.Domain) {
	p := &d.STS.Policy
	fetcher := &mtasts.Fetcher{Dial: g.dial, Roots: g.Roots, Now: g.Now}
	document, err := fetcher.Fetch(ctx, d.Name)
	if err != nil {
		p.State = facts.Failed
		p.Fault, p.Why = stsFault(ctx, err)
		return
	}
	p.State, p.Notes = facts.Found, document.Doubts
	policy, err := mtasts.ParsePolicy(document.Text)
	if err != nil {
		p.Problem = result.Printable([]byte(err.Error()), result.MaxShown)
		return
	}
	p.Mode, p.MX, p.MaxAge = string(policy.Mode), policy.MX, policy.MaxAge
	p.Notes = append(p.Notes, policy.Doubts...)
}

// webError is a fault on the way to the host of a policy.
type webError struct {
	fault facts.STSFault
	error
}

func (e *webError) Unwrap() error { return e.error }

// stsFault says what kind of failure it was. One of our own says nothing of
// the domain.
func stsFault(ctx context.Context, err error) (facts.STSFault, string) {
	why := result.Printable([]byte(fault.PlainError(err)), result.MaxShown)
	if ctx.Err() != nil {
		return facts.STSFaultOurs, why
	}
	if status, ok := errors.AsType[*mtasts.StatusError](err); ok {
		if status.Location != "" {
			return facts.STSFaultRedirect, why
		}
		return facts.STSFaultStatus, why
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return facts.STSFaultCertificate, why
	}
	if web, ok := errors.AsType[*webError](err); ok {
		return web.fault, why
	}
	return facts.STSFaultConnect, why
}

// connectTimeout is how long to wait for the host of a policy.
const connectTimeout = 10 * time.Second

// dial looks the host of a policy up and connects to the first address that
// answers.
func (g *Gatherer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	v4, a := g.records(ctx, host, dnsmx.TypeA)
	v6, aaaa := g.records(ctx, host, dnsmx.TypeAAAA)
	addrs := slices.Concat(a.Addrs, aaaa.Addrs)
	if len(addrs) == 0 {
		if v4.State == facts.Failed || v6.State == facts.Failed {
			return nil, &webError{facts.STSFaultOurs, errors.New(v4.Failure("the address"))}
		}
		return nil, &webError{facts.STSFaultName, fmt.Errorf("%s has no address: %s", host, v4.State)}
	}
	at, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	return transport.ToAny(ctx, host, transport.At(addrs[:min(len(addrs), 4)], uint16(at)), func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		return g.connect(ctx, network, to)
	}, func(_, was error) bool {
		// What is sure of one address outweighs that another could not be tried.
		web, ok := errors.AsType[*webError](was)
		return ok && web.fault == facts.STSFaultOurs
	})
}

func (g *Gatherer) connect(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	within, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := g.Web.DialContext(within, network, to.String())
	if err == nil {
		return conn, nil
	}
	f := fault.DialFault(ctx, err, to, connectTimeout, func() bool { return true })
	kind := facts.STSFaultConnect
	if f.Status != result.Fail {
		kind = facts.STSFaultOurs
	}
	return nil, &webError{kind, fmt.Errorf("%s: %s", to.Addr(), f.Message)}
}
