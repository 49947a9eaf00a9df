package report

import (
	"bytes"
	"encoding/json"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// fill puts another value into every field, so that none is left out
// because it is empty, and none can stand for another.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 4, 5, 6, 7, 89000, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 3 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, n)
			fill(value, n)
			v.SetMapIndex(key, value)
		}
	case reflect.String:
		v.SetString("text " + string(rune('a'+*n%26)) + " \"\\<&>")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n) * 1001)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 6))
	case reflect.Uint16:
		v.SetUint(uint64(*n))
	default:
		panic("fill does not know " + v.Kind().String())
	}
}

// TestEncoderWritesEveryField compares the hand-written encoder with the
// tags of package result. A field added there and forgotten here fails.
func TestEncoderWritesEveryField(t *testing.T) {
	t.Parallel()
	var run result.Run
	n := 0
	fill(reflect.ValueOf(&run).Elem(), &n)
	run.V, run.Type, run.End.V, run.End.Type = result.Version, "run", result.Version, "end"
	want, err := json.Marshal(&run)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(generic(t, want), generic(t, document(t, &run))); diff != "" {
		t.Errorf("the document differs from encoding/json's (-json +ours):\n%s", diff)
	}

	// An event has the same members as the object of the document, but its
	// place for the checks it lies in.
	c := &run.Domains[0].Hosts[0].Addresses[0].Checks[0]
	c.Steps[0].Status = result.Fail
	at := Place{Domain: "d", Host: "h", Preference: 7, IP: netip.MustParseAddr("192.0.2.1"), Port: 25}
	var out bytes.Buffer
	j := NewJSONL(&out)
	_ = j.Stepped(at, "s", &c.Steps[0])
	step := reparse(t, &c.Steps[0])
	for k, v := range map[string]any{"v": 1.0, "type": "step", "scenario": "s", "domain": "d", "mx": "h", "ip": "192.0.2.1", "port": 25.0} {
		step[k] = v
	}
	if diff := cmp.Diff(any(step), generic(t, out.Bytes())); diff != "" {
		t.Errorf("event step (-want +got):\n%s", diff)
	}
	out.Reset()
	_ = j.Checked(at, c)
	check := reparse(t, c)
	delete(check, "steps")
	for k, v := range map[string]any{"v": 1.0, "type": "check", "domain": "d", "mx": "h", "ip": "192.0.2.1", "port": 25.0, "pref": 7.0} {
		check[k] = v
	}
	if diff := cmp.Diff(any(check), generic(t, out.Bytes())); diff != "" {
		t.Errorf("event check (-want +got):\n%s", diff)
	}
}

func generic(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}

func reparse(t *testing.T, v any) map[string]any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return generic(t, b).(map[string]any)
}

// TestDocumentIsReadBack: what is written is what package result reads.
func TestDocumentIsReadBack(t *testing.T) {
	t.Parallel()
	run := reporttest.Run(reporttest.AllDomains()...)
	var got result.Run
	if err := json.Unmarshal(document(t, run), &got); err != nil {
		t.Fatal(err)
	}
	for i := range run.Domains {
		if run.Domains[i].Hosts == nil {
			run.Domains[i].Hosts = []result.Host{}
		}
		for j := range run.Domains[i].Hosts {
			for k := range run.Domains[i].Hosts[j].Addresses {
				for l := range run.Domains[i].Hosts[j].Addresses[k].Checks {
					c := &run.Domains[i].Hosts[j].Addresses[k].Checks[l]
					if c.Steps == nil {
						c.Steps = []result.Step{}
					}
				}
			}
		}
	}
	if diff := cmp.Diff(run, &got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// TestListsAreNeverNull: null in place of an empty list breaks every reader
// that goes over it.
func TestListsAreNeverNull(t *testing.T) {
	t.Parallel()
	run := &result.Run{Domains: []result.Domain{
		{}, {Hosts: []result.Host{{}, {Addresses: []result.Address{{}, {Checks: []result.Check{{}}}}}}},
	}}
	text := string(document(t, run))
	for _, line := range events(t, run) {
		text += string(line)
	}
	if got := strings.Count(text, "null"); got != strings.Count(text, `"tls":null`) {
		t.Errorf("null stands for something else than tls in %s", text)
	}
	if text := string(document(t, &result.Run{})); !strings.Contains(text, `"domains":[`) {
		t.Errorf("a run without domains = %s", text)
	}
}

func TestMillisAgreeWithPackageResult(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{
		0, 1, 999, time.Microsecond, 10 * time.Microsecond, 100 * time.Microsecond, 1500 * time.Microsecond, 41 * time.Millisecond,
		41120 * time.Microsecond, 2*time.Minute + 7, -3 * time.Millisecond, -1500 * time.Microsecond, math.MaxInt64,
	} {
		want, err := result.Millis(d).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var e encoder
		e.millis("ms", result.Millis(d))
		if got := strings.TrimPrefix(string(e.b), `"ms":`); got != string(want) {
			t.Errorf("millis(%v) = %s; want %s", d, got, want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add(reporttest.Hostile)           // everything at once
	f.Add("")                           // nothing
	f.Add("250 2.1.5 Ok")               // the usual
	f.Add("Grüße, 世界 🙂")                // printable beyond ASCII
	f.Add("a\x80b\xc3")                 // not UTF-8, cut at the end
	f.Add("\u2028\u2029\u0085")         // line ends for JavaScript and others
	f.Add("\"\\\"\\")                   // only what JSON itself escapes
	f.Add("\U0001f600\U000e0041\ufffd") // surrogate pairs, and a real U+FFFD
	f.Fuzz(func(t *testing.T, s string) {
		b := appendString(nil, s)
		var got string
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("appendString(%q) = %s: %v", s, b, err)
		}
		if want := strings.ToValidUTF8(s, ""); strings.ReplaceAll(got, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Errorf("appendString(%q) reads back as %q", s, got)
		}
		if !harmless(b) {
			t.Errorf("appendString(%q) = %q, which acts on a terminal", s, b)
		}
	})
}

// harmless reports whether a line holds nothing but visible characters, told
// from tables of its own.
func harmless(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		switch {
		case r < 0x20, r >= 0x7f && r <= 0x9f, r == 0xad, r == 0x61c, r == 0x180e, r == 0xfeff:
			return false
		case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r >= 0xe0000 && r <= 0xe0fff:
			return false
		}
	}
	return true
}
