package trace

import (
	"fmt"
	"strings"
	"testing"
)

// shownCheck is a check on one line.
func shownCheck(c Check) string {
	var b strings.Builder
	b.WriteString(c.Server)
	for _, r := range c.Results {
		fmt.Fprintf(&b, "; %s=%s", r.Method, r.Value)
		if r.Reason != "" {
			fmt.Fprintf(&b, " (%s)", r.Reason)
		}
		for _, p := range r.Properties {
			fmt.Fprintf(&b, " %s=%s", p.Name, p.Value)
		}
	}
	return b.String()
}

func TestAuthenticationResults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ value, want string }{
		"of RFC 8601": {
			"example.com 1; auth=pass (cram-md5) smtp.auth=sender@example.com; spf=pass smtp.mailfrom=example.com",
			"example.com; auth=pass smtp.auth=sender@example.com; spf=pass smtp.mailfrom=example.com",
		},
		"nothing checked": {"example.org 1; none", "example.org"},
		"remarks everywhere": {
			"foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
			"foo.example.net; dkim=fail policy.expired=1362471462",
		},
		"a reason in quotes": {
			"mx.example.org; dkim=fail reason=\"bad signature; (key 2)\" header.d=sender.test header.s=x header.b=\"aB+/\"",
			"mx.example.org; dkim=fail (bad signature; (key 2)) header.d=sender.test header.s=x header.b=aB+/",
		},
		"Microsoft, without its name": {
			"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=sender.test; dkim=none (message not signed) header.d=none;dmarc=fail action=quarantine header.from=sender.test;compauth=fail reason=000",
			"; spf=pass smtp.mailfrom=sender.test; dkim=none header.d=none; dmarc=fail action=quarantine header.from=sender.test; compauth=fail (000)",
		},
		"Gmail": {
			"mx.google.com; dkim=pass header.i=@sender.test header.s=x header.b=aB; spf=pass (google.com: domain of kate@sender.test designates 192.0.2.1 as permitted sender) smtp.mailfrom=kate@sender.test; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=sender.test",
			"mx.google.com; dkim=pass header.i=@sender.test header.s=x header.b=aB; spf=pass smtp.mailfrom=kate@sender.test; dmarc=pass header.from=sender.test",
		},
		"a version of the method": {"a.test; dkim/1=pass header.d=b.test", "a.test; dkim=pass header.d=b.test"},
		"rubbish":                 {";;;=;a=;==;\"", "; a="},
		"nothing":                 {"", ""},
	} {
		if got := shownCheck(ReadCheck(c.value)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
	if r := ReadCheck("a.test; spf=pass smtp.mailfrom=b.test").Results[0]; r.Property("smtp.mailfrom") != "b.test" || r.Property("smtp.helo") != "" {
		t.Errorf("the properties are %+v", r.Properties)
	}
}

func TestRestOfTheTrace(t *testing.T) {
	t.Parallel()
	tr := Read(header(
		"Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=sender.test",
		"ARC-Seal: i=2; a=rsa-sha256; d=list.test; s=y; cv=pass; b=aB",
		"ARC-Authentication-Results: i=1; relay.test; dkim=pass header.d=sender.test",
		"ARC-Seal: i=1; a=rsa-sha256; d=relay.test; s=x; cv=none; b=aB",
		"ARC-Seal: i=x; d=bad.test",
		"DKIM-Signature: v=1; a=rsa-sha256; d=sender.test; s=x; b=aB",
		"List-Unsubscribe: <mailto:off@list.test>, <https://list.test/off>",
		"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
		"X-Spam-Status: No, score=-1.9", "X-Rspamd-Score: 3.5", "X-Other: x",
	))
	if len(tr.Checks) != 1 || tr.Checks[0].Server != "mx.example.org" {
		t.Errorf("the checks are %+v", tr.Checks)
	}
	if len(tr.Seals) != 2 || tr.Seals[0].Domain != "relay.test" || tr.Seals[0].Chain != "none" || tr.Seals[0].Check.Server != "relay.test" || tr.Seals[1].Chain != "pass" {
		t.Errorf("the seals are %+v", tr.Seals)
	}
	if len(tr.Signatures) != 1 || tr.Signatures[0] != (Signature{"sender.test", "x", "rsa-sha256"}) {
		t.Errorf("the signatures are %+v", tr.Signatures)
	}
	if u := tr.Unsubscribe; len(u.Links) != 2 || u.Links[1] != "https://list.test/off" || !u.OneClick {
		t.Errorf("List-Unsubscribe is %+v", u)
	}
	if len(tr.Filters) != 2 || tr.Filters[1] != (Filter{"X-Rspamd-Score", "3.5"}) {
		t.Errorf("the filters are %+v", tr.Filters)
	}
}

func FuzzReadCheck(f *testing.F) {
	f.Add("example.com 1; auth=pass (cram-md5) smtp.auth=sender@example.com; spf=pass smtp.mailfrom=example.com")
	f.Add("a (b\\)); x/1 = \"y\" reason = \"z;\"")
	f.Fuzz(func(t *testing.T, value string) {
		c := ReadCheck(value)
		if len(c.Server) > maxValue || len(c.Results) > maxResults {
			t.Errorf("%d bytes, %d results", len(c.Server), len(c.Results))
		}
		for _, r := range c.Results {
			if r.Method == "" || len(r.Properties) > maxResults {
				t.Errorf("%+v", r)
			}
		}
	})
}
