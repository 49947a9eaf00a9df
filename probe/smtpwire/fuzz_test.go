package smtpwire

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// outcome reads until an error and writes down all that came out.
func outcome(t *testing.T, c *Conn, o Options) (replies string, end *ReplyError) {
	t.Helper()
	var b strings.Builder
	for {
		r, err := c.ReadReply()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			e, ok := errors.AsType[*ReplyError](err)
			if !ok {
				t.Fatalf("ReadReply() = %v of %T; want io.EOF or *ReplyError", err, err)
			}
			return b.String(), e
		}
		checkReply(t, r, o)
		b.WriteString(r.Raw)
	}
}

// checkReply holds a reply against RFC 5321 section 4.2 in another way than
// the framer does.
func checkReply(t *testing.T, r Reply, o Options) {
	t.Helper()
	if len(r.Raw) > o.MaxBytes || r.Code < 200 || r.Code > 599 || !strings.HasSuffix(r.Raw, "\n") {
		t.Fatalf("reply %+v breaks a limit", r)
	}
	lines := strings.Split(strings.TrimSuffix(r.Raw, "\n"), "\n")
	if len(lines) > o.MaxLines {
		t.Fatalf("reply of %d lines; want at most %d", len(lines), o.MaxLines)
	}
	for i, l := range lines {
		if len(l)+1 > o.MaxLine || !strings.HasPrefix(l, lines[0][:3]) {
			t.Fatalf("line %q of %q: too long or of another code", l, r.Raw)
		}
		if more := strings.HasPrefix(l[3:], "-"); more != (i < len(lines)-1) {
			t.Fatalf("line %q of %q: its separator is wrong for its place", l, r.Raw)
		}
	}
	_ = r.Text()
	_, _, _ = r.Enhanced()
	_ = LooksRewritten(&r)
}

func FuzzReadReply(f *testing.F) {
	f.Add([]byte("220 mx\r\n250-a\r\n250 b\r\n"), uint16(3), uint16(9))   // plain and multi-line
	f.Add([]byte("250\r\n250\n250 \r\n"), uint16(1), uint16(5))           // bare codes, bare LF
	f.Add([]byte("250-a\r\n550 b\r\n250 c\r\n"), uint16(8), uint16(9))    // code changes
	f.Add([]byte("SSH-2.0-x\r\n"), uint16(0), uint16(0))                  // another protocol
	f.Add([]byte("600 x\r\n"), uint16(2), uint16(2))                      // no such class
	f.Add([]byte("250 a\rb\x00\xff\r\r\n"), uint16(6), uint16(7))         // odd bytes
	f.Add([]byte(strings.Repeat("250-x\r\n", 9)), uint16(20), uint16(40)) // too many lines
	f.Add([]byte("250 "+strings.Repeat("x", 80)), uint16(33), uint16(64)) // too long a line
	f.Fuzz(func(t *testing.T, in []byte, i, j uint16) {
		o := Options{MaxLine: 64, MaxLines: 8, MaxBytes: 200}
		whole, end := outcome(t, said(o, string(in)), o)
		a := min(int(i), len(in))
		b := min(a+int(j), len(in))
		cuts := [][]string{{string(in[:a]), string(in[a:b]), string(in[b:])}, strings.Split(string(in), "")}
		for _, pieces := range cuts {
			cut, cutEnd := outcome(t, said(o, pieces...), o)
			if cut != whole || !sameError(end, cutEnd) {
				t.Fatalf("cut in %q: %q, %v; uncut %q, %v", pieces, cut, cutEnd, whole, end)
			}
		}
		if end == nil {
			if whole != string(in) {
				t.Fatalf("read %q of %q without an error", whole, in)
			}
			return
		}
		if !strings.HasPrefix(string(in), whole+string(end.Partial)) || len(end.Partial) > o.MaxBytes {
			t.Fatalf("error about %q after %q; want the next bytes of %q", end.Partial, whole, in)
		}
		if end.Kind == Truncated != (end.Err != nil) || len(end.Partial) == 0 {
			t.Fatalf("error %+v is not in order", end)
		}
	})
}

func sameError(a, b *ReplyError) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && string(a.Partial) == string(b.Partial) && a.Error() == b.Error()
}

