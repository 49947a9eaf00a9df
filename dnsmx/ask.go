package dnsmx

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// ask puts the question, which was begun with at start, to the servers in turn,
// until one knows. What they say is taken as it is; aliases are not followed.
func (r *Resolver) ask(ctx context.Context, q question, start time.Time) *answer {
	n, first := len(r.servers), 0
	if r.rotate {
		first = int((r.turn.Add(1) - 1) % uint32(n))
	}
	var fails []*Error // by server
	for range r.attempts {
		for i := range n {
			at := (first + i) % n
			if fails != nil && fails[at] != nil && fails[at].Kind == Refused {
				continue // its policy is the same a moment later
			}
			if ended(ctx) != nil {
				return r.gaveUp(ctx, q, start)
			}
			a := r.askServer(ctx, r.servers[at], q)
			if !failed(a.err) {
				return a
			}
			if fails == nil {
				fails = make([]*Error, n)
			}
			fails[at] = a.err
		}
	}
	if ended(ctx) != nil {
		return r.gaveUp(ctx, q, start)
	}
	if a := r.unvalidated(ctx, q, fails); a != nil {
		return a
	}
	return &answer{err: summary(fails, time.Since(start)), ttl: failureTTL}
}

// askServer asks one server.
func (r *Resolver) askServer(ctx context.Context, s *server, q question) *answer {
	got, err := r.exchange(ctx, s, query{question: q, ad: s.trusted, tcp: r.tcp})
	if err != nil {
		return failure(s, q, 0, err)
	}
	if got.plain != nil {
		return got.plain.by(s)
	}
	switch got.m.Rcode {
	case dns.RcodeSuccess, dns.RcodeNameError:
		return readAnswer(got.m, q, s)
	}
	return failure(s, q, got.m.Rcode, extendedError(got.m))
}

// exchange puts a query to a server, once more without EDNS if it does not know
// that.
func (r *Resolver) exchange(ctx context.Context, s *server, w query) (received, error) {
	w.edns = !s.plain.Load()
	got, err := r.wire.exchange(ctx, s.addr, w, r.timeout)
	if err != nil || !w.edns || !ednsTrouble(got.m) {
		return got, err
	}
	w.edns = false
	got, err = r.wire.exchange(ctx, s.addr, w, r.timeout)
	if err == nil && !ednsTrouble(got.m) {
		s.plain.Store(true)
	}
	return got, err
}

// failed reports whether the server did not answer the question, so that
// another server may.
func failed(err *Error) bool { return err != nil && err.Temporary() }

// failure makes an answer of a response code or, if that is 0, of an error of
// the exchanger.
func failure(s *server, q question, rcode int, err error) *answer {
	e := &Error{
		Name: shown(q.name), Type: q.typeName(), Rcode: rcode, Err: err,
		Server: s.addr, Asked: []netip.AddrPort{s.addr},
	}
	switch rcode {
	case dns.RcodeSuccess:
		e.Kind, e.Err = exchangeKind(err)
	case dns.RcodeServerFailure:
		e.Kind = ServFail
	case dns.RcodeRefused:
		e.Kind = Refused
	default:
		e.Kind = OtherRcode
	}
	return &answer{err: e, server: s.addr, trusted: s.trusted}
}

func exchangeKind(err error) (Kind, error) {
	if t, ok := errors.AsType[timeoutError](err); ok {
		if t.strays == 0 {
			return Timeout, nil
		}
		return Timeout, err
	}
	if _, ok := errors.AsType[*malformedError](err); ok {
		return Malformed, err
	}
	if ours(err) {
		return Local, err
	}
	return Unreachable, err
}

// ours reports whether an error of the network is this machine's own.
func ours(err error) bool {
	for _, errno := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// summary chooses what to tell when every server failed: an answer, however
// bad, tells more about the name than silence. Servers that failed in the same
// way are named together.
func summary(fails []*Error, waited time.Duration) *Error {
	best := fails[0]
	for _, f := range fails[1:] {
		if f.Kind < best.Kind {
			best = f
		}
	}
	e := *best
	e.Waited = waited
	e.Asked = nil
	for _, f := range fails {
		if f.Kind == e.Kind {
			e.Asked = append(e.Asked, f.Server)
		}
	}
	return &e
}

// ended returns why ctx is of no more use, or nil. The deadline is looked at as
// well, for a socket may notice it before the context does.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d, ok := ctx.Deadline(); ok && !time.Now().Before(d) {
		return context.DeadlineExceeded
	}
	return nil
}

// gaveUp is the answer to a caller whose context has ended.
func (r *Resolver) gaveUp(ctx context.Context, q question, start time.Time) *answer {
	err := ended(ctx)
	e := &Error{
		Name: shown(q.name), Type: q.typeName(), Kind: Canceled, Err: err,
		Server: r.servers[0].addr, Asked: r.Servers(), Waited: time.Since(start),
	}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Kind, e.Err = Timeout, fmt.Errorf("the time for it is up: %w", err)
	}
	return &answer{err: e}
}
