package cli

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestParsePluginTime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{"5": 5 * time.Second, "0.5": 500 * time.Millisecond, "2m": 2 * time.Minute} {
		if got, err := parsePluginTime(in); err != nil || got != want {
			t.Errorf("parsePluginTime(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"0", "-1", "NaN", "Inf", "1e99"} {
		if got, err := parsePluginTime(in); err == nil {
			t.Errorf("parsePluginTime(%q) = %s; want an error", in, got)
		}
	}
}

// TestTrap19ServerIsSplitByAParser: an IPv6 address has colons of its own
// (RFC 3986 section 3.2.2, RFC 5321 section 4.1.3).
func TestTrap19ServerIsSplitByAParser(t *testing.T) {
	t.Parallel()
	good := []struct {
		in, host string
		port     uint16
	}{
		{"mx1.example.org", "mx1.example.org", 0},
		{"mx1.example.org:587", "mx1.example.org", 587},
		{"mx1.example.org.", "mx1.example.org.", 0},
		{"_smtp.example.org", "_smtp.example.org", 0},
		{"192.0.2.1", "192.0.2.1", 0},
		{"192.0.2.1:25", "192.0.2.1", 25},
		{"[192.0.2.1]:25", "192.0.2.1", 25},
		{"2001:db8::1", "2001:db8::1", 0},
		{"[2001:db8::1]", "2001:db8::1", 0},
		{"[2001:DB8::1]:465", "2001:db8::1", 465},
		{"[IPv6:2001:db8::1]:25", "2001:db8::1", 25},
	}
	for _, tt := range good {
		if host, port, err := parseServer(tt.in); err != nil || host != tt.host || port != tt.port {
			t.Errorf("parseServer(%q) = %q, %d, %v; want %q, %d", tt.in, host, port, err, tt.host, tt.port)
		}
	}
	for _, in := range []string{
		"", ":25", "mx1.example.org:", "mx1.example.org:0", "mx1.example.org:65536", "mx1.example.org:smtp",
		"[2001:db8::1", "2001:db8::1]", "[mx1.example.org]", "a b", "a..b", "user@example.org", "smtp://mx1.example.org",
		"1:2:3", "mx1.example.org:25:26", "-x", "[2001:db8::1]x", "a\x00b",
	} {
		if host, port, err := parseServer(in); err == nil {
			t.Errorf("parseServer(%q) = %q, %d; want an error", in, host, port)
		}
	}
}

func TestParseRedirect(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"MX1.example.org.=127.0.0.1:2525": "mx1.example.org|invalid IP|0|127.0.0.1:2525",
		"mx1.example.org:587=[::1]:2525":  "mx1.example.org|invalid IP|587|[::1]:2525",
		"192.0.2.1=127.0.0.1:2525":        "|192.0.2.1|0|127.0.0.1:2525",
		"[2001:db8::1]:25=127.0.0.1:2525": "|2001:db8::1|25|127.0.0.1:2525",
		"2001:db8::1=127.0.0.1:2525":      "|2001:db8::1|0|127.0.0.1:2525",
	} {
		r, err := parseRedirect(in)
		got := r.Name + "|" + r.Addr.String() + "|" + itoa(r.Port) + "|" + r.To.String()
		if err != nil || got != want {
			t.Errorf("parseRedirect(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "a", "a=", "=127.0.0.1:25", "a=b:25", "a=127.0.0.1", "a=127.0.0.1:0", "a b=127.0.0.1:25"} {
		if _, err := parseRedirect(in); err == nil {
			t.Errorf("parseRedirect(%q) gave no error", in)
		}
	}
}

func itoa(port uint16) string { return strconv.Itoa(int(port)) }

func TestDomainFault(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"example.org", "example.org.", "EXAMPLE.org", "_dmarc.example.org", "xn--mnchen-3ya.example", "münchen.example",
		"localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]", "a-b.example",
	} {
		if why := domainFault(good); why != "" {
			t.Errorf("domainFault(%q) = %q; want none", good, why)
		}
	}
	for bad, want := range map[string]string{
		"": "empty", "me@example.org": "write example.org", "https://example.org": "URL", "192.0.2.1": "[192.0.2.1]",
		"a b": `" "`, "a..b": "label", ".a": "label", "example.org/x": `"/"`, "a\nb": `"\n"`, "[x]": "brackets",
		strings.Repeat("a", 64) + ".org": "63", "-v": "hyphen", "$(id)": `"$"`,
	} {
		if why := domainFault(bad); !strings.Contains(why, want) {
			t.Errorf("domainFault(%q) = %q; want something about %q", bad, why, want)
		}
	}
}

// TestQuoteIsReadBackByAShell has a real shell take the words apart again.
func TestQuoteIsReadBackByAShell(t *testing.T) {
	t.Parallel()
	words := []string{
		"plain", "", "two words", "it's", "$HOME", "`id`", "a\"b", "back\\slash", "*", "~", "@send", "a=b", "#x", "&", ";", "new\nline",
		"[2001:db8::1]:25", "user@example.org", "ü", "!x", "-v", "<>", "(x)",
	}
	out, err := exec.Command("sh", "-c", "printf '%s\\0' "+commandLine(words)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(words, "\x00") + "\x00"; string(out) != got {
		t.Errorf("the shell reads %q; want %q", out, got)
	}
}

func TestCheckHostsRefusesWhatHasNoMeaning(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"mx1.example.org", "*.example.org", "mx?", "*", "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "[IPv6:2001:db8::1]"} {
		if err := checkHosts(good); err != nil {
			t.Errorf("checkHosts(%q) = %v", good, err)
		}
	}
	for _, bad := range []string{"mx[12].example.org", "{a,b}", "a,b", `mx\*`, "a b", "10.0.0.0/8", "mx1:25", "192.0.2.1:25"} {
		if err := checkHosts(bad); err == nil {
			t.Errorf("checkHosts(%q) gave no error", bad)
		}
	}
}

func TestAddressesAndNamesOfFlags(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		check func(string) error
		value string
		ok    bool
	}{
		{"hello", checkHello, "mail.example.org", true},
		{"hello", checkHello, "[IPv6:2001:db8::1]", true},
		{"hello", checkHello, "a b", false},
		{"hello", checkHello, "a\r\nRSET", false},
		{"recipient", checkRecipient, "kate@example.org", true},
		{"recipient", checkRecipient, "kate@${domain}", true},
		{"recipient", checkRecipient, `"kate a"@example.org`, true},
		{"recipient", checkRecipient, "kate@example.org> NOTIFY=NEVER", false},
		{"recipient", checkRecipient, "kate a@example.org", false},
		{"recipient", checkRecipient, "kate@example.org\r\nDATA", false},
		{"sender", checkSender, "<>", true},
		{"sender", checkSender, "<kate@example.org>", true},
		{"sender", checkSender, "<kate@example.org", false},
		{"sender", checkSender, "kate@example.org> SIZE=1", false},
	} {
		if err := tc.check(tc.value); (err == nil) != tc.ok {
			t.Errorf("%s %q: %v; want ok %v", tc.name, tc.value, err, tc.ok)
		}
	}
}
