package compare

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/result"
)

// found makes a checked domain of "id severity [host [address]]".
func found(lines ...string) *result.Domain {
	d := &result.Domain{Domain: "a.test", Origin: "mx", Reception: []result.Reception{}, Hosts: []result.Host{
		{Name: "mx1", Addresses: []result.Address{{IP: "192.0.2.1", Port: 25}}},
		{Name: "mx2", Addresses: []result.Address{{IP: "192.0.2.2", Port: 25}}},
	}}
	for _, l := range lines {
		w := append(strings.Fields(l), "", "")
		f := result.Finding{ID: w[0], Severity: result.Severity(w[1]), Title: "fault", Subject: result.Subject{Domain: "a.test", Host: w[2], Address: w[3]}}
		d.Findings = append(d.Findings, f)
		d.Status = result.Worst(d.Status, f.Severity.Verdict())
	}
	return d
}

func but(d *result.Domain, change func(*result.Domain)) *result.Domain { change(d); return d }

func everything(string) bool { return true }

// remembered is what a run leaves behind of a domain.
func remembered(t *testing.T, before *Snapshot, d *result.Domain, looked func(string) bool) *Snapshot {
	t.Helper()
	o := &Options{Evidence: true}
	return kept(t, RememberFindings(before, Remember(before, d, o), d, o, looked))
}

func TestFindingChanges(t *testing.T) {
	t.Parallel()
	usual := func() *result.Domain {
		return found("spf.none warn", "mx.ttl ok", "tls.missing warn mx1 192.0.2.1", "tls.missing ok mx2 192.0.2.2", "ptr.missing note mx2 192.0.2.2")
	}
	moveTo := func(ip string) func(*result.Domain) {
		return func(d *result.Domain) { d.Hosts[0].Addresses[0].IP = ip }
	}
	noAddress := func(d *result.Domain) { d.Hosts[0].Addresses = nil }
	noHosts := func(d *result.Domain) { d.Origin, d.Hosts = "", nil }
	for _, tt := range []struct {
		name   string
		now    *result.Domain
		looked func(string) bool
		want   []string
		next   string // what is remembered then
	}{
		{"nothing", usual(), everything, nil, "ptr.missing@mx2 192.0.2.2=note spf.none@=warn tls.missing@mx1 192.0.2.1=warn"},
		{
			"new and gone", found("spf.none ok", "mx.ttl note", "tls.missing warn mx1 192.0.2.1", "tls.missing fail mx2 192.0.2.2", "ptr.missing note mx2 192.0.2.2"), everything,
			[]string{
				"finding_new: mx.ttl is new, note: fault",
				"! finding_new: tls.missing is new at mx2 192.0.2.2, fail: fault",
				"finding_gone: spf.none is gone, it was warn",
			},
			"mx.ttl@=note ptr.missing@mx2 192.0.2.2=note tls.missing@mx1 192.0.2.1=warn tls.missing@mx2 192.0.2.2=fail",
		},
		{
			"worse and better", found("spf.none note", "tls.missing fail mx1 192.0.2.1", "ptr.missing note mx2 192.0.2.2"), everything,
			[]string{
				"finding_severity: spf.none is note, it was warn: fault",
				"! finding_severity: tls.missing at mx1 192.0.2.1 is fail, it was warn: fault",
			},
			"ptr.missing@mx2 192.0.2.2=note spf.none@=note tls.missing@mx1 192.0.2.1=fail",
		},
		{
			"not known now", found("spf.none inconclusive", "tls.missing inconclusive mx1 192.0.2.1", "ptr.missing note mx2 192.0.2.2", "mx.cname inconclusive mx2"), everything, nil,
			"mx.cname@mx2=inconclusive ptr.missing@mx2 192.0.2.2=note spf.none@=warn tls.missing@mx1 192.0.2.1=warn",
		},
		{
			"nobody looked", found("spf.none warn"), func(id string) bool { return id == "spf.none" }, nil,
			"ptr.missing@mx2 192.0.2.2=note spf.none@=warn tls.missing@mx1 192.0.2.1=warn",
		},
		{
			"a rule with nothing left to look at", found("spf.none warn", "ptr.missing note mx2 192.0.2.2"), everything,
			[]string{"finding_gone: tls.missing is gone at mx1 192.0.2.1, it was warn"},
			"ptr.missing@mx2 192.0.2.2=note spf.none@=warn",
		},
		{
			"a server moved with its finding", but(found("spf.none warn", "tls.missing warn mx1 192.0.2.9", "ptr.missing note mx2 192.0.2.2"), moveTo("192.0.2.9")), everything, nil,
			"ptr.missing@mx2 192.0.2.2=note spf.none@=warn tls.missing@mx1 192.0.2.9=warn",
		},
		{
			"a server moved and was mended", but(found("spf.none warn", "tls.missing ok mx1 192.0.2.9", "ptr.missing note mx2 192.0.2.2"), moveTo("192.0.2.9")), everything,
			[]string{"finding_gone: tls.missing is gone at mx1 192.0.2.1, it was warn"},
			"ptr.missing@mx2 192.0.2.2=note spf.none@=warn",
		},
		{
			"the addresses of a host are not known", but(found("spf.none warn", "ptr.missing note mx2 192.0.2.2", "mx.unresolvable inconclusive mx1"), noAddress), everything, nil,
			"mx.unresolvable@mx1=inconclusive ptr.missing@mx2 192.0.2.2=note spf.none@=warn tls.missing@mx1 192.0.2.1=warn",
		},
		{
			"the hosts are not known", but(found("mx.domain inconclusive"), noHosts), everything, nil,
			"ptr.missing@mx2 192.0.2.2=note spf.none@=warn tls.missing@mx1 192.0.2.1=warn mx.domain@=inconclusive",
		},
		{
			"the domain is gone", but(found("mx.domain fail"), noHosts), everything,
			[]string{"! finding_new: mx.domain is new, fail: fault"},
			"mx.domain@=fail ptr.missing@mx2 192.0.2.2=note spf.none@=warn tls.missing@mx1 192.0.2.1=warn",
		},
		{"the run was stopped", but(found("spf.none ok"), func(d *result.Domain) { d.Status = result.NotRun }), everything, nil, "ptr.missing@mx2 192.0.2.2=note spf.none@=warn tls.missing@mx1 192.0.2.1=warn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := remembered(t, nil, usual(), everything)
			o := &Options{Evidence: true}
			now := Remember(before, tt.now, o)
			if diff := cmp.Diff(tt.want, told(FindingChanges(before, now, tt.now, o, tt.looked))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			got := spelled(remembered(t, before, tt.now, tt.looked).Findings)
			want := strings.Fields(strings.NewReplacer("mx1 ", "mx1/", "mx2 ", "mx2/").Replace(tt.next))
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("remembered (-want +got):\n%s", diff)
			}
		})
	}
}

