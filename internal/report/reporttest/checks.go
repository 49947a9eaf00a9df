package reporttest

import (
	"time"

	"mxprobe/probe/result"
)

// Passed is a dialogue of three steps in which all was as expected.
func Passed(scenario, host string) result.Check {
	return result.Check{
		Scenario: scenario, Status: result.Pass, StepCount: 3, Attempts: 1,
		ConnectMillis: 9 * ms, Millis: 410 * ms,
		Steps: []result.Step{
			greeting(1, host), ehlo(1, host),
			said(1, 2, "MAIL FROM:<probe@contoso.test>", 250, "2.1.0", "Ok"),
			said(1, 3, "RCPT TO:<kate@fabrikam.test>", 250, "2.1.5", "Ok"),
			said(1, 4, "QUIT", 221, "2.0.0", "Bye"),
		},
	}
}

// Failed is a bad sender that a server took, with the place in the scenario.
func Failed(host string) result.Check {
	c := Passed("bad sender is refused", host)
	c.Status, c.Reason, c.Message = result.Fail, result.Reply, "expected 5xx, got 250 2.1.5 Ok"
	c.FailedStep, c.Millis = ptr(3), 301*ms
	s := &c.Steps[3]
	s.Name, s.Status, s.Reason, s.Message, s.Want = "refused at RCPT at the latest", result.Fail, result.Reply, c.Message, "5xx"
	s.File, s.Line, s.Col = "bad-sender.yaml", 9, 13
	s.Excerpt = &result.Excerpt{
		First: 8, Line: 9, Col: 13, Width: 3,
		Lines: []string{"    send: RCPT TO:<kate@${domain}>", "    expect: 5xx"},
	}
	return c
}

// Greylisted passed at the second attempt.
func Greylisted(host string) result.Check {
	c := Passed("basic send", host)
	first := []result.Step{greeting(1, host), ehlo(1, host), said(1, 2, "MAIL FROM:<probe@contoso.test>", 250, "2.1.0", "Ok")}
	refused := said(1, 3, "RCPT TO:<kate@fabrikam.test>", 451, "4.7.1", "Greylisted, come back later")
	refused.Status, refused.Reason, refused.Message = result.Inconclusive, result.Temporary, "expected 2xx, got 451 4.7.1 Greylisted, come back later"
	notRun := result.Step{Attempt: 1, Number: 4, Name: "QUIT", Status: result.NotRun}
	for i := range c.Steps {
		c.Steps[i].Attempt = 2
	}
	c.Steps = append(append(first, refused, notRun), c.Steps...)
	c.Attempts, c.Millis = 2, result.Millis(2*time.Minute+time.Second)
	return c
}

// Unanswered is a connection that nobody took.
func Unanswered() result.Check {
	return result.Check{
		Scenario: "basic send", Status: result.Fail, Reason: result.Timeout, Message: "connect: no answer in 10s",
		Hint:       "mx1.fabrikam.test answered from this machine, so look at this host or the way to it",
		FailedStep: ptr(0), StepCount: 3, Attempts: 1, Millis: 10 * 1000 * ms,
		Steps: []result.Step{{
			Attempt: 1, Name: "connect", Status: result.Fail, Reason: result.Timeout,
			Message: "connect: no answer in 10s", Millis: 10 * 1000 * ms,
			Transcript: []result.Line{{From: "-", Text: "no answer in 10s", Millis: 10 * 1000 * ms}},
		}, {Attempt: 1, Number: 1, Name: "EHLO ${helo}", Status: result.NotRun}},
	}
}
