package dialogue

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/probe/sasl"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

const (
	// maxAuthLine is how long the lines of a login may be, CRLF included: 12288
	// octets of base64 are enough for every mechanism (RFC 4954 section 4).
	maxAuthLine = 12288 + len("334 \r\n")
	// maxCommandLine is the longest AUTH line with an initial response; a longer
	// response has to wait for its 334 (RFC 4954 section 4, RFC 5321 section
	// 4.5.3.1.4).
	maxCommandLine = 512
	// maxChallenges bounds a server that never comes to an end.
	maxChallenges = 16
)

// login is one auth step while it is played.
type login struct {
	step   *scenarios.Step
	st     ledger.Step
	want   *scenarios.Expect
	client *sasl.Client
	mech   string
	first  *sasl.Response // to send at the first 334; nil where there is none
	limit  time.Duration
	begun  time.Time
}

// playAuth logs in.
func (s *session) playAuth(step *scenarios.Step) {
	st := s.begin(step)
	want, err := s.want(step)
	l := &login{step: step, st: st, want: want, limit: s.timeout(step.Timeout, DefaultReplyTimeout), begun: time.Now()}
	if err == nil {
		err = s.prepareLogin(l)
	}
	var offer *sasl.ChallengeError
	switch {
	case errors.As(err, &offer):
		s.wants(st, want)
		s.close(st, judge.Failed(step.Auth.Pos, "%s", offer.Message))
		return
	case err != nil:
		s.close(st, judge.BadValue(err))
		return
	}
	s.wants(st, want)
	s.line.Conn.SetMaxLine(maxAuthLine)
	defer s.line.Conn.SetMaxLine(0)
	s.close(st, s.logIn(l))
}

// prepareLogin puts the variables in, before anything is sent. Its errors are
// ours, but for a *sasl.ChallengeError: the server offers nothing to choose.
func (s *session) prepareLogin(l *login) error {
	o := l.step.Auth
	config := sasl.Config{Host: s.trial.target.Host, Port: s.trial.target.Port, Binding: o.Binding}
	for _, part := range []struct {
		text *scenarios.Text
		into *string
	}{
		{&o.Mechanism, &config.Mechanism},
		{&o.User, &config.User},
		{&o.Password, &config.Password},
		{&o.Authzid, &config.Authzid},
	} {
		var err error
		if *part.into, err = part.text.Expand(s.lookup); err != nil {
			return err
		}
	}
	if s.peer.Secure {
		config.TLS = s.connectionState()
	} else if !o.AllowClear {
		return errors.New("the login is not sent in clear: there is no TLS on the connection, and the step does not say allow_clear: true")
	}
	if strings.EqualFold(config.Mechanism, scenarios.AutoMechanism) {
		return s.chooseLogin(l, config)
	}
	l.mech = strings.ToUpper(config.Mechanism)
	l.st.SentLogin(config.Mechanism, asUser(config.User, config.Authzid))
	var err error
	l.client, err = sasl.New(config)
	return err
}

// chooseLogin begins a login with the best mechanism of those offered.
func (s *session) chooseLogin(l *login, config sasl.Config) (err error) {
	offered := offeredMechanisms(s.peer.Keywords)
	if len(offered) == 0 {
		return &sasl.ChallengeError{Message: "the server offers no AUTH"}
	}
	if l.mech, l.client, err = sasl.Choose(offered, config); err == nil {
		l.st.SentLogin(l.mech, asUser(config.User, config.Authzid))
	}
	return err
}

// asUser says who logs in, for the report: the lines sent are hidden.
func asUser(user, authzid string) string {
	switch {
	case user != "" && authzid != "":
		return " (as " + user + ", for " + authzid + ")"
	case user != "":
		return " (as " + user + ")"
	case authzid != "":
		return " (for " + authzid + ")"
	}
	return ""
}

// logIn plays the exchange (RFC 4954 section 4) and judges its end.
func (s *session) logIn(l *login) judge.Judgement {
	if j := s.line.Write("AUTH", s.authLine(l), l.limit); j != nil {
		return *j
	}
	for range maxChallenges {
		seen := s.line.Read(l.limit)
		if seen.Reply == nil || seen.Reply.Code != 334 {
			return s.endLogin(l, &seen)
		}
		if l.step.Auth.Cancel {
			return s.cancelLogin(l)
		}
		line, err := s.respond(l, seen.Reply)
		if err != nil {
			return s.breakOff(l, err)
		}
		if j := s.line.Write("AUTH", line, l.limit); j != nil {
			return *j
		}
	}
	return s.breakOff(l, fmt.Errorf("the server asks on and on: %d challenges came", maxChallenges))
}

