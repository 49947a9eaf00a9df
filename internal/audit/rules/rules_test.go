package rules

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

// twin is the world of a rule that is not sound, made of the sound one, and
// what has to be found there.
type twin struct {
	// sound changes the sound world first, where the rule needs another one.
	sound func(*facts.Domain)
	spoil func(*facts.Domain)
	// severity is that of the rule where left out; evidence is a part of it.
	severity result.Severity
	evidence string
	publish  string
}

// TestEachRuleHasBothWorlds plays every rule in a sound world, where it has to
// say ok and nothing else, and in one that is not.
func TestEachRuleHasBothWorlds(t *testing.T) {
	t.Parallel()
	all := twins()
	for _, r := range Table() {
		tw, ok := all[r.ID]
		if !ok {
			t.Errorf("%s has no world that is not sound", r.ID)
			continue
		}
		delete(all, r.ID)
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			good := sound()
			if tw.sound != nil {
				tw.sound(good)
			}
			findings := judge(good, r.ID)
			if len(findings) == 0 {
				t.Fatal("says nothing of the sound world")
			}
			for _, f := range findings {
				if f.Severity != result.SeverityOK {
					t.Errorf("says of the sound world: %s %s: %s", f.Severity, f.Subject, f.Evidence)
				}
			}
			tw.spoil(good)
			tw.compare(t, &r, judge(good, r.ID))
		})
	}
	for id := range all {
		t.Errorf("%s has a world and is no rule", id)
	}
}

func judge(d *facts.Domain, id string) []result.Finding {
	findings, _ := Judge(d, &Choice{Only: []string{id}})
	return findings
}

func (tw *twin) compare(t *testing.T, r *Rule, findings []result.Finding) {
	t.Helper()
	want := tw.severity
	if want == "" {
		want = r.Severity
	}
	i := slices.IndexFunc(findings, func(f result.Finding) bool { return f.Severity == want })
	if i < 0 {
		t.Fatalf("findings = %+v; want one that is %s", findings, want)
	}
	f := findings[i]
	if !strings.Contains(f.Evidence, tw.evidence) {
		t.Errorf("evidence = %q; want %q in it", f.Evidence, tw.evidence)
	}
	if !strings.Contains(strings.Join(f.Publish, "\n"), tw.publish) {
		t.Errorf("publish = %q; want %q in it", f.Publish, tw.publish)
	}
	if f.Actor == "" || f.Advice == "" || f.Subject.Domain == "" {
		t.Errorf("the finding lacks who, what or where: %+v", f)
	}
}

// TestSoundWorld: of the sound world there is nothing to say at all.
func TestSoundWorld(t *testing.T) {
	t.Parallel()
	findings, verdict := Judge(sound(), &Choice{})
	if verdict != result.Pass {
		t.Errorf("verdict = %s; want pass", verdict)
	}
	for _, f := range findings {
		if f.Severity != result.SeverityOK {
			t.Errorf("%s %s %s: %s", f.Severity, f.ID, f.Subject, f.Evidence)
		}
	}
}

// sees are the rules that read no answer of the DNS or of a server, with what
// they say although nothing is known.
func sees() map[string]result.Severity {
	return map[string]result.Severity{
		"mx.address": "ok", "mx.name": "ok", // names as they stand in the MX records
		"mx.loopback": "ok", "mx.private": "ok", "mx.reserved": "ok", // an address as such
		"mx.single": "ok", "mx.one-network": "ok", "dns.one-network": "ok", // more addresses change nothing
		"dns.reach":    "note", // it is about what is not known
		"self.address": "ok",
		"self.spf":     "ok", // the result of SPF, which is temperror where a look-up failed
	}
}

// TestUnknownIsNeverOK blinds the sound world: every look-up and every session
// fails, though what they gave still lies about. No rule may take that for
// sound, or for not sound.
func TestUnknownIsNeverOK(t *testing.T) {
	t.Parallel()
	d := sound()
	for _, f := range states(reflect.ValueOf(d).Elem()) {
		f.blind()
	}
	findings, verdict := Judge(d, &Choice{})
	if verdict != result.Inconclusive {
		t.Errorf("verdict = %s; want inconclusive", verdict)
	}
	for _, f := range findings {
		if want, ok := sees()[f.ID]; ok && f.Severity == want {
			continue
		}
		if f.Severity != result.SeverityInconclusive {
			t.Errorf("%s of %s = %s (%s); want inconclusive", f.ID, f.Subject, f.Severity, f.Evidence)
		}
	}
}

// TestOneUnknown lets one look-up or reply after the other fail. What is then
// not known must never become a fault of the domain.
func TestOneUnknown(t *testing.T) {
	t.Parallel()
	n := len(states(reflect.ValueOf(sound()).Elem()))
	if n < 100 {
		t.Fatalf("only %d states were found", n)
	}
	for i := range n {
		d := sound()
		field := states(reflect.ValueOf(d).Elem())[i]
		field.blind()
		findings, _ := Judge(d, &Choice{})
		for _, f := range findings {
			// A name server that is silent while the others answer is one.
			if f.Severity == result.SeverityOK || f.Severity == result.SeverityInconclusive || f.ID == "dns.silent" {
				continue
			}
			t.Errorf("without %s: %s of %s = %s (%s)", field.path, f.ID, f.Subject, f.Severity, f.Evidence)
		}
	}
}

// state is a field of type facts.State, with what stands beside it.
type state struct {
	path   string
	parent reflect.Value
	field  reflect.Value
}

func (s *state) blind() {
	s.field.Set(reflect.ValueOf(facts.Failed))
	if why := s.parent.FieldByName("Why"); why.IsValid() {
		why.SetString("no answer")
	}
	if fault := s.parent.FieldByName("Fault"); fault.IsValid() {
		fault.Set(reflect.ValueOf(facts.STSFaultOurs))
	}
}

