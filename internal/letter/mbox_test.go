package letter

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestMbox(t *testing.T) {
	t.Parallel()
	const text = "From kate@example.org Thu Jan  1 00:00:00 2030\nSubject: one\n\nFrom here on\n>From there\n>>From where\n\n" +
		"From - Thu Jan  1 00:00:00 2030\r\nSubject: two\r\n\r\nend"
	var got []string
	for m, err := range Mbox(strings.NewReader(text)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(m))
	}
	want := []string{"Subject: one\n\nFrom here on\nFrom there\n>From where\n\n", "Subject: two\r\n\r\nend"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !IsMbox([]byte(text)) || IsMbox([]byte("From: kate@example.org\n")) {
		t.Error("a mailbox file is not known by its first line")
	}
}

func TestMboxThatBreaks(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var last error
	for _, err := range Mbox(iotest.ErrReader(broken)) {
		last = err
	}
	if !errors.Is(last, broken) {
		t.Errorf("the error is %v", last)
	}
	n := 0
	for m := range Mbox(strings.NewReader(strings.Repeat("x", 2*MaxMessage))) {
		if n++; len(m) > MaxMessage+maxMboxLine {
			t.Errorf("a message of %d bytes", len(m))
		}
	}
	if n != 1 {
		t.Errorf("%d messages", n)
	}
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte("From a Thu Jan 1 00:00:00 2030\n\n>From \n\nFrom b Thu Jan 1 00:00:00 2030\nx"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		total := 0
		for m, err := range Mbox(bytes.NewReader(raw)) {
			if err != nil {
				t.Fatal(err)
			}
			total += len(m)
		}
		if total > len(raw) {
			t.Errorf("%d bytes of %d", total, len(raw))
		}
	})
}
