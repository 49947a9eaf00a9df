package dnsmx

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestScope(t *testing.T) {
	t.Parallel()
	for want, addrs := range map[string]string{
		"loopback":      "127.0.0.1 127.255.0.3 ::1",
		"private":       "10.1.2.3 172.16.0.1 172.31.255.255 192.168.7.7 fd00::1",
		"link-local":    "169.254.1.1 fe80::1",
		"multicast":     "224.0.0.1 239.1.1.1 ff02::1",
		"documentation": "192.0.2.1 198.51.100.1 203.0.113.255 2001:db8:1::1 3fff:fff::1",
		"reserved":      "0.0.0.0 0.1.2.3 192.0.0.9 240.0.0.1 255.255.255.255 :: 100::1 5f00::1",
		"shared":        "100.64.0.1 100.127.255.255",
		"benchmarking":  "198.18.0.1 198.19.255.255",
		"":              "1.1.1.1 100.63.0.1 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 192.169.0.1 198.17.0.1 198.20.0.1 223.255.255.255 2606::1 2001:db9::1 3ffe::1",
	} {
		for addr := range strings.FieldsSeq(addrs) {
			if got := scope(netip.MustParseAddr(addr)); got != want {
				t.Errorf("scope(%s) = %q; want %q", addr, got, want)
			}
		}
	}
}

// An exchange that leads every sender to itself is none, whoever runs a server
// on this machine. Other addresses of it count.
func TestExchangeThatLeadsToItself(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, addr string // of the exchange, beside those of other
		other      string
		want       string // addresses to use
		kind       Kind
	}{
		{"127.0.0.1", "127.0.0.1", "", "", Loopback},
		{"::1", "::1", "", "", Loopback},
		{"0.0.0.0", "0.0.0.0", "", "", Loopback},
		{"::", "::", "", "", Loopback},
		{"IPv4-mapped", "::ffff:127.0.0.1", "", "", Loopback},
		{"both families", "127.0.0.1", "::1", "", Loopback},
		{"beside another", "127.0.0.1", "2606::1", "2606::1", 0},
		{"the rest of the network", "127.0.0.2", "", "127.0.0.2", 0},
	}
	for _, tt := range tests {
		for _, origin := range []string{"example.test. MX 10 mx.test.", "mx.test. TXT implicit"} {
			t.Run(tt.name+" "+origin, func(t *testing.T) {
				t.Parallel()
				zone := []string{origin}
				for _, a := range []string{tt.addr, tt.other} {
					switch {
					case strings.Contains(a, ":"):
						zone = append(zone, "mx.test. AAAA "+a)
					case a != "":
						zone = append(zone, "mx.test. A "+a)
					}
				}
				r := newWorld(t, zone...).resolver()
				domain := "example.test"
				if strings.Contains(origin, "implicit") {
					domain = "mx.test"
				}
				h := mustRoute(t, r, domain).Hosts[0]
				if got := strings.Trim(strings.Join(texts(h.Addrs), " "), " "); got != tt.want {
					t.Errorf("addresses %q; want %q", got, tt.want)
				}
				if tt.kind == 0 {
					if h.Err != nil {
						t.Errorf("error %v; want none", h.Err)
					}
					return
				}
				if e := asError(t, h.Err); e.Kind != tt.kind || e.Temporary() || len(h.Itself) == 0 {
					t.Errorf("error %v of %v; want %v, permanent", e, h.Itself, tt.kind)
				}
			})
		}
	}
}

func texts(addrs []netip.Addr) []string {
	var all []string
	for _, a := range addrs {
		all = append(all, a.String())
	}
	return all
}

// Whoever names the server means it, and a laboratory may say that it is one.
func TestLoopbackThatIsMeant(t *testing.T) {
	t.Parallel()
	zone := []string{"example.test. MX 10 mx.test.", "mx.test. A 127.0.0.1", "mx.test. AAAA 2001:db8::1"}
	allowed := mustNew(t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}, AllowLoopback: true})
	w := newWorld(t, zone...)
	allowed.wire = w
	for name, r := range map[string]*Resolver{
		"allowed": allowed,
		"a lab":   newWorld(t, append(zone, LabName+`. TXT "a lab"`)...).resolver(),
	} {
		route := mustRoute(t, r, "example.test")
		wantHosts(t, route, "10 mx.test 127.0.0.1 2001:db8::1")
		if len(route.Notes) > 0 {
			t.Errorf("%s: notes %q; want none", name, route.Notes)
		}
	}
	if slices.Contains(w.questions(), "TXT "+LabName+".") {
		t.Error("it is asked whether this is a lab, which is known")
	}
	for _, name := range []string{"127.0.0.1", "[127.0.0.1]", "mx.test"} {
		if h := newWorld(t, zone...).resolver().Host(t.Context(), name); h.Err != nil || h.Addrs[0] != netip.MustParseAddr("127.0.0.1") {
			t.Errorf("Host(%q) = %+v; want 127.0.0.1, which was named", name, h)
		}
	}
	literal := mustRoute(t, newWorld(t).resolver(), "[127.0.0.1]")
	wantHosts(t, literal, "0 [127.0.0.1] 127.0.0.1")
}

// Addresses that senders elsewhere cannot reach are remarked on once, others
// never, and nothing more is asked for them.
func TestOutOfReachNote(t *testing.T) {
	t.Parallel()
	zone := []string{"a.test. MX 10 a.test.", "a.test. MX 20 b.test.", "a.test. A 10.0.0.1", "b.test. A 10.0.0.2", "b.test. A 10.0.0.1"}
	route := mustRoute(t, newWorld(t, zone...).resolver(), "a.test")
	if want := "senders elsewhere do not reach 10.0.0.1 (a private address), nor 1 more"; !slices.Contains(route.Notes, want) {
		t.Errorf("notes %q; want %q", route.Notes, want)
	}
	w := newWorld(t, "a.test. MX 10 a.test.", "a.test. A 1.2.3.4", "a.test. AAAA 2606::1")
	if route := mustRoute(t, w.resolver(), "a.test"); len(route.Notes) > 0 {
		t.Errorf("notes %q; want none", route.Notes)
	}
	for _, q := range w.questions() {
		if strings.HasPrefix(q, dns.TypeToString[dns.TypeTXT]) {
			t.Errorf("asked %q; want addresses of the internet to cost nothing", q)
		}
	}
}
