package reporttest

import "mxprobe/probe/result"

// SeveralVantages is a domain that three vantages saw: one of its hosts cannot be
// reached from one of them.
func SeveralVantages() *result.Domain {
	const mx1, mx2 = "mx1.fabrikam.test", "mx2.fabrikam.test"
	from := func(vantage string, a result.Address) result.Address {
		a.Vantage = vantage
		return a
	}
	lost := 0
	unreached := result.Check{
		Scenario: "basic send", Status: result.Fail, Reason: result.Timeout, Message: "connect: no answer within 5s", FailedStep: &lost, StepCount: 7, Attempts: 1,
		Steps: []result.Step{{Attempt: 1, Name: "connect", Status: result.Fail, Reason: result.Timeout, Message: "connect: no answer within 5s", Millis: 5000 * ms, Transcript: []result.Line{{From: "-", Text: "connect to 192.0.2.10:25", Millis: 0}}}},
	}
	d := Domain("fabrikam.test",
		Host(10, mx1,
			from("fra1", Address("192.0.2.10", Passed("basic send", mx1))), from("nyc1", Address("192.0.2.10", Passed("basic send", mx1))), from("sgp1", Address("192.0.2.10", unreached))),
		Host(20, mx2,
			from("fra1", Address("198.51.100.7", Passed("basic send", mx2))), from("nyc1", Address("198.51.100.7", Passed("basic send", mx2))), from("sgp1", Address("198.51.100.7", Passed("basic send", mx2)))))
	well, worse := &result.Sender{View: result.ViewAtOnce, By: mx1}, &result.Sender{View: result.ViewDegraded, By: mx2, Failing: []string{mx1}}
	d.Views = []result.View{
		{Vantage: "fra1", Origin: "mx", Status: result.Pass, Sender: well, DNSMillis: 4 * ms, Millis: 300 * ms},
		{Vantage: "nyc1", Origin: "mx", Status: result.Pass, Sender: well, DNSMillis: 12 * ms, Millis: 500 * ms},
		{Vantage: "sgp1", Origin: "mx", Status: result.Fail, Sender: worse, DNSMillis: 8 * ms, Millis: 900 * ms},
	}
	const place = mx1 + " 192.0.2.10:25"
	d.Disagreements = []result.Difference{{
		Property: "reachability", Message: place + ": from sgp1 it cannot be reached (no answer in time), from the other 2 it greets",
		Values: []result.Variant{
			{Value: "greets", Where: []string{place + " from fra1", place + " from nyc1"}},
			{Value: "cannot be reached (no answer in time)", Where: []string{place + " from sgp1"}},
		},
	}}
	return d
}
