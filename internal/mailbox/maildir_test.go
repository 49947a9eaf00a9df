package mailbox

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/sandbox/sandboxtest"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, dir string) Box {
	t.Helper()
	b, err := OpenMaildir(dir, Look{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// ids returns the Message-IDs of what is new.
func ids(t *testing.T, b Box) []string {
	t.Helper()
	got, err := b.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, m := range got {
		out = append(out, m.MessageID)
	}
	slices.Sort(out)
	return out
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q; want %q", what, got, want)
	}
}

func TestTrap67MaildirShowsWhatArrives(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	put(t, filepath.Join(dir, "cur", "1.old:2,S"), "Message-ID: <old@x>\n\n")
	put(t, filepath.Join(dir, "new", "2.older"), "Message-ID: <older@x>\n\n")
	b := open(t, dir)
	want(t, "before anything came", ids(t, b))
	// A reader moves what was there already: that is not new.
	if err := os.Rename(filepath.Join(dir, "new", "2.older"), filepath.Join(dir, "cur", "2.older:2,")); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "tmp", "3.half"), "Message-ID: <half@x>\n\n")
	put(t, filepath.Join(dir, "new", "4.one"), "Return-Path: <a@b>\nMessage-ID: <one@x>\n\ntext")
	put(t, filepath.Join(dir, "cur", "5.two:2,S"), "Message-ID: <two@x>\n\ntext")
	want(t, "after two", ids(t, b), "<one@x>", "<two@x>")
	if err := os.Rename(filepath.Join(dir, "new", "4.one"), filepath.Join(dir, "cur", "4.one:2,RS")); err != nil {
		t.Fatal(err)
	}
	want(t, "after a move", ids(t, b))
}

// Links and pipes are left alone: they could lead anywhere, or nowhere.
func TestMaildirFollowsNoLinks(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	b := open(t, dir)
	outside := filepath.Join(t.TempDir(), "secret")
	put(t, outside, "Message-ID: <outside@x>\n\n")
	for name, target := range map[string]string{"1.out": outside, "2.loop": "2.loop", "3.in": "../cur"} {
		if err := os.Symlink(target, filepath.Join(dir, "new", name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "new", "4.folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	want(t, "links", ids(t, b))
}

func TestMaildirIsBounded(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	b := open(t, dir)
	put(t, filepath.Join(dir, "new", "1.big"), "Message-ID: <big@x>\n\n"+strings.Repeat("x", 3*maxMessage))
	want(t, "a big message", ids(t, b), "<big@x>")
	raw, err := b.(*maildir).content("new/1.big", maxMessage)
	if err != nil || len(raw) != maxMessage {
		t.Errorf("%d bytes are read, %v; want %d", len(raw), err, maxMessage)
	}
	b.(*maildir).read = maxMessages
	put(t, filepath.Join(dir, "new", "2.more"), "Message-ID: <more@x>\n\n")
	if _, err := b.Next(t.Context()); !errors.Is(err, ErrFlooded) || !errors.Is(err, ErrFinal) {
		t.Errorf("one message more than the limit: %v; want ErrFlooded, which is final", err)
	}
}

func TestMaildirDeletesOneMessage(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	b := open(t, dir)
	put(t, filepath.Join(dir, "new", "1.one"), "Message-ID: <one@x>\n\n")
	put(t, filepath.Join(dir, "new", "1.one-too"), "Message-ID: <two@x>\n\n")
	got, err := b.Next(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("%d messages, %v; want 2", len(got), err)
	}
	one := &got[slices.IndexFunc(got, func(m Message) bool { return m.MessageID == "<one@x>" })]
	// Somebody reads it in between.
	if err := os.Rename(filepath.Join(dir, "new", "1.one"), filepath.Join(dir, "cur", "1.one:2,S")); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), one); err != nil {
		t.Error(err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
	want(t, "what is left", left, filepath.Join(dir, "new", "1.one-too"))
	if err := b.Delete(t.Context(), one); err == nil {
		t.Error("a message that is gone was deleted once more")
	}
}

func TestNoMaildir(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	file := filepath.Join(empty, "file")
	put(t, file, "x")
	for path, says := range map[string]string{
		empty:                          "it has neither new nor cur",
		file:                           "not a directory",
		filepath.Join(empty, "no-one"): "no such file or directory",
	} {
		_, err := OpenMaildir(path, Look{})
		if err == nil || !errors.Is(err, ErrFinal) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), says) {
			t.Errorf("OpenMaildir(%q): %v; want a final error that says %q", path, err, says)
		}
	}
}

// A filter puts a message into the folder for spam, or into another one.
func TestMaildirHasFoldersBesideIt(t *testing.T) {
	t.Parallel()
	dir := sandboxtest.Maildir(t, t.TempDir())
	for _, name := range []string{".Junk", ".Lists.one", ".Other"} {
		for _, sub := range []string{"new", "cur", "tmp"} {
			if err := os.MkdirAll(filepath.Join(dir, name, sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(t, filepath.Join(dir, ".Junk", "new", "0.old"), "Message-ID: <old@x>\n\n")
	b, err := OpenMaildir(dir, Look{Folder: "Lists/one"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	put(t, filepath.Join(dir, ".Junk", "cur", "1.spam:2,"), "Message-ID: <spam@x>\n\n")
	put(t, filepath.Join(dir, ".Lists.one", "new", "2.list"), "Message-ID: <list@x>\n\n")
	put(t, filepath.Join(dir, ".Other", "new", "3.other"), "Message-ID: <other@x>\n\n")
	put(t, filepath.Join(dir, "new", "4.in"), "Message-ID: <in@x>\n\n")
	got, err := b.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	where := map[string]string{}
	for _, m := range got {
		where[m.MessageID] = m.Folder
	}
	if wants := (map[string]string{"<spam@x>": "Junk", "<list@x>": "Lists/one", "<in@x>": ""}); !maps.Equal(where, wants) {
		t.Errorf("messages are in %q; want %q", where, wants)
	}
}
