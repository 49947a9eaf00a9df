//go:build linux

package interop

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// look calls "mxprobe check" for a domain of the world and returns its
// findings, each as "severity id", with the outcome.
func look(t *testing.T, domain string, args ...string) ([]string, *outcome) {
	t.Helper()
	knot := need(t, theWorld.knot)
	all := append([]string{
		"check", domain, "--dns", knot.Addr, "--port", strconv.Itoa(theWorld.port), "--helo", "probe.sender.test", "--from", "probe@sender.test", "-f", "json",
	}, args...)
	o := execute(t, all...)
	if err := json.Unmarshal([]byte(o.stdout), &o.run); err != nil {
		t.Fatalf("%s: no JSON report (exit status %d): %v", o, o.exit, err)
	}
	var findings []string
	for _, f := range o.domain().Findings {
		findings = append(findings, string(f.Severity)+" "+f.ID)
	}
	return slices.Compact(findings), o
}

// TestCheckServers looks at servers that are sound: nothing of how they answer is
// a failure, and none takes mail for others.
func TestCheckServers(t *testing.T) {
	for _, at := range []struct {
		domain string
		mta    mailbox
	}{
		{"postfix.test", theWorld.postfix},
		{"exim.test", theWorld.exim},
		{"opensmtpd.test", theWorld.openSMTPD},
		{"sendmail.test", theWorld.sendmail},
		{"aiosmtpd.test", theWorld.aiosmtpd},
	} {
		t.Run(at.domain, func(t *testing.T) {
			t.Parallel()
			need(t, at.mta)
			findings, _ := look(t, at.domain, "--only", "greeting", "--only", "ehlo", "--only", "behaviour", "--only", "tls")
			for _, f := range findings {
				if strings.HasPrefix(f, "fail") || strings.HasPrefix(f, "inconclusive") {
					t.Errorf("%s of a sound server", f)
				}
			}
			if !slices.Contains(findings, "ok behaviour.relay") || !slices.Contains(findings, "ok greeting.reach") {
				t.Errorf("findings = %q; want no open relay, and a greeting", findings)
			}
		})
	}
}

// TestCheckOpenRelay: a server that takes mail for everybody is suspicious, which
// is a warning, as nothing was sent to see.
func TestCheckOpenRelay(t *testing.T) {
	t.Parallel()
	need(t, theWorld.open)
	findings, o := look(t, "open.aiosmtpd.test", "--only", "behaviour.relay")
	if !slices.Equal(findings, []string{"warn behaviour.relay"}) || !strings.Contains(o.stdout, "suspicious: ") {
		t.Errorf("findings = %q", findings)
	}
	o.exits(0)
}

// TestCheckRefused: servers that turn clients away, or this one, or are gone.
// Postfix says that it is the client that it rejects, so that nothing is known of
// others.
func TestCheckRefused(t *testing.T) {
	t.Parallel()
	need(t, theWorld.postfix)
	need(t, theWorld.exim)
	for _, at := range []struct {
		domain, want string
		exit         int
	}{
		{"dead.test", "fail greeting.reach", 1}, {"closed.exim.test", "fail greeting.code", 1}, {"closed.postfix.test", "inconclusive greeting.code", 3},
	} {
		findings, o := look(t, at.domain, "--only", "greeting", "--quick")
		if !slices.Contains(findings, at.want) {
			t.Errorf("%s: findings = %q; want %q", at.domain, findings, at.want)
		}
		o.exits(at.exit)
	}
}

// TestCheckReverse looks at the names of addresses, as Knot has them.
func TestCheckReverse(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"postfix.test": "ok ptr.unconfirmed", "exim.test": "warn ptr.unconfirmed", "opensmtpd.test": "warn ptr.missing", "sendmail.test": "note ptr.generic",
	} {
		findings, _ := look(t, domain, "--only", "ptr", "--quick")
		if !slices.Contains(findings, want) {
			t.Errorf("%s: findings = %q; want %q", domain, findings, want)
		}
	}
}

// TestCheckBlockLists asks lists that work and lists that do not.
func TestCheckBlockLists(t *testing.T) {
	t.Parallel()
	lists := []string{"--only", "dnsbl", "--quick", "--dnsbl", "bl.test", "--dnsbl", "all.test", "--dnsbl", "empty.test", "--dnsbl", "shut.test"}
	findings, o := look(t, "exim.test", lists...)
	for _, want := range []string{"warn dnsbl.listed", "note dnsbl.broken", "note dnsbl.refused"} {
		if !slices.Contains(findings, want) {
			t.Errorf("findings = %q; want %q", findings, want)
		}
	}
	for _, f := range o.domain().Findings {
		if f.ID == "dnsbl.listed" && f.Severity == result.SeverityWarn && f.Evidence != "bl.test: 127.0.0.4 sends spam" {
			t.Errorf("evidence = %q", f.Evidence)
		}
	}
	findings, _ = look(t, "sendmail.test", lists...)
	if slices.Contains(findings, "warn dnsbl.listed") {
		t.Errorf("findings = %q of an address that no list has", findings)
	}
}
