package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// What a scenario of others (Loader.Untrusted) may not name is refused where it
// stands in the file. Files are kept below its folder by reach.

// forbid reports something that a scenario of others may not name.
func (p *parser) forbid(n *yaml.Node, what, hint string) {
	if p.reach.stranger {
		p.fail(yamlnode.Deref(n), hint, "an untrusted scenario names no %s", what)
	}
}

// forbidCommand reports a command, which neither a scenario of others names nor
// one that was sent.
func (p *parser) forbidCommand(n *yaml.Node) {
	if p.reach.Sent {
		p.fail(yamlnode.Deref(n), "take the secret from the environment: env: NAME", "a scenario that is sent to other machines runs no command there")
		return
	}
	p.forbid(n, "command", "put the secret into a file below the folder of the scenario")
}

// forbidEnvironment reports the variables of the environment in a text.
func (p *parser) forbidEnvironment(t *Text) {
	if !p.reach.stranger {
		return
	}
	for i := range t.parts {
		part := &t.parts[i]
		if strings.HasPrefix(part.name, "env.") {
			p.failAt(part.pos, len(part.name)+3, "give it a variable with --var", "an untrusted scenario does not read the environment")
		}
		if part.def != nil {
			p.forbidEnvironment(part.def)
		}
	}
}

// forbidTarget reports a server that is not the domain itself.
func (p *parser) forbidTarget(n *yaml.Node, t *Text) {
	if !t.IsZero() && t.source != "${domain}" {
		p.forbid(n, "server", "remove it, and name the server with -H")
	}
}

// forbidMailbox reports a mailbox that is not a folder or file beside the
// scenario.
func (p *parser) forbidMailbox(m *Mailbox) {
	where := m.Where()
	if !p.reach.stranger && !p.reach.Sent || where.IsZero() {
		return
	}
	text, ok := where.Literal()
	var a MailboxAddress
	if ok {
		var err error
		if a, err = m.parse(text); err != nil {
			return // has been said
		}
	}
	if !a.Local() && !p.reach.stranger {
		return
	}
	if !a.Local() {
		p.failAt(where.pos, len(where.source), "write out a folder or file below the scenario's", "an untrusted scenario looks into no mailbox of a server")
		return
	}
	if _, _, err := p.reach.place(a.Path); err != nil {
		p.failAt(where.pos, len(where.source), fileHint(err), "%v", err)
	}
}

// mailPorts are those that a scenario of others may name: of relays, of
// submission under TLS and of submission (RFC 8314 section 3).
func mailPorts() []uint16 { return []uint16{25, 465, 587} }

// checkPort refuses a port that a scenario of others may not name.
func (r *reach) checkPort(port uint16) error {
	if r.stranger && !slices.Contains(mailPorts(), port) {
		return fmt.Errorf("an untrusted scenario names no port but 25, 465 and 587, not %d; -p is free to", port)
	}
	return nil
}
