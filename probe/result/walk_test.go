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
