package dialogue

import "mxprobe/scenarios"

// clearLogins finds the logins that would go over the line in clear whatever
// the server says, so that nothing of such a scenario is sent. Where TLS hangs
// on the server, it is the step itself that refuses.
func clearLogins(s *scenarios.Scenario) scenarios.Problems {
	var found scenarios.Problems
	tls := s.ImplicitTLS
	for i := range s.Steps {
		switch st := &s.Steps[i]; {
		case st.Action == scenarios.StartTLS:
			tls = true
		case st.Action == scenarios.Close && st.Close == scenarios.CloseTLS:
			tls = false
		case st.Action == scenarios.Auth && !st.Auth.AllowClear && !tls && !onlyUnderTLS(st):
			found = append(found, s.Problem(st.Pos, "the login would be sent in clear: no step before it begins TLS",
				"add the step - STARTTLS and a second EHLO before it, or tls: implicit; allow_clear: true sends it all the same"))
		}
	}
	return found
}

func onlyUnderTLS(st *scenarios.Step) bool {
	for i := range st.If {
		if st.If[i].Word == "tls" {
			return true
		}
	}
	return false
}
