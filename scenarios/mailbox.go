package scenarios

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"

	"mxprobe/internal/yamlnode"
)

// Mailbox says where an arrives or report step looks, and what for.
type Mailbox struct {
	Pos Pos
	// Maildir is a folder, relative to the scenario; IMAP an address such as
	// imaps://mail.example.org/INBOX; Address one of any kind. Two of them are
	// zero; see Place.
	Maildir, IMAP, Address Text
	// User and Password are the login of a server.
	User, Password Text
	// AllowClear is true if that login may be sent without TLS.
	AllowClear bool
	// Delete is true if the message that was waited for is removed.
	Delete bool

	// Arrived is what the message of an arrives step must be like.
	Arrived Arrived

	// Report is true for a report step; what follows is for it alone.
	Report bool
	// Actions are what the report may say (RFC 3464 section 2.3.3); none alone
	// says that there must be no report. Parse fills in what stands there where
	// the file has nothing. ActionPos is where the file says it.
	Actions   []string
	ActionPos Pos
	// Recipient is whom the report must be about; zero for anybody.
	Recipient Text
	// Returns is what the report must hold of the message: headers, message,
	// or empty for either.
	Returns    string
	ReturnsPos Pos
	// Says is what the report must say of the recipient: Enhanced of its
	// status, Text of its diagnostic text. Remote is the same of the server
	// that it names.
	Says, Remote Expect
	// Envelope is true if the report must repeat the ENVID of the MAIL line.
	Envelope    bool
	EnvelopePos Pos
}

// Where is the text that says where the mailbox is.
func (m *Mailbox) Where() *Text {
	for _, text := range []*Text{&m.Maildir, &m.IMAP} {
		if !text.IsZero() {
			return text
		}
	}
	return &m.Address
}

// Place returns where the mailbox is, its variables replaced. A folder or file
// is as it stands there, relative to the scenario.
func (m *Mailbox) Place(lookup Lookup) (MailboxAddress, error) {
	text, err := m.Where().Expand(lookup)
	if err != nil {
		return MailboxAddress{}, err
	}
	return m.parse(text)
}

// parse reads where the mailbox is, as its key has it.
func (m *Mailbox) parse(text string) (MailboxAddress, error) {
	if !m.Maildir.IsZero() {
		return MailboxAddress{Kind: "maildir", Path: text}, nil
	}
	a, err := ParseMailbox(text)
	if err == nil && !m.IMAP.IsZero() && a.Kind != "imap" {
		err = fmt.Errorf("%q does not begin with imaps:// or imap://; mailbox: takes it", text)
	}
	return a, err
}

// NoReport reports whether a report must not come.
func (m *Mailbox) NoReport() bool { return slices.Equal(m.Actions, []string{"none"}) }

// reportActions are the words for action. The first five are those of a report
// (RFC 3464 section 2.3.3).
func reportActions() []string {
	return []string{"delivered", "relayed", "expanded", "delayed", "failed", "none"}
}

// takeMailbox reads where a step looks for a message or a report.
func (p *parser) takeMailbox(a *action, s *Step, n *yaml.Node) {
	m := &Mailbox{Pos: pos(n), Report: s.Action == Report}
	s.Mailbox = m
	keys := append(arrivesKeys(), arrivedKeys()...)
	if m.Report {
		keys, m.Actions = reportKeys(), []string{"delivered", "relayed"}
	}
	if n.Kind != yaml.MappingNode {
		p.fail(n, "write "+a.key+": {mailbox: \"maildir:/home/kate/Maildir\"}, or imaps:// and a login", "%s needs a mailbox, not %s", a.key, yamlnode.Kind(n))
		return
	}
	fields, ok := p.fields(n, keySet{what: a.key, keys: keys, odd: func(f field) bool { return p.besideKey(a, f) }})
	if !ok {
		return
	}
	for _, f := range fields {
		p.mailboxField(m, f)
	}
	p.mailboxSense(m, n, fields)
}

func (p *parser) mailboxField(m *Mailbox, f field) {
	switch f.name {
	case "maildir":
		m.Maildir = p.line(f.value, "maildir")
	case "imap":
		m.IMAP = p.line(f.value, "imap")
	case "mailbox":
		m.Address = p.line(f.value, "mailbox")
	case "user":
		m.User = p.text(f.value, "user")
	case "password":
		m.Password = p.text(f.value, "password")
		if _, ok := m.Password.Literal(); ok && !m.Password.IsZero() {
			p.fail(yamlnode.Deref(f.value), "write password: ${name}, and name under secrets:", "a password does not belong into the file")
		}
	case "allow_clear":
		m.AllowClear = p.boolean(f.value, "allow_clear")
	case "delete":
		m.Delete = p.boolean(f.value, "delete")
	case "folder", "headers", "auth", "authserv", "hop_within", "attachments", "copies":
		p.arrived(&m.Arrived, f)
	case "action":
		m.Actions, m.ActionPos = p.reportActions(f.value), pos(yamlnode.Deref(f.value))
	case "recipient":
		m.Recipient = p.line(f.value, "recipient")
	case "status":
		m.Says.Enhanced = collect(p, f, &m.Says, parseEnhanced, placeEnhanced)
	case "diagnostic":
		m.Says.Text = collect(p, f, &m.Says, parseTextPattern, placePattern)
	case "remote":
		m.Remote.Text = collect(p, f, &m.Remote, parseTextPattern, placePattern)
	case "envid":
		m.Envelope, m.EnvelopePos = p.boolean(f.value, "envid"), pos(yamlnode.Deref(f.value))
	case "returns":
		m.ReturnsPos = pos(yamlnode.Deref(f.value))
		word, ok := p.word(f.value, "returns")
		if m.Returns = word; ok && word != "headers" && word != "message" {
			p.fail(yamlnode.Deref(f.value), "allowed: headers, message", "a report does not return %q", word)
		}
	}
}

