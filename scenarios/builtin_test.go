package scenarios

import (
	"slices"
	"strings"
	"testing"
)

// builtin returns the only scenario of a built-in.
func builtin(t testing.TB, name string) *Scenario {
	t.Helper()
	all := builtinAll(t, name)
	if len(all) != 1 {
		t.Fatalf("%s has %d scenarios; want 1", name, len(all))
	}
	return all[0]
}

func builtinAll(t testing.TB, name string) []*Scenario {
	t.Helper()
	src, ok := Builtin(name)
	if !ok {
		t.Fatalf("there is no built-in %s", name)
	}
	all, err := Parse(name, src)
	if err != nil || len(all) == 0 {
		t.Fatalf("Parse(%s) = %d scenarios, %v", name, len(all), err)
	}
	return all
}

// handOver are the built-ins that hand over a message that a server may
// deliver.
func handOver() []string {
	return []string{"@dsn", "@eicar", "@gtube", "@round-trip", "@send", "@smuggling"}
}

func TestBuiltinsAreComplete(t *testing.T) {
	t.Parallel()
	want := []string{
		"@advertised", "@auth-clear", "@bad-sender", "@dane", "@dsn", "@eicar", "@gtube", "@helo-only", "@limits", "@long-lines", "@mta-sts",
		"@null-bytes", "@null-sender", "@order", "@postmaster", "@pregreet", "@rcpt", "@relay", "@round-trip", "@send", "@smuggling",
		"@starttls", "@starttls-injection", "@submission",
		"@tls-required", "@unknown-recipient", "@user-enumeration", "@vrfy",
	}
	if got := Builtins(); !slices.Equal(got, want) {
		t.Errorf("Builtins() = %v; want %v", got, want)
	}
	for _, name := range want {
		for _, s := range builtinAll(t, name) {
			if s.Description == "" || len(s.Tags) == 0 || s.Name.String() == "" {
				t.Errorf("%s has no name, description or tags", name)
			}
			if p := s.UndefinedIn(nil, noEnv); p != nil {
				t.Errorf("%s:\n%v", name, p)
			}
		}
		bare, ok := Builtin(strings.TrimPrefix(name, "@"))
		if full, _ := Builtin(name); !ok || string(bare) != string(full) {
			t.Errorf("%s is not found without its @", name)
		}
	}
	for _, name := range []string{"", "@", "@nope", "../builtin", "send.yaml", "a/b"} {
		if _, ok := Builtin(name); ok {
			t.Errorf("Builtin(%q) was found", name)
		}
	}
}

// Test mail does harm: nothing is handed over but by scenarios that say so
// (trap 73).
func TestTrap73OnlySomeDeliver(t *testing.T) {
	t.Parallel()
	for _, name := range Builtins() {
		want := slices.Contains(handOver(), name)
		for _, s := range builtinAll(t, name) {
			if s.Delivers != want {
				t.Errorf("Delivers of %s = %v; want %v", name, s.Delivers, want)
			}
			if says := strings.Contains(s.Description, "DELIVERS MAIL"); says != want {
				t.Errorf("description of %s says that it delivers: %v; want %v", name, says, want)
			}
			if says := strings.Contains(s.Description, "Sends no mail"); says == want {
				t.Errorf("description of %s says that it sends no mail: %v", name, says)
			}
			if slices.Contains(s.Tags, "delivers") != want {
				t.Errorf("tags of %s = %v", name, s.Tags)
			}
		}
	}
}

// A DATA that a server takes must never follow an accepted recipient: after
// RCPT there is RSET or the end before any DATA.
func TestTrap73NoDataAfterARecipient(t *testing.T) {
	t.Parallel()
	for _, name := range Builtins() {
		for _, s := range builtinAll(t, name) {
			if !s.Delivers {
				noDataAfterARecipient(t, name, s)
			}
		}
	}
}

