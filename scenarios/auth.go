package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"

	"mxprobe/internal/yamlnode"
)

// AuthOptions are the settings of an auth step.
type AuthOptions struct {
	Pos       Pos
	Mechanism Text
	// User is the name to log in as, Password the password, or the token of
	// XOAUTH2 and OAUTHBEARER.
	User, Password Text
	// Authzid is the identity to act as; zero or empty for the user's own.
	Authzid Text
	// Initial says whether the AUTH line has the initial response; nil leaves
	// it to the mechanism and to the length of the line.
	Initial *bool
	// Cancel is true if the first challenge is answered with "*".
	Cancel bool
	// Binding is the type of channel binding of a mechanism with -PLUS, empty
	// where not given.
	Binding string
	// AllowClear is true if the login may be sent without TLS.
	AllowClear bool
}

func (p *parser) mechanism(n *yaml.Node) Text {
	t := p.line(n, "auth")
	if mech, ok := t.Literal(); ok && !t.IsZero() {
		if err := checkMechanism(mech); err != nil {
			p.fail(n, "allowed: "+allowed(mechanisms()), "%v", err)
		}
	}
	return t
}

// AutoMechanism in place of the name of a mechanism is the strongest that the
// server offers and that takes the password.
const AutoMechanism = "auto"

// mechanisms returns the SASL mechanisms that can be played.
func mechanisms() []string {
	return []string{
		AutoMechanism, "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS",
		"XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS",
	}
}

func checkMechanism(mech string) error {
	if slices.ContainsFunc(mechanisms(), func(m string) bool { return strings.EqualFold(m, mech) }) {
		return nil
	}
	return fmt.Errorf("%q is not a mechanism that can be played%s", mech, spelling.DidYouMean(mech, mechanisms()))
}

// bindings returns the types of channel binding that can be played.
func bindings() []string { return []string{"tls-exporter", "tls-server-end-point"} }

func (p *parser) binding(n *yaml.Node) string {
	kind, ok := p.word(n, "binding")
	if ok && !slices.Contains(bindings(), kind) {
		p.fail(yamlnode.Deref(n), "allowed: "+allowed(bindings()), "%q is not a channel binding that can be played%s", kind, spelling.DidYouMean(kind, bindings()))
	}
	return kind
}

// authSense checks what the keys of an auth step say about each other; at
// finds the place of a key.
func (p *parser) authSense(s *Step, n *yaml.Node, at func(string) *yaml.Node) {
	mech, literal := s.Auth.Mechanism.Literal()
	mech = strings.ToUpper(mech)
	nobody := literal && (mech == "EXTERNAL" || mech == "ANONYMOUS")
	for _, name := range []string{"user", "password"} {
		if at(name) == nil && !nobody && !s.Auth.Cancel {
			p.fail(n, "add "+name+":", "auth has no %s", name)
		}
	}
	if k := at("binding"); k != nil && literal && !strings.HasSuffix(mech, "-PLUS") {
		p.fail(k, "it belongs to the mechanisms that end in -PLUS", "%s binds to no channel", mech)
	}
	if k := at("initial"); k != nil && literal && (mech == "CRAM-MD5" || mech == "DIGEST-MD5") && s.Auth.Initial != nil && *s.Auth.Initial {
		p.fail(k, "write it as a line: - AUTH "+mech+" ...", "%s has no initial response: the server speaks first", mech)
	}
}
