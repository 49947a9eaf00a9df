package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// numbers is a file for the tests.
type numbers struct {
	Header
	Numbers map[string]int `json:"numbers"`
}

func (n *numbers) Valid() error {
	if _, bad := n.Numbers["bad"]; bad {
		return errors.New("a bad number")
	}
	return nil
}

func kind() Kind { return Kind{Type: "test numbers", Mode: 0o600} }

func update(t *testing.T, path string, change func(*numbers)) {
	t.Helper()
	var n numbers
	if err := kind().Update(t.Context(), path, &n, func() {
		if n.Numbers == nil {
			n.Numbers = map[string]int{}
		}
		change(&n)
	}); err != nil {
		t.Error(err)
	}
}

func TestUpdateKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n.json")
	var n numbers
	if found, err := kind().Read(t.Context(), path, &n); found || err != nil {
		t.Errorf("no file: found %t, %v", found, err)
	}
	update(t, path, func(n *numbers) { n.Numbers["a"] = 1 })
	update(t, path, func(n *numbers) { n.Numbers["b"] = 2 })
	found, err := kind().Read(t.Context(), path, &n)
	if !found || err != nil || n.Numbers["a"] != 1 || n.Numbers["b"] != 2 {
		t.Errorf("found %t, %v, %v", found, err, n)
	}
	b, err := os.ReadFile(path)
	if want := "{\n  \"v\": 1,\n  \"type\": \"test numbers\",\n  \"numbers\": {\n    \"a\": 1,\n    \"b\": 2\n  }\n}\n"; err != nil || string(b) != want {
		t.Errorf("the file is %q, %v; want %q", b, err, want)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := before.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("the mode is %v; want 0600", mode)
	}
	update(t, path, func(*numbers) {})
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("nothing changed and the file was written: %v", err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("beside the file there is %v, %v", names, err)
	}
}

// TestRunsAtTheSameTimeLoseNothing: cron may start one job before the other
// has ended.
func TestRunsAtTheSameTimeLoseNothing(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there is no lock here")
	}
	path := filepath.Join(t.TempDir(), "n.json")
	const runs, rounds = 8, 10
	var all sync.WaitGroup
	for i := range runs {
		all.Go(func() {
			for k := range rounds {
				update(t, path, func(n *numbers) { n.Numbers[fmt.Sprint(i, "/", k)] = i })
			}
		})
	}
	all.Wait()
	var n numbers
	if _, err := kind().Read(t.Context(), path, &n); err != nil || len(n.Numbers) != runs*rounds {
		t.Errorf("%d of %d are left, %v", len(n.Numbers), runs*rounds, err)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"{\n  \"v\": 1,\n  \"type\": x", "line 3, column 11: invalid character 'x'"},
		{`{"v":1,"type":"test numbers"`, "line 1, column 28: unexpected end of JSON input"},
		{`{"v":1,"type":"test numbers"} {}`, "line 1, column 31: invalid character '{' after top-level value"},
		{`{"v":1,"type":"test numbers","numbers":[]}`, `line 1, column 40: "numbers" has the wrong kind of value: array`},
		{`{"v":1,"type":"test numbers","numbers":{"a":"x"}}`, "has the wrong kind of value"},
		{`{"v":"1","type":"test numbers"}`, "has the wrong kind of value"},
		{`[]`, "it is no test numbers"},
		{`null`, `it is no test numbers`},
		{`{"v":1,"type":"other"}`, `it is of type "other", not "test numbers"`},
		{`{"v":2,"type":"test numbers"}`, "it has version 2, written by a later program; this one reads 1"},
		{`{"type":"test numbers"}`, "version 0 is none"},
		{`{"v":1,"type":"test numbers","numbers":{"bad":1}}`, "a bad number"},
	} {
		path := filepath.Join(t.TempDir(), "n.json")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var n numbers
		_, err := kind().Read(t.Context(), path, &n)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %s", tt.text, err, tt.want)
		}
		// Nor is it written over.
		if err := kind().Update(t.Context(), path, new(numbers), func() {}); err == nil {
			t.Errorf("%s: it was updated", tt.text)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != tt.text {
			t.Errorf("%s: the file is now %q, %v", tt.text, b, err)
		}
	}
}

func TestPlacesThatHoldNoFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var n numbers
	if _, err := kind().Read(t.Context(), folder, &n); err == nil {
		t.Error("a folder is read")
	}
	for _, path := range []string{folder, filepath.Join(folder, "none", "n.json")} {
		if err := kind().Writable(path); err == nil {
			t.Errorf("%s is writable", path)
		}
		if err := kind().Update(t.Context(), path, &n, func() {}); err == nil {
			t.Errorf("%s is updated", path)
		}
	}
	if err := kind().Writable(filepath.Join(folder, "n.json")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "n.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("to look whether it can be written has made the file: %v", err)
	}
	// What a run leaves that was killed before its first write is no file.
	empty := filepath.Join(folder, "empty.json")
	for _, text := range []string{"", "\n"} {
		if err := os.WriteFile(empty, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := kind().Read(t.Context(), empty, &n); found || err != nil {
			t.Errorf("a file with %q: found %t, %v; want none", text, found, err)
		}
	}
}

// FuzzDecode reads what anybody may have written.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("{\"v\":1,\"type\":\"test numbers\",\"numbers\":{\"a\":1}}")) // as it is written
	f.Add([]byte(""))                                                          // nothing
	f.Add([]byte("{\"v\":1e9,\"type\":\"test numbers\"}"))                     // a version beyond
	f.Add([]byte("{\"v\":1,\"type\":\"test numbers\",\n\"numbers\":\n7}"))     // a place beyond the first line
	f.Add([]byte("{\"V\":1,\"TYPE\":\"test numbers\"}"))                       // in other case
	f.Fuzz(func(t *testing.T, b []byte) {
		var n numbers
		found, err := kind().decode(b, &n)
		if found && err == nil && (n.V != Version || n.Type != kind().Type) {
			t.Errorf("%q was taken for version %d of %q", b, n.V, n.Type)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x00\x1b\n") {
			t.Errorf("%q: the error acts on a terminal: %q", b, err)
		}
	})
}
