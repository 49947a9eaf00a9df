package dialogue

import (
	"crypto"

	"mxprobe/internal/compose"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// composed puts into a message what its step says beside the text, and what
// it lacks.
func (s *session) composed(step *scenarios.Step, text []byte) ([]byte, error) {
	text, err := s.withFields(step, text)
	if err != nil {
		return nil, err
	}
	if !step.AsIs {
		text = s.complete(text)
	}
	if text, err = s.withFiles(step, text); err != nil {
		return nil, err
	}
	return s.signed(step, text)
}

func (s *session) withFields(step *scenarios.Step, text []byte) ([]byte, error) {
	if len(step.Headers) == 0 {
		return text, nil
	}
	fields := make([]compose.Field, len(step.Headers))
	for i := range step.Headers {
		value, err := step.Headers[i].Value.Expand(s.lookup)
		if err != nil {
			return nil, err
		}
		fields[i] = compose.Field{Name: step.Headers[i].Name, Value: value}
	}
	return compose.SetFields(text, fields)
}

func (s *session) withFiles(step *scenarios.Step, text []byte) ([]byte, error) {
	if len(step.Attach) == 0 {
		return text, nil
	}
	files := make([]compose.File, len(step.Attach))
	for i := range step.Attach {
		a := &step.Attach[i]
		content := a.Content
		if content == nil {
			var err error
			if content, err = a.Text.Append(nil, s.lookup); err != nil {
				return nil, err
			}
		}
		name, err := a.FileName(s.lookup)
		if err != nil {
			return nil, err
		}
		files[i] = compose.File{Name: name, Content: content}
	}
	return compose.Attach(text, files)
}

// signed signs a message with the line ends it will be sent with.
func (s *session) signed(step *scenarios.Step, text []byte) ([]byte, error) {
	if step.DKIM == nil {
		return text, nil
	}
	domain, err := step.DKIM.Domain.Expand(s.lookup)
	if err != nil {
		return nil, err
	}
	selector, err := step.DKIM.Selector.Expand(s.lookup)
	if err != nil {
		return nil, err
	}
	return compose.Sign(smtpwire.AppendData(nil, text, false, false), compose.Signature{
		Domain: domain, Selector: selector, Key: s.trial.dialogue.keys[step.DKIM],
	})
}

// loadKeys reads the keys that messages are signed with.
func (d *Dialogue) loadKeys() scenarios.Problems {
	var problems scenarios.Problems
	for i := range d.scenario.Steps {
		sign := d.scenario.Steps[i].DKIM
		if sign == nil || d.keys[sign] != nil {
			continue
		}
		text, err := d.scenario.ReadFile(sign.KeyFile)
		var key crypto.Signer
		if err == nil {
			key, err = compose.ParseKey(text)
		}
		if err != nil {
			problems = append(problems, d.scenario.Problem(sign.Pos, "dkim: "+err.Error(), "the key is a file in PEM, relative to the scenario"))
			continue
		}
		if d.keys == nil {
			d.keys = make(map[*scenarios.DKIM]crypto.Signer)
		}
		d.keys[sign] = key
	}
	return problems
}
