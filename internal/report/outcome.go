package report

import (
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// row is one line of a domain's table: a check of an address, or an address
// or a host without any.
type row struct {
	verdict  result.Verdict
	scenario string
	pref     string
	host     string
	address  string
	// outcome is how far the dialogue came, or why it did not; counted is
	// true for the former, which is short and has a column of its own.
	outcome string
	counted bool
	time    string
	extras  []string

	h *result.Host
	a *result.Address
	c *result.Check
}

// none stands in a column that has nothing to say, so that a program that
// splits lines at blanks counts the same columns.
const none = "-"

func rows(d *result.Domain) []row {
	var all []row
	for i := range d.Hosts {
		h := &d.Hosts[i]
		base := row{scenario: none, host: clean(h.Name), h: h}
		if d.Origin == "mx" || d.Origin == "" {
			base.pref = strconv.Itoa(int(h.Preference))
		}
		if len(h.Addresses) == 0 {
			all = append(all, base.withoutAddress())
		}
		for j := range h.Addresses {
			a := &h.Addresses[j]
			at := base
			at.a, at.address = a, AddressOf(a)
			if len(a.Checks) == 0 && !examined(d, a.Status) {
				at.verdict, at.outcome = a.Status, "no dialogue"
				all = append(all, at)
			}
			for k := range a.Checks {
				all = append(all, at.withCheck(&a.Checks[k]))
			}
		}
	}
	return all
}

// folded puts scenarios that were skipped at an address one after the other, for
// the same reason, on one line; two are not yet many.
func folded(all []row) []row {
	var out []row
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && all[i].skippedLike(&all[i+n]) {
			n++
		}
		if n > 2 {
			one := all[i]
			one.scenario = Count(n, "scenario", "scenarios")
			out = append(out, one)
		} else {
			out = append(out, all[i:i+n]...)
		}
		i += n
	}
	return out
}

func (r *row) skippedLike(other *row) bool {
	return r.verdict == result.Skip && other.verdict == result.Skip && r.c != nil && other.c != nil &&
		r.a == other.a && r.outcome == other.outcome
}

func (r row) withoutAddress() row {
	r.verdict, r.address = r.h.Status, none
	if r.h.Status != result.Skip && r.h.Status != result.NotRun {
		r.address = "no address"
	}
	r.outcome = Because(r.h.Message, r.h.Reason)
	return r
}

func (r row) withCheck(c *result.Check) row {
	r.c, r.verdict, r.scenario = c, c.Status, clean(c.Scenario)
	r.outcome, r.counted = Outcome(c)
	if r.counted && c.Millis > 0 {
		r.time = Duration(c.Millis.Duration())
	}
	if c.Attempts > 1 {
		r.extras = append(r.extras, "attempt "+strconv.Itoa(c.Attempts)+firstReply(c))
	}
	if c.Shared != nil {
		r.extras = append(r.extras, SeenFor(c.Shared))
	}
	if c.Reused != nil {
		r.extras = append(r.extras, Over(c.Reused))
	}
	if c.Forgiven != "" {
		r.extras = append(r.extras, "forgiven: "+clean(c.Forgiven))
	}
	if c.Status == result.Warn && r.counted && c.Message != "" {
		r.extras = append(r.extras, clean(c.Message))
	}
	for _, k := range sortedKeys(c.Captures) {
		r.extras = append(r.extras, clean(k)+"="+shorten(clean(c.Captures[k]), 60))
	}
	return r
}

// SeenFor says for which domain a result was played.
func SeenFor(s *result.Shared) string { return "as seen for " + clean(s.Domain) }

// Over says over whose connection a dialogue was played.
func Over(r *result.Reused) string {
	return strconv.Itoa(r.Nth) + ". on the connection for " + clean(r.Domain)
}

// Outcome says how far a check came; counted is false if it is a message.
func Outcome(c *result.Check) (text string, counted bool) {
	switch {
	case c.Status == result.Skip || c.Status == result.NotRun:
		return Because(c.Message, c.Reason), false
	case c.FailedStep == nil && c.Status <= result.Warn:
		return Count(c.StepCount, "step", "steps"), true
	case c.FailedStep == nil:
		return Because(c.Message, c.Reason), false
	case *c.FailedStep == 0 && c.ConnectMillis > 0:
		return "at the greeting", true
	case *c.FailedStep == 0:
		why := Because(c.Message, c.Reason)
		if !strings.HasPrefix(why, "connect") {
			why = "connect: " + why
		}
		return why, false
	case *c.FailedStep > c.StepCount:
		return "after the last step", true
	}
	return "at step " + strconv.Itoa(*c.FailedStep) + " of " + strconv.Itoa(c.StepCount), true
}

// Because says why something is not as it should be: the message, else the
// reason in words.
func Because(message string, reason result.Reason) string {
	if message != "" {
		return clean(message)
	}
	return clean(strings.ReplaceAll(string(reason), "_", " "))
}

// firstReply says why the first attempt was not the last: what the server
// answered, or what happened instead of an answer.
func firstReply(c *result.Check) string {
	var last *result.Step
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt == 1 && s.Status > result.Pass && s.Number <= c.StepCount {
			last = s
		}
	}
	switch {
	case last == nil:
		return ""
	case last.Code != 0 && last.Enhanced != "":
		return ", first got " + strconv.Itoa(last.Code) + " " + clean(last.Enhanced)
	case last.Code != 0:
		return ", first got " + strconv.Itoa(last.Code)
	}
	return ", first " + Because(last.Message, last.Reason)
}

// HostPort puts brackets around an IPv6 address (RFC 3986 section 3.2.2).
func HostPort(ip string, port uint16) string {
	if ip == "" {
		return "" // a Unix socket, which the host names
	}
	ip = clean(ip)
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	if port == 0 {
		return ip
	}
	return ip + ":" + strconv.Itoa(int(port))
}
