package cli

import (
	"strings"
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	t.Parallel()
	type at struct {
		second int
		done   int
	}
	for _, tt := range []struct {
		name  string
		seen  []at
		speed string
		todo  int
		left  time.Duration
		known bool
	}{
		{"nothing is known", nil, "", 10, 0, false},
		{"one moment is no pace", []at{{0, 100}}, "", 10, 0, false},
		{"too few for a guess", []at{{0, 0}, {10, 19}}, "", 10, 0, false},
		{"steady", []at{{0, 0}, {10, 450}}, "45/s", 900, 20 * time.Second, true},
		{"slow", []at{{0, 0}, {10, 25}}, "2.5/s", 10, 4 * time.Second, true},
		{"very slow", []at{{0, 0}, {60, 30}}, "30/min", 60, 2 * time.Minute, true},
		{"nothing left", []at{{0, 0}, {10, 450}}, "45/s", 0, 0, true},
		{"it stands still", []at{{0, 30}, {10, 30}}, "", 10, 0, false},
		{"for ever", []at{{0, 0}, {10, 20}}, "2.0/s", 1 << 30, 0, false},
	} {
		var p pace
		start := time.Now()
		for _, s := range tt.seen {
			p.add(start.Add(time.Duration(s.second)*time.Second), s.done)
		}
		left, known := p.left(tt.todo)
		if got := p.speed(); got != tt.speed || left != tt.left || known != tt.known {
			t.Errorf("%s: %q, %v left, %t; want %q, %v, %t", tt.name, got, left, known, tt.speed, tt.left, tt.known)
		}
	}
}

// TestPaceForgetsTheStart: a list that begins with hosts which never answer
// goes on at the pace of the others.
func TestPaceForgetsTheStart(t *testing.T) {
	t.Parallel()
	var p pace
	start, done := time.Now(), 0
	for second := range 3600 {
		if second >= 3000 {
			done += 10
		}
		p.add(start.Add(time.Duration(second)*time.Second), done)
	}
	if got := p.speed(); got != "10/s" || len(p.samples) > paceSpan+1 {
		t.Errorf("%q of %d samples; want 10/s of %d", got, len(p.samples), paceSpan+1)
	}
}

func TestSizeOfAList(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		specs []string
		want  int
	}{
		{nil, 0},
		{[]string{"a.example"}, 0},
		{[]string{"a.example", "b.example"}, 2},
		{[]string{"a.example", "-"}, 0},
	} {
		p := &Program{Stdin: strings.NewReader("c.example\n")}
		l, err := p.newDomainList(t.Context(), tt.specs, "")
		if err != nil || l.size() != tt.want {
			t.Errorf("%q has the size %d, %v; want %d", tt.specs, l.size(), err, tt.want)
		}
	}
}
