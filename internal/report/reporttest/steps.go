// Package reporttest has results for the tests of the writers of reports: a
// domain for every way a run can go, and one with foreign text in every
// field. Every call makes them anew, so that a test may change them. No
// program may contain it.
package reporttest

import (
	"strings"
	"time"

	"mxprobe/probe/result"
)

const ms = result.Millis(time.Millisecond)

func ptr(n int) *int { return &n }

// greeting is step 0 of an attempt that got a connection.
func greeting(attempt int, host string) result.Step {
	return result.Step{
		Attempt: attempt, Name: "greeting", Status: result.Pass, Want: "220", Code: 220,
		Text: []string{host + " ESMTP"}, Millis: 12 * ms,
		Transcript: []result.Line{{From: "S", Text: "220 " + host + " ESMTP", Millis: 12 * ms}},
	}
}

// said is a step of one line with its reply.
func said(attempt, number int, sent string, code int, enhanced, text string) result.Step {
	reply := text
	if enhanced != "" {
		reply = enhanced + " " + text
	}
	s := result.Step{
		Attempt: attempt, Number: number, Name: sent, Sent: sent, Facts: factsOf(sent), Status: result.Pass,
		Want: "2xx", Code: code, Enhanced: enhanced, Text: []string{reply},
		Millis: 41*ms + result.Millis(500*time.Microsecond), File: "send.yaml", Line: 3 + number, Col: 5,
	}
	s.Transcript = []result.Line{
		{From: "C", Text: sent, Millis: result.Millis(number) * 100 * ms},
		{From: "S", Text: codeText(code) + " " + reply, Millis: result.Millis(number)*100*ms + 41*ms},
	}
	return s
}

func codeText(code int) string {
	return string([]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)})
}

func ehlo(attempt int, host string) result.Step {
	s := said(attempt, 1, "EHLO probe.contoso.test", 250, "", host)
	s.Text = []string{host, "PIPELINING", "SIZE 10240000", "8BITMIME", "DSN"}
	s.Transcript = []result.Line{{From: "C", Text: "EHLO probe.contoso.test", Millis: 13 * ms}}
	for i, t := range s.Text {
		sep := "-"
		if i == len(s.Text)-1 {
			sep = " "
		}
		s.Transcript = append(s.Transcript, result.Line{From: "S", Text: "250" + sep + t, Millis: 54 * ms})
	}
	return s
}

// factsOf are the facts of a step that sent a line.
func factsOf(line string) result.Facts {
	verb, _, _ := strings.Cut(line, " ")
	return result.Facts{Action: "send", Verb: verb}
}
