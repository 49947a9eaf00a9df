package result

import (
	"slices"
	"testing"
)

func TestPlayed(t *testing.T) {
	t.Parallel()
	check := func(name string) Check { return Check{Scenario: name} }
	d := &Domain{Hosts: []Host{
		{Name: "mx1", Addresses: []Address{
			{IP: "192.0.2.1", Checks: []Check{check("a"), check("b")}},
			{IP: "192.0.2.2", Checks: []Check{check("a")}},
		}},
		{Name: "without addresses"},
		{Name: "mx2", Addresses: []Address{{IP: "192.0.2.3"}, {IP: "192.0.2.4", Checks: []Check{check("a")}}}},
	}}
	var got []string
	for p := range d.Played() {
		got = append(got, p.Host.Name+" "+p.Address.IP+" "+p.Check.Scenario)
		p.Check.Notes = []string{"seen"}
	}
	want := []string{"mx1 192.0.2.1 a", "mx1 192.0.2.1 b", "mx1 192.0.2.2 a", "mx2 192.0.2.4 a"}
	if !slices.Equal(got, want) {
		t.Errorf("played is %q; want %q", got, want)
	}
	for p := range d.Played() {
		if len(p.Check.Notes) != 1 {
			t.Errorf("%s at %s was a copy", p.Check.Scenario, p.Address.IP)
		}
	}
	n := 0
	for range d.Played() {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d were yielded after a break at the second", n)
	}
}

// TestNamed: a scenario may be given twice, and what is remembered of one must
// not be taken for the other.
func TestNamed(t *testing.T) {
	t.Parallel()
	a := &Address{Checks: []Check{{Scenario: "a"}, {Scenario: "b"}, {Scenario: "a"}, {Scenario: "a"}}}
	var got []string
	for name, c := range a.Named() {
		got = append(got, name)
		c.Message = name
	}
	if want := []string{"a", "b", "a (2)", "a (3)"}; !slices.Equal(got, want) {
		t.Errorf("the names are %q; want %q", got, want)
	}
	if a.Checks[2].Message != "a (2)" {
		t.Error("a check was a copy")
	}
	for range a.Named() {
		break // must not go on
	}
}
