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
	if s.over {
		s.leaveOut(step)
		return
	}
	if message := s.leftOutBy(step.If, step.Unless); message != "" {
		s.skip(step, message)
		return
	}
	playStep(s, step)
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
