package smtpwire

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// story writes a record as one string a line.
func story(r *Recorder, first int) string {
	var b strings.Builder
	for e := range r.Entries(first) {
		fmt.Fprintf(&b, "%v %c %q\n", e.At, e.From, e.Bytes)
	}
	return b.String()
}

func TestRecorderKeepsOrderAndTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rec := NewRecorder(0)
		sc := &scriptConn{pieces: [][]byte{[]byte("220-m"), []byte("x\r\n"), []byte("220 go\r\n"), []byte("250 ok\r\n")}}
		c := NewConn(sc, Options{Record: rec})
		mustRead(t, c)
		time.Sleep(time.Second)
		step := rec.Len()
		if err := c.WriteLine([]byte("NOOP")); err != nil {
			t.Fatal(err)
		}
		mustRead(t, c)
		c.SetRecording(false)
		if err := c.WriteRaw([]byte("a long message")); err != nil {
			t.Fatal(err)
		}
		rec.Remark("message of 14 octets")
		c.SetRecording(true)
		if err := c.WriteLine([]byte(".")); err != nil {
			t.Fatal(err)
		}
		later := "1s C \"NOOP\\r\\n\"\n1s S \"250 ok\\r\\n\"\n1s - \"message of 14 octets\"\n1s C \".\\r\\n\"\n"
		if got, want := story(rec, 0), "0s S \"220-mx\\r\\n\"\n0s S \"220 go\\r\\n\"\n"+later; got != want {
			t.Errorf("record =\n%swant\n%s", got, want)
		}
		if got := story(rec, step); got != later {
			t.Errorf("record of the step =\n%swant\n%s", got, later)
		}
		rec.Reset()
		if rec.Len() != 0 || rec.Left() != 0 || story(rec, 0) != "" {
			t.Error("something is left after Reset")
		}
	})
}

func TestRecorderIsBounded(t *testing.T) {
	t.Parallel()
	rec := NewRecorder(100)
	rec.add('S', []byte(strings.Repeat("a", 60)))
	rec.add('S', []byte(strings.Repeat("b", 60)+"\n"))
	rec.add('C', []byte("QUIT\r\n"))
	if got, want := story(rec, 0), strings.Repeat("a", 60)+strings.Repeat("b", 16); !strings.Contains(got, "\""+want+"\"") || rec.Len() != 1 {
		t.Errorf("record =\n%s%d entries; want one of %q", got, rec.Len(), want)
	}
	if want := 60 + 61 + 6 - 76; rec.Left() != want {
		t.Errorf("Left() = %d; want %d", rec.Left(), want)
	}
	for range 1000 {
		rec.add('S', []byte("\n"))
		rec.add('C', []byte("\n"))
	}
	if rec.Len() != 1 {
		t.Errorf("%d entries after many tiny ones; want them left out", rec.Len())
	}
}

func TestNoRecorder(t *testing.T) {
	t.Parallel()
	c := said(Options{}, "220 mx\r\n")
	c.SetRecording(false)
	c.SetRecording(true)
	if r := mustRead(t, c); r.Code != 220 {
		t.Errorf("ReadReply() = %+v; want 220", r)
	}
}

// What was recorded must not be found in the memory that the next one is given,
// however much it was.
func TestRecordsForget(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 96, 97, 1 << 10, 1<<10 + 1, 40 << 10} {
		var s Records
		r := s.Get()
		for left := size; left > 0; left -= 50 {
			r.add('S', []byte(strings.Repeat("s", min(left, 50)-1)+"\n"))
		}
		if got := len(r.arena); got != size || size > len(r.first) && r.page == nil {
			t.Fatalf("%d of %d bytes are recorded, page %v", got, size, r.page != nil)
		}
		was, arena := r.page, r.arena
		s.Put(r)
		if r.page != nil || r.Len() != 0 || r.Left() != 0 {
			t.Errorf("%d bytes: the recorder keeps its page, or what it has recorded", size)
		}
		if was == nil {
			was = new(page)
		}
		for _, b := range [][]byte{arena, r.first[:], was.bytes[:]} {
			if bytes.ContainsAny(b, "s\n") {
				t.Errorf("%d bytes: what was recorded is still there", size)
			}
		}
	}
}
