package scenarios

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// forTo reads the list that a step is played for. There is one list so far:
// the recipients of a run.
func (p *parser) forTo(n *yaml.Node) bool {
	list, ok := p.word(n, "for")
	if ok && list != "to" {
		p.fail(yamlnode.Deref(n), "allowed: to", "for goes through the recipients (to), not %q", list)
	}
	return ok
}

// ForTo reports whether some step is played once for each recipient.
func (s *Scenario) ForTo() bool { return forTo(s.Steps) }

func forTo(steps []Step) bool {
	for i := range steps {
		if steps[i].ForTo || forTo(steps[i].Steps) {
			return true
		}
	}
	return false
}

// Unroll returns the scenario with its steps as they are played for so many
// recipients: a step with repeat as often as that says, a step with for once
// for each recipient. Steps are numbered again. A scenario that has neither
// is returned as it is; the receiver is never changed. The error is Problems
// if there are more steps than a scenario may have.
func (s *Scenario) Unroll(recipients int) (*Scenario, error) {
	if !rolled(s.Steps) {
		return s, nil
	}
	u := unroller{scenario: s, recipients: max(recipients, 1)}
	out := *s
	out.Steps = u.steps(s.Steps, 0)
	if u.tooMany != nil {
		problem := s.Problem(u.tooMany.Pos, fmt.Sprintf("repeat and for make more than %d steps of the scenario", maxSteps), "")
		return nil, Problems{problem}
	}
	return &out, nil
}

func rolled(steps []Step) bool {
	for i := range steps {
		if steps[i].ForTo || steps[i].Repeat > 0 || rolled(steps[i].Steps) {
			return true
		}
	}
	return false
}

// unroller numbers the steps as it repeats them.
type unroller struct {
	scenario   *Scenario
	recipients int
	number     int
	tooMany    *Step
}

// steps repeats the steps of a list; recipient is that of the pipeline they
// stand in, 0 for none.
func (u *unroller) steps(in []Step, recipient int) []Step {
	out := make([]Step, 0, len(in))
	for i := range in {
		s := &in[i]
		first, last := recipient, recipient
		if s.ForTo {
			first, last = 1, u.recipients
		}
		for r := first; r <= last; r++ {
			for range max(s.Repeat, 1) {
				if u.number >= maxSteps {
					u.tooMany = s
					return out
				}
				out = append(out, u.step(s, r))
			}
		}
	}
	return out
}

func (u *unroller) step(s *Step, recipient int) Step {
	once := *s
	once.ForTo, once.Repeat, once.Recipient = false, 0, recipient
	once.Number = u.number + 1
	if s.Action == Pipeline {
		once.Steps = u.steps(s.Steps, recipient)
	} else {
		u.number++
	}
	return once
}
