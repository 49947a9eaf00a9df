package dnsmx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind      Kind
		name      string
		temporary bool
	}{
		{NoName, "NoName", false},
		{NoData, "NoData", false},
		{NoHost, "NoHost", false},
		{BadName, "BadName", false},
		{Loop, "Loop", false},
		{Loopback, "Loopback", false},
		{Bogus, "Bogus", true},
		{ServFail, "ServFail", true},
		{Refused, "Refused", true},
		{OtherRcode, "OtherRcode", true},
		{Malformed, "Malformed", true},
		{Local, "Local", true},
		{Timeout, "Timeout", true},
		{Unreachable, "Unreachable", true},
		{Canceled, "Canceled", true},
		{Canceled + 1, "Kind(16)", true},
		{0, "Kind(0)", true},
	}
	for _, tt := range tests {
		e := &Error{Kind: tt.kind}
		if e.Kind.String() != tt.name || e.Temporary() != tt.temporary || e.Timeout() != (tt.kind == Timeout) {
			t.Errorf("kind %d = %v, temporary %v, time-out %v; want %s, %v",
				tt.kind, e.Kind, e.Temporary(), e.Timeout(), tt.name, tt.temporary)
		}
	}
}

func TestUnknownExtendedError(t *testing.T) {
	t.Parallel()
	m := new(dns.Msg)
	m.SetEdns0(ednsSize, false)
	opt := m.IsEdns0()
	opt.Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE}, &dns.EDNS0_EDE{InfoCode: 4711}}
	wantText(t, extendedError(m), "extended error 4711")
	opt.Option[1] = &dns.EDNS0_EDE{InfoCode: 4711, ExtraText: strings.Repeat("x", 1000)}
	wantText(t, extendedError(m), `extended error 4711: "`+strings.Repeat("x", maxExtraText)+`"`)
	opt.Option = opt.Option[:1]
	if err := extendedError(m); err != nil {
		t.Errorf("extendedError without one = %v; want nil", err)
	}
}

// A family that could not be looked up is not a family that does not exist.
func TestAddressesOfOneFamilyMissing(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]bool{dns.RcodeServerFailure: true, dns.RcodeNameError: false, dns.RcodeSuccess: false} {
		w := newWorld(t, "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1")
		w.spoil = only(dns.TypeAAAA, "mx.test.", rcode(code))
		h := mustRoute(t, w.resolver(), "example.test").Hosts[0]
		if (h.Missing != nil) != want || h.Err != nil {
			t.Errorf("response code %d: Missing = %v, Err = %v; want Missing %t and no Err", code, h.Missing, h.Err, want)
		}
	}
}

func TestManyAddresses(t *testing.T) {
	t.Parallel()
	lines := []string{"example.test. MX 10 mx.test."}
	for i := range maxAddrs + 1 {
		lines = append(lines, fmt.Sprintf("mx.test. A 192.0.2.%d", i))
	}
	h := mustRoute(t, newWorld(t, lines...).resolver(), "example.test").Hosts[0]
	if h.LeftOut != 1 {
		t.Errorf("%d addresses left out; want 1", h.LeftOut)
	}
	if n := len(h.Addrs); n != maxAddrs || h.Addrs[n-1].String() != "192.0.2.63" {
		t.Errorf("%d addresses %v; want the first %d", n, h.Addrs, maxAddrs)
	}
	wantNote(t, h.Notes, "65 addresses", "first 64")
}

// The MX records of a domain may be its own while its address is an alias's.
func TestImplicitHostIsAlias(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. CNAME web.test.", "web.test. A 192.0.2.1")
	w.spoil = only(dns.TypeMX, "example.test.", func(_, r *dns.Msg) *dns.Msg {
		r.Answer = nil
		return r
	})
	route := mustRoute(t, w.resolver(), "example.test")
	wantHosts(t, route, "0 example.test 192.0.2.1")
	wantNote(t, route.Hosts[0].Notes, `"example.test" is an alias (CNAME) for "web.test"`)
}
