package verdict

import (
	"slices"

	"mxprobe/probe/result"
)

// outcome is what a sending server would make of an address.
type outcome uint8

const (
	unknown   outcome = iota // the prober could not find out
	unusable                 // there is no address to connect to: next host
	dead                     // no connection, no service or no dialogue: next host
	postponed                // a temporary answer: next host, and the mail stays queued
	rejected                 // a permanent refusal: the mail is returned
	taken                    // the dialogue went as far as it should
)

// hostOutcome returns the best outcome among the addresses of a host, as a
// sender tries them in turn, and whether any of them fails.
func hostOutcome(h *result.Host, port uint16) (best outcome, failing bool) {
	if len(h.Addresses) == 0 && h.Reason == result.DNS {
		if h.Temporary {
			return postponed, true
		}
		return unusable, true
	}
	open := false
	for i := range h.Addresses {
		if h.Addresses[i].Port != port {
			continue
		}
		o := addressOutcome(&h.Addresses[i])
		failing = failing || (o != taken && o != unknown)
		open = open || o == unknown
		best = max(best, o)
	}
	if open && best < rejected {
		return unknown, failing // of some address nothing is known
	}
	return best, failing
}

// addressOutcome is what the dialogues with an address amount to: it takes
// mail if one that plays a sender saw it take a recipient, whatever others were
// refused. Else the worst counts.
func addressOutcome(a *result.Address) outcome {
	worst := unknown
	for i := range a.Checks {
		c := &a.Checks[i]
		o := reachOutcome(c)
		if c.PlaysSender {
			o = checkOutcome(c)
		}
		switch {
		case o == taken:
			return taken
		case o != unknown && (worst == unknown || o < worst):
			worst = o
		}
	}
	return worst
}

// reachOutcome is what a dialogue says that plays no sender: whether the address
// can be reached. What is said there later is said to something else than mail.
func reachOutcome(c *result.Check) outcome {
	if c.FailedStep == nil || *c.FailedStep != 0 {
		return unknown
	}
	if s := failedStep(c); s != nil && s.Code != 0 {
		return unknown
	}
	switch c.Reason {
	case result.Refused, result.Unreachable, result.Timeout, result.Reset, result.EOF:
		return dead
	}
	return unknown
}

// checkOutcome is what a dialogue says that plays a sender.
func checkOutcome(c *result.Check) outcome {
	switch c.Reason {
	case result.None, result.Slow:
		if tookRecipient(c) {
			return taken
		}
		return unknown
	case result.Temporary:
		s := failedStep(c)
		switch {
		case s != nil && (s.RefusalWanted || !partOfDelivery(c, s)):
			return unknown
		case s != nil && s.Code == 452 && verb(s) == "RCPT" && tookRecipient(c):
			return taken // the others go in a further transaction (RFC 5321 section 4.5.3.1.10)
		}
		return postponed
	case result.Refused, result.Unreachable, result.Timeout, result.Reset, result.EOF, result.Protocol, result.TLS:
		if s := failedStep(c); s != nil && !partOfDelivery(c, s) {
			return unknown
		}
		return dead
	case result.Reply:
		return replyOutcome(c)
	}
	return unknown
}

// partOfDelivery reports whether a step is one that every delivery takes, in
// its place, so that its refusal is the refusal of the mail. RCPT without MAIL
// and DATA without RCPT are mistakes of the scenario.
func partOfDelivery(c *result.Check, s *result.Step) bool {
	switch verb(s) {
	case "EHLO", "HELO", "LHLO", "MAIL":
		return true
	case "RCPT":
		sender, _ := envelopeBefore(c, s)
		return sender
	case "DATA", "BDAT":
		_, recipient := envelopeBefore(c, s)
		return recipient
	}
	return s.Number == 0
}

// verb is the command of a step. The text of a message whose DATA was a step of
// its own counts as the DATA it completes.
func verb(s *result.Step) string {
	if s.Action == "body" {
		return "DATA"
	}
	return s.Verb
}

// envelopeBefore reports whether the server held a sender and a recipient
// when it came to a step.
func envelopeBefore(c *result.Check, until *result.Step) (sender, recipient bool) {
	for i := range c.Steps {
		s := &c.Steps[i]
		if s == until {
			break
		}
		if s.Attempt != until.Attempt || s.Code/100 != 2 {
			continue
		}
		switch verb(s) {
		case "MAIL":
			sender, recipient = true, false
		case "RCPT":
			recipient = sender
		case "EHLO", "HELO", "LHLO", "RSET", "STARTTLS", "DATA":
			sender, recipient = false, false
		}
	}
	return sender, recipient
}

// tookRecipient reports whether a recipient was accepted in the last attempt
// of a dialogue: less does not show that a server takes mail.
func tookRecipient(c *result.Check) bool {
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt == c.Attempts && s.Code/100 == 2 && s.Verb == "RCPT" {
			return true
		}
	}
	return false
}

// replyOutcome looks at the code of the step that failed: an acceptance
// where a refusal was expected is a finding, but the mail is taken.
func replyOutcome(c *result.Check) outcome {
	s := failedStep(c)
	if s == nil {
		return unknown
	}
	switch s.Code / 100 {
	case 2, 3:
		if tookRecipient(c) {
			return taken
		}
	case 4:
		if partOfDelivery(c, s) && !s.RefusalWanted {
			return postponed
		}
	case 5:
		switch {
		case s.Number == 0:
			return dead // no service (RFC 5321 section 3.1), and senders go on
		case s.Code == 530 && triedTLS(c):
			return rejected
		case s.Code == 530, s.Code == 503:
			return unknown // a sender would use TLS, or log in; and keeps the order
		case s.Verb == "EHLO" && result.HelloUnknown(s.Code):
			return unknown // a sender would say HELO
		case partOfDelivery(c, s) && !s.RefusalWanted:
			return rejected
		}
	}
	return unknown
}

// triedTLS reports whether the dialogue said STARTTLS, as a sender does, and went
// on in clear.
func triedTLS(c *result.Check) bool {
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Attempt == c.Attempts && s.Verb == "STARTTLS" {
			return c.TLS == nil
		}
	}
	return false
}

// failedStep returns the step that decided a check, nil if none did. Where a
// session began anew, several have its number, and the last one counts.
func failedStep(c *result.Check) *result.Step {
	for i := range slices.Backward(c.Steps) {
		if s := &c.Steps[i]; c.FailedStep != nil && s.Attempt == c.Attempts && s.Number == *c.FailedStep {
			return s
		}
	}
	return nil
}
