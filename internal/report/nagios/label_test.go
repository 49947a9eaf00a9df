package nagios

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// labelled returns the label of each address of each host, by host name and
// address, and of each host's certificate, by host name.
func labelled(list bool, domains ...*result.Domain) map[string]string {
	var s series
	for _, d := range domains {
		for i := range d.Hosts {
			s.addHost(d, &d.Hosts[i])
		}
	}
	all := map[string]string{}
	for i, l := range s.labels(list) {
		h := s.hosts[i]
		all[h.id.domain+" "+h.id.name] = l.certificate
		for j, a := range h.addresses {
			all[h.id.domain+" "+h.id.name+" "+a.ip] = l.addresses[j]
		}
	}
	return all
}

func hostAt(name string, ips ...string) result.Host {
	var all []result.Address
	for _, ip := range ips {
		all = append(all, reporttest.Address(ip, reporttest.Passed("basic send", name)))
	}
	return reporttest.Host(10, name, all...)
}

func TestLabelsAreShortWhereTheyCanBe(t *testing.T) {
	t.Parallel()
	d := reporttest.Domain("fabrikam.test", hostAt("mx1.fabrikam.test", "192.0.2.1", "2001:db8::1"), hostAt("MX-2.fabrikam.test", "192.0.2.2"),
		hostAt("192.0.2.9", "192.0.2.9"), hostAt("/run/lmtp", ""))
	got := labelled(false, d)
	for place, want := range map[string]string{
		"mx1.fabrikam.test 192.0.2.1": "mx1_4", "mx1.fabrikam.test 2001:db8::1": "mx1_6", "mx1.fabrikam.test": "mx1_cert",
		"MX-2.fabrikam.test 192.0.2.2": "mx-2_4", "192.0.2.9 192.0.2.9": "192-0-2-9_4", "/run/lmtp ": "-run-lmtp_u",
	} {
		if got["fabrikam.test "+place] != want {
			t.Errorf("the label of %q = %q; want %q", place, got["fabrikam.test "+place], want)
		}
	}
}

// TestLabelsDiffer: RRD files hold 19 characters, and some programs write _
// for whatever is neither a letter nor a digit.
func TestLabelsDiffer(t *testing.T) {
	t.Parallel()
	domains := []*result.Domain{
		reporttest.Domain("a.test", hostAt("mx.a.test", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"), hostAt("mx.b.test", "192.0.2.1"),
			hostAt("a-very-long-name-1.test", "192.0.2.3"), hostAt("a-very-long-name-2.test", "192.0.2.3"), hostAt("mx-1", "192.0.2.1"), hostAt("mx_1", "192.0.2.1"),
			hostAt("mx-1-4", ""), hostAt("", "192.0.2.7"), hostAt("...", "192.0.2.7"), hostAt(reporttest.Hostile, reporttest.Hostile)),
		reporttest.Domain("b.test", hostAt("mx.a.test", "192.0.2.1"), hostAt("mx.b.test", "192.0.2.1", "192.0.2.1")),
	}
	plain := regexp.MustCompile(`^[a-z0-9_-]{1,19}$`)
	for _, list := range []bool{false, true} {
		seen := map[string]string{}
		for place, label := range labelled(list, domains...) {
			seenAs := strings.ReplaceAll(label, "-", "_")
			if !plain.MatchString(label) || seen[seenAs] != "" {
				t.Errorf("the label of %q = %q; want it short, plain, and another than that of %q", place, label, seen[seenAs])
			}
			seen[seenAs] = place
		}
	}
}

// TestLabelsStay: a graph is made of what has the same label from run to
// run, in which hosts and addresses come in another order and look-ups fail.
func TestLabelsStay(t *testing.T) {
	t.Parallel()
	mx1, other := hostAt("mx1.a.test", "192.0.2.1", "192.0.2.2", "2001:db8::1"), hostAt("mx1.b.test", "192.0.2.9")
	before := labelled(false, reporttest.Domain("a.test", mx1, other))
	turned := mx1
	turned.Addresses = slices.Clone(mx1.Addresses)
	slices.Reverse(turned.Addresses)
	for name, now := range map[string]map[string]string{
		"addresses in another order": labelled(false, reporttest.Domain("a.test", turned, other)),
		"hosts in another order":     labelled(false, reporttest.Domain("a.test", other, mx1)),
		"a host without addresses":   labelled(false, reporttest.Domain("a.test", mx1, hostAt("mx1.b.test"))),
	} {
		for place, label := range now {
			if before[place] != label {
				t.Errorf("%s: the label of %q = %q; it was %q", name, place, label, before[place])
			}
		}
	}
	a, b := reporttest.Domain("a.test", mx1), reporttest.Domain("b.test", other)
	before = labelled(true, a, b)
	for place, label := range labelled(true, reporttest.NoSuchDomain(), b) {
		if before[place] != label {
			t.Errorf("a domain that is not found: the label of %q = %q; it was %q", place, label, before[place])
		}
	}
}

// TestMarksThatMeet: the second of two labels that would be the same gets
// one of its own, and the same one again.
func TestMarksThatMeet(t *testing.T) {
	t.Parallel()
	for range 2 {
		used := taken{}
		first, second, third := used.take("mx-1_4"), used.take("mx_1_4"), used.take("mx_1_4")
		if first != "mx-1_4" || second == third || !strings.HasPrefix(second, "mx_1_4_") || len(third) > maxLabel {
			t.Errorf("labels = %q, %q, %q", first, second, third)
		}
		if full := used.take(strings.Repeat("a", maxLabel)); len(full) != maxLabel || used.take(full) == full || len(used.take(full)) != maxLabel {
			t.Errorf("a label of %d characters grows, or is given out twice", maxLabel)
		}
	}
}
