package scenarios

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// credential is a part of a login that stands in the scenario itself, in a
// line that is typed instead of the action auth.
type credential struct {
	step     *Step
	text     string // as it goes over the line
	password bool   // its base64 holds a password
}

// Credentials returns what stands in the scenario's own lines of logins: the
// initial response of an AUTH line, the answers behind one, and the passwords
// in these. All of it is to be hidden in reports.
func (s *Scenario) Credentials() []string {
	var out []string
	for _, c := range s.credentials() {
		out = append(out, c.text)
		if password := passwordIn(c.text); c.password && len(password) >= minPassword {
			out = append(out, password)
		}
	}
	return out
}

func (s *Scenario) credentials() []credential {
	r := loginReader{}
	r.read(s.Steps)
	return r.found
}

// loginReader follows the lines of a scenario to those that answer AUTH.
type loginReader struct {
	found     []credential
	inside    bool   // a login has begun, and its answers follow
	mechanism string // in upper case
	answers   int    // of this login, so far
}

func (r *loginReader) read(steps []Step) {
	for i := range steps {
		s := &steps[i]
		switch s.Action {
		case Send, Raw:
			for line := range strings.FieldsFuncSeq(s.Text.source, func(c rune) bool { return c == '\r' || c == '\n' }) {
				r.line(s, line)
			}
		case Bytes:
			for line := range strings.FieldsFuncSeq(string(s.Bytes), func(c rune) bool { return c == '\r' || c == '\n' }) {
				r.line(s, line)
			}
		case Pipeline:
			r.read(s.Steps)
		case Read, Sleep:
		default:
			r.inside = false
		}
	}
}

// line looks at one line. An answer is one word of base64 that is no command;
// "=" is an empty one, and "*" ends the login (RFC 4954 section 4).
func (r *loginReader) line(s *Step, line string) {
	words := strings.Fields(line)
	switch {
	case len(words) == 0:
	case strings.EqualFold(words[0], "AUTH"):
		r.inside, r.answers = true, 0
		r.mechanism = strings.ToUpper(strings.Join(words[1:min(len(words), 2)], ""))
		if len(words) > 2 {
			r.add(s, words[2])
		}
	case r.inside && len(words) == 1 && !isVerb(words[0]) && words[0] != "*":
		r.add(s, words[0])
	default:
		r.inside = false
	}
}

// add takes an answer. PLAIN has one, with the password (RFC 4616), LOGIN the
// name first.
func (r *loginReader) add(s *Step, text string) {
	r.answers++
	if text != "=" && !strings.Contains(text, "${") {
		password := r.mechanism == "PLAIN" || r.mechanism == "LOGIN" && r.answers > 1
		r.found = append(r.found, credential{s, text, password})
	}
}

// minPassword is how long a password has to be to be hidden by itself too: a
// shorter one would hide parts of other words.
const minPassword = 4

// passwordIn returns the password in an answer of PLAIN or LOGIN, nothing if
// it is no base64.
func passwordIn(answer string) string {
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(answer, "="))
	if err != nil {
		return ""
	}
	return string(decoded[bytes.LastIndexByte(decoded, 0)+1:])
}

// TypedLogins returns a doubt for each step with a login in its line.
func (s *Scenario) TypedLogins() []Doubt {
	var all []Doubt
	var last *Step
	for _, c := range s.credentials() {
		if c.step == last {
			continue
		}
		last = c.step
		all = append(all, Doubt{c.step.Pos, "this line holds a login that anybody who reads the file can use; " +
			"write auth: with password: ${name}, and name under secrets:"})
	}
	return all
}

// NamesUser reports whether a variable is the name of a user somewhere, and a
// password nowhere.
func (s *Scenario) NamesUser(variable string) bool {
	name := "${" + variable + "}"
	user, password := false, false
	var look func(steps []Step)
	look = func(steps []Step) {
		for i := range steps {
			if a := steps[i].Auth; a != nil {
				user = user || a.User.source == name
				password = password || strings.Contains(a.Password.source, name)
			}
			if m := steps[i].Mailbox; m != nil {
				user = user || m.User.source == name
				password = password || strings.Contains(m.Password.source, name)
			}
			look(steps[i].Steps)
		}
	}
	look(s.Steps)
	return user && !password
}
