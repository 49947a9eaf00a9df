package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

func textOf(t *testing.T, o Options, domains ...*result.Domain) string {
	t.Helper()
	var out bytes.Buffer
	w := NewText(&out, o)
	for _, d := range domains {
		if err := w.Domain(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(endOf(domains...)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// golden compares with a file that was written, or read line by line, by a
// person.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func TestTextGolden(t *testing.T) {
	t.Parallel()
	one := func(d *result.Domain) []*result.Domain { return []*result.Domain{d} }
	for _, tt := range []struct {
		name    string
		opt     Options
		domains []*result.Domain
	}{
		{"pass", Options{}, one(passingDomain())},
		{"pass-80-color", Options{Width: 80, Color: true}, one(passingDomain())},
		{"pass-v", Options{Verbose: 1}, one(passingDomain())},
		{"pass-vv", Options{Verbose: 2}, one(passingDomain())},
		{"mixed", Options{Again: again}, one(mixedDomain())},
		{"mixed-80", Options{Width: 80, Again: again}, one(mixedDomain())},
		{"mixed-80-color", Options{Width: 80, Color: true, Again: again}, one(mixedDomain())},
		{"mixed-40", Options{Width: 40, Again: again}, one(mixedDomain())},
		{"mixed-v", Options{Verbose: 1, Again: again}, one(mixedDomain())},
		{"uncertain", Options{Again: again}, one(uncertainDomain())},
		{"uncertain-80", Options{Width: 80}, one(uncertainDomain())},
		{"nohosts", Options{Again: again}, []*result.Domain{nullMX(), noSuchDomain(), implicitMX(), namedServer()}},
		{"list", Options{List: true, Again: again}, []*result.Domain{passingDomain(), implicitMX(), nullMX(), passingDomain(), mixedDomain(), namedServer()}},
		{"list-quiet", Options{List: true, Verbose: -1}, []*result.Domain{passingDomain(), nullMX(), implicitMX(), noSuchDomain()}},
		{"hostile", Options{Again: again}, one(hostileDomain())},
		{"hostile-80-v", Options{Width: 80, Verbose: 1, Again: again}, one(hostileDomain())},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			golden(t, "text-"+tt.name, textOf(t, tt.opt, tt.domains...))
		})
	}
}