func (p *parser) reportActions(n *yaml.Node) []string {
	var out []string
	for _, e := range p.list(n, "action") {
		word, ok := p.word(e, "action")
		switch {
		case !ok:
		case !slices.Contains(reportActions(), word):
			p.fail(yamlnode.Deref(e), "allowed: "+allowed(reportActions()), "%q is not an action of a report%s", word, spelling.DidYouMean(word, reportActions()))
		case !slices.Contains(out, word):
			out = append(out, word)
		}
	}
	switch {
	case emptyList(n):
		p.fail(yamlnode.Deref(n), "", "action is an empty list")
	case len(out) > 1 && slices.Contains(out, "none"):
		p.fail(yamlnode.Deref(n), "let none stand alone", "a report cannot come and not come")
	}
	return out
}

// mailboxSense checks what the keys of a mailbox say about each other.
func (p *parser) mailboxSense(m *Mailbox, n *yaml.Node, fields []field) {
	at := func(name string) *yaml.Node {
		for _, f := range fields {
			if f.name == name {
				return f.key
			}
		}
		return nil
	}
	if p.mailboxPlace(m, n, at) {
		p.mailboxLogin(m, n, at)
		p.forbidMailbox(m)
	}
	if !m.NoReport() {
		return
	}
	for _, name := range []string{"returns", "delete", "status", "diagnostic", "remote", "envid"} {
		if key := at(name); key != nil {
			p.fail(key, "remove it", "%s is of no use where no report may come", name)
		}
	}
}

// mailboxPlace checks that one key says where the mailbox is.
func (p *parser) mailboxPlace(m *Mailbox, n *yaml.Node, at func(string) *yaml.Node) bool {
	var found []string
	for _, name := range []string{"maildir", "imap", "mailbox"} {
		if at(name) != nil {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		p.fail(n, "add mailbox:", "there is no mailbox to look into")
	case 1:
		return true
	default:
		p.fail(at(found[1]), "make two steps of it", "a step looks into one mailbox, but this one has %s and %s", found[0], found[1])
	}
	return false
}

// mailboxLogin checks what goes with a kind of mailbox, where that is known
// already.
func (p *parser) mailboxLogin(m *Mailbox, n *yaml.Node, at func(string) *yaml.Node) {
	where := m.Where()
	text, ok := where.Literal()
	if where.IsZero() || !ok && m.Maildir.IsZero() && m.IMAP.IsZero() {
		return
	}
	a := MailboxAddress{Kind: "imap"}
	if ok || !m.Maildir.IsZero() {
		var err error
		if a, err = m.parse(text); err != nil {
			p.failAt(where.pos, len(where.source), "as in imaps://mail.example.org/INBOX, mailpit://localhost:8025 or maildir:/home/kate/Maildir", "%v", err)
			return
		}
	}
	for _, name := range []string{"user", "password"} {
		switch key := at(name); {
		case a.NeedsLogin() && key == nil:
			p.fail(n, "add "+name+":", "%s has no %s", a.Kind, name)
		case a.Local() && key != nil:
			p.fail(key, "it belongs to a server", "%s does not go with %s", name, a.Kind)
		}
	}
	if key := at("allow_clear"); key != nil && a.Local() {
		p.fail(key, "it belongs to a server", "allow_clear does not go with %s", a.Kind)
	}
	p.arrivedSense(a.Kind, at)
	if key := at("delete"); key != nil && a.Kind == "mbox" {
		p.fail(key, "remove it", "an mbox file is only read: nothing is removed from it")
	}
	if a.Kind == "mailpit" && !a.TLS && at("password") != nil && !m.AllowClear {
		p.fail(at("password"), "write mailpits:// for HTTPS, or add allow_clear: true", "mailpit:// would send the password in clear")
	}
}

// afterwards checks what is waited for after the session: steps that look into
// a mailbox are the last, and there is a message to look for.
func (p *parser) afterwards(steps []Step) {
	first := slices.IndexFunc(steps, func(s Step) bool { return s.Action.LooksAside() })
	if first < 0 {
		return
	}
	for i := first + 1; i < len(steps); i++ {
		if !steps[i].Action.LooksAside() {
			p.failAt(steps[i].Pos, 1, "move it before, or make another scenario of it",
				"the session has ended before this step: QUIT is said before %s (%d:%d)", steps[first].Action, steps[first].Pos.Line, steps[first].Pos.Col)
			break
		}
	}
	if !delivers(steps[:first]) {
		p.failAt(steps[first].Pos, 1, "put a message before it", "there is nothing to wait for: no step before %s hands over a message", steps[first].Action)
	}
}
