package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// Opening returns how many steps open a session, and are the same for every domain
// whose dialogue goes on over the same connection: EHLO, STARTTLS, a login.
func (s *Scenario) Opening() int {
	n := slices.IndexFunc(s.Steps, func(st Step) bool { return !opens(&st) })
	if n < 0 {
		return len(s.Steps)
	}
	return n
}

func opens(s *Step) bool {
	switch s.Action {
	case StartTLS, Auth:
		return true
	case Send:
		return s.Verb == "EHLO" || s.Verb == "HELO" || s.Verb == "LHLO"
	}
	return false
}

// goesOn reports whether a step can be played on a connection that was used for
// another domain: it leaves nothing behind that RSET does not clear.
func goesOn(s *Step) bool {
	if s.Action == Pipeline {
		return !slices.ContainsFunc(s.Steps, func(line Step) bool { return !goesOn(&line) })
	}
	return s.Action == Send && slices.Contains(reusedVerbs(), s.Verb) && !strings.ContainsAny(s.Text.source, "\r\n")
}

// reusedVerbs are the commands of a transaction before its text, and those that
// change nothing.
func reusedVerbs() []string { return []string{"MAIL", "RCPT", "RSET", "NOOP", "VRFY", "EXPN", "HELP"} }

// reusable refuses reuse: true where a connection cannot be used for further
// domains, or where it would be of no use.
func (p *parser) reusable(s *Scenario) {
	if !s.Reuse || len(s.Steps) == 0 {
		return
	}
	at := s.Opening()
	switch {
	case s.NoQuit:
		p.failAt(s.Pos, 1, "take quit: false away", "reuse: true ends a connection with QUIT once no domain needs it any more, and quit: false says that it ends otherwise")
	case s.SpeakFirst:
		p.failAt(s.Pos, 1, "take greeting: none away", "with reuse: true the greeting belongs to a connection, and nothing goes before it")
	case at == 0:
		p.failAt(s.Steps[0].Pos, 1, "begin with EHLO", "with reuse: true the first step says EHLO, which is said once for all domains of a connection")
	case at == len(s.Steps):
		p.failAt(s.Steps[at-1].Pos, 1, "take reuse: true away: what is the same for every domain is played once anyway", "no step is left that would be played for a further domain")
	}
	if s.ImplicitTLS && s.TLS != nil {
		p.unpromised(s.TLS)
	}
	for i := range s.Steps[:at] {
		p.sameForAll(s, &s.Steps[i])
	}
	for i := range s.Steps[at:] {
		p.clearedByRSET(&s.Steps[at+i])
	}
}

// sameForAll refuses a step of the opening that is not the same for every domain.
func (p *parser) sameForAll(s *Scenario, st *Step) {
	uses := s.UsesIn([]Step{*st}, nil)
	for _, name := range []string{"domain", "to", "dialogue_id"} {
		if uses[name] {
			p.failAt(st.Pos, 1, "put it behind the steps that open the session, or take reuse: true away",
				fmt.Sprintf("with reuse: true this step is played once for all domains of a connection, and ${%s} is another one for each", name))
			return
		}
	}
	if st.StartTLS != nil {
		p.unpromised(st.StartTLS)
	}
	for _, c := range st.Captures {
		p.failAt(c.Pos, len(c.Name), "capture it from a later reply", "with reuse: true this step is played once for all domains of a connection, so that most of them have nothing to capture")
	}
}

// unpromised refuses a handshake that is held against what a domain promises.
func (p *parser) unpromised(o *StartTLSOptions) {
	if o.Verify == VerifyDANE || o.Verify == VerifySTS {
		p.failAt(o.Pos, 1, "take reuse: true away, or verify: true", "with reuse: true one handshake is for many domains, and verify: dane and verify: mta-sts ask what each of them promises")
	}
}

// clearedByRSET refuses a step that is of no use on a connection that was used
// before.
func (p *parser) clearedByRSET(st *Step) {
	switch {
	case !goesOn(st) && st.Verb == "QUIT":
		p.failAt(st.Pos, 1, "leave it out: QUIT is said by itself", "with reuse: true the connection ends once no domain needs it any more")
	case !goesOn(st) && delivers([]Step{*st}):
		p.failAt(st.Pos, 1, "take reuse: true away", "with reuse: true a dialogue that does not pass is played again on a new connection, and a message would be sent twice")
	case !goesOn(st):
		p.failAt(st.Pos, 1, "allowed: "+strings.Join(reusedVerbs(), ", ")+", also in a pipeline", "with reuse: true RSET has to clear what a step leaves behind, and does not here")
	case !allMayTake(st, 2):
		p.failAt(st.Pos, 1, "take reuse: true away", "a refusal on a connection that was used before may be meant for that, and counts for nothing: with reuse: true each step has to take a 2xx")
	}
}

// allMayTake reports whether a reply of this class would be as expected of every line.
func allMayTake(s *Step, class int) bool {
	if s.Action == Pipeline {
		return !slices.ContainsFunc(s.Steps, func(line Step) bool { return !allMayTake(&line, class) })
	}
	return s.Expect.mayTake(class)
}