func FuzzParseEHLO(f *testing.F) {
	f.Add("250-mx\r\n250-SIZE 100\r\n250 DSN\r\n")            // as it should be
	f.Add("250-mx\r\n250-AUTH=LOGIN\r\n250 AUTH PLAIN\r\n")   // old and new AUTH
	f.Add("250-mx\r\n250-size 1\r\n250-SIZE 2\r\n250\r\n")    // duplicate, bare code
	f.Add("250-mx\n250-X_A\t= b \n250-  \n250 XXXXXXXA\r\n")  // odd in every way
	f.Add("250-mx\r\n250-K\u212a 1\r\n250 \u017fIZE 2\r\n")   // letters that fold to ASCII
	f.Add("250-mx\r\n250-:\r\n250-=\r\n250-AUTH=\r\n250 -\n") // separators alone
	f.Fuzz(func(t *testing.T, raw string) {
		r := &Reply{Code: 250, Raw: raw}
		k := ParseEHLO(r)
		_ = LooksRewritten(r)
		seen := map[string]bool{}
		for name, params := range k.All() {
			folded := asciiLower(name)
			if name == "" || seen[folded] || strings.ContainsAny(name, " \t=:") {
				t.Fatalf("keyword %q of %q is empty, double or not a word", name, raw)
			}
			seen[folded] = true
			if got, ok := k.Lookup(folded); !ok || got != params {
				t.Fatalf("Lookup(%q) = %q, %t; want %q as All says", folded, got, ok, params)
			}
			if !strings.Contains(raw, params) {
				t.Fatalf("parameters %q are not as sent in %q", params, raw)
			}
		}
		if len(seen) != k.Len() {
			t.Fatalf("Len() = %d; want %d", k.Len(), len(seen))
		}
	})
}

// asciiLower lowers A to Z and leaves all other bytes.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ", c) >= 0 {
			b[i] = c + 32
		}
	}
	return string(b)
}

// unstuff reads data as a server does and returns its lines.
func unstuff(t *testing.T, data string) []string {
	t.Helper()
	lines := strings.Split(data, "\r\n")
	n := len(lines)
	if n < 2 || lines[n-1] != "" || lines[n-2] != "." {
		t.Fatalf("data %q does not end in the end mark", data)
	}
	lines = lines[:n-2]
	for i, l := range lines {
		if l == "." || strings.ContainsAny(l, "\r\n") {
			t.Fatalf("line %q of %q is an end mark or has a bare CR or LF", l, data)
		}
		lines[i] = strings.TrimPrefix(l, ".")
	}
	return lines
}

func FuzzAppendData(f *testing.F) {
	f.Add("a\n.b\r\n..\r\rc") // every line end, dots
	f.Add(".")                // nothing but an end mark
	f.Add("\r\n.\r\n")        // an end mark inside
	f.Add("\n.\r.\r\n\x00")   // forms some servers take for one
	f.Add("")                 // empty
	f.Fuzz(func(t *testing.T, text string) {
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
		want = strings.TrimSuffix(want, "\n")
		got := unstuff(t, string(AppendData(nil, []byte(text), true, true)))
		if text == "" {
			if len(got) != 0 {
				t.Fatalf("lines of nothing = %q; want none", got)
			}
			return
		}
		if joined := strings.Join(got, "\n"); joined != want {
			t.Fatalf("AppendData(%q) has the lines %q; want %q", text, joined, want)
		}
		longest := 0
		for l := range strings.SplitSeq(want, "\n") {
			longest = max(longest, len(l))
		}
		if count, first := LongLines([]byte(text)); (count > 0) != (longest > MaxTextLine) || (first > 0) != (count > 0) {
			t.Fatalf("LongLines = %d, %d; longest line has %d octets", count, first, longest)
		}
	})
}

func FuzzXtext(f *testing.F) {
	f.Add("kate+list=1@fabrikam.test") // the two that must be encoded
	f.Add("+2B")                       // looks encoded already
	f.Add("\x00\xff \u00fc")           // nothing printable
	f.Add("+2b+")                      // broken
	f.Fuzz(func(t *testing.T, s string) {
		x := EncodeXtext(s)
		for i := range len(x) {
			if x[i] <= ' ' || x[i] > '~' || x[i] == '=' {
				t.Fatalf("EncodeXtext(%q) = %q; want printable ASCII without =", s, x)
			}
		}
		if back, err := DecodeXtext(x); err != nil || back != s {
			t.Fatalf("DecodeXtext(EncodeXtext(%q)) = %q, %v", s, back, err)
		}
		if plain, err := DecodeXtext(s); err == nil {
			if again, err := DecodeXtext(EncodeXtext(plain)); err != nil || again != plain {
				t.Fatalf("%q decodes to %q, which does not come back: %q, %v", s, plain, again, err)
			}
		}
	})
}
