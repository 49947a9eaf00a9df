package hostname

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"example.org", "example.org.", "EXAMPLE.org", "_dmarc.example.org", "xn--mnchen-3ya.example", "münchen.example", "localhost",
		"-a.example", strings.Repeat("a", 63) + ".org", strings.Repeat("ü", 60) + ".org",
	} {
		if err := Check(good); err != nil {
			t.Errorf("Check(%q) = %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"b\xfccher.example": "not in UTF-8", "": "empty", ".": "empty", "a..b": "empty label", ".a": "empty label", "a..": "empty label",
		"a b": `" "`, "a/b": `"/"`, "a\x00": `"\x00"`, "a:b": `":"`, "a@b": `"@"`, "a*b": `"*"`, "a~b": `"~"`, "[a]": `"["`,
		strings.Repeat("a", 64) + ".org": "64 characters, 63", strings.Repeat("a.", 127): "", strings.Repeat("a.", 127) + "bc": "256 characters, 253",
		strings.Repeat("ü.", 500): "253 are allowed",
	} {
		if err := Check(bad); want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("Check(%q) = %v; want something about %s", bad, err, want)
		}
	}
}

func TestAddr(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "[192.0.2.1]": "192.0.2.1", "2001:db8::1": "2001:db8::1", "[2001:db8::1]": "2001:db8::1",
		"[ipv6:2001:db8::1]": "2001:db8::1", "[2001:db8::1": "", "IPv6:2001:db8::1": "", "example.org": "", "": "", "[]": "",
	} {
		addr, ok := Addr(host)
		if ok != (want != "") || ok && addr.String() != want {
			t.Errorf("Addr(%q) = %v, %v; want %q", host, addr, ok, want)
		}
	}
}
