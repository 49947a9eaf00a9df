package shared

import "mxprobe/probe/result"

// ofServer reports whether a result says something of the server that the next
// session would find as well. What hangs on the moment does not.
func ofServer(c *result.Check) bool {
	switch c.Reason {
	case result.Temporary, result.NoRoute, result.Resolver, result.Local, result.Deadline, result.Interrupted, result.Budget:
		return false
	}
	if c.Status == result.NotRun || c.Attempts == 0 {
		return false
	}
	for i := range c.Steps {
		// Where the scenario or the flags make a warning or a failure of a 4xx, it
		// is a word of the moment all the same.
		s := &c.Steps[i]
		if s.Attempt == c.Attempts && s.Status > result.Pass && (s.Code/100 == 4 || s.Reason == result.Temporary) {
			return false
		}
	}
	return true
}

// alike reports whether two sessions came to the same: the same verdict for the
// same reason at the same step, after the same answers. Times and texts may
// differ, which hold names of sessions.
func alike(a, b *result.Check) bool {
	if a.Status != b.Status || a.Reason != b.Reason || a.Blame != b.Blame || a.Attempts != b.Attempts || len(a.Steps) != len(b.Steps) ||
		(a.FailedStep == nil) != (b.FailedStep == nil) || a.FailedStep != nil && *a.FailedStep != *b.FailedStep {
		return false
	}
	for i := range a.Steps {
		s, t := &a.Steps[i], &b.Steps[i]
		if s.Attempt != t.Attempt || s.Number != t.Number || s.Status != t.Status || s.Reason != t.Reason || s.Code != t.Code || s.Enhanced != t.Enhanced {
			return false
		}
	}
	return true
}

// size is about how many bytes a result holds.
func size(c *result.Check) int {
	const check, step, certificate = 512, 384, 512
	n := check + len(c.Message) + len(c.Hint) + lengths(c.Notes)
	for name, value := range c.Captures {
		n += len(name) + len(value) + 64
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		n += step + len(s.Sent) + len(s.Message) + len(s.Name) + lengths(s.Text) + lengths(s.Notes)
		for j := range s.Transcript {
			n += 48 + len(s.Transcript[j].Text)
		}
		if s.Excerpt != nil {
			n += 64 + lengths(s.Excerpt.Lines)
		}
	}
	if c.TLS != nil {
		for i := range c.TLS.Chain {
			cert := &c.TLS.Chain[i]
			n += certificate + len(cert.DER) + len(cert.Subject) + len(cert.Issuer) + lengths(cert.Names)
		}
	}
	return n
}

func lengths(texts []string) int {
	n := 16 * len(texts)
	for _, text := range texts {
		n += len(text)
	}
	return n
}
