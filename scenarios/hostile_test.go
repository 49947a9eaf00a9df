package scenarios

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// A file of the largest size must not keep the program busy, however it is
// made. What is linear takes well under a second; what is quadratic, minutes.
func TestHostileFilesEndSoon(t *testing.T) {
	t.Parallel()
	size := 1<<20 - 1000
	if raceDetector {
		size /= 16
	}
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)-8) }
	numbered := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size-100; i++ {
			b.WriteString(strings.ReplaceAll(format, "N", strconv.Itoa(i)))
		}
		return b.String()
	}
	for name, src := range map[string]string{
		"variables in a text":     "steps: [\"" + fill("${to}") + "\"]",
		"texts in a line":         "steps: [{send: x, text: [" + fill(`"ä${a}",`) + "]}]",
		"wide characters":         "steps: [{send: x, text: [" + fill("ä ,") + "]}]",
		"dollars":                 "steps: [\"" + fill("$$") + "\"]",
		"open variables":          "steps: [\"" + fill("${") + "\"]",
		"variables in a flow":     "steps: [" + fill("${a},"),
		"unknown keys":            numbered("kN: x\n"),
		"variables of a map":      "steps: [NOOP]\nvars:\n" + numbered("  vN: ${vN}x\n"),
		"columns":                 "steps: [NOOP]\neach:\n  - {" + numbered("kN: x, ") + "z: z}",
		"rows":                    "steps: [NOOP]\neach:\n" + fill("- {a: b}\n"),
		"aliases of nothing":      "steps:\n" + numbered("- *xN\n"),
		"aliases of something":    "steps:\n" + fill("- *x\n") + "- &x y\n",
		"aliases of a step":       "steps:\n- &x y\n" + fill("- *x\n"),
		"codes":                   "steps: [{send: x, expect: [" + fill("250,") + "250]}]",
		"codes in a text":         "steps: [{send: x, expect: \"" + fill("250 ") + "250\"}]",
		"bad codes":               "steps: [{send: x, expect: [" + fill("1,") + "1]}]",
		"hosts":                   "steps: [NOOP]\nhosts:\n" + fill("- {match: a, skip: b}\n"),
		"documents":               fill("steps: [NOOP]\n---\n"),
		"bad documents":           fill("x: y\n---\n"),
		"quotes":                  "steps: [" + fill("'a ") + "]",
		"brackets":                fill("[{"),
		"no end of the brackets":  fill("a: [\n"),
		"blanks after colons":     "steps:\n" + fill("- a: b: c\n"),
		"colons in one line":      "steps:\n- " + fill("a: "),
		"blocks":                  "steps:\n" + fill("- |\n  x\n") + "-x: [",
		"tabs":                    "steps:\n" + fill("\t- x\n"),
		"one long word":           strings.Repeat("x", size-1),
		"long key":                strings.Repeat("x", size-100) + ": y",
		"bytes":                   "steps: [{bytes: \"" + fill("0d ") + "\"}]",
		"lines of a pipeline":     "steps: [{pipeline: [" + fill("x,") + "]}]",
		"steps of one line":       "steps: [" + fill("x,") + "]",
		"secrets":                 "steps: [NOOP]\nsecrets:\n" + numbered("  sN: {env: A}\n"),
		"captures":                "steps:\n- send: x\n  capture:\n" + numbered("    cN: /(a)/\n"),
		"defaults inside default": "steps: [\"" + fill("${a:-") + "\"]",
	} {
		start := time.Now()
		all, err := Parse("x.yaml", []byte(src))
		for i, s := range all {
			if i < 100 {
				s.UndefinedIn(nil, noEnv)
			}
		}
		if err != nil && len(err.Error()) > 4<<20 {
			t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: took %v", name, took)
		} else {
			t.Logf("%s: %v, %d scenarios", name, took.Round(time.Millisecond), len(all))
		}
	}
}
