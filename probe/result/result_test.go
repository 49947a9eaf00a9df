package result

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestNamesInJSONAreFrozen: a name that is gone or means something else
// breaks every program that reads the reports. Add to this list, never
// change it.
func TestNamesInJSONAreFrozen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		v    any
		want string
	}{
		{Run{}, "v type program run_id started domains end"},
		{End{}, "v type status exit dialogues steps ms incomplete? notes? list?"},
		{Domain{}, "domain server? origin? authentic? status reason? message? hint? temporary? notes? sender? findings? reception? differences? changes? dns_ms excluded? unchosen? vantage? views? disagreements? hosts ms"},
		{Host{}, "name pref status reason? message? hint? temporary? notes? lack? addresses"},
		{Lack{}, "status reason message"},
		{View{}, "vantage origin? authentic? status reason? message? hint? sender? dns_ms ms"},
		{Address{}, "ip port vantage? via? status checks"},
		{Check{}, "scenario plays_sender? status reason? message? cause? whose? hint? failed_step? step_count attempts excluded? shared? reused? forgiven? captures? tls control_answered? connect_ms? delay_ms? delivery_ms? notes? steps ms"},
		{TLSState{}, "version cipher curve? implicit? resumed? sni? reference chain_finding name_finding dates_finding dane_finding? sts_finding? verified_by? days_left chain"},
		{Certificate{}, "subject issuer names? not_before not_after sha256"},
		{Step{}, "attempt step name action? verb? refusal_wanted? fell_back? sent? status reason? cause? whose? message? want? code? enhanced? text? ms file? line? col? notes? excerpt? transcript?"},
		{Finding{}, "id severity subject title evidence? actor? advice? publish? rfc?"},
		{Subject{}, "domain host? address?"},
		{Shared{}, "domain at"},
		{Reused{}, "domain nth"},
		{Excerpt{}, "first lines line col width"},
		{Line{}, "from text ms"},
		{Sender{}, "view port? by? failing?"},
		{Reception{}, "host address opportunistic mta_sts dane"},
		{Difference{}, "property message values"},
		{Variant{}, "value where"},
		{Change{}, "kind where? before? now? regression? message"},
		{List{}, "domains causes providers software"},
		{Table{}, "rows others"},
		{Row{}, "name domains"},
		{Counts{}, "pass warn fail inconclusive skip not_run"},
	} {
		typ := reflect.TypeOf(tt.v)
		var names []string
		for _, field := range reflect.VisibleFields(typ) {
			if field.Anonymous {
				continue // its members stand in its place
			}
			name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			if option == "omitempty" {
				name += "?"
			}
			names = append(names, name)
		}
		want := strings.Fields(tt.want)
		for _, name := range want {
			if !slices.Contains(names, name) {
				t.Errorf("%v has no member %q", typ, name)
			}
		}
		for _, name := range names {
			if !slices.Contains(want, name) {
				t.Errorf("%v has a new member %q: add it here and to the schema of the reports", typ, name)
			}
		}
	}
}

// TestGreetingMayDecide: step 0 is a step like any other, so it must not be
// left out as if it were nothing.
func TestGreetingMayDecide(t *testing.T) {
	t.Parallel()
	zero := 0
	for _, tt := range []struct {
		c    Check
		want bool
	}{{Check{FailedStep: &zero}, true}, {Check{}, false}} {
		b, err := json.Marshal(tt.c)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(b), `"failed_step":0`); got != tt.want {
			t.Errorf("failed_step is in %s: %v; want %v", b, got, tt.want)
		}
	}
	b, err := json.Marshal(Step{})
	if err != nil || !strings.Contains(string(b), `"step":0`) || strings.Contains(string(b), `"code"`) {
		t.Errorf("the greeting without a reply = %s, %v; want step 0 and no code", b, err)
	}
}

func TestIsHello(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		verb     string
		fellBack bool
		hello    bool
	}{
		{"EHLO", false, true},
		{"LHLO", false, true},
		{"HELO", true, true}, // EHLO was not understood
		{"HELO", false, false},
		{"RCPT", false, false},
		{"", false, false}, // the greeting
	} {
		s := Step{Facts: Facts{Verb: tt.verb, FellBack: tt.fellBack}}
		if s.IsHello() != tt.hello {
			t.Errorf("%q, fell back %t: hello is %t; want %t", tt.verb, tt.fellBack, s.IsHello(), tt.hello)
		}
	}
}
