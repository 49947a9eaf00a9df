package report

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// document returns the JSON document of a run.
func document(t *testing.T, run *result.Run) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteJSON(&out, run); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// events returns the lines of a run, in an order in which it may happen.
func events(t *testing.T, run *result.Run) [][]byte {
	t.Helper()
	var out bytes.Buffer
	j := NewJSONL(&out)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range run.Domains {
		d := &run.Domains[i]
		must(j.Routed(d))
		for _, h := range d.Hosts {
			for _, a := range h.Addresses {
				at := Place{Domain: d.Domain, Host: h.Name, Preference: h.Preference, IP: addressOf(a.IP), Port: a.Port, Vantage: a.Vantage}
				for _, c := range a.Checks {
					for k := range c.Steps {
						must(j.Stepped(at, c.Scenario, &c.Steps[k]))
					}
					must(j.Checked(at, &c))
				}
			}
		}
		must(j.Domain(d))
	}
	must(j.End(&run.End))
	lines := bytes.SplitAfter(out.Bytes(), []byte("\n"))
	return lines[:len(lines)-1]
}

func TestSchemaFitsDocument(t *testing.T) {
	t.Parallel()
	schema := reporttest.Schema(t, Schema(), true)
	for _, d := range append(reporttest.AllDomains(), *reporttest.ChangedDomain(), *reporttest.SeveralVantages()) {
		t.Run(d.Domain, func(t *testing.T) {
			t.Parallel()
			if err := schema.Validate(reporttest.Decode(t, document(t, reporttest.Run(d)))); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
	if err := schema.Validate(reporttest.Decode(t, document(t, reporttest.Run()))); err != nil {
		t.Errorf("a run without domains: %v", err)
	}
}

func TestSchemaFitsEvents(t *testing.T) {
	t.Parallel()
	schema := reporttest.Schema(t, Schema(), true)
	seen := map[string]int{}
	for _, line := range events(t, reporttest.Run(append(reporttest.AllDomains(), *reporttest.ChangedDomain(), *reporttest.SeveralVantages())...)) {
		v := reporttest.Decode(t, line)
		seen[v.(map[string]any)["type"].(string)]++
		if err := schema.Validate(v); err != nil {
			t.Errorf("%v\n%s", err, line)
		}
	}
	for _, name := range []string{"mx", "step", "check", "domain", "end"} {
		if seen[name] == 0 {
			t.Errorf("no event %q was written", name)
		}
	}
}

// TestSchemaFindsMutations changes good documents and events in one place
// each, which the schema has to notice.
func TestSchemaFindsMutations(t *testing.T) {
	t.Parallel()
	schema := reporttest.Schema(t, Schema(), false)
	good := []any{reporttest.Decode(t, document(t, reporttest.Run(*reporttest.MixedDomain())))}
	for _, line := range events(t, reporttest.Run(*reporttest.MixedDomain())) {
		good = append(good, reporttest.Decode(t, line))
	}
	optional := []string{
		"reason", "message", "hint", "notes", "server", "origin", "authentic", "sender", "by", "failing", "failed_step", "forgiven", "action", "verb", "refusal_wanted", "fell_back", "control_answered",
		"captures", "connect_ms", "sent", "want", "code", "enhanced", "text", "file", "line", "col", "excerpt", "transcript",
	}
	tried := 0
	for _, v := range good {
		if err := schema.Validate(v); err != nil {
			t.Fatal(err)
		}
		for where, object := range objects("", v) {
			excerpt := strings.HasSuffix(where, "/excerpt") // all of its members are required
			for _, key := range slices.Sorted(maps.Keys(object)) {
				was := object[key]
				if excerpt || !slices.Contains(optional, key) {
					delete(object, key)
					if schema.Validate(v) == nil {
						t.Errorf("%s without %q is accepted", where, key)
					}
				}
				for _, wrong := range []any{"no such word", []any{"", json.Number("1")}, json.Number("-1")} {
					if _, isText := was.(string); isText && wrong == "no such word" && free(key) {
						continue
					}
					object[key] = wrong
					if schema.Validate(v) == nil {
						t.Errorf("%s with %q: %v is accepted", where, key, wrong)
					}
					tried++
				}
				object[key] = was
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d mutations were tried", tried)
	}
}

// free reports whether any text is right for a member.
func free(key string) bool {
	switch key {
	case "v", "type", "status", "reason", "view", "origin", "from", "started", "enhanced":
		return false
	}
	return true
}

// objects yields every object inside v with its place.
func objects(at string, v any) map[string]map[string]any {
	all := map[string]map[string]any{}
	switch v := v.(type) {
	case map[string]any:
		all[at] = v
		for k, member := range v {
			maps.Copy(all, objects(at+"/"+k, member))
		}
	case []any:
		for i, item := range v {
			maps.Copy(all, objects(at+"/"+string(rune('a'+i)), item))
		}
	}
	return all
}

// TestSchemaAllowsAdditions: later versions add members, which must not
// break those who validate today.
func TestSchemaAllowsAdditions(t *testing.T) {
	t.Parallel()
	schema := reporttest.Schema(t, Schema(), false)
	for _, line := range append(events(t, reporttest.Run(*reporttest.MixedDomain())), document(t, reporttest.Run(*reporttest.MixedDomain()))) {
		v := reporttest.Decode(t, line)
		for _, object := range objects("", v) {
			object["later"] = "x"
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%v\n%s", err, line)
		}
	}
}

// TestSchemaKnowsEveryName compares the closed lists with package result.
func TestSchemaKnowsEveryName(t *testing.T) {
	t.Parallel()
	var doc struct {
		Defs struct {
			Verdict struct{ Enum []result.Verdict }
			Reason  struct{ Enum []result.Reason }
			Sender  struct {
				Properties struct {
					View struct{ Enum []result.SenderView }
				}
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	if want := []result.Verdict{result.NotRun, result.Skip, result.Pass, result.Warn, result.Inconclusive, result.Fail}; !slices.Equal(doc.Defs.Verdict.Enum, want) {
		t.Errorf("verdicts = %v; want %v", doc.Defs.Verdict.Enum, want)
	}
	reasons := []result.Reason{
		result.Reply, result.Refused, result.Unreachable, result.Timeout, result.Reset, result.EOF, result.Protocol, result.TLS,
		result.Slow, result.DNS, result.NullMX, result.Regression, result.Found, result.Condition, result.Temporary, result.Policy, result.NoRoute, result.Resolver,
		result.Local, result.Deadline, result.Interrupted, result.Budget,
	}
	if !slices.Equal(doc.Defs.Reason.Enum, reasons) {
		t.Errorf("reasons = %v; want %v", doc.Defs.Reason.Enum, reasons)
	}
	views := []result.SenderView{result.ViewAtOnce, result.ViewDegraded, result.ViewRefused, result.ViewQueued, result.ViewDown, result.ViewReturned}
	if got := doc.Defs.Sender.Properties.View.Enum; !slices.Equal(got, views) {
		t.Errorf("views = %v; want %v", got, views)
	}
}

// addressOf is the address in a result, which has none for a Unix socket.
func addressOf(text string) netip.Addr {
	ip, _ := netip.ParseAddr(text)
	return ip
}
