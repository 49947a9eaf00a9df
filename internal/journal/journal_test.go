package journal

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

func open(t *testing.T, path, run string) *Journal {
	t.Helper()
	j, err := Open(path, run)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.file.Close() })
	return j
}

func names(t *testing.T, j *Journal) string {
	t.Helper()
	var all []string
	for d, err := range j.Domains() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Domain)
	}
	return strings.Join(all, " ")
}

// Whatever of the last line a killed run has written, the next one goes on
// behind the whole ones, and writes the same.
func TestEveryCutIsMended(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, "run")
	for _, d := range []string{"a.test", "b.test", "c.test"} {
		if err := j.Add(&result.Domain{Domain: d, Hosts: []result.Host{}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := strings.IndexByte(string(whole), '\n') + 1
	for n := range len(whole) + 1 {
		cut := filepath.Join(t.TempDir(), "cut")
		if err := os.WriteFile(cut, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		j := open(t, cut, "run")
		kept := max(strings.Count(string(whole[:n]), "\n")-1, 0)
		if j.Done() != kept || names(t, j) != strings.Join([]string{"a.test", "b.test", "c.test"}[:kept], " ") {
			t.Fatalf("cut at %d of %d: %d done, %q; want %d", n, len(whole), j.Done(), names(t, j), kept)
		}
		for _, d := range []string{"a.test", "b.test", "c.test"}[kept:] {
			if err := j.Add(&result.Domain{Domain: d, Hosts: []result.Host{}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if again, err := os.ReadFile(cut); err != nil || string(again[first:]) != string(whole[first:]) {
			t.Fatalf("cut at %d and gone on with, it is %q, %v; want what it was", n, again, err)
		}
	}
}

// A result comes back as it was.
func TestResultsComeBack(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "j"), "run")
	run := reporttest.Run(reporttest.AllDomains()...)
	for i := range run.Domains {
		if err := j.Add(&run.Domains[i]); err != nil {
			t.Fatal(err)
		}
	}
	i := 0
	for d, err := range j.Domains() {
		if err != nil || !reflect.DeepEqual(d, run.Domains[i]) {
			t.Errorf("domain %d comes back as %+v, %v; want %+v", i, d, err, run.Domains[i])
		}
		i++
	}
	if i != len(run.Domains) || i == 0 {
		t.Errorf("%d domains came back; want %d", i, len(run.Domains))
	}
}

// Nothing of a file that is not this run's journal is changed.
func TestOtherFilesAreRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"another run":     {`{"type":"mxprobe journal","v":1,"run":"other","begun":"2026-11-28T00:00:00Z"}` + "\n", ErrOther.Error()},
		"another version": {`{"type":"mxprobe journal","v":2,"run":"run"}` + "\n", "version 2"},
		"a report":        {"{\"type\":\"end\"}\n", "not a journal"},
		"a list":          {"a.test\nb.test\n", "not a journal"},
		"one line":        {"a.test", "not a journal"},
		"damaged":         {`{"type":"mxprobe journal","v":1,"run":"run"}` + "\nx\n{}\n", "line 2 is damaged"},
	} {
		path := filepath.Join(t.TempDir(), "j")
		if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, "run"); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v; want %q", name, err, tc.want)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != tc.text {
			t.Errorf("%s: it is %q, %v now; want it as it was", name, b, err)
		}
	}
	if _, err := Open(t.TempDir(), "run"); err == nil {
		t.Error("a directory is taken for a journal")
	}
	if _, err := Open(os.DevNull, "run"); err == nil || !strings.Contains(err.Error(), "regular") {
		t.Errorf("a device: %v; want it refused", err)
	}
}

func TestOneRunAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	first := open(t, path, "run")
	if _, err := Open(path, "run"); err == nil {
		t.Skip("this system has no locks on files")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path, "run").Finish(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a finished journal: %v; want it gone", err)
	}
}

// FuzzJournal opens journals of any bytes.
func FuzzJournal(f *testing.F) {
	head := `{"type":"mxprobe journal","v":1,"run":"run"}` + "\n"
	f.Add([]byte(head + `{"domain":"a"}` + "\n" + `{"dom`))
	f.Add([]byte(head + "null\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "j")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Open(path, "run")
		if err != nil {
			return
		}
		defer j.Close()
		n := 0
		for _, err := range j.Domains() {
			if n++; err != nil {
				break
			}
		}
		if n > j.Done() {
			t.Fatalf("%d domains of %d done", n, j.Done())
		}
	})
}
