package cli

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"
)

// TestListIsReadAsAStream: the first domain comes while the list is still
// being written.
func TestListIsReadAsAStream(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	l := &domainList{stdin: r, specs: []string{"-"}}
	var got []string
	go func() { _, _ = io.WriteString(w, "one.example\n") }()
	for domain := range l.all() {
		got = append(got, domain)
		if len(got) == 1 {
			go func() {
				_, _ = io.WriteString(w, "two.example\n")
				_ = w.Close()
			}()
		}
	}
	if !slices.Equal(got, []string{"one.example", "two.example"}) || l.err != nil {
		t.Errorf("domains = %q, %v; want one.example and two.example", got, l.err)
	}
}

func TestEachEntry(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, column, in, want, slips string }{
		{"plain", "", "a.example\nb.example\n", "a.example b.example", ""},
		{"no last line end", "", "a.example", "a.example", ""},
		{"CR LF and a byte order mark", "", "\ufeffa.example\r\nb.example\r\n", "a.example b.example", ""},
		{"remarks and blanks", "", "# x\n\n \t\n a.example\t# y\nb#c.example\n", "a.example", `list:5: "b#c.example" is not a domain: it contains "#"`},
		{"literal", "", "[192.0.2.1]\n", "[192.0.2.1]", ""},
		{"two words in the middle", "", "a.example\nb.example 10\nc.example\n", "a.example c.example", `list:2: "b.example 10" is not a domain: it contains " "`},
		{"Latin-1", "", "b\xfccher.example\na.example\n", "a.example", `list:1: "b\xfccher.example" is not a domain: it is not in UTF-8; if it is in Latin-1, iconv -f latin1 -t utf8 turns it round`},
		{"UTF-8", "", "bücher.example\n", "bücher.example", ""},
		{"control characters", "", "a\x1b[2J.example\n", "", `list:1: "a\x1b[2J.example" is not a domain: it contains "\x1b"`},
		{"a long line in the middle", "", "a.example\n" + strings.Repeat("x", 1<<17) + "\nb.example\n", "a.example b.example", "list:2: the line is too long for a domain"},
		{"a long line at the end", "", "a.example\n" + strings.Repeat("x", 1<<17), "a.example", "list:2: the line is too long for a domain"},
		{"a column by its number", "2", "1,a.example\n2, \"b.example\",x\n", "a.example b.example", ""},
		{"quotes out of place", "1", "a.example\nb\"x,1\nc.example\n", "a.example c.example", `list:2: the quotes are not as CSV has them (RFC 4180)`},
		{"a column by its heading", "Domain", "rank;domain\r\n1;a.example\r\n2;bücher.example\r\n", "a.example bücher.example", ""},
		{"tabs", "domain", "\ufeffdomain\trank\na.example\t1\n", "a.example", ""},
		{"a quote that is not closed", "1", "a.example\n\"b.example\nc.example\n", "a.example", "list:2: the quotes are not as CSV has them (RFC 4180), up to line 3"},
		{"UTF-16, little-endian", "", utf16Text(binary.LittleEndian, "\ufeffa.example\r\nbücher.example\r\n"), "a.example bücher.example", ""},
		{"UTF-16, big-endian", "domain", utf16Text(binary.BigEndian, "\ufeffrank\tdomain\n1\ta.example\n2\t\U0001d5ba.example\n"), "a.example \U0001d5ba.example", ""},
		{"half a character of UTF-16", "", utf16Text(binary.LittleEndian, "\ufeffa.example\nb") + "\x3d\xd8", "a.example b\ufffd", ""},
		{"CSV that nobody named", "", "name;domain\na;a.example\n", "", `list:1: "name;domain" is not a domain: it contains ";"; if it is CSV, --column says where the domains stand; list:2: "a;a.example" is not a domain: it contains ";"; if it is CSV, --column says where the domains stand`},
		{"a heading and a number", "2", "name,mail domain\na,a.example\nb,b c\n", "a.example", `list:1: "mail domain" is not a domain: it contains " "; if it is a heading, --column takes it in place of 2; list:3: "b c" is not a domain: it contains " "`},
		{"UTF-16 that does not say so", "", utf16Text(binary.LittleEndian, "a.example\n"), "", `list:1: "a\x00.\x00e\x00x\x00a\x00m\x00p\x00l\x00e\x00" is not a domain: it contains "\x00"; if the file is in UTF-16, iconv -f utf-16 -t utf8 turns it round; list:2: "\x00" is not a domain: it contains "\x00"; if the file is in UTF-16, iconv -f utf-16 -t utf8 turns it round`},
		{"lines that end with CR", "", "a.example\rb.example\r", "", `list:1: "a.example\rb.example" is not a domain: it contains "\r"; if its lines end with CR alone, tr '\r' '\n' turns them round`},
		{"a line break in quotes", "2", "\"one\ntwo\",a.example\n3,b c\n4\n", "a.example", `list:3: "b c" is not a domain: it contains " "; list:4: there is nothing in the column 2`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, packed := range []bool{false, true} {
				in := []byte(tt.in)
				if packed {
					in = pack(t, in)
				}
				var got []string
				var bad slips
				err := eachEntry(bytes.NewReader(in), "list", tt.column, &bad, func(d string) bool { got = append(got, d); return true })
				if strings.Join(got, " ") != tt.want || err != nil {
					t.Errorf("packed %t: domains = %q, %v; want %q", packed, got, err, tt.want)
				}
				if text := strings.Join(bad.first, "; "); text != tt.slips {
					t.Errorf("packed %t: slips = %s; want %s", packed, text, tt.slips)
				}
			}
		})
	}
}

