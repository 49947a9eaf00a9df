package dnsmx

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A host that a person names is found where every program of the machine finds
// it; those of a mail domain are found in the DNS alone.
func TestHostsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hosts")
	text := "# a remark\n127.0.0.7 Mail.lab mail # another\n\n::ffff:127.0.0.8\tmail.lab.\nfe80::1%lo mail.lab\nnonsense mail.lab\n192.0.2.9\n192.0.2.10 mx.test\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	with, without := exampleWorld(t), exampleWorld(t)
	server := netip.MustParseAddrPort("127.0.0.1:53")
	r := mustNew(t, Config{Servers: []netip.AddrPort{server}, HostsFile: path})
	r.wire = with
	for _, tt := range []struct {
		r    *Resolver
		name string
		want string
	}{
		{r, "mail.LAB", "[127.0.0.7 127.0.0.8 fe80::1%lo]"},
		{r, "mail.", "[127.0.0.7]"},
		{r, "mx.test", "[192.0.2.10]"},
		{r, "localhost", "[127.0.0.1 ::1]"},
		{r, "a.localhost", "[127.0.0.1 ::1]"},
		{without.resolver(), "localhost", "[127.0.0.1 ::1]"},
		{without.resolver(), "mx.test", "[192.0.2.1 2001:db8::1]"},
	} {
		if h := tt.r.Host(t.Context(), tt.name); h.Err != nil || fmt.Sprint(h.Addrs) != tt.want {
			t.Errorf("Host(%q) = %v, %v; want %s", tt.name, h.Addrs, h.Err, tt.want)
		}
	}
	if asked := with.questions(); len(asked) > 0 {
		t.Errorf("asked the DNS %q; want nothing asked of names in the file", asked)
	}
	wantHosts(t, mustRoute(t, r, "example.test"), exampleHost)
}

// A file that is not there, or is none, leaves the DNS.
func TestNoHostsFile(t *testing.T) {
	t.Parallel()
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		r := mustNew(t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}, HostsFile: path})
		r.wire = exampleWorld(t)
		if h := r.Host(t.Context(), "mx.test"); h.Err != nil || len(h.Addrs) != 2 {
			t.Errorf("Host with the file %s = %+v; want its addresses in the DNS", path, h)
		}
	}
}

// FuzzHosts reads hosts files of any kind.
func FuzzHosts(f *testing.F) {
	f.Add("127.0.0.1 localhost\n::1 ip6-localhost # no\n")
	f.Add("fe80::1%eth0\tA.b. c")
	f.Fuzz(func(t *testing.T, text string) {
		for name, addrs := range parseHosts(strings.NewReader(text)) {
			if len(addrs) == 0 || name != strings.ToLower(name) {
				t.Fatalf("%q has %v", name, addrs)
			}
		}
	})
}