// authLine makes the AUTH line, with the initial response where it goes
// along.
func (s *session) authLine(l *login) []byte {
	o := l.step.Auth
	if s.peer.Keywords != nil && !slices.ContainsFunc(offeredMechanisms(s.peer.Keywords), func(m string) bool { return strings.EqualFold(m, l.mech) }) {
		l.st.Note("the server does not offer AUTH %s", l.mech)
	}
	line := "AUTH " + l.mech
	// LOGIN is by its draft a mechanism where the server speaks first; that
	// it takes the user at once is a habit of many servers.
	if l.mech == "LOGIN" && (o.Initial == nil || !*o.Initial) {
		return []byte(line + "\r\n")
	}
	first, ok := l.client.First()
	if !ok {
		return []byte(line + "\r\n")
	}
	s.hide(&first)
	// A zero-length initial response is a single "=" (RFC 4954 section 4).
	response := "="
	if len(first.Data) > 0 {
		response = base64.StdEncoding.EncodeToString(first.Data)
	}
	long := len(line)+len(" \r\n")+len(response) > maxCommandLine
	along := !l.step.Auth.Cancel && !long
	if o.Initial != nil {
		along = *o.Initial
	}
	if !along {
		l.first = &first
		return []byte(line + "\r\n")
	}
	if long {
		l.st.Note("the AUTH line is longer than %d octets, so that the initial response should have waited for its 334 (RFC 4954 section 4)", maxCommandLine)
	}
	return []byte(line + " " + response + "\r\n")
}

// offeredMechanisms are the parameters of AUTH in the latest reply to EHLO.
func offeredMechanisms(k *smtpwire.Keywords) []string {
	if k == nil {
		return nil
	}
	params, _ := k.Lookup("AUTH")
	return strings.Fields(params)
}

// respond makes the line that answers a challenge.
func (s *session) respond(l *login, reply *smtpwire.Reply) ([]byte, error) {
	challenge, err := decodeChallenge(reply)
	if l.first != nil && l.mech == "NTLM" {
		// Exchange asks for it in words: "334 NTLM supported" ([MS-SMTPNTLM]
		// section 2.2.1).
		challenge, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r sasl.Response
	if l.first != nil {
		r, l.first = *l.first, nil
		if len(challenge) > 0 {
			l.st.Note("the 334 before the initial response is not empty, as it has to be (RFC 4422 section 5.1)")
		}
	} else if r, err = l.client.Next(challenge); err != nil {
		// Even a wrong proof may be made of something that is secret.
		s.hide(&sasl.Response{Data: challenge, Secret: true})
		return nil, err
	}
	s.hide(&r)
	if r.Note != "" {
		l.st.Note("%s", r.Note)
	}
	line := base64.StdEncoding.EncodeToString(r.Data)
	if len(line) > maxAuthLine-len("334 \r\n") {
		l.st.Note("the response has %d octets, more than the 12288 that servers are asked to take (RFC 4954 section 4)", len(line))
	}
	return []byte(line + "\r\n"), nil
}

// decodeChallenge reads the base64 of a 334.
func decodeChallenge(reply *smtpwire.Reply) ([]byte, error) {
	if strings.Count(strings.TrimSuffix(reply.Raw, "\n"), "\n") > 0 {
		return nil, errors.New("the 334 has more than one line")
	}
	challenge, err := base64.StdEncoding.Strict().DecodeString(strings.TrimRight(reply.Text(), " "))
	if err != nil {
		return nil, fmt.Errorf("the challenge is not base64: %s", result.Quoted([]byte(reply.Text())))
	}
	return challenge, nil
}

// hide puts what a response gives away behind the mask, before it is sent or
// shown anywhere.
func (s *session) hide(r *sasl.Response) {
	if r.Secret {
		s.trial.account.Secrets().HideLogin(r.Data, r.Hide)
	}
}
