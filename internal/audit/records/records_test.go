package records

import (
	"slices"
	"strings"
	"testing"
)

func TestParseDMARC(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text    string
		policy  string
		void    bool
		problem string
	}{
		{"v=DMARC1; p=reject", "reject", false, ""},
		{"v=DMARC1;p=QUARANTINE;", "quarantine", false, ""},
		{" v = DMARC1 ; p = none ", "none", false, ""},
		{"v=DMARC1; rua=mailto:a@example.org", "none", false, ""},
		{"v=DMARC1; p=refuse; rua=mailto:a@example.org", "none", false, "p=refuse"},
		{"v=DMARC1; p=refuse", "", true, "p=refuse"},
		{"v=DMARC1", "", true, ""},
		{"v=DMARC1; p=none; rua=a@example.org", "none", false, "no scheme"},
		{"v=DMARC1; p=none; rua=mailto:a@example.org!10m,mailto:b", "none", false, "no mail address"},
		{"v=DMARC1; p=none; sp=", "", true, "sp= is none of"},
		{"v=DMARC1; p=reject; np=no", "", true, "np=no is none of"},
		{"v=DMARC1; p=reject; sp=no; rua=mailto:a@example.org", "none", false, "sp=no is none of"},
		{"v=DMARC1; p=none p=reject", "", true, "none of"},
		{"v=DMARC1; p=none; fo=1:d:x", "none", false, "fo=x"},
		{"v=DMARC1; p=none; p=reject", "none", false, "twice"},
		{"v=DMARC1; p=none; nonsense", "none", false, "no name=value"},
	}
	for _, tt := range tests {
		if !IsDMARC(tt.text) {
			t.Errorf("IsDMARC(%q) = false", tt.text)
		}
		d := ParseDMARC(tt.text)
		if d.Policy != tt.policy || (d.Void != "") != tt.void {
			t.Errorf("ParseDMARC(%q) = %q, %q; want %q, void %t", tt.text, d.Policy, d.Void, tt.policy, tt.void)
		}
		if got := strings.Join(d.Problems, "; "); (tt.problem == "") != (got == "") || !strings.Contains(got, tt.problem) {
			t.Errorf("ParseDMARC(%q): problems = %q; want %q", tt.text, got, tt.problem)
		}
	}
	for _, text := range []string{"v=DMARC10; p=none", "V=dmarc1; p=none", "p=none; v=DMARC1", "v=DMARC1 p=none", ""} {
		if IsDMARC(text) {
			t.Errorf("IsDMARC(%q) = true", text)
		}
	}
}

func TestWalkNames(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"example.org":             "example.org org",
		"a.b.example.org":         "a.b.example.org b.example.org example.org org",
		"a.b.c.d.e.f.g.h.i.j.org": "a.b.c.d.e.f.g.h.i.j.org e.f.g.h.i.j.org f.g.h.i.j.org g.h.i.j.org h.i.j.org i.j.org j.org org",
		"a.b.c.d.e.f.g.org":       "a.b.c.d.e.f.g.org b.c.d.e.f.g.org c.d.e.f.g.org d.e.f.g.org e.f.g.org f.g.org g.org org",
	}
	for domain, want := range tests {
		got := WalkNames(domain)
		if strings.Join(got, " ") != want || len(got) > 8 {
			t.Errorf("WalkNames(%s) = %v; want %s", domain, got, want)
		}
	}
}

