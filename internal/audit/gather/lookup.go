package gather

import (
	"context"
	"errors"
	"net/netip"

	"mxprobe/dnsmx"
	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

// lookup is what became of a question.
func lookup(name string, set *dnsmx.Set, err error) facts.Lookup {
	l := facts.Lookup{Name: name, Authentic: set.Authentic, TTL: set.TTL}
	if n := len(set.Aliases); n > 0 {
		l.Alias = set.Aliases[n-1]
	}
	l.State, l.Why = state(err)
	return l
}

// state says what an error of the resolver means for what was asked for. A
// name that cannot exist, and aliases that lead nowhere, are answers.
func state(err error) (facts.State, string) {
	if err == nil {
		return facts.Found, ""
	}
	if e, ok := errors.AsType[*dnsmx.Error](err); ok {
		switch e.Kind {
		case dnsmx.NoName, dnsmx.BadName:
			return facts.NoName, ""
		case dnsmx.NoData, dnsmx.Loop:
			return facts.NoData, ""
		}
	}
	return facts.Failed, result.Printable([]byte(err.Error()), result.MaxShown)
}

func isBogus(err error) bool {
	e, ok := errors.AsType[*dnsmx.Error](err)
	return ok && e.Kind == dnsmx.Bogus
}

// records looks up the records of a name.
func (g *Gatherer) records(ctx context.Context, name string, t dnsmx.Type) (facts.Lookup, dnsmx.Set) {
	set, err := g.Resolver.Records(ctx, name, t)
	return lookup(name, &set, err), set
}

// text looks up the TXT records of a name.
func (g *Gatherer) text(ctx context.Context, name string) facts.Text {
	l, set := g.records(ctx, name, dnsmx.TypeTXT)
	return facts.Text{Lookup: l, Records: set.Texts}
}

// spfResolver answers what SPF asks.
type spfResolver struct{ g *Gatherer }

// found turns an answer that there is nothing into no error.
func found[T any](values []T, err error) ([]T, error) {
	if s, _ := state(err); s == facts.Failed {
		return nil, err
	}
	return values, nil
}

func (r spfResolver) TXT(ctx context.Context, name string) ([]string, error) {
	set, err := r.g.Resolver.Records(ctx, name, dnsmx.TypeTXT)
	return found(set.Texts, err)
}

func (r spfResolver) Addresses(ctx context.Context, name string, v6 bool) ([]netip.Addr, error) {
	t := dnsmx.TypeA
	if v6 {
		t = dnsmx.TypeAAAA
	}
	set, err := r.g.Resolver.Records(ctx, name, t)
	return found(set.Addrs, err)
}

func (r spfResolver) MX(ctx context.Context, name string) ([]string, error) {
	set, err := r.g.Resolver.Records(ctx, name, dnsmx.TypeMX)
	var hosts []string
	for _, mx := range set.MX {
		hosts = append(hosts, mx.Host)
	}
	return found(hosts, err)
}

func (r spfResolver) Names(ctx context.Context, addr netip.Addr) ([]string, error) {
	set, err := r.g.Resolver.Reverse(ctx, addr)
	return found(set.Names, err)
}
