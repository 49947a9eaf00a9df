package scenarios

import (
	"fmt"
	"strings"
	"time"

	"mxprobe/internal/timespan"
)

// DefaultMailboxTimeout is how long a step waits for something in a mailbox
// where it does not say so.
const DefaultMailboxTimeout = 5 * time.Minute

// MailboxTimeout is how long the step waits for something in a mailbox: its
// own word, else its last bound.
func (s *Step) MailboxTimeout() time.Duration {
	switch {
	case s.Timeout > 0:
		return s.Timeout
	case s.Expect.Within.Fail > 0:
		return s.Expect.Within.Fail
	}
	return DefaultMailboxTimeout
}

// Preview returns what the step sends, line by line and without line ends, as
// far as that is known without a connection, and in parentheses what it does
// otherwise. It may hold secrets, if the lookup knows them, and any byte. The
// error is a *TextError. Steps inside the step are not in it.
func (s *Step) Preview(lookup Lookup) ([]string, error) {
	if preview := actions[s.Action].preview; preview != nil {
		return preview(s, lookup)
	}
	return nil, nil
}

func previewText(s *Step, lookup Lookup) ([]string, error) {
	line, err := s.Text.Expand(lookup)
	return []string{line}, err
}

func previewBytes(s *Step, _ Lookup) ([]string, error) { return []string{string(s.Bytes)}, nil }

func previewMessage(s *Step, lookup Lookup) ([]string, error) {
	text, err := previewBody(s, lookup)
	return append([]string{"DATA"}, text...), err
}

func previewChunks(s *Step, lookup Lookup) ([]string, error) {
	text, err := previewBody(s, lookup)
	return append([]string{"BDAT"}, text...), err
}

func previewBody(s *Step, lookup Lookup) ([]string, error) {
	size := len(s.Content)
	if s.Content == nil {
		text, err := s.Text.Append(nil, lookup)
		if err != nil {
			return nil, err
		}
		size = len(text)
	}
	return []string{fmt.Sprintf("(a message of %d bytes and what it lacks of header fields)", size)}, nil
}

func previewStartTLS(s *Step, lookup Lookup) ([]string, error) {
	line, err := s.StartTLSLine().Expand(lookup)
	return []string{line, "(TLS handshake, if the answer is 220" + s.StartTLS.judgedBy() + ")"}, err
}

// StartTLSLine is what a StartTLS step says: STARTTLS, or what the scenario
// has in its place.
func (s *Step) StartTLSLine() *Text {
	switch {
	case !s.StartTLS.Line.IsZero():
		return &s.StartTLS.Line
	case !s.Text.IsZero():
		return &s.Text
	}
	return &Text{source: "STARTTLS", value: "STARTTLS", given: true}
}

// judgedBy says what the certificate is held against, where that is not its
// own chain and name.
func (o *StartTLSOptions) judgedBy() string {
	switch o.Verify {
	case VerifyDANE:
		return ", held against the TLSA records of the host"
	case VerifySTS:
		return ", held against the MTA-STS policy of the domain"
	}
	return ""
}

// Preview says that there is a handshake.
func (o *StartTLSOptions) Preview() string { return "(TLS handshake" + o.judgedBy() + ")" }

// previewLogin shows who logs in; what goes over the line is not known before
// the server's challenge, or is secret.
func previewLogin(s *Step, lookup Lookup) ([]string, error) {
	var parts [3]string
	for i, text := range []*Text{&s.Auth.Mechanism, &s.Auth.User, &s.Auth.Authzid} {
		var err error
		if parts[i], err = text.Expand(lookup); err != nil {
			return nil, err
		}
	}
	mechanism, user, authzid := parts[0], parts[1], parts[2]
	switch {
	case strings.EqualFold(mechanism, AutoMechanism):
		mechanism = "with the strongest mechanism offered"
	case checkMechanism(mechanism) == nil:
		mechanism = strings.ToUpper(mechanism)
	}
	var as []string
	if user != "" {
		as = append(as, "as "+user)
	}
	if authzid != "" {
		as = append(as, "for "+authzid)
	}
	line := "AUTH " + mechanism
	if len(as) > 0 {
		line += " (" + strings.Join(as, ", ") + ")"
	}
	return []string{line}, nil
}

func previewSleep(s *Step, _ Lookup) ([]string, error) {
	return []string{fmt.Sprintf("(wait %v)", s.Sleep)}, nil
}

func previewMailbox(s *Step, lookup Lookup) ([]string, error) {
	place, err := s.Mailbox.Where().Expand(lookup)
	if err != nil {
		return nil, err
	}
	what := "the message"
	if s.Mailbox.Report {
		what = "a report"
	}
	return []string{fmt.Sprintf("(look for %s in %s, up to %s)", what, place, timespan.String(s.MailboxTimeout()))}, nil
}

func previewClose(s *Step, _ Lookup) ([]string, error) {
	if s.Close == CloseTLS {
		return []string{"(end TLS)"}, nil
	}
	return []string{"(close the connection)"}, nil
}
