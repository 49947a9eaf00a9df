package reporttest

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// Golden compares got with the file testdata/name, or writes that file.
func Golden(t testing.TB, update bool, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.SplitAfter(string(b), "\n")
	for i, line := range strings.SplitAfter(got, "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("%s:%d: got %q; want %q", path, i+1, line, strings.Join(want[min(i, len(want)):min(i+1, len(want))], ""))
		}
	}
	if string(b) != got {
		t.Fatalf("%s: the end is missing", path)
	}
}

// Writer is what every format has.
type Writer interface {
	Domain(d *result.Domain) error
	End(end *result.End) error
}

// Written returns what a writer makes of domains and their end.
func Written(t testing.TB, newWriter func(w io.Writer) Writer, end *result.End, domains ...*result.Domain) string {
	t.Helper()
	var out strings.Builder
	w := newWriter(&out)
	for _, d := range domains {
		if err := w.Domain(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(end); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Goldens compares what a writer makes of each run, by its name, with the file
// of testdata that has that name and the ending.
func Goldens(t *testing.T, update bool, ending string, runs map[string][]*result.Domain, newWriter func(w io.Writer) Writer) {
	t.Helper()
	for name, domains := range runs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Golden(t, update, name+ending, Written(t, newWriter, EndOf(domains...), domains...))
		})
	}
}

// FailsForGood plays a writer whose writer below fails at its nth write, for
// every n until all goes well: the error comes back, and stays.
func FailsForGood(t testing.TB, newWriter func(w io.Writer) Writer) {
	t.Helper()
	for n := 1; ; n++ {
		broken := &breaks{left: n}
		w := newWriter(broken)
		failed := false
		calls := []func() error{
			func() error { return w.Domain(PassingDomain()) },
			func() error { return w.Domain(MixedDomain()) },
			func() error { return w.End(EndOf(PassingDomain(), MixedDomain())) },
			func() error { return w.Domain(NullMX()) },
		}
		for i, call := range calls {
			err := call()
			if failed && err == nil {
				t.Errorf("write %d failed, and call %d knows nothing of it", n, i)
			}
			failed = failed || err != nil
		}
		if broken.left > 0 {
			return
		}
		if !failed {
			t.Errorf("write %d failed, and no call says so", n)
		}
		if broken.left < 0 {
			t.Errorf("write %d failed, and %d more followed", n, -broken.left)
		}
	}
}

// breaks takes writes until left is 1.
type breaks struct{ left int }

func (b *breaks) Write(p []byte) (int, error) {
	if b.left--; b.left <= 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}
