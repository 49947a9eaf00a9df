package prometheus

import (
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// TestAnOfferOfSTARTTLS: a metric that says a server has stopped to offer it
// wakes somebody.
func TestAnOfferOfSTARTTLS(t *testing.T) {
	t.Parallel()
	ehlo := func(attempt int, text ...string) result.Step {
		return result.Step{Attempt: attempt, Number: 1, Name: "EHLO ${helo}", Sent: "EHLO probe.test", Facts: result.Facts{Verb: "EHLO"}, Code: 250, Text: append([]string{"mx1 says STARTTLS"}, text...)}
	}
	step := func(name, sent string, code int) result.Step {
		verb, _, _ := strings.Cut(sent, " ")
		return result.Step{Attempt: 1, Number: 1, Name: name, Sent: sent, Facts: result.Facts{Verb: verb}, Code: code, Text: []string{"mx1", "STARTTLS"}}
	}
	under := &result.TLSState{Version: "TLS 1.3"}
	for _, tt := range []struct {
		name  string
		check result.Check
		want  offer
	}{
		{"nothing was said", result.Check{}, notAsked},
		{"offered", result.Check{Steps: []result.Step{ehlo(1, "SIZE", "STARTTLS")}}, offered},
		{"in small letters", result.Check{Steps: []result.Step{ehlo(1, "starttls")}}, offered},
		{"not offered", result.Check{Steps: []result.Step{ehlo(1, "SIZE", "X-STARTTLS", "AUTH STARTTLS")}}, absent},
		{"no keyword at all", result.Check{Steps: []result.Step{ehlo(1)}}, absent},
		{"not again under TLS", result.Check{TLS: under, Steps: []result.Step{ehlo(1, "STARTTLS"), ehlo(1, "SIZE")}}, offered},
		{"TLS from the first byte", result.Check{TLS: &result.TLSState{Implicit: true}, Steps: []result.Step{ehlo(1, "SIZE")}}, notAsked},
		{"gone in the second attempt", result.Check{Attempts: 2, Steps: []result.Step{ehlo(1, "STARTTLS"), ehlo(2, "SIZE")}}, absent},
		{"back in the second attempt", result.Check{Attempts: 2, Steps: []result.Step{ehlo(1, "SIZE"), ehlo(2, "STARTTLS")}}, offered},
		{"EHLO refused", result.Check{Steps: []result.Step{step("EHLO x", "EHLO x", 550)}}, notAsked},
		{"EHLO not understood", result.Check{Steps: []result.Step{{Attempt: 1, Name: "EHLO x", Sent: "HELO x", Facts: result.Facts{Verb: "HELO", FellBack: true}, Code: 250, Text: []string{"mx1"}}}}, absent},
		{"HELO by choice", result.Check{Steps: []result.Step{step("HELO x", "HELO x", 250)}}, notAsked},
		{"a banner", result.Check{Steps: []result.Step{step("greeting", "", 220)}}, notAsked},
	} {
		if got := offerOf(&tt.check); got != tt.want {
			t.Errorf("%s: offerOf = %v; want %v", tt.name, got, tt.want)
		}
	}
}
