package mtasts

import (
	"errors"
	"strings"
	"testing"
)

func TestTrap34Record(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		texts []string
		id    string
		want  string // part of the error
	}{
		{"usual", []string{"v=STSv1; id=20260101T000000;"}, "20260101T000000", ""},
		{"no delimiter at the end", []string{"v=STSv1;id=1"}, "1", ""},
		{"blanks", []string{"v=STSv1;\t id=1 ; "}, "1", ""},
		{"extensions", []string{"v=STSv1; a.b-c_d=x:y/z; id=1; id=2"}, "1", ""},
		{"beside others", []string{"v=spf1 -all", "v=STSv1; id=1;", "google-site=1"}, "1", ""},

		// RFC 8461 section 3.1: more than one counts as none.
		{"two", []string{"v=STSv1; id=1;", "v=STSv1; id=1;"}, "", "2 records begin with v=STSv1"},
		{"two, one broken", []string{"v=STSv1; id=1;", "v=STSv1;"}, "", "2 records"},
		{"no id", []string{"v=STSv1;"}, "", "has no id"},
		{"empty id", []string{"v=STSv1; id=;"}, "", "is not a field"},
		{"id with a hyphen", []string{"v=STSv1; id=2026-01-01;"}, "", "not 1 to 32 letters and digits"},
		{"long id", []string{"v=STSv1; id=" + strings.Repeat("a", 33)}, "", "not 1 to 32"},
		{"id of 32", []string{"v=STSv1; id=" + strings.Repeat("a", 32)}, strings.Repeat("a", 32), ""},
		{"no delimiter", []string{"v=STSv1 id=1"}, "", `does not begin with "v=STSv1;"`},
		{"wrong case", []string{"v=stsv1; id=1"}, "", "does not begin with"},
		{"other version", []string{"v=STSv2; id=1"}, "", "does not begin with"},
		{"two delimiters", []string{"v=STSv1;; id=1"}, "", "is not a field"},
		{"hostile", []string{"v=STSv1; id=\x1b[2J"}, "", `\x1b[2J`},
		{"not ASCII", []string{"v=STSv1; id=1; x=\xff"}, "", `"x=\xff" is not a field`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id, err := ParseRecord(tt.texts)
			if id != tt.id || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseRecord(%q) = %q, %v; want %q, %q", tt.texts, id, err, tt.id, tt.want)
			}
			if errors.Is(err, ErrNoRecord) {
				t.Error("it was taken for no record at all")
			}
		})
	}
	for _, texts := range [][]string{nil, {"v=spf1 -all"}, {"", "v=st"}} {
		if _, err := ParseRecord(texts); !errors.Is(err, ErrNoRecord) {
			t.Errorf("ParseRecord(%q): %v; want no record", texts, err)
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add("v=STSv1; id=1;", "")
	f.Add("v=STSv1;id=1", "v=spf1 -all")
	f.Add("v=STSv1; id=1;", "v=STSv1; id=2;")
	f.Add("v=STSv1; a=b; id=\x00", "\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		id, err := ParseRecord([]string{a, b})
		if err == nil && (id == "" || len(id) > 32 || strings.ContainsFunc(id, notAlphanumeric)) {
			t.Errorf("id %q", id)
		}
		if err != nil && (id != "" || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f })) {
			t.Errorf("id %q beside the error %q", id, err)
		}
	})
}
