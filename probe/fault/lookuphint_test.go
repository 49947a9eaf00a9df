package fault

import (
	"net/netip"
	"strings"
	"testing"

	"mxprobe/dnsmx"
	"mxprobe/probe/result"
)

// The command asks the server that gave the answer: another one may know
// another world.
func TestLookupHintNamesTheServerAsked(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		server, typ string
		kind        dnsmx.Kind
		want        string
	}{
		{"127.0.0.1:5353", "MX", dnsmx.NoName, "; closer: dig @127.0.0.1 -p 5353 x.test MX"},
		{"192.0.2.53:53", "A or AAAA", dnsmx.NoData, "; closer: dig @192.0.2.53 x.test A"},
		{"[2001:db8::53]:53", "MX", dnsmx.ServFail, "; closer: dig @2001:db8::53 x.test MX"},
		{"", "MX", dnsmx.Timeout, "; closer: dig x.test MX"},
		{"192.0.2.53:53", "MX", dnsmx.Bogus, "; closer: dig @192.0.2.53 x.test MX +cd +dnssec"},
	} {
		e := &dnsmx.Error{Name: "x.test", Type: tc.typ, Kind: tc.kind}
		if tc.server != "" {
			e.Server = netip.MustParseAddrPort(tc.server)
		}
		if got := LookupHint(e, result.DNS); !strings.HasSuffix(got, tc.want) {
			t.Errorf("%v from %q: %q; want it to end with %q", tc.kind, tc.server, got, tc.want)
		}
	}
}
