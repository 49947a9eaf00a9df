package dialogue

import (
	"strings"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// danger returns the advice on a reply that shows a hole in the server, or
// nothing. It goes by what the session knows, where the reply alone would
// look like a small matter.
func (s *session) danger(st *result.Step, want *scenarios.Expect, seen *judge.Observation) string {
	if seen.Reply == nil {
		return ""
	}
	trailed := s.tls.trailed
	s.tls.trailed = false
	met := want.Codes.Match(seen.Reply.Code)
	return diagnosis.HoleHint(diagnosis.Hole{
		Injected:  trailed && !met && (seen.Verb == "EHLO" || seen.Verb == "HELO") && seen.Reply.Class() == 5,
		Relayed:   !met && seen.Verb == "RCPT" && seen.Reply.Class() == 2 && st.WantsRefusal() && !s.authenticated && s.namesElsewhere(st.Sent),
		Smuggled:  s.dataOpen && want.Codes.Silence && seen.Reply.Class() == 2,
		ClearOnly: met && wantsStartTLS(want) && !s.tls.on && !s.offersStartTLS(),
	})
}

func wantsStartTLS(want *scenarios.Expect) bool {
	for i := range want.Offers {
		if strings.EqualFold(want.Offers[i].Name, "STARTTLS") {
			return true
		}
	}
	return false
}

// namesElsewhere reports whether a RCPT line names a recipient that is not simply
// one of the mail domain: one of another domain, or with a further hop in its
// local part (RFC 5321 appendix C, RFC 1123 section 5.2.16). Where no domain is
// known, nothing is said.
func (s *session) namesElsewhere(sent string) bool {
	domain, ok := s.lookup("domain")
	if !ok || domain == "" {
		return false
	}
	from, to := strings.IndexByte(sent, '<'), strings.LastIndexByte(sent, '>')
	if from < 0 || to < from {
		return false
	}
	path := sent[from+1 : to]
	if route, rest, routed := strings.Cut(path, ":"); routed && strings.HasPrefix(route, "@") {
		path = rest
	}
	local, at := path, ""
	if i := strings.LastIndexByte(path, '@'); i >= 0 {
		local, at = path[:i], path[i+1:]
	}
	return at != "" && !strings.EqualFold(at, domain) || strings.ContainsAny(local, "%!@")
}
