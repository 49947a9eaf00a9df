package scenarios

import "cmp"

// SaysMore reports whether a step says more of the reply than what it must be: with
// pass_if, skip_if, capture or may_fail.
func (s *Step) SaysMore() bool {
	return !s.PassIf.IsZero() || !s.SkipIf.IsZero() || len(s.Captures) > 0 || s.MayFail != ""
}

// Default returns what the reply to a step must be where the step does not
// say so itself. Of a step that expects something, but names no codes, the
// codes are those of Default too.
func (s *Step) Default() Expect {
	a := &actions[s.Action]
	codes := a.wants
	if a.wantsElse != nil {
		codes = cmp.Or(a.wantsElse(s), codes)
	}
	c, _ := ParseCodes(codes) // of the table, where all parse
	return Expect{Codes: c}
}

// lineWants are the codes of the commands that are answered otherwise.
func lineWants(s *Step) string {
	switch s.Verb {
	case "DATA":
		return "354"
	case "AUTH":
		return "2xx or 334"
	}
	return ""
}

// bodyWants: no reply comes before the end of the text.
func bodyWants(s *Step) string {
	if s.NoEnd {
		return "none"
	}
	return ""
}

// loginWants are the codes of a login that is broken off (RFC 4954 section 4).
func loginWants(s *Step) string {
	if s.Auth != nil && s.Auth.Cancel {
		return "501"
	}
	return ""
}

// Resolve returns the expectation with its variables put in. It is e itself
// where there are none, at no cost. The error is a *TextError that names the
// variable, or says what it stands for where that cannot be expected.
func (e *Expect) Resolve(lookup Lookup) (*Expect, error) {
	if !e.template {
		return e, nil
	}
	out := *e
	out.template = false
	var err error
	if out.Codes, err = e.Codes.Resolve(lookup); err != nil {
		return nil, err
	}
	if out.Enhanced, err = resolveAll(e.Enhanced, lookup, (*EnhancedPattern).resolve); err != nil {
		return nil, err
	}
	if out.Text, err = resolveAll(e.Text, lookup, (*TextPattern).resolve); err != nil {
		return nil, err
	}
	if out.Lines, err = resolveAll(e.Lines, lookup, (*LinePattern).resolve); err != nil {
		return nil, err
	}
	if out.Offers, err = resolveAll(e.Offers, lookup, (*Keyword).resolve); err != nil {
		return nil, err
	}
	if out.Lacks, err = resolveAll(e.Lacks, lookup, (*Keyword).resolve); err != nil {
		return nil, err
	}
	return &out, nil
}

// resolveAll resolves every element; a nil slice stays nil.
func resolveAll[T any](in []T, lookup Lookup, resolve func(*T, Lookup) (T, error)) ([]T, error) {
	if in == nil {
		return nil, nil
	}
	out := make([]T, len(in))
	for i := range in {
		var err error
		if out[i], err = resolve(&in[i], lookup); err != nil {
			return nil, err
		}
	}
	return out, nil
}
