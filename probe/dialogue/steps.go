package dialogue

import (
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// leaveOut records a step that is not played because of an earlier one.
func (s *session) leaveOut(step *scenarios.Step) {
	if step.Action == scenarios.Pipeline {
		for i := range step.Steps {
			s.leaveOut(&step.Steps[i])
		}
		return
	}
	s.close(s.begin(step), judge.Judgement{Status: result.NotRun})
}

// step plays one step of the scenario.
func (s *session) step(step *scenarios.Step) {
	if s.over && !s.goesOn(step) {
		s.leaveOut(step)
		return
	}
	if message := s.leftOutBy(step.If, step.Unless); message != "" {
		s.skip(step, message)
		return
	}
	over := s.over
	playStep(s, step)
	if s.over && !over {
		s.stopped = step
	}
}

// goesOn reports whether a step is played although an earlier one was not met:
// it is the same for another recipient, and the server has refused that one
// only. What became of each recipient is worth knowing.
func (s *session) goesOn(step *scenarios.Step) bool {
	return s.stopped != nil && s.stopped.Recipient > 0 && step.Recipient > 0 && s.stopped.Pos == step.Pos &&
		s.failedCode != 0 && s.farewellCode == 0 && !s.ended && !s.gone
}

func (s *session) skip(step *scenarios.Step, message string) {
	if step.Action == scenarios.Pipeline {
		for i := range step.Steps {
			s.skip(&step.Steps[i], message)
		}
		return
	}
	s.close(s.begin(step), judge.Judgement{Status: result.Skip, Reason: result.Condition, Message: message})
}
