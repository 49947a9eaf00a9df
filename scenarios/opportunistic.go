package scenarios

import "strings"

// BeginsTLS returns where a scenario begins TLS by itself, or says that it
// speaks before the greeting; ok is false where it does neither, so that TLS can
// be put into it behind EHLO.
func (s *Scenario) BeginsTLS() (at Pos, ok bool) {
	if s.ImplicitTLS || s.SpeakFirst {
		return s.Pos, true
	}
	return beginsTLS(s.Steps)
}

func beginsTLS(steps []Step) (Pos, bool) {
	for i := range steps {
		step := &steps[i]
		if step.Action == StartTLS || step.Close == CloseTLS || step.saysStartTLS() {
			return step.Pos, true
		}
		if at, ok := beginsTLS(step.Steps); ok {
			return at, true
		}
	}
	return Pos{}, false
}

// saysStartTLS reports whether the command is in what the file has to be sent.
func (s *Step) saysStartTLS() bool {
	return s.Action.says() && (hasStartTLS(s.Text.source) || hasStartTLS(s.Bytes))
}

func hasStartTLS[T ~string | ~[]byte](text T) bool {
	const command = "STARTTLS"
	for ; len(text) >= len(command); text = text[1:] {
		if (text[0] == 's' || text[0] == 'S') && strings.EqualFold(string(text[:len(command)]), command) {
			return true
		}
	}
	return false
}

// says reports whether the action sends what the file has, as it is.
func (a Action) says() bool { return a == Send || a == Raw || a == Bytes }

// opportunistic refuses what does not go with tls: opportunistic.
func (p *parser) opportunistic(s *Scenario) {
	if !s.OpportunisticTLS {
		return
	}
	if s.SpeakFirst {
		p.failAt(s.Pos, 1, "leave one of them out", "tls: opportunistic begins after EHLO, so that greeting: none does not go with it")
		return
	}
	if at, ok := s.BeginsTLS(); ok {
		p.failAt(at, 1, "leave the step out, or take tls: opportunistic away", "TLS begins after the first EHLO, because of tls: opportunistic, and here once more")
		return
	}
	for i := range s.Steps {
		for _, k := range s.Steps[i].Expect.Offers {
			if strings.EqualFold(k.Name, "STARTTLS") {
				p.failAt(k.Pos, len(k.Name), "take tls: opportunistic away, and write the step - STARTTLS",
					"with tls: opportunistic the EHLO under TLS is judged, and STARTTLS is not offered there")
			}
		}
	}
}