// TestFindPolicy has the cases of RFC 9989 section 4.10.
func TestFindPolicy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		domain string
		texts  map[string]string
		at     string
		org    string
	}{
		{"its own record", "example.org", map[string]string{"example.org": "v=DMARC1; p=none"}, "example.org", "example.org"},
		{"the organisation's", "a.b.example.org", map[string]string{"example.org": "v=DMARC1; p=none"}, "example.org", "example.org"},
		{"one between does not count", "a.b.example.org", map[string]string{"b.example.org": "v=DMARC1; p=none", "example.org": "v=DMARC1; p=reject"}, "example.org", "example.org"},
		{"one that says it is the organisation", "a.b.example.org", map[string]string{"b.example.org": "v=DMARC1; p=none; psd=n", "example.org": "v=DMARC1; p=reject"}, "b.example.org", "b.example.org"},
		{"a public suffix", "a.b.gov", map[string]string{"gov": "v=DMARC1; p=reject; psd=y"}, "gov", "b.gov"},
		{"below a public suffix", "a.b.gov", map[string]string{"b.gov": "v=DMARC1; p=none", "gov": "v=DMARC1; p=reject; psd=y"}, "b.gov", "b.gov"},
		{"the suffix itself", "gov", map[string]string{"gov": "v=DMARC1; p=reject; psd=y"}, "gov", "gov"},
		{"none", "a.example.org", nil, "", ""},
		{"several are none", "example.org", map[string]string{"example.org": "v=DMARC1; p=none|v=DMARC1; p=reject"}, "", ""},
		{"one that is void", "example.org", map[string]string{"example.org": "v=DMARC1"}, "", ""},
		{"one that is void hides those above", "a.example.org", map[string]string{"a.example.org": "v=DMARC1", "example.org": "v=DMARC1; p=reject"}, "", ""},
		{"others do not count", "example.org", map[string]string{"example.org": "v=spf1 -all|v=DMARC1; p=reject"}, "example.org", "example.org"},
	}
	for _, tt := range tests {
		names := WalkNames(tt.domain)
		var texts [][]string
		for _, n := range names {
			var at []string
			if tt.texts[n] != "" {
				at = strings.Split(tt.texts[n], "|")
			}
			texts = append(texts, at)
			if EndsWalk(at) {
				break
			}
		}
		p, ok := FindPolicy(names, texts)
		if ok != (tt.at != "") || ok && p.Domain != tt.at || (ok && p.Organisation != tt.org) {
			t.Errorf("%s: FindPolicy = %q of %q, %t; want %q of %q", tt.name, p.Domain, p.Organisation, ok, tt.at, tt.org)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		list string
		good []string
		bad  string
	}{
		{"mailto:a@example.org", []string{"mailto:a@example.org"}, ""},
		{"mailto:a@example.org, https://r.example.org/x", []string{"mailto:a@example.org", "https://r.example.org/x"}, ""},
		{"mailto:a@example.org!50m", []string{"mailto:a@example.org!50m"}, ""},
		{"MAILTO:a@example.org", []string{"MAILTO:a@example.org"}, ""},
		{"a@example.org", nil, "no scheme"},
		{"ftp://example.org", nil, "none of"},
		{"mailto:example.org", nil, "no mail address"},
		{"mailto:a b@example.org", nil, "not allowed"},
		{"mailto:a@localhost", nil, "no domain"},
		{"https:///x", nil, "no host"},
		{"", nil, "empty"},
		{"mailto:a@example.org,,", []string{"mailto:a@example.org"}, "empty"},
	}
	for _, tt := range tests {
		good, problems := Addresses(tt.list, "mailto", "https")
		if got := strings.Join(problems, "; "); !slices.Equal(good, tt.good) || (tt.bad == "") != (got == "") || !strings.Contains(got, tt.bad) {
			t.Errorf("Addresses(%q) = %q, %q; want %q, %q", tt.list, good, got, tt.good, tt.bad)
		}
	}
	for uri, want := range map[string]string{"mailto:a@Example.org!5m": "example.org", "https://u@H.example.org:8443/x?y": "h.example.org", "mailto:a@b.example.": "b.example"} {
		if got := Host(uri); got != want {
			t.Errorf("Host(%q) = %q; want %q", uri, got, want)
		}
	}
}

func TestParseDKIM(t *testing.T) {
	t.Parallel()
	const (
		rsa512  = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ=="
		ed25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
	)
	tests := []struct {
		text    string
		bits    int
		problem string
	}{
		{"v=DKIM1; k=rsa; p=" + rsa512, 512, ""},
		{"p=" + rsa512[:40] + " " + rsa512[40:], 512, ""},
		{"v=DKIM1; k=ed25519; p=" + ed25519, 256, ""},
		{"v=DKIM1; k=ed25519; p=" + rsa512, 8 * 94, "32 octets"},
		{"v=DKIM1; k=rsa; p=" + ed25519, 0, "cannot be read"},
		{"v=DKIM1; k=ecdsa; p=" + rsa512, 0, "no kind of key"},
		{"v=DKIM2; p=" + rsa512, 512, "v=DKIM2"},
		{"k=rsa; v=DKIM1; p=" + rsa512, 512, "first tag"},
		{"v=DKIM1; k=rsa", 0, "no key"},
		{"v=DKIM1; p=!", 0, "base64"},
	}
	for _, tt := range tests {
		d := ParseDKIM(tt.text)
		if got := strings.Join(d.Problems, "; "); d.Bits != tt.bits || (tt.problem == "") != (got == "") || !strings.Contains(got, tt.problem) {
			t.Errorf("ParseDKIM(%q) = %d bits, %q; want %d, %q", tt.text, d.Bits, got, tt.bits, tt.problem)
		}
	}
	d := ParseDKIM("v=DKIM1; t=s:y; s=other; h=sha1; p=")
	if !d.Revoked || !d.Testing || !d.NotMail || !d.OnlySHA1 {
		t.Errorf("ParseDKIM = %+v; want revoked, testing, not for mail, SHA-1 alone", d)
	}
}

// FuzzRecords: no text makes a parser panic, and what it says is bounded.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{
		"v=DMARC1; p=reject; rua=mailto:a@b.example!10m,https://x.example/y; psd=y", "v=TLSRPTv1; rua=mailto:x@y.example", "v=BIMI1; l=https://a.example/l.svg; a=self",
		"v=DKIM1; k=rsa; t=y:s; h=sha1:sha256; p=MFww", ";;;=;v=", "v=DMARC1;\x00=\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		problems := slices.Concat(ParseDMARC(text).Problems, ParseTLSRPT(text).Problems, ParseBIMI(text).Problems, ParseDKIM(text).Problems)
		for _, p := range problems {
			if len(p) > 300 {
				t.Errorf("a problem of %d octets: %q", len(p), p)
			}
		}
		names := []string{"a.b.example", "b.example", "example"}
		p, ok := FindPolicy(names, [][]string{{text}, {text}, {text}})
		if ok && (!slices.Contains(names, p.Domain) || p.Record.Policy == "") {
			t.Errorf("FindPolicy = %+v", p)
		}
	})
}
