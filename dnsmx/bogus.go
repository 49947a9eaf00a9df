package dnsmx

import (
	"context"

	"github.com/miekg/dns"
)

// unvalidated looks into the SERVFAIL of a server that may validate DNSSEC. A
// server that has an answer once it need not validate is alive, and so are
// those of the domain. Before that is said the plain question is asked once
// more, for they may have come back in between. It returns nil where nothing
// is to be added.
func (r *Resolver) unvalidated(ctx context.Context, q question, fails []*Error) *answer {
	for i, f := range fails {
		if f.Kind != ServFail {
			continue
		}
		s := r.servers[i]
		got, err := r.exchange(ctx, s, query{question: q, ad: s.trusted, cd: true, tcp: r.tcp})
		if err != nil || got.m.Rcode != dns.RcodeSuccess && got.m.Rcode != dns.RcodeNameError {
			return nil // the next one would have to do the same work
		}
		a := r.askServer(ctx, s, q)
		if failed(a.err) && a.err.Kind == ServFail {
			a.err.Kind = Bogus
			a.ttl = failureTTL
		}
		if !failed(a.err) || a.err.Kind == Bogus {
			return a
		}
		return nil
	}
	return nil
}
