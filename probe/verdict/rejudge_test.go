package verdict

import (
	"testing"

	"mxprobe/probe/result"
)

// TestRejudge changes verdicts of checks, as one does who knows of a failure,
// and wants those above them to follow.
func TestRejudge(t *testing.T) {
	t.Parallel()
	const warn, fail, pass = result.Warn, result.Fail, result.Pass
	for _, tt := range []struct {
		name    string
		require Require
		before  [2]result.Verdict // of the hosts as they were
		after   [2]result.Verdict // of their checks afterwards
		want    result.Verdict
	}{
		{"the failure is known", All, [2]result.Verdict{pass, fail}, [2]result.Verdict{pass, warn}, warn},
		{"one of two is", All, [2]result.Verdict{fail, fail}, [2]result.Verdict{warn, fail}, fail},
		{"the one that counts is, the other need not pass", Best, [2]result.Verdict{fail, fail}, [2]result.Verdict{warn, fail}, warn},
		{"the one that counts is not", Best, [2]result.Verdict{fail, fail}, [2]result.Verdict{fail, warn}, fail},
		{"any", Any, [2]result.Verdict{fail, fail}, [2]result.Verdict{warn, fail}, warn},
		{"nothing is", All, [2]result.Verdict{fail, pass}, [2]result.Verdict{fail, pass}, fail},
	} {
		d := &result.Domain{Domain: "a.test", Origin: "mx"}
		for i, v := range tt.before {
			c := result.Check{Status: v, Reason: result.Reply, Message: "no"}
			d.Hosts = append(d.Hosts, result.Host{
				Name: "mx" + string(rune('1'+i)), Preference: uint16(i),
				Addresses: []result.Address{{IP: "192.0.2.1", Checks: []result.Check{c}}},
			})
		}
		SumUp(d, tt.require)
		for i, v := range tt.after {
			d.Hosts[i].Addresses[0].Checks[0].Status = v
		}
		Rejudge(d, tt.require)
		if d.Status != tt.want {
			t.Errorf("%s: %s (%s); want %s", tt.name, d.Status, d.Message, tt.want)
		}
		for i, v := range tt.after {
			if h := &d.Hosts[i]; h.Status != v || h.Addresses[0].Status != v {
				t.Errorf("%s: host %d is %s, its address %s; want %s", tt.name, i, h.Status, h.Addresses[0].Status, v)
			}
		}
	}
}

// TestRejudgeKeepsWhatNoCheckSays: a look-up that failed is nobody's to forgive here.
func TestRejudgeKeepsWhatNoCheckSays(t *testing.T) {
	t.Parallel()
	d := &result.Domain{Hosts: []result.Host{
		{
			Name: "mx1", Lack: &result.Lack{Status: result.Warn, Reason: result.DNS, Message: "no AAAA"},
			Status: result.Warn, Reason: result.DNS, Message: "no AAAA", Addresses: []result.Address{{Checks: []result.Check{{Status: result.Pass}}}},
		},
		{Name: "mx2", Status: result.Fail, Reason: result.DNS, Message: "no such name"},
	}}
	Rejudge(d, All)
	if d.Status != result.Fail || d.Hosts[0].Status != result.Warn || d.Hosts[1].Status != result.Fail || d.Message != "mx2: no such name" {
		t.Errorf("domain %s (%s), hosts %s and %s", d.Status, d.Message, d.Hosts[0].Status, d.Hosts[1].Status)
	}
	// A check that was worse than what is missing has given the host its reason.
	half := &result.Domain{Hosts: []result.Host{{
		Name: "mx1", Lack: &result.Lack{Status: result.Inconclusive, Reason: result.Resolver, Message: "no answer"},
		Status: result.Fail, Reason: result.Reply, Message: "550", Addresses: []result.Address{{Checks: []result.Check{{Status: result.Warn}}}},
	}}}
	Rejudge(half, All)
	if half.Status != result.Inconclusive || half.Reason != result.Resolver || half.Message != "mx1: no answer" {
		t.Errorf("half of a host: %s, %s (%s); want inconclusive, resolver", half.Status, half.Reason, half.Message)
	}
	null := &result.Domain{Status: result.Warn, Reason: result.NullMX}
	Rejudge(null, All)
	if null.Status != result.Warn || null.Reason != result.NullMX {
		t.Errorf("null MX: %s, %s", null.Status, null.Reason)
	}
}
