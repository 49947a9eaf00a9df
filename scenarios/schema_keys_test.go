package scenarios

import (
	"encoding/json"
	"slices"
	"testing"

	"mxprobe/internal/yamlnode"
)

// The keys of the schema are those of the parser.
func TestSchemaHasTheKeysOfTheParser(t *testing.T) {
	t.Parallel()
	var schema struct {
		Properties map[string]json.RawMessage
		Defs       map[string]struct {
			Properties map[string]json.RawMessage
			OneOf      []struct{ Properties map[string]json.RawMessage }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	same := func(what string, properties map[string]json.RawMessage, keys []string) {
		t.Helper()
		var got []string
		for k := range properties {
			got = append(got, k)
		}
		slices.Sort(got)
		keys = slices.Sorted(slices.Values(keys))
		if !slices.Equal(got, keys) {
			t.Errorf("%s: the schema has %v; the parser has %v", what, got, keys)
		}
	}
	same("scenario", schema.Properties, scenarioKeys())
	same("step", schema.Defs["stepMap"].Properties, stepKeys())
	same("greeting", schema.Defs["greeting"].Properties, greetingKeys())
	same("starttls", schema.Defs["starttls"].Properties, starttlsKeys())
	same("arrives", schema.Defs["arrives"].Properties, append(arrivesKeys(), arrivedKeys()...))
	same("report", schema.Defs["report"].Properties, reportKeys())
	same("secret", schema.Defs["secret"].Properties, secretKeys())
	same("host", schema.Defs["host"].Properties, hostKeys())
	same("retry", schema.Defs["retry"].Properties, retryKeys())
	same("limit", schema.Defs["limit"].OneOf[1].Properties, limitKeys())
	same("attachment", schema.Defs["attachment"].OneOf[1].Properties, attachKeys())
	same("dkim", schema.Defs["dkim"].Properties, dkimKeys())
	same("content", schema.Defs["content"].OneOf[1].Properties, fileKeys())
}

// Each key that goes with an action in the parser does so in the schema.
func TestSchemaKnowsWhatGoesTogether(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t)
	values := map[string]string{
		"send": "EHLO x", "raw": "x", "bytes": "00", "pipeline": "[NOOP]", "message": "x", "body": "x", "bdat": "x", "starttls": "{}",
		"auth": "PLAIN, user: a, password: b", "expect": "250", "sleep": "1s", "close": "true",
		"arrives": "{maildir: x}", "report": "{maildir: x}",
		"name": "x", "enhanced": "5.1.1", "text": "x", "lines": "250", "offers": "DSN", "lacks": "DSN", "within": "1s",
		"timeout": "1s", "optional": "true", "pass_if": "250", "skip_if": "250", "capture": "{x: /(a)/}", "if": "tls", "unless": "tls",
		"may_fail": "x", "for": "to", "repeat": "2",
		"headers": "{Subject: x}", "attach": "{name: x, text: y}", "dkim": "{domain: a.example, selector: b, key: {file: c}}",
		"as_is": "true", "stuff": "false", "end": "false", "chunk": "1", "last": "false", "allow_clear": "true",
	}
	for _, action := range actionKeys() {
		for key, v := range values {
			if key == action || slices.Contains(actionKeys(), key) && key != "expect" {
				continue
			}
			step := "{" + action + ": " + values[action] + ", " + key + ": " + v
			if (action == "raw" || action == "bytes") && key != "expect" {
				step += ", expect: 250"
			}
			src := "steps: [{message: x}, " + step + "}]"
			_, err := Parse("x.yaml", []byte(src))
			if a, _ := actionOf(action); actions[a].suits(key) != (err == nil) && key != action {
				t.Errorf("the table says that %s suits %s: %v; but Parse says %v", key, action, actions[a].suits(key), err)
			}
			nodes, yerr := yamlnode.Decode(src)
			if yerr != nil {
				t.Fatalf("%q: %v", src, yerr)
			}
			if serr := schema.Validate(value(t, nodes[0].Content[0])); (serr == nil) != (err == nil) {
				t.Errorf("%q: the parser says %v, the schema says %v", src, err, serr)
			}
		}
	}
}
