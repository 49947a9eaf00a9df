package scenarios

import (
	"errors"
	"strings"
	"testing"
)

// All mistakes come at once, whatever their kind; but a mistake that another
// one may have caused is none.
func TestMistakesComeAtOnce(t *testing.T) {
	t.Parallel()
	const unknown = "unknown key"
	for _, tc := range []struct {
		name, src string
		want      []string
	}{
		{"both kinds", "name: ${a}\nsteps:\n  - send: NOOP ${b}\n    sned: x\n", []string{"1:7: error: ${a} is not defined", "3:16: error: ${b} is not defined", "4:5: error: " + unknown}},
		{"defined from outside", "steps:\n  - send: NOOP ${outside}\n    sned: x\n", []string{"3:5: error: " + unknown}},
		{"no YAML", "steps:\n  - send: NOOP a: b\n  - NOOP ${b}\n", []string{"2:18: error: the blank after", "3:10: error: ${b} is not defined"}},
		{"a capture that is wrong", "steps:\n  - send: NOOP\n    capture: {b: \"(\"}\n  - NOOP ${b}\n", []string{"3:18: error: "}},
		{"a variable that is wrong", "vars:\n  b: [1]\nsteps:\n  - NOOP ${b}\n", []string{"2:6: error: "}},
		{"a default is no definition", "steps:\n  - NOOP ${c:-x} ${c}\n  - sned: x\n", []string{"2:18: error: ${c} is not defined", "3:5: error: " + unknown}},
		{"rows that cannot be read", "each: gone.csv\nsteps:\n  - NOOP ${b}\n", []string{"1:7: error: "}},
		{"nothing but undefined", "steps:\n  - NOOP ${b}\n", []string{"2:10: error: ${b} is not defined"}},
		{"nothing", "steps:\n  - NOOP\n", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			none := func(string, int) ([]byte, error) { return nil, errors.New("no such file") }
			got := newParser("x.yaml", []byte(tc.src), none).mistakes([]map[string]string{{"outside": "x"}})
			ok := len(got) == len(tc.want)
			for i := range tc.want {
				ok = ok && strings.HasPrefix(got[i].Error(), "x.yaml:"+tc.want[i])
			}
			if !ok {
				t.Errorf("mistakes are\n%v\nwant\n%s", got, strings.Join(tc.want, "\n"))
			}
		})
	}
}
