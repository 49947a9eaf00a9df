package scenarios

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

func TestUses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		src  string
		over map[string]string
		want string
	}{
		"nothing":                {src: "steps: [EHLO probe.example, QUIT]"},
		"a line":                 {src: `steps: ["RCPT TO:<x@${domain}>"]`, want: "domain"},
		"a line with escapes":    {src: `steps: ["RCPT TO:<x@\x24{domain}>"]`, want: "domain"},
		"several":                {src: `steps: ["EHLO ${helo}", "MAIL FROM:<${from}>", "RCPT TO:<${to}>"]`, want: "from helo to"},
		"a pipeline":             {src: `steps: [{pipeline: ["NOOP ${ip}"]}]`, want: "ip"},
		"the text of a reply":    {src: `steps: [{send: NOOP, text: "/${mx.name}/"}]`, want: "mx.name"},
		"the code of a reply":    {src: `steps: [{send: NOOP, expect: "${port}"}]`, want: "port"},
		"the greeting":           {src: `{greeting: {text: "${domain}"}, steps: [NOOP]}`, want: "domain"},
		"a filter":               {src: `steps: ["NOOP ${domain|base64}"]`, want: "domain"},
		"a default":              {src: `steps: ["NOOP ${x:-${y:-${domain}}}"]`, want: "domain"},
		"a variable":             {src: `{vars: {a: "${b}", b: "<${domain}>"}, steps: ["NOOP ${a}"]}`, want: "domain"},
		"a circle":               {src: `{vars: {a: "${b}", b: "${a} ${now}"}, steps: ["NOOP ${a}"]}`, want: "now"},
		"a variable nobody uses": {src: `{vars: {a: "${domain}"}, steps: [NOOP]}`},
		"of some hosts":          {src: `{vars: {a: x}, hosts: [{match: a.example, vars: {a: "${domain}"}}], steps: ["NOOP ${a}"]}`, want: "domain"},
		"of hosts, nobody uses":  {src: `{hosts: [{match: a.example, vars: {a: "${domain}"}}], steps: [NOOP]}`},
		"set from outside":       {src: `{vars: {a: "${domain}"}, steps: ["NOOP ${a}"]}`, over: map[string]string{"a": "x"}},
		"a builtin of its own":   {src: `{vars: {to: "x@y.example"}, steps: ["NOOP ${to}"]}`},
		"a column":               {src: `{each: [{a: "${domain}"}], steps: ["NOOP ${a}"]}`, want: "domain"},
		"a plain column":         {src: `{each: [{domain: "x"}], steps: ["NOOP ${domain}"]}`},
		"a secret":               {src: `{secrets: {domain: {env: X}}, steps: ["NOOP ${domain}"]}`},
		"the environment":        {src: `steps: ["NOOP ${env.domain}"]`},
		"a dollar sign":          {src: `steps: ["NOOP $${domain}"]`},
		"a login":                {src: `steps: [{auth: PLAIN, user: "u@${domain}", password: p, allow_clear: true}]`, want: "domain"},
		"a handshake":            {src: `{tls: {name: "${mx.name}"}, steps: [NOOP]}`, want: "mx.name"},
		"a name":                 {src: `steps: [{send: NOOP, name: "at ${ip}"}]`, want: "ip"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := Parse("x.yaml", []byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			got := slices.Sorted(maps.Keys(list[0].Uses([]map[string]string{test.over})))
			if strings.Join(got, " ") != test.want {
				t.Errorf("uses %v, want %q", got, test.want)
			}
		})
	}
}

// A variable anywhere in an example is seen by Uses where the check of names sees
// it. The examples have every key of the language.
func TestUsesSeesEveryKey(t *testing.T) {
	t.Parallel()
	places := 0
	for _, doc := range playedExamples(t) {
		for _, leaf := range leaves(doc.Content[0], "", nil) {
			was := *leaf.node
			with := func(text string) (*Scenario, bool) {
				leaf.node.Value, leaf.node.Tag, leaf.node.Style = text, "!!str", yaml.DoubleQuotedStyle
				src, err := yaml.Marshal(doc.Content[0])
				*leaf.node = was
				if err != nil {
					t.Fatal(err)
				}
				list, err := Parse("x.yaml", src)
				return slices.Concat(list, []*Scenario{nil})[0], err == nil && len(list) > 0
			}
			unknown, ok := with("${nobody.knows}")
			if !ok || !strings.Contains(message(unknown.Undefined(nil)), "nobody.knows") {
				continue // no text with variables
			}
			if s, ok := with("${dialogue_id}"); ok && !s.Uses(nil)["dialogue_id"] {
				t.Errorf("%s is not looked at", leaf.path)
			}
			places++
		}
	}
	if places < 200 {
		t.Errorf("only %d places were tried", places)
	}
}

func message(p Problems) string {
	if len(p) == 0 {
		return ""
	}
	return p.Error()
}

type leaf struct {
	path string
	node *yaml.Node
}

// leaves are the values of a scenario that define no variable.
func leaves(n *yaml.Node, path string, all []leaf) []leaf {
	n = yamlnode.Deref(n)
	switch n.Kind {
	case yaml.ScalarNode:
		return append(all, leaf{path, n})
	case yaml.SequenceNode:
		for _, e := range n.Content {
			all = leaves(e, path, all)
		}
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			switch key := n.Content[i].Value; key {
			case "vars", "each", "secrets":
			default:
				all = leaves(n.Content[i+1], path+"/"+key, all)
			}
		}
	}
	return all
}