// spelled is what is remembered, as "id@host/address=severity".
func spelled(f Findings) []string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(f)) {
		for where, s := range f[id] {
			all = append(all, id+"@"+strings.ReplaceAll(where, " ", "/")+"="+string(s))
		}
	}
	slices.Sort(all)
	return all
}

// TestWhatIsNew: neither a domain that was never remembered nor a baseline of
// dialogues makes every finding a change.
func TestWhatIsNew(t *testing.T) {
	t.Parallel()
	d := found("spf.none warn")
	o := &Options{Evidence: true}
	if got := FindingChanges(nil, Remember(nil, d, o), d, o, everything); got != nil {
		t.Errorf("never remembered: %v; want nothing beside that the domain is new", told(got))
	}
	ofRun := kept(t, Remember(nil, found(), &Options{}))
	want := []string{"domain_new: the findings of a.test are new: the baseline is of another command"}
	if diff := cmp.Diff(want, told(FindingChanges(ofRun, Remember(ofRun, d, o), d, o, everything))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// A check without a fault is remembered as one.
	sound := remembered(t, nil, found("spf.none ok"), everything)
	if got := told(FindingChanges(sound, Remember(sound, d, o), d, o, everything)); len(got) != 1 || got[0] != "! finding_new: spf.none is new, warn: fault" {
		t.Errorf("after a sound check: %v", got)
	}
}

// TestKnownFindings: only what failed before, and in the same place, counts less.
func TestKnownFindings(t *testing.T) {
	t.Parallel()
	before := remembered(t, nil, found("spf.syntax fail", "tls.handshake warn mx1 192.0.2.1", "ptr.missing inconclusive mx1 192.0.2.1"), everything)
	d := found("spf.syntax fail", "tls.handshake fail mx1 192.0.2.1", "spf.loop fail")
	if !KnownFindings(before, d) {
		t.Error("nothing is known")
	}
	var got []result.Severity
	for _, f := range d.Findings {
		got = append(got, f.Severity)
	}
	if diff := cmp.Diff([]result.Severity{"warn", "fail", "fail"}, got); diff != "" {
		t.Errorf("severities (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		now  *result.Domain
		want bool
	}{
		{found("spf.syntax fail", "tls.handshake warn mx1 192.0.2.1", "ptr.missing inconclusive mx1 192.0.2.1", "mx.ttl note"), true},
		{found("spf.syntax ok"), true},
		{found("tls.handshake fail mx1 192.0.2.1"), false},
		{found("tls.handshake warn mx2 192.0.2.2"), false},
		{found("spf.syntax inconclusive"), false},
	} {
		if got := SameFindings(before, tt.now); got != tt.want {
			t.Errorf("SameFindings(%v) = %t; want %t", tt.now.Findings, got, tt.want)
		}
	}
}

// TestEvidenceIsNoChange: what a dialogue of a check came to is told by findings.
func TestEvidenceIsNoChange(t *testing.T) {
	t.Parallel()
	one, two, three := usualServers()
	grown := one.but(func(s *server) { s.rcpt, s.status, s.reason = "550 5.1.1 no", result.Fail, result.Reply })
	lost := grown.but(func(s *server) { s.ehlo, s.under, s.cert = "SIZE 1000", "", nil })
	o := &Options{Evidence: true, Slower: 3}
	before := kept(t, Remember(nil, domainOf(one, three, two), o))
	if got := told(Changes(before, domainOf(grown, three, two), o)); got != nil {
		t.Errorf("another reply is a change: %v", got)
	}
	want := []string{"! keyword_lost: mx1 192.0.2.1:25 no longer offers STARTTLS"}
	if diff := cmp.Diff(want, told(Changes(before, domainOf(lost, three, two), o))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
