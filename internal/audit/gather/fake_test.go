package gather

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"mxprobe/dnsmx"
)

// fake answers from memory: "MX example.org" is a question, and the values are
// the records; "!" is a failure, "bogus" a failure of DNSSEC. A name with any
// record exists.
type fake struct {
	records map[string][]string
	// validates, and signed says of which names.
	validates bool
	asked     map[string]int
	mu        sync.Mutex
}

func newFake(changes map[string][]string) *fake {
	f := &fake{records: soundRecords(), validates: true, asked: map[string]int{}}
	maps.Copy(f.records, changes)
	return f
}

func soundRecords() map[string][]string {
	r := map[string][]string{
		"MX corp.example.net":                                     {"10 mx1.corp.example.net", "20 mx2.corp.example.net"},
		"TXT corp.example.net":                                    {"v=spf1 mx include:spf.example.org -all", "other"},
		"TXT spf.example.org":                                     {"v=spf1 ip4:9.9.2.0/24 -all"},
		"TXT _dmarc.corp.example.net":                             {"v=DMARC1; p=reject; rua=mailto:d@reports.example.org"},
		"TXT corp.example.net._report._dmarc.reports.example.org": {"v=DMARC1"},
		"TXT _smtp._tls.corp.example.net":                         {"v=TLSRPTv1; rua=mailto:t@corp.example.net"},
		"TXT default._bimi.corp.example.net":                      {"v=BIMI1; l=https://corp.example.net/l.svg"},
		"TXT s1._domainkey.corp.example.net":                      {"v=DKIM1; p="},
		"AAAA ns1.example.net":                                    {"::53"},
		"A ns1.example.net":                                       {"127.0.0.53"},
		"A ns2.example.org":                                       {"127.0.1.53"},
		"SOA corp.example.net":                                    {"soa"},
		"NS corp.example.net":                                     {"ns1.example.net", "ns2.example.org"},
		"DS corp.example.net":                                     {"ds"},
		"DNSKEY corp.example.net":                                 {"key"},
	}
	for i, name := range []string{"mx1.corp.example.net", "mx2.corp.example.net"} {
		v4, v6 := fmt.Sprintf("9.9.%d.25", i+2), fmt.Sprintf("2a00:1450:%d::25", i+2)
		r["A "+name], r["AAAA "+name] = []string{v4}, []string{v6}
		for _, ip := range []string{v4, v6} {
			r["PTR "+dnsmx.ReverseName(netip.MustParseAddr(ip))] = []string{name}
		}
		r["TLSA _25._tcp."+name] = []string{"aa", "bb"}
	}
	return r
}

var errBroken = errors.New("broken")

func (f *fake) find(question string) ([]string, error) {
	f.mu.Lock()
	f.asked[question]++
	f.mu.Unlock()
	typ, name, _ := strings.Cut(question, " ")
	values := f.records[question]
	e := &dnsmx.Error{Name: name, Type: typ, Err: errBroken}
	switch {
	case len(values) == 1 && values[0] == "!":
		e.Kind = dnsmx.Timeout
	case len(values) == 1 && values[0] == "bogus":
		e.Kind = dnsmx.Bogus
	case len(values) > 0:
		return values, nil
	default:
		e.Kind = dnsmx.NoName
		for q, all := range f.records {
			if len(all) == 0 {
				continue
			}
			if strings.HasSuffix(q, " "+name) || strings.HasSuffix(q, "."+name) {
				e.Kind = dnsmx.NoData
			}
		}
	}
	return nil, e
}

func (f *fake) Records(_ context.Context, name string, t dnsmx.Type) (dnsmx.Set, error) {
	values, err := f.find(t.String() + " " + name)
	return fill(name, t, values), err
}