func noDataAfterARecipient(t *testing.T, name string, s *Scenario) {
	t.Helper()
	open := false
	for _, step := range s.Steps {
		switch step.Verb {
		case "MAIL":
			open = false
		case "RCPT":
			// Before MAIL there is no envelope to add it to.
			open = open || !strings.Contains(step.Expect.Codes.String(), "5xx")
		case "RSET", "EHLO", "HELO":
			open = false
		case "DATA", "BDAT":
			if open {
				t.Errorf("%s: DATA at line %d follows a recipient", name, step.Pos.Line)
			}
		}
	}
}

// A server that refuses everybody, or us, must not pass a test that wants a
// refusal: the same recipient, or a good one, is tried first and must be
// taken (trap 66).
func TestTrap66ControlRecipientComesFirst(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"@relay", "@unknown-recipient", "@bad-sender"} {
		s := builtin(t, name)
		first := slices.IndexFunc(s.Steps, func(s Step) bool { return s.Verb == "RCPT" })
		step := &s.Steps[first]
		if step.Text.String() != "RCPT TO:<${to}>" || !step.Expect.IsZero() || !step.PassIf.IsZero() {
			t.Errorf("%s: the first recipient is %q and not a control", name, step.Text.String())
		}
		if !strings.HasPrefix(step.Name.String(), "control: ") {
			t.Errorf("%s: the control is called %q", name, step.Name.String())
		}
	}
}

// A greylist's 450 or 451 is no proof that a server does not relay.
func TestTrap66TemporaryRefusalIsNoProof(t *testing.T) {
	t.Parallel()
	patterns := 0
	for _, step := range builtin(t, "@relay").Steps {
		if step.Verb != "RCPT" || step.Expect.IsZero() || !step.PassIf.IsZero() {
			continue
		}
		patterns++
		c := &step.Expect.Codes
		if c.Match(450) || c.Match(451) || c.Match(250) || !c.Match(550) || !c.Match(554) || !c.Match(454) {
			t.Errorf("line %d: %s lets the wrong replies pass", step.Pos.Line, c.String())
		}
	}
	if patterns < 8 {
		t.Errorf("@relay has %d address patterns; want at least 8", patterns)
	}
}

// No answer to VRFY is wrong (trap 68).
func TestTrap68VRFYNeverFails(t *testing.T) {
	t.Parallel()
	for _, step := range builtin(t, "@vrfy").Steps {
		if step.Verb != "VRFY" {
			continue
		}
		for _, code := range []int{250, 251, 252, 450, 500, 502, 550, 553} {
			if !step.Expect.Codes.Match(code) {
				t.Errorf("VRFY fails on %d", code)
			}
		}
		// A reply without text must not fail for want of a match.
		if !step.Captures[0].Re.MatchString("") {
			t.Error("the capture fails on a bare code")
		}
	}
}

// Postmaster is to be taken with and without the domain (trap 70), the empty
// sender too (trap 69).
func TestTrap69And70RequiredNames(t *testing.T) {
	t.Parallel()
	lines := func(name string) string {
		var out []string
		for _, s := range builtin(t, name).Steps {
			out = append(out, s.Text.String())
		}
		return strings.Join(out, "\n")
	}
	for _, want := range []string{"<postmaster@${domain}>", "<POSTMASTER@${domain}>", "<Postmaster>"} {
		if !strings.Contains(lines("@postmaster"), want) {
			t.Errorf("@postmaster does not try %s", want)
		}
	}
	if !strings.Contains(lines("@null-sender"), "MAIL FROM:<>\nRCPT") {
		t.Error("@null-sender does not use the empty sender")
	}
}

func TestSchemaIsTheCallersOwn(t *testing.T) {
	t.Parallel()
	a := Schema()
	a[0] = 'x'
	if b := Schema(); b[0] != '{' {
		t.Error("a change of what Schema returned changed the schema")
	}
}

func BenchmarkParseBuiltin(b *testing.B) {
	for _, name := range []string{"@rcpt", "@relay"} {
		b.Run(name, func(b *testing.B) {
			src, _ := Builtin(name)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(name, src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
