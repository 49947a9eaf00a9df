package scenarios

import (
	"os"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// playedExamples returns the documents of all scenarios in the page of the
// language and in the cookbook that a test of the documents plays.
func playedExamples(t *testing.T) []*yaml.Node {
	t.Helper()
	var out []*yaml.Node
	for page, marks := range map[string][]string{
		"../docs/scenario-language.md": {"<!-- plays: ", "<!-- fails: ", "<!-- validates, not played: there is no file -->"},
		"../docs/cookbook.md":          {"<!-- file: "},
	} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(string(text), "\n```yaml\n")
		for i, part := range parts[1:] {
			before := parts[i][strings.LastIndexByte(parts[i], '\n')+1:]
			if !slices.ContainsFunc(marks, func(m string) bool { return strings.HasPrefix(before, m) }) {
				continue
			}
			src, _, _ := strings.Cut(part, "\n```")
			nodes, err := yamlnode.Decode(src)
			if err != nil {
				t.Fatalf("%s: %v\n%s", page, err, src)
			}
			out = append(out, nodes...)
		}
	}
	if len(out) < 80 {
		t.Fatalf("the pages have %d scenarios; the test cannot read them", len(out))
	}
	return out
}

// Every key of the language stands, where it belongs, in an example that is
// played.
func TestEveryKeyHasAnExampleThatIsPlayed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, n := range playedExamples(t) {
		see(seen, "scenario", n.Content[0])
	}
	for where, keys := range map[string][]string{
		"scenario": scenarioKeys(), "step": stepKeys(), "greeting": greetingKeys(), "tls": tlsKeys(), "starttls": starttlsKeys(),
		"limit": limitKeys(), "secret": secretKeys(), "host": hostKeys(), "retry": retryKeys(), "attach": attachKeys(),
		"dkim": dkimKeys(), "file": fileKeys(), "arrives": append(arrivesKeys(), arrivedKeys()...), "report": reportKeys(),
	} {
		for _, key := range keys {
			if !seen[where+" "+key] && !seen[twin(where)+" "+key] {
				t.Errorf("no example that is played has the key %q of %s", key, where)
			}
		}
	}
}

// twin names the map that takes the same keys and means the same by them.
func twin(where string) string {
	switch where {
	case "tls":
		return "starttls"
	case "starttls":
		return "tls"
	case "arrives":
		return "report"
	case "report":
		return "arrives"
	}
	return ""
}

// see notes the keys of a map and goes into what stands below them.
func see(seen map[string]bool, where string, n *yaml.Node) {
	n = yamlnode.Deref(n)
	if n.Kind == yaml.SequenceNode {
		for _, e := range n.Content {
			see(seen, where, e)
		}
		return
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		seen[where+" "+key] = true
		switch below := under(where, key); below {
		case "":
		case "secrets":
			for j := 1; j < len(value.Content); j += 2 {
				see(seen, "secret", value.Content[j])
			}
		default:
			see(seen, below, value)
		}
	}
}

// under names the map that stands under a key, empty for none.
func under(where, key string) string {
	switch where + " " + key {
	case "scenario steps", "step pipeline":
		return "step"
	case "scenario hosts":
		return "host"
	case "scenario secrets":
		return "secrets"
	case "scenario greeting", "scenario tls", "scenario retry", "step starttls", "step arrives", "step report", "step attach", "step dkim":
		return key
	case "step within", "greeting within", "tls valid_for", "starttls valid_for":
		return "limit"
	case "step message", "step body", "step bdat", "dkim key":
		return "file"
	}
	return ""
}