// utf16Text is a text in UTF-16.
func utf16Text(order binary.AppendByteOrder, text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// UTF-16 is turned as unicode/utf16 has it, wherever a read ends.
func FuzzUTF16(f *testing.F) {
	f.Add([]byte("a\x00.\x00\x3d\xd8\x00\xde\n\x00"))
	f.Add([]byte("\x00\xdc\x00\xd8x\x00"))
	f.Add(bytes.Repeat([]byte("\x3d\xd8\x00\xde"), textAhead/4+1)) // more than is turned at once
	f.Fuzz(func(t *testing.T, in []byte) {
		var units []uint16
		for i := 0; i+1 < len(in); i += 2 {
			units = append(units, binary.LittleEndian.Uint16(in[i:]))
		}
		want := string(utf16.Decode(units))
		if len(in)%2 == 1 {
			// Half of a half is one that is not known.
			want = strings.TrimSuffix(want, "\ufffd") + "\ufffd"
			if n := len(units); n > 0 && (!utf16.IsSurrogate(rune(units[n-1])) || units[n-1] >= 0xdc00) {
				want = string(utf16.Decode(units)) + "\ufffd"
			}
		}
		got, err := io.ReadAll(iotest.OneByteReader(&fromUTF16{r: bufio.NewReader(bytes.NewReader(in)), order: binary.LittleEndian}))
		if err != nil || string(got) != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	})
}

// pack is gzip.
func pack(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestListsThatCannotBeRead: what is cut short is said, never taken for the end.
func TestListsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, "d%d.example\n", i*i)
	}
	packed := pack(t, []byte(many.String()))
	tests := []struct{ name, column, in, want string }{
		{"half a file of gzip", "", string(packed[:len(packed)/2]), "the file of gzip is cut short"},
		{"a broken one", "", string(packed[:len(packed)-8]) + "12345678", "the file of gzip is damaged"},
		{"something behind it", "", string(packed) + "\nmore.example\n", "behind the file of gzip stands something else"},
		{"no gzip", "", "\x1f\x8bnonsense!", "begins as a file of gzip and is none"},
		{"no such column", "name", "rank,domain\n", `list has no column name; its first line is "rank,domain"`},
		{"a quote that never ends", "1", "\"a.example\n" + strings.Repeat("b.example\n", 1<<18), "a quote may be missing"},
	}
	for _, tt := range tests {
		err := eachEntry(strings.NewReader(tt.in), "list", tt.column, new(slips), func(string) bool { return true })
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
	}
}

// TestSlipsAreCounted: a file of nothing but slips is told in a line.
func TestSlipsAreCounted(t *testing.T) {
	t.Parallel()
	var bad slips
	if err := eachEntry(strings.NewReader(strings.Repeat("a b\n", 10_000)), "list", "", &bad, func(string) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if got := bad.String(); bad.n != 10_000 || !strings.HasPrefix(got, "10000 lines of the list were left out") || !strings.HasSuffix(got, "; ...") || len(got) > 400 {
		t.Errorf("%d slips: %s", bad.n, got)
	}
}

func FuzzEachEntry(f *testing.F) {
	f.Add([]byte("a.example\n# x\n"), "")
	f.Add([]byte("rank,domain\n1,\"a.example\"\n"), "domain")
	f.Add([]byte("\x1f\x8b\x08"), "2")
	f.Fuzz(func(t *testing.T, in []byte, column string) {
		var bad slips
		_ = eachEntry(bytes.NewReader(in), "list", column, &bad, func(domain string) bool {
			if domainFault(domain) != "" {
				t.Errorf("%q is no domain", domain)
			}
			return true
		})
		if !utf8.ValidString(bad.String()) || strings.ContainsAny(bad.String(), "\x1b\n") {
			t.Errorf("slips are not printable: %q", bad.String())
		}
	})
}

func TestFinalDotOfADomainIsTakenOff(t *testing.T) {
	t.Parallel()
	l := &domainList{specs: []string{"example.org.", "[192.0.2.1]"}}
	if got := slices.Collect(l.all()); !slices.Equal(got, []string{"example.org", "[192.0.2.1]"}) {
		t.Errorf("domains = %q", got)
	}
}

func TestStandardInputTwice(t *testing.T) {
	t.Parallel()
	if _, err := program().newDomainList(t.Context(), []string{"-", "@-"}, ""); err == nil {
		t.Error("no error for standard input named twice")
	}
}

func TestReadVars(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "vars")
	text := "\ufeffa=1\n# remark\n\n b = two words \r\nc==x=y\nd=\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readVars(t.Context(), file)
	want := map[string]string{"a": "1", "b": "two words", "c": "=x=y", "d": ""}
	if err != nil || len(got) != len(want) {
		t.Fatalf("readVars = %q, %v; want %q", got, err, want)
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s = %q; want %q", name, got[name], value)
		}
	}
}

func TestEnvironmentVars(t *testing.T) {
	t.Parallel()
	got := environmentVars([]string{"MXPROBE_VAR_user=kate@x=y", "MXPROBE_VAR_=x", "MXPROBE_VAR_empty=", "MXPROBE_VARS_no=1", "PATH=/", "nonsense"})
	if len(got) != 2 || got["user"] != "kate@x=y" {
		t.Errorf("environmentVars = %q; want user and empty", got)
	}
	if _, ok := got["empty"]; !ok {
		t.Error("an empty variable is a value too")
	}
}
