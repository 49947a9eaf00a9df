package gather

import (
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
)

// Fold adds to the facts what the sessions of a domain showed.
func Fold(d *facts.Domain, r *result.Domain) {
	for i := range r.Hosts {
		for j := range r.Hosts[i].Addresses {
			a := &r.Hosts[i].Addresses[j]
			if at := address(d, r.Hosts[i].Name, a.IP); at != nil {
				for k := range a.Checks {
					fold(at, &a.Checks[k])
				}
			}
		}
	}
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			judgeDANE(d, &d.Hosts[i], &d.Hosts[i].Addresses[j])
		}
	}
}

// address finds the facts of an address.
func address(d *facts.Domain, host, ip string) *facts.Address {
	for i := range d.Hosts {
		if !strings.EqualFold(d.Hosts[i].Name, host) {
			continue
		}
		for j := range d.Hosts[i].Addresses {
			if d.Hosts[i].Addresses[j].IP.String() == ip {
				return &d.Hosts[i].Addresses[j]
			}
		}
	}
	return nil
}

func fold(a *facts.Address, c *result.Check) {
	if c.Status == result.Skip || c.Status == result.NotRun {
		if c.Scenario == mainName && c.Message != noSession && !c.Excluded {
			a.Main = facts.Session{State: facts.Failed, Why: or(c.Message, "there was no session")}
		}
		return
	}
	switch name := c.Scenario; {
	case name == mainName:
		a.Main = sessionOf(c)
		addCertificate(a, c.TLS)
	case name == mannersName:
		a.Manners = sessionOf(c)
		addCertificate(a, c.TLS)
		foldResumption(a, c)
	case name == rsaName, name == ecdsaName:
		addCertificate(a, c.TLS)
	case strings.HasPrefix(name, versionPrefix):
		a.Versions = append(a.Versions, version(name, c))
	case strings.HasPrefix(name, portPrefix):
		port, _ := strconv.ParseUint(strings.TrimPrefix(name, portPrefix), 10, 16)
		a.Submission = append(a.Submission, facts.Submission{Port: uint16(port), Implicit: port == 465, Session: sessionOf(c)})
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// Answered reports whether a greeting of any kind came.
func Answered(c *result.Check) bool {
	return slices.ContainsFunc(c.Steps, func(s result.Step) bool { return s.Number == 0 && s.Code > 0 })
}

// sessionOf reads one session.
func sessionOf(c *result.Check) facts.Session {
	s := facts.Session{State: facts.Found, Connect: c.ConnectMillis.Duration()}
	if !Answered(c) {
		s.State, s.Why = facts.Failed, or(c.Message, string(c.Reason))
		if c.Status == result.Fail {
			s.State = facts.NoData
		}
		if c.TLS == nil && c.Reason == result.TLS {
			s.State, s.TLS = facts.Found, facts.TLS{State: facts.NoData, Why: s.Why}
		}
		return s
	}
	r := reader{session: &s, check: c}
	for i := range c.Steps {
		r.step(&c.Steps[i])
	}
	r.handshake()
	return s
}

// reader goes through the steps of a session.
type reader struct {
	session *facts.Session
	check   *result.Check
	// secured is set from STARTTLS on, open while a transaction is: a recipient
	// without one says nothing.
	secured, open bool
}

func (r *reader) step(s *result.Step) {
	if s.Status == result.Skip || s.Status == result.NotRun {
		return
	}
	reply := r.reply(s)
	verb := s.Verb
	switch {
	case s.Number == 0:
		r.session.Greeting = reply
	case s.IsHello():
		r.hello(s, reply)
	case verb == "STARTTLS":
		r.session.StartTLS, r.secured = reply, true
	case verb == "MAIL":
		r.open = reply.Positive()
		if s.Name == facts.ProbeSender || !r.open {
			r.probe(s, reply)
		}
	case verb == "RCPT" && !r.open:
	case verb == "RCPT", verb == "VRFY", verb == "EXPN":
		r.probe(s, reply)
	case verb == "RSET":
		r.open = false
	}
}

// reply is the reply to a step.
func (r *reader) reply(s *result.Step) facts.Reply {
	reply := facts.Reply{
		State: facts.Found, Code: s.Code, Enhanced: s.Enhanced, Text: s.Text, Took: s.Millis.Duration(),
		Ours: Ours(s), Greylists: greylists(s),
	}
	if s.Code == 0 {
		reply.State, reply.Why = facts.Failed, or(s.Message, string(s.Reason))
		if s.Status == result.Fail && s.IsHello() {
			reply.State = facts.NoData
		}
	}
	return reply
}

// IsMain reports whether a dialogue is the first session with an address.
func IsMain(c *result.Check) bool { return c.Scenario == mainName }

// Ours reports whether a reply refuses this machine for what it is.
func Ours(s *result.Step) bool {
	return s.Reason == result.Policy || s.Code >= 400 && meaning(s).AimedAtUs()
}

// greylists reports whether a reply makes an unknown sender wait.
func greylists(s *result.Step) bool {
	return s.Code/100 == 4 && meaning(s).Cause.String() == result.CauseGreylisted
}

// meaning is what a refusal means.
func meaning(s *result.Step) *diagnosis.Diagnosis {
	verb := s.Verb
	if s.Number == 0 {
		verb = ""
	}
	seen := diagnosis.Diagnose(diagnosis.Seen{At: diagnosis.StageOf(verb), Code: s.Code, Enhanced: s.Enhanced, Lines: s.Text})
	return &seen
}

// probe keeps a reply under the name of its step. A later one of the same name
// stands in its place.
func (r *reader) probe(s *result.Step, reply facts.Reply) {
	all := &r.session.Probes
	p := facts.Probe{Name: s.Name, Sent: s.Sent, Reply: reply}
	if i := slices.IndexFunc(*all, func(p facts.Probe) bool { return p.Name == s.Name }); i >= 0 {
		(*all)[i] = p
		return
	}
	*all = append(*all, p)
}

func (r *reader) hello(s *result.Step, reply facts.Reply) {
	h := facts.Hello{Reply: reply, HELO: s.FellBack || s.Verb == "HELO"}
	if reply.Positive() {
		parseHello(&h)
	}
	if r.secured {
		r.session.Secured = h
		return
	}
	r.session.Hello = h
}

// handshake says what became of TLS.
func (r *reader) handshake() {
	s, c := r.session, r.check
	switch {
	case c.TLS != nil:
		s.TLS = facts.TLS{State: facts.Found, Version: c.TLS.Version, Cipher: c.TLS.Cipher, Took: s.StartTLS.Took}
	case !s.StartTLS.Positive():
	case c.Status == result.Fail:
		s.TLS = facts.TLS{State: facts.NoData, Why: c.Message}
	default:
		s.TLS = facts.TLS{State: facts.Failed, Why: or(c.Message, "there was no handshake")}
	}
}

// foldResumption says whether the TLS session of the first connection was taken
// up again in the second.
func foldResumption(a *facts.Address, c *result.Check) {
	switch {
	case a.Main.TLS.State != facts.Found:
	case len(a.Certificates) > 0 && a.Certificates[0].Dates != facts.Sound: // we take up none with such a certificate
	case c.TLS == nil:
		a.Resumed = facts.Failed
	case c.TLS.Resumed:
		a.Resumed = facts.Found
	default:
		a.Resumed = facts.NoData
	}
}

// version says whether a version of TLS was accepted.
func version(name string, c *result.Check) facts.TLSVersion {
	v := facts.TLSVersion{Name: name, Why: c.Message}
	switch {
	case c.TLS != nil && c.TLS.Version == name:
		v.State = facts.Found
	case c.Status == result.Fail && c.Reason == result.TLS:
		v.State = facts.NoData
	default:
		v.State = facts.Failed
	}
	return v
}
