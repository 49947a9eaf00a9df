package draft

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"mxprobe/scenarios"
)

// TestPartsAreTheText: in parts a message is what it is as a whole, and what is
// behind its header is the file's own.
func TestPartsAreTheText(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("a line of text\r\n", large/16+1)
	values := map[string]string{"from": "a@a.test", "helo": "probe.test", "to": "kate@b.test"}
	d := &Draft{Date: time.Unix(0, 0).UTC(), ID: "id", Lookup: func(name string) (string, bool) { v, ok := values[name]; return v, ok }}
	for name, tc := range map[string]struct {
		step  scenarios.Step
		parts int
	}{
		"a header":                {scenarios.Step{Content: []byte("Subject: x\nDate: y\n\n" + body)}, 2},
		"a header with CR LF":     {scenarios.Step{Content: []byte("Subject: x\r\n\r\n" + body)}, 2},
		"no header":               {scenarios.Step{Content: []byte("no header\n" + body)}, 2},
		"an empty line":           {scenarios.Step{Content: []byte("\n" + body)}, 2},
		"nothing but a header":    {scenarios.Step{Content: []byte(strings.Repeat("X: y\n", large/5+1))}, 1},
		"a small file":            {scenarios.Step{Content: []byte("Subject: x\n\ny\n")}, 1},
		"as it is":                {scenarios.Step{Content: []byte("Subject: x\n\n" + body), AsIs: true}, 1},
		"a body":                  {scenarios.Step{Content: []byte(body), Action: scenarios.Body}, 1},
		"with a field of its own": {scenarios.Step{Content: []byte("X: y\n\n" + body), Headers: []scenarios.Header{{Name: "X"}}}, 1},
	} {
		if tc.step.Action == 0 {
			tc.step.Action = scenarios.Message
		}
		want, err := d.Text(&tc.step)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Parts(&tc.step)
		if err != nil || len(got) != tc.parts || !bytes.Equal(bytes.Join(got, nil), want) {
			t.Errorf("%s: %d parts, %v; want %d that are the text", name, len(got), err, tc.parts)
			continue
		}
		if last := got[len(got)-1]; tc.parts == 2 && &last[len(last)-1] != &tc.step.Content[len(tc.step.Content)-1] {
			t.Errorf("%s: the text behind the header was copied", name)
		}
		for _, part := range got[:len(got)-1] {
			if !bytes.HasSuffix(part, []byte("\n")) {
				t.Errorf("%s: a part ends in the middle of a line", name)
			}
		}
	}
}
