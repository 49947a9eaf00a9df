package probe

import (
	"strings"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// danger returns the advice on a reply that shows a hole in the server, or
// nothing. It goes by what the session knows, where the reply alone would
// look like a small matter.
func (s *session) danger(st *result.Step, want *scenarios.Expect, seen *observation) string {
	if seen.reply == nil {
		return ""
	}
	trailed := s.tls.trailed
	s.tls.trailed = false
	met := want.Codes.Match(seen.reply.Code)
	return holeHint(hole{
		injected:  trailed && !met && (seen.verb == "EHLO" || seen.verb == "HELO") && seen.reply.Class() == 5,
		relayed:   !met && seen.verb == "RCPT" && seen.reply.Class() == 2 && provoked(st) && !s.authenticated && s.elsewhere(st.Sent),
		smuggled:  s.dataOpen && want.Codes.Silence && seen.reply.Class() == 2,
		clearOnly: met && wantsStartTLS(want) && !s.tls.on && !s.offersStartTLS(),
	})
}

// hole is what a reply shows to be wrong with the server.
type hole struct {
	injected  bool // what came in clear is answered under TLS
	relayed   bool // a recipient elsewhere is taken
	smuggled  bool // text of a message is taken for its end
	clearOnly bool // STARTTLS is wanted and not offered
}

func holeHint(h hole) string {
	switch {
	case h.injected:
		return "the server answers under TLS what was sent in clear before the handshake (CVE-2011-0411): somebody on the way can put commands into encrypted sessions; its administrator has to upgrade the server, or the TLS proxy before it"
	case h.relayed:
		return "the server would take mail for elsewhere: unless that domain or this machine is one that it is meant to serve, it is an open relay, and spammers find it soon; tell its administrator today"
	case h.smuggled:
		return "the server took text of a message for its end, and what followed for commands: strangers can smuggle in messages with a forged sender; its administrator has to upgrade the server or make it strict about line ends (smtpd_forbid_bare_newline in Postfix)"
	case h.clearOnly:
		return "mail comes to this server in clear, and from senders that insist on TLS not at all: switch STARTTLS on in the server, or look for a filter that takes it out of the reply"
	}
	return ""
}

func wantsStartTLS(want *scenarios.Expect) bool {
	for i := range want.Offers {
		if strings.EqualFold(want.Offers[i].Name, "STARTTLS") {
			return true
		}
	}
	return false
}

// elsewhere reports whether a RCPT line names a recipient that is not simply
// one of the mail domain: one of another domain, or with a further hop in its
// local part (RFC 5321 appendix C, RFC 1123 section 5.2.16). Where no domain is
// known, nothing is said.
func (s *session) elsewhere(sent string) bool {
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