// fill makes the records of values.
func fill(name string, t dnsmx.Type, values []string) dnsmx.Set {
	s := dnsmx.Set{Name: name, Type: t, TTL: time.Hour, Authentic: true}
	for _, v := range values {
		if alias, ok := strings.CutPrefix(v, "alias "); ok {
			s.Aliases = append(s.Aliases, alias)
			continue
		}
		switch t {
		case dnsmx.TypeA, dnsmx.TypeAAAA:
			s.Addrs = append(s.Addrs, netip.MustParseAddr(v))
		case dnsmx.TypeMX:
			var mx dnsmx.MX
			_, _ = fmt.Sscanf(v, "%d %s", &mx.Preference, &mx.Host)
			mx.Host = strings.TrimSuffix(mx.Host, ".")
			s.MX = append(s.MX, mx)
		case dnsmx.TypeTXT:
			s.Texts = append(s.Texts, v)
		case dnsmx.TypeSOA:
			s.SOA = &dnsmx.SOA{Serial: 7, Refresh: 7200, Retry: 3600, Expire: 604800, Minimum: 3600}
		default:
			s.Names = append(s.Names, v)
		}
	}
	return s
}

func (f *fake) Reverse(ctx context.Context, addr netip.Addr) (dnsmx.Set, error) {
	return f.Records(ctx, dnsmx.ReverseName(addr), dnsmx.TypePTR)
}

func (f *fake) TLSA(_ context.Context, host string, port uint16) (dnsmx.TLSASet, error) {
	s := dnsmx.TLSASet{Base: host, Name: fmt.Sprintf("_%d._tcp.%s", port, host)}
	values, err := f.find("TLSA " + s.Name)
	if e, ok := errors.AsType[*dnsmx.Error](err); ok && !e.Temporary() {
		return s, nil
	}
	for _, v := range values {
		s.State = dnsmx.TLSASecure
		s.Records = append(s.Records, dnsmx.TLSA{Usage: 3, Selector: 1, Matching: 1, Data: []byte(strings.Repeat(v, 16))})
	}
	return s, err
}

func (f *fake) Validates(context.Context) (bool, error) { return f.validates, nil }

func (f *fake) Zone(_ context.Context, name string) (string, error) {
	if _, err := f.find("SOA " + name); err != nil {
		return "", err
	}
	return name, nil
}

func (f *fake) Delegation(_ context.Context, zone string) (dnsmx.Delegation, error) {
	values, err := f.find("above " + zone)
	if err != nil {
		values, err = f.find("NS " + zone)
	}
	var d dnsmx.Delegation
	for _, v := range values {
		d.Servers = append(d.Servers, dnsmx.NameServer{Name: v})
	}
	return d, err
}

func (f *fake) Ask(_ context.Context, server netip.AddrPort, name string, t dnsmx.Type) (dnsmx.Reply, error) {
	question := t.String() + " " + name
	if own, ok := f.records[server.Addr().String()+" "+question]; ok {
		question = server.Addr().String() + " " + question
		if own[0] == "lame" {
			return dnsmx.Reply{}, nil
		}
	}
	values, err := f.find(question)
	return dnsmx.Reply{Set: fill(name, t, values), Authoritative: true}, err
}

func (f *fake) ListedAddr(_ context.Context, list string, addr netip.Addr) (dnsmx.Listing, error) {
	return f.listed(addr.String() + " " + list)
}

func (f *fake) ListedName(_ context.Context, list, name string) (dnsmx.Listing, error) {
	return f.listed(name + " " + list)
}

func (f *fake) listed(question string) (dnsmx.Listing, error) {
	values, err := f.find("listed " + question)
	l := dnsmx.Listing{Name: question}
	if e, ok := errors.AsType[*dnsmx.Error](err); ok && !e.Temporary() {
		return l, nil
	}
	for _, v := range values {
		l.Codes, l.Texts = append(l.Codes, netip.MustParseAddr(v)), []string{"listed \x1b[2J"}
	}
	return l, err
}

// noWeb connects nowhere.
type noWeb struct{}

func (noWeb) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, errBroken
}
