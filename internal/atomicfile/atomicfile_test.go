package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func create(t *testing.T, path, text string) *File {
	t.Helper()
	f, err := Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	return f
}

// entries are the names in a folder, hidden ones included.
func entries(t *testing.T, folder string) []string {
	t.Helper()
	all, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func TestNothingIsThereBeforeCommit(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "mail.prom")
	f := create(t, path, "new")
	for _, name := range entries(t, folder) {
		if strings.HasSuffix(name, ".prom") || !strings.HasPrefix(name, ".") {
			t.Errorf("%s would be read before it is whole", name)
		}
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "new" {
		t.Errorf("the file holds %q; want %q", got, "new")
	}
	if got := entries(t, folder); len(got) != 1 {
		t.Errorf("the folder holds %q; want the file alone", got)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v; want %v, for those who collect it", info.Mode().Perm(), fs.FileMode(0o644))
	}
}

func TestOldStaysUntilCommit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	create(t, path, "given up").Discard()
	if got := read(t, path); got != "old" {
		t.Errorf("after Discard the file holds %q; want %q", got, "old")
	}
	f := create(t, path, "new")
	if got := read(t, path); got != "old" {
		t.Errorf("before Commit the file holds %q; want %q", got, "old")
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "new" {
		t.Errorf("after Commit the file holds %q; want %q", got, "new")
	}
	if got := entries(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("the folder holds %q; want the file alone", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want that of the old file", info.Mode().Perm(), err)
	}
}

func TestLinkStaysALink(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if err := create(t, link, "new").Commit(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is now %v, %v", info.Mode(), err)
	}
	if got := read(t, path); got != "new" {
		t.Errorf("what the link leads to holds %q; want %q", got, "new")
	}
}

// TestLinkToNothingStaysALink: what it leads to is made.
func TestLinkToNothingStaysALink(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	link := filepath.Join(folder, "link")
	for _, to := range []string{"far", filepath.Join(folder, "other")} {
		_ = os.Remove(link)
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
		if err := create(t, link, "new").Commit(); err != nil {
			t.Fatal(err)
		}
		if got := read(t, filepath.Join(folder, filepath.Base(to))); got != "new" {
			t.Errorf("what the link to %s leads to holds %q; want %q", to, got, "new")
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("the link to %s is now %v, %v", to, info.Mode(), err)
		}
	}
}

func TestResolveKnowsEveryNameOfAFile(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for _, link := range [][2]string{{"mail.xml", "link"}, {"link", "chain"}, {".", "here"}, {"loop", "loop"}} {
		if err := os.Symlink(link[0], link[1]); err != nil {
			t.Skip(err)
		}
	}
	for _, there := range []bool{false, true} {
		if there {
			if err := os.WriteFile("mail.xml", nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want := Resolve("mail.xml")
		for _, path := range []string{"./mail.xml", "here/mail.xml", "link", "chain", "here/chain", filepath.Join(folder, "mail.xml")} {
			if got := Resolve(path); got != want {
				t.Errorf("Resolve(%q) = %q; want %q", path, got, want)
			}
		}
	}
	if got := Resolve("none/mail.xml"); got != "none/mail.xml" {
		t.Errorf("without a folder: %q", got)
	}
	if got := Resolve("loop"); !strings.HasSuffix(got, "loop") {
		t.Errorf("a link to itself: %q", got)
	}
}

// TestDescriptorIsAppendedTo: a log that is named by its descriptor keeps
// what it holds.
func TestDescriptorIsAppendedTo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	name := "/proc/self/fd/" + strconv.Itoa(int(log.Fd()))
	if _, err := os.Stat(name); err != nil {
		t.Skip("this system does not name open files")
	}
	if err := create(t, name, "new\n").Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "old\nnew\n" {
		t.Errorf("the log holds %q", got)
	}
}

// TestDeviceIsNotReplaced: run by root, a rename onto /dev/null would break
// the machine.
func TestDeviceIsNotReplaced(t *testing.T) {
	t.Parallel()
	// A pipe of this test stands in for it, lest the test break it.
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	path := "/proc/self/fd/" + strconv.Itoa(int(w.Fd()))
	if _, err := os.Stat(path); err != nil {
		t.Skip("this system does not name open files")
	}
	f := create(t, path, "report")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if b, err := io.ReadAll(r); err != nil || string(b) != "report" {
		t.Errorf("the pipe carried %q, %v; want %q", b, err, "report")
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, tt := range []struct{ name, path, want string }{
		{"a folder", folder, "is a directory"},
		{"no such folder", filepath.Join(folder, "none", "report"), "no such file or directory"},
	} {
		f, err := Create(tt.path, 0o644)
		if err == nil {
			f.Discard()
			t.Errorf("%s: no error", tt.name)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.path) || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("%s: %q; want the path and %q", tt.name, err, tt.want)
		}
	}
}

func TestFolderGoneBeforeCommit(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "sub")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	f := create(t, filepath.Join(folder, "report"), "text")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil {
		t.Error("Commit says all is well")
	}
}

// What a program that was killed left is removed by the next one; what
// another is still writing, and what only looks alike, stays.
func TestLeftoversAreSwept(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("nothing tells there who writes a file")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "a[1].json")
	long := time.Now().Add(-2 * settled)
	beside := func(name string, age time.Time) string {
		t.Helper()
		at := filepath.Join(folder, name)
		if err := os.WriteFile(at, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(at, age, age); err != nil {
			t.Fatal(err)
		}
		return at
	}
	left := beside(".a[1].json.123.tmp", long)
	kept := []string{beside(".a[1].json.124.tmp", time.Now()), beside(".a1.json.125.tmp", long), beside("a[1].json.tmp", long)}
	writing, err := Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer writing.Discard()
	if err := os.Chtimes(writing.f.Name(), long, long); err != nil {
		t.Fatal(err)
	}
	kept = append(kept, writing.f.Name())
	other, err := Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Discard()
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", left, err)
	}
	for _, name := range kept {
		if _, err := os.Stat(name); err != nil {
			t.Errorf("%s is gone: %v", name, err)
		}
	}
}
