package scenarios

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Every record of the table is whole, and names only what there is.
func TestEveryActionIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for a := range actions {
		r := &actions[a]
		if r.key == "" || seen[r.key] {
			t.Errorf("action %d has the key %q, which is none, or is there twice", a, r.key)
		}
		seen[r.key] = true
		if (r.take == nil) != r.nests {
			t.Errorf("%s must either take a value or nest steps", r.key)
		}
		if _, err := ParseCodes(r.wants); err != nil {
			t.Errorf("%s wants %q: %v", r.key, r.wants, err)
		}
		if r.label != "" && r.label != r.key {
			t.Errorf("%s is called %q in reports; want one word for a thing", r.key, r.label)
		}
		if r.inPipeline && (r.nests || r.aside) {
			t.Errorf("%s cannot be a line of a pipeline", r.key)
		}
		beside := strings.Fields(r.beside)
		for i, key := range beside {
			if optionOf(key) == nil {
				t.Errorf("%q stands beside %s, but there is no such option", key, r.key)
			}
			if slices.Contains(beside[:i], key) {
				t.Errorf("%q stands twice beside %s", key, r.key)
			}
		}
		for _, key := range []string{"name", "if", "unless"} {
			if !r.suits(key) {
				t.Errorf("%s does not take %s, which every step does", r.key, key)
			}
		}
	}
	for _, o := range options {
		if !slices.ContainsFunc(actions[:], func(r action) bool { return r.suits(o.key) }) {
			t.Errorf("%s stands beside no action", o.key)
		}
	}
}

// The language's document says of the keys that stand beside nearly all
// actions beside which they do not.
func TestTheDocumentSaysWhatStandsBesideAnAction(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/scenario-language.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(page)), " ")
	for _, key := range []string{"timeout", "for", "repeat"} {
		var without []string
		for i := range actions {
			if !actions[i].suits(key) && !actions[i].nests {
				without = append(without, "`"+actions[i].key+"`")
			}
		}
		all := without[0]
		if last := len(without) - 1; last > 0 {
			all = strings.Join(without[:last], ", ") + " and " + without[last]
		}
		if want := "beside all but " + all + " also `" + key + "`"; !strings.Contains(text, want) {
			t.Errorf("docs/scenario-language.md does not say %q", want)
		}
	}
}

// The exceptions of the table name codes that parse.
func TestExceptionsOfTheTableParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		step Step
		want string
	}{
		{Step{Verb: "DATA"}, "354"},
		{Step{Verb: "AUTH"}, "2xx or 334"},
		{Step{Verb: "MAIL"}, "2xx"},
		{Step{Action: Body}, "2xx"},
		{Step{Action: Body, NoEnd: true}, "none"},
		{Step{Action: Auth, Auth: &AuthOptions{}}, "235"},
		{Step{Action: Auth, Auth: &AuthOptions{Cancel: true}}, "501"},
		{Step{Action: Read}, "any"},
		{Step{Action: Report}, "none"},
	}
	for _, tt := range tests {
		e := tt.step.Default()
		if got := e.Codes.String(); got != tt.want {
			t.Errorf("%s %s wants %q by default; want %q", tt.step.Action, tt.step.Verb, got, tt.want)
		}
	}
}

func TestStepsInGroups(t *testing.T) {
	t.Parallel()
	tests := []struct {
		step string
		want Place
	}{
		{"MAIL FROM:<>", PlaceInside},
		{"rcpt to:<a@b.example>", PlaceInside},
		{"RSET", PlaceInside},
		{"NOOP", PlaceLast},
		{"QUIT", PlaceLast},
		{"DATA", PlaceData},
		{"EHLO a.example", PlaceAlone},
		{"${verb} x", PlaceAlone},
		{"STARTTLS", PlaceAlone},
		{`"RSET\r\nRSET"`, PlaceAlone},
		{"{send: RSET, expect: none}", PlaceAlone},
		{"{raw: x}", PlaceAlone},
		{"{message: x}", PlaceData},
		{"{body: x}", PlaceAlone},
		{"{pipeline: [RSET]}", PlaceAlone},
	}
	for _, tt := range tests {
		if got := parsedStep(t, tt.step).Place(); got != tt.want {
			t.Errorf("%s stands at %d in a group; want %d", tt.step, got, tt.want)
		}
	}
}

func TestPreviewOfEachAction(t *testing.T) {
	t.Parallel()
	tests := []struct{ step, want string }{
		{"RCPT TO:<${to}>", "RCPT TO:<value of to>"},
		{"{raw: 'a${b}'}", "avalue of b"},
		{"{bytes: 41 0a}", "A\n"},
		{"{pipeline: [NOOP]}", ""},
		{"{message: héé}", "DATA|(a message of 5 bytes and what it lacks of header fields)"},
		{"{bdat: abc}", "BDAT|(a message of 3 bytes and what it lacks of header fields)"},
		{"{body: '${a}'}", "(a message of 10 bytes and what it lacks of header fields)"},
		{"starttls: {verify: dane}", "STARTTLS|(TLS handshake, if the answer is 220, held against the TLSA records of the host)"},
		{"starttls: {line: 'StartTLS ${x}'}", "StartTLS value of x|(TLS handshake, if the answer is 220)"},
		{"starttls", "starttls|(TLS handshake, if the answer is 220)"},
		{"{auth: plain, user: kate, password: '${p}', authzid: '${z}'}", "AUTH PLAIN (as kate, for value of z)"},
		{"{auth: external}", "AUTH EXTERNAL"},
		{"{expect: 250}", ""},
		{"{sleep: 2m}", "(wait 2m0s)"},
		{"{arrives: {maildir: m}}", "(look for the message in m, up to 5m)"},
		{"{report: {maildir: '${m}'}, within: 1h}", "(look for a report in value of m, up to 1h)"},
		{"{close: reset}", "(close the connection)"},
		{"{close: tls}", "(end TLS)"},
	}
	seen := map[Action]bool{}
	for _, tt := range tests {
		s := parsedStep(t, tt.step)
		seen[s.Action] = true
		lines, err := s.Preview(func(name string) (string, bool) { return "value of " + name, true })
		if got := strings.Join(lines, "|"); err != nil || got != tt.want {
			t.Errorf("%s shows %q, %v; want %q", tt.step, got, err, tt.want)
		}
	}
	for _, a := range Actions() {
		if !seen[a] {
			t.Errorf("%s is not tried", a)
		}
	}
}

// parsedStep returns one step, behind a message so that a mailbox can be
// looked into.
func parsedStep(t *testing.T, step string) *Step {
	t.Helper()
	all, err := Parse("x.yaml", []byte("steps:\n  - message: x\n  - "+step+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return &all[0].Steps[1]
}
