package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A scenario that another machine sent reads no file of this one but below the
// folders that are allowed, and runs no command.
func TestSentScenariosReachNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), []byte("Subject: x\r\n\r\nx\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "s.yaml")
	for _, tt := range []struct{ src, want string }{
		{"name: x\nsteps:\n  - message: {file: letter.txt}\n", `"letter.txt" is a file of another machine`},
		{"name: x\nsecrets: {a: {command: id}}\nsteps:\n  - send: NOOP ${a}\n", "runs no command there"},
		{"name: x\nsteps:\n  - message: hello\n  - arrives: {mailbox: \"maildir:" + dir + "\"}\n", "is a file of another machine"},
	} {
		_, err := (&Loader{Sent: true}).Parse(t.Context(), file, []byte(tt.src))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %s", tt.src, err, tt.want)
		}
	}
	message := "name: x\nsteps:\n  - message: {file: letter.txt}\n"
	if _, err := (&Loader{}).Parse(t.Context(), file, []byte(message)); err != nil {
		t.Errorf("that was not sent: %v", err)
	}
	if _, err := (&Loader{Sent: true, Folders: []string{dir}}).Parse(t.Context(), file, []byte(message)); err != nil {
		t.Errorf("in a folder that is allowed: %v", err)
	}
}
