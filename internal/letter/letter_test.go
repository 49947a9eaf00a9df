package letter

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shown is a message as the tests compare it: a line a part.
func shown(m *Message) []string {
	var lines []string
	for i := range m.Parts {
		p := &m.Parts[i]
		mark := ""
		if p.Enclosed {
			mark = " enclosed"
		}
		lines = append(lines, strings.Repeat(">", p.Depth)+p.Type+mark+": "+strings.TrimSpace(p.Plain()))
	}
	return lines
}

func TestReadTakesApart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"one part": {"Subject: a\n\nhello\n", []string{"text/plain: hello"}},
		"no body":  {"Subject: a", []string{"text/plain: "}},
		"mbox line": {
			"From kate@example.org Thu Jan  1 00:00:00 2030\nSubject: a\n\nhello\n",
			[]string{"text/plain: hello"},
		},
		"parts": {
			"Content-Type: multipart/mixed; boundary=b\n\nintro\n--b\n\none\n--b\nContent-Type: text/html\n\n<p>two&lt;3</p>\n--b--\nend\n",
			[]string{">text/plain: one", ">text/html: two<3"},
		},
		"never closed": {
			"Content-Type: multipart/mixed; boundary=\"b c\"\n\n--b c\n\none\n--b c\n\ntwo\n",
			[]string{">text/plain: one", ">text/plain: two"},
		},
		"another boundary than announced": {
			"Content-Type: multipart/mixed; boundary=b\n\n--other\nContent-Type: text/plain\n\none\n--other--\n",
			[]string{">text/plain: one"},
		},
		"boundary in a broken field": {
			"Content-Type: multipart/mixed; boundary=b; x y; charset\n\n--b\n\none\n--b--\n",
			[]string{">text/plain: one"},
		},
		"no parts at all": {
			"Content-Type: multipart/mixed; boundary=b\n\nnothing\n",
			[]string{"multipart/mixed: nothing"},
		},
		"line that is no field": {
			"Subject: a\nthis is no field\nContent-Type: multipart/mixed; boundary=b\n\n--b\nnor this\nContent-Type: text/x\n\none\n--b--\n",
			[]string{">text/x: one"},
		},
		"a message within": {
			"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: inner\n\nhello\n--b--\n",
			[]string{">message/rfc822: Subject: inner\n\nhello", ">>text/plain enclosed: hello"},
		},
		"base64": {
			"Content-Transfer-Encoding: BASE64 (as sent)\n\naGVs\nbG8\n",
			[]string{"text/plain: hello"},
		},
		"quoted-printable": {
			"Content-Transfer-Encoding: quoted-printable\n\nhel=\nlo =3D =zz =\n",
			[]string{"text/plain: hello = =zz"},
		},
		"Latin-1 said to be UTF-8": {
			"Content-Type: text/plain; charset=utf-8\n\nk\xe4te\n",
			[]string{"text/plain: k\u00e4te"},
		},
		"UTF-16": {
			"Content-Type: text/plain; charset=utf-16le\n\nh\x00i\x00",
			[]string{"text/plain: hi"},
		},
	} {
		for ends, text := range map[string]string{
			"LF": c.text, "CRLF": strings.ReplaceAll(c.text, "\n", "\r\n"), "CR": strings.ReplaceAll(c.text, "\n", "\r"),
		} {
			if name == "UTF-16" && ends != "LF" {
				continue
			}
			got := shown(Read([]byte(text)))
			for i := range got {
				got[i] = strings.ReplaceAll(got[i], "\r\n", "\n")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %s: -want +got:\n%s", name, ends, diff)
			}
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	h, body := ReadHeader([]byte("Received: one\n\ttwo  \n  three\nsubject : x\n:empty\nReceived:\n\nbody"))
	if got := h.Get("received"); got != "one two three" {
		t.Errorf("the first Received is %q", got)
	}
	if got := h.Get("Subject"); got != "x" {
		t.Errorf("a blank before the colon makes %q", got)
	}
	var all []string
	for value := range h.All("Received") {
		all = append(all, value)
	}
	if len(all) != 2 || all[1] != "" {
		t.Errorf("the Received fields are %q", all)
	}
	if string(body) != "body" || len(h) != 3 || string(h[0].Raw) != "Received: one\n\ttwo  \n  three\n" {
		t.Errorf("%d fields, the first %q, then %q", len(h), h[0].Raw, body)
	}
}

// Whoever sends a message chooses what is in it; none may keep a reader busy.
func TestHostileMessagesEnd(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	nested := ""
	for range 50 {
		nested += "Content-Type: message/rfc822\n\n"
	}
	for name, text := range map[string]string{
		"fields":     strings.Repeat("a: b\n", size/5),
		"folds":      "a: b\n" + strings.Repeat(" x\n", size/3),
		"depth":      nested + "end",
		"parts":      "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", size/7),
		"brackets":   "Content-Type: text/html\n\n" + strings.Repeat("<", size),
		"scripts":    "Content-Type: text/html\n\n" + strings.Repeat("<script>", size/8),
		"entities":   "Content-Type: text/html\n\n" + strings.Repeat("&amp;", size/5),
		"ampersands": "Content-Type: text/html\n\n" + strings.Repeat("&", size),
		"guesses":    "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--x\n", size/4),
		"ends":       "Content-Type: text/html\n\n<style>" + strings.Repeat("</", size/2),
	} {
		begin := time.Now()
		m := Read([]byte(text))
		for i := range m.Parts {
			_ = m.Parts[i].Plain()
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s take %v", name, took)
		}
		if len(m.Parts) > maxParts || len(m.Header) > maxFields {
			t.Errorf("%s: %d parts and %d fields", name, len(m.Parts), len(m.Header))
		}
		for i := range m.Header {
			if len(m.Header[i].Value) > MaxValue {
				t.Errorf("%s: a value has %d bytes", name, len(m.Header[i].Value))
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/rfc822\n\n\n\nAction: x\n--a--"))
	f.Add([]byte("a: b\n c\n\td\n: e\n\nf"))
	f.Add([]byte("Content-Type: text/html; charset=utf-16\n\n<&#x41;<style>a</style>b@c>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Read(raw)
		if len(m.Parts) == 0 || len(m.Parts) > maxParts {
			t.Fatalf("%d parts", len(m.Parts))
		}
		for i := range m.Parts {
			p := &m.Parts[i]
			if p.Depth > maxDepth {
				t.Errorf("a part of depth %d", p.Depth)
			}
			if n := len(p.Content()); n > len(raw)+len(raw)/2+1 {
				t.Errorf("a part of %d bytes in %d", n, len(raw))
			}
			_ = p.Plain()
		}
		for i := range m.Header {
			if f := &m.Header[i]; len(f.Value) > MaxValue || bytes.ContainsAny([]byte(f.Value), "\n") {
				t.Errorf("a value of %d bytes: %q", len(f.Value), f.Value)
			}
		}
	})
}
