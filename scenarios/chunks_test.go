package scenarios_test

import (
	"strings"
	"testing"

	"mxprobe/scenarios"
)

// Chunks and DATA never meet in one transaction, unless a step wants to see
// that refused (RFC 3030 section 2).
func TestTrap47ChunksAndDATAAreNotMixed(t *testing.T) {
	t.Parallel()
	const open = "{bdat: x, last: false}"
	for _, tc := range []struct {
		steps string
		wrong bool
	}{
		{open + ", DATA", true},
		{open + ", NOOP, {message: x}", true},
		{open + ", {send: DATA, expect: 250}", true},
		{open + ", {send: DATA, expect: 503}", false},
		{open + ", {message: x, expect: [5xx]}", false},
		{open + ", RSET, DATA", false},
		{open + ", BDAT 0 LAST, DATA", false},
		{open + ", {bdat: x}, DATA", false},
		{open + ", {bdat: x, last: false}, DATA", true},
		{"{bdat: x}, DATA", false},
	} {
		_, err := scenarios.Parse("test.yaml", []byte("steps: ["+tc.steps+"]\n"))
		if (err != nil) != tc.wrong || err != nil && !strings.Contains(err.Error(), "DATA cannot follow chunks") {
			t.Errorf("%s: error is %v; want one: %t", tc.steps, err, tc.wrong)
		}
	}
}

// A scenario with chunks delivers, unless none of them is the last.
func TestChunksDeliver(t *testing.T) {
	t.Parallel()
	for steps, want := range map[string]bool{
		"{bdat: x}":                               true,
		"{bdat: x, last: false}":                  false,
		"{bdat: x, last: false}, {bdat: y}":       true,
		"{bdat: x, last: false}, BDAT 0 LAST":     true,
		"{bdat: x, expect: 5xx}":                  false,
		"{bdat: x, chunk: [10, 20], expect: any}": true,
	} {
		parsed, err := scenarios.Parse("test.yaml", []byte("steps: ["+steps+"]\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := parsed[0].Delivers; got != want {
			t.Errorf("%s: Delivers = %t; want %t", steps, got, want)
		}
	}
}
