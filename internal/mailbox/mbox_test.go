package mailbox

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// envelope is a message as an mbox file has it.
func envelope(id, text string) string {
	return "From a@b Sat Jan  5 00:00:00 2030\nMessage-ID: <" + id + ">\n\n" + text + "\n\n"
}

func appendTo(t *testing.T, file, text string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func openMbox(t *testing.T, file string) Box {
	t.Helper()
	b, err := OpenMbox(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTrap67MboxShowsWhatArrives(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kate")
	appendTo(t, file, envelope("old@x", "text")+envelope("older@x", "Message-ID: <no@x>\n>From here on\nFrom there on"))
	b := openMbox(t, file)
	want(t, "before anything came", ids(t, b))
	appendTo(t, file, envelope("one@x", "text"))
	want(t, "after one", ids(t, b), "<one@x>")
	// A delivery agent is at work: there is a lock.
	appendTo(t, file+".lock", "")
	appendTo(t, file, envelope("two@x", "text"))
	want(t, "while it is locked", ids(t, b))
	if err := os.Remove(file + ".lock"); err != nil {
		t.Fatal(err)
	}
	appendTo(t, file, envelope("three@x", "text"))
	want(t, "after two more", ids(t, b), "<three@x>", "<two@x>")
	want(t, "after that", ids(t, b))
}

// A reader of mail writes the file anew: marks, and messages that are gone.
// What was there before is not new, and nothing is missed.
func TestMboxIsWrittenAnew(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kate")
	appendTo(t, file, envelope("1@x", "text")+envelope("2@x", "text"))
	b := openMbox(t, file)
	appendTo(t, file, envelope("3@x", "text"))
	want(t, "first", ids(t, b), "<3@x>")
	read := func(id string) string {
		return strings.Replace(envelope(id, "text"), "\n\n", "\nStatus: RO\nX-UID: 17\n\n", 1)
	}
	put(t, file+".new", read("2@x")+read("3@x")+envelope("4@x", "text"))
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	want(t, "marked, one removed, one added", ids(t, b), "<4@x>")
	put(t, file, envelope("5@x", strings.Repeat("longer ", 200)))
	want(t, "all replaced", ids(t, b), "<5@x>")
	put(t, file, "")
	want(t, "emptied", ids(t, b))
	appendTo(t, file, envelope("6@x", "text"))
	want(t, "begun again", ids(t, b), "<6@x>")
}

func TestMboxIsReadOnly(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kate")
	put(t, file, "")
	b := openMbox(t, file)
	text := "first\n>From here\n>>From there\n>not From\n"
	appendTo(t, file, envelope("1@x", text)+envelope("2@x", ""))
	got, err := b.Next(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("%d messages, %v; want 2", len(got), err)
	}
	raw, err := b.Read(t.Context(), &got[0], 1000)
	if want := "Message-ID: <1@x>\n\nfirst\nFrom here\n>From there\n>not From\n\n\n"; err != nil || string(raw) != want {
		t.Errorf("the message is %q, %v; want %q", raw, err, want)
	}
	if err := b.Delete(t.Context(), &got[0]); !errors.Is(err, ErrReadOnly) || !errors.Is(err, ErrFinal) {
		t.Errorf("a removal: %v; want ErrReadOnly", err)
	}
	put(t, file, envelope("2@x", ""))
	if _, err := b.Read(t.Context(), &got[0], 1000); !errors.Is(err, ErrGone) {
		t.Errorf("a message that is gone: %v; want ErrGone", err)
	}
}

func TestMboxIsBounded(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kate")
	put(t, file, "")
	b := openMbox(t, file)
	appendTo(t, file, envelope("big@x", strings.Repeat("x", 3*maxMessage))+envelope("next@x", ""))
	got, err := b.Next(t.Context())
	if err != nil || len(got) != 2 || got[1].MessageID != "<next@x>" {
		t.Fatalf("%d messages, %v; want both", len(got), err)
	}
	if raw, err := b.Read(t.Context(), &got[0], 500); err != nil || len(raw) != 500 {
		t.Errorf("%d bytes, %v; want 500", len(raw), err)
	}
	b.(*mbox).read = maxMessages
	appendTo(t, file, envelope("more@x", ""))
	if _, err := b.Next(t.Context()); !errors.Is(err, ErrFlooded) {
		t.Errorf("one message more than the limit: %v; want ErrFlooded", err)
	}
}

func TestNoMbox(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for path, says := range map[string]string{folder: "not an mbox file", filepath.Join(folder, "no-one"): "no such file or directory"} {
		_, err := OpenMbox(t.Context(), path)
		if err == nil || !errors.Is(err, ErrFinal) || !strings.Contains(err.Error(), path+": ") || !strings.Contains(err.Error(), says) {
			t.Errorf("OpenMbox(%q): %v; want a final error that says %q", path, err, says)
		}
	}
}

// FuzzMbox holds that messages lie one behind the other, cover the file from
// the first to the end, and are the same when the file is read from any of
// them.
func FuzzMbox(f *testing.F) {
	f.Add([]byte(envelope("a", "text") + envelope("b", ">From x\n\nFrom c\n\n")))
	f.Add([]byte("rubbish\n\nFrom \nFrom \n\nFrom\n\nFrom x"))
	f.Add([]byte("From \r\n\r\nFrom \r\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		seed := maphash.MakeSeed()
		var all []entry
		for s := newScanner(bytes.NewReader(file), 0, 100, seed); ; {
			e, err := s.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(file[e.at:], []byte("From ")) || len(e.raw) > 100 || len(all) > 0 && all[len(all)-1].end != e.at {
				t.Fatalf("a message from %d to %d, %d bytes kept, behind %v", e.at, e.end, len(e.raw), all)
			}
			all = append(all, e)
		}
		if n := len(all); n > 0 && all[n-1].end != int64(len(file)) {
			t.Errorf("the last ends at %d of %d", all[n-1].end, len(file))
		}
		for i, e := range all {
			again, err := newScanner(bytes.NewReader(file[e.at:]), e.at, 100, seed).next()
			if err != nil || fmt.Sprint(again) != fmt.Sprint(e) {
				t.Errorf("message %d is %v alone, %v; and was %v", i, again, err, e)
			}
		}
		if !slices.IsSortedFunc(all, func(a, b entry) int { return int(a.at - b.at) }) {
			t.Error("messages are out of order")
		}
	})
}
