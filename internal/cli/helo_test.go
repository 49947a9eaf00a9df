package cli

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/dnsmx"
	"mxprobe/internal/hostname"
)

func TestFullName(t *testing.T) {
	t.Parallel()
	hosts := filepath.Join(t.TempDir(), "hosts")
	text := "127.0.0.1 localhost\n# 10.0.0.1 vm.wrong.example vm\n127.0.1.1\tvm.example.net vm # this machine\n10.0.0.2 lap.localdomain lap\n10.0.0.3 other.example.net box\n"
	if err := os.WriteFile(hosts, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"vm": "vm.example.net", "mail.example.org": "mail.example.org", "mail.example.org.": "mail.example.org",
		"lap": "", "box": "", "localhost": "", "localhost.localdomain": "", "unknown": "", "": "", "bad host.example": "",
	} {
		if got := fullName(host, hosts); got != want {
			t.Errorf("fullName(%q) = %q; want %q", host, got, want)
		}
	}
	if got := fullName("vm", filepath.Join(t.TempDir(), "none")); got != "" {
		t.Errorf("fullName without a file = %q; want none", got)
	}
}

// TestTrap18NameForEHLO: a name that the DNS does not know, localhost above
// all, gets sessions refused; then the address literal is the name (RFC 5321
// section 4.1.4).
func TestTrap18NameForEHLO(t *testing.T) {
	t.Parallel()
	host, err := os.Hostname()
	if err != nil {
		t.Skip(err)
	}
	source := netip.MustParseAddr("192.0.2.7")
	full := fullName(host, "/etc/hosts")
	name, note := ownName(t.Context(), fakeResolver{}, source)
	if name != "[192.0.2.7]" || !strings.Contains(note, "--helo") {
		t.Errorf("ownName, unknown to the DNS = %q, %q; want [192.0.2.7] and a note that names --helo", name, note)
	}
	if full == "" {
		return
	}
	name, note = ownName(t.Context(), fakeResolver{full: {"192.0.2.7"}}, source)
	if name != full || note != "" {
		t.Errorf("ownName, known to the DNS = %q, %q; want %q", name, note, full)
	}
	name, _ = ownName(t.Context(), silentResolver{}, source)
	if name != full {
		t.Errorf("ownName while the resolver is silent = %q; want %q: nothing speaks against it", name, full)
	}
}

type silentResolver struct{ fakeResolver }

func (silentResolver) Records(_ context.Context, name string, _ dnsmx.Type) (dnsmx.Set, error) {
	return dnsmx.Set{Name: name}, &dnsmx.Error{Name: name, Kind: dnsmx.Timeout}
}

func TestTrap19AddressLiteral(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"192.0.2.1": "[192.0.2.1]", "2001:db8::1": "[IPv6:2001:db8::1]", "fe80::1%eth0": "[IPv6:fe80::1]",
	} {
		if got := hostname.Literal(netip.MustParseAddr(addr)); got != want {
			t.Errorf("hostname.Literal(%s) = %s; want %s", addr, got, want)
		}
	}
	if got := ownAddr(netip.Addr{}); !got.IsValid() || got.IsUnspecified() {
		t.Errorf("ownAddr() = %s; want an address", got)
	}
}