// states finds every state that was asked for.
func states(v reflect.Value) []state { return statesIn(v, "") }

func statesIn(v reflect.Value, path string) []state {
	var all []state
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return statesIn(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, statesIn(v.Index(i), path+"["+itoa(i)+"]")...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f, at := v.Field(i), path+"."+v.Type().Field(i).Name
			switch {
			case !v.Type().Field(i).IsExported():
			case f.Type() == reflect.TypeFor[facts.State]():
				if f.Uint() != uint64(facts.NotAsked) {
					all = append(all, state{at, v, f})
				}
			default:
				all = append(all, statesIn(f, at)...)
			}
		}
	}
	return all
}

// TestNotAsked: what nobody asked for gives no finding.
func TestNotAsked(t *testing.T) {
	t.Parallel()
	findings, verdict := Judge(&facts.Domain{Name: "example.net"}, &Choice{})
	if len(findings) > 0 || verdict != result.Pass {
		t.Errorf("findings = %+v, %s; want none", findings, verdict)
	}
}

// TestTable holds the rows to their form.
func TestTable(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	titles := map[string]string{}
	for _, r := range Table() {
		if !form.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("%q is no identifier, or there twice", r.ID)
		}
		seen[r.ID] = true
		if other, twice := titles[r.Title]; twice {
			t.Errorf("%s has the title of %s", r.ID, other)
		}
		titles[r.Title] = r.ID
		if r.Title == "" || r.Means == "" || r.Advice == "" || r.Actor == "" || r.Severity == "" || r.check == nil {
			t.Errorf("%s lacks a column: %+v", r.ID, r)
		}
		if !strings.HasSuffix(r.Means, ".") || strings.HasSuffix(r.Advice, ".") || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s: Means is of sentences, Advice and Title are none", r.ID)
		}
		if r.Severity == result.SeverityOK || r.Severity == result.SeverityInconclusive {
			t.Errorf("%s cannot be %s", r.ID, r.Severity)
		}
	}
}

func TestChoice(t *testing.T) {
	t.Parallel()
	d := sound()
	d.SPF.Report.Lookups = 11
	d.MX.Wildcard.State = facts.Found
	tests := []struct {
		name    string
		choice  Choice
		ids     []string
		verdict result.Verdict
	}{
		{"all", Choice{}, []string{"spf.lookups", "mx.wildcard"}, result.Fail},
		{"only a subject", Choice{Only: []string{"mx"}}, []string{"mx.wildcard"}, result.Pass},
		{"only a rule", Choice{Only: []string{"spf.lookups"}}, []string{"spf.lookups"}, result.Fail},
		{"skip a rule", Choice{Skip: []string{"spf.lookups"}}, []string{"mx.wildcard"}, result.Pass},
		{"skip a subject", Choice{Skip: []string{"spf"}}, []string{"mx.wildcard"}, result.Pass},
		{"skip beats only", Choice{Only: []string{"mx"}, Skip: []string{"mx.wildcard"}}, nil, result.Pass},
		{"another severity", Choice{Severity: map[string]result.Severity{"spf.lookups": "warn", "mx.wildcard": "fail"}}, []string{"mx.wildcard", "spf.lookups"}, result.Fail},
	}
	for _, tt := range tests {
		findings, verdict := Judge(d, &tt.choice)
		var ids []string
		for _, f := range findings {
			if f.Severity != result.SeverityOK {
				ids = append(ids, f.ID)
			}
		}
		if !slices.Equal(ids, tt.ids) || verdict != tt.verdict {
			t.Errorf("%s: Judge = %v, %s; want %v, %s", tt.name, ids, verdict, tt.ids, tt.verdict)
		}
	}
}

// TestUnknownNote: what could only have been a note does not make a run
// inconclusive, unless the caller takes it for more.
func TestUnknownNote(t *testing.T) {
	t.Parallel()
	d := sound()
	d.MX.Wildcard.State = facts.Failed
	if _, verdict := Judge(d, &Choice{}); verdict != result.Pass {
		t.Errorf("verdict = %s; want pass", verdict)
	}
	raised := Choice{Severity: map[string]result.Severity{"mx.wildcard": result.SeverityFail}}
	if _, verdict := Judge(d, &raised); verdict != result.Inconclusive {
		t.Errorf("verdict, raised = %s; want inconclusive", verdict)
	}
}

// TestHostileEvidence: what servers and zones say is printable and bounded.
func TestHostileEvidence(t *testing.T) {
	t.Parallel()
	d := sound()
	d.Hosts[0].Addresses[0].Main.Greeting = reply(554, "\x1b[2J\r\n\u202e"+strings.Repeat("x", 5000))
	d.SPF.Records = []string{"v=spf1 \x00\x07", "v=spf1 a"}
	d.Zone.Servers[0].Addresses.Alias = "evil\nname"
	findings, _ := Judge(d, &Choice{})
	for _, f := range findings {
		for _, r := range f.Evidence + f.Subject.Host {
			if !result.IsPrintable(r) {
				t.Errorf("%s: %q holds %U", f.ID, f.Evidence, r)
			}
		}
		if len(f.Evidence) > 5*maxEvidence {
			t.Errorf("%s: evidence of %d octets", f.ID, len(f.Evidence))
		}
	}
}

// twins are the worlds of all rules.
func twins() map[string]twin {
	all := map[string]twin{}
	for _, some := range []map[string]twin{mxTwins(), dnsTwins(), serverTwins(), tlsTwins(), policyTwins(), senderTwins(), otherTwins()} {
		maps.Copy(all, some)
	}
	return all
}
