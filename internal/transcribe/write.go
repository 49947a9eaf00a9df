package transcribe

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"mxprobe/scenarios"
)

// writer writes one scenario.
type writer struct {
	b       strings.Builder // of the steps
	result  *Result
	remark  func(at int, format string, args ...any)
	steps   int
	tls     bool
	secrets []secret
}

// secret is something that a login sent, and the name it has now.
type secret struct{ key, name, env string }

const preface = `# From a session, by mxprobe import. Lines and replies are literal. To play it on
# every mail host of a domain, remove target and port, and put ${helo}, ${from},
# ${to} and ${domain} where they belong.
`

// scenario writes a session as a document.
func (w *writer) scenario(name string, s *session) (string, error) {
	w.tls = s.implicit
	if s.greeting == nil {
		w.remark(s.line, "no greeting was seen before this line; 220 is expected")
	}
	for all := s.exchanges; len(all) > 0; {
		all = all[w.group(all):]
	}
	if w.steps == 0 { // nothing but a greeting
		w.item("  ", "send: QUIT", "expect: [any, eof]")
	}
	if w.steps > maxSteps {
		return "", fmt.Errorf("the session from line %d on has more than %d steps; cut it", s.line, maxSteps)
	}
	w.result.Steps += w.steps
	w.result.Target = w.result.Target && s.host != ""
	return preface + w.settings(name, s) + "steps:\n" + w.b.String(), nil
}

// settings writes what stands before the steps.
func (w *writer) settings(name string, s *session) string {
	keys := []string{"name: " + scalar(literal(name))}
	add := func(where bool, key string, value any) {
		if where {
			keys = append(keys, fmt.Sprintf("%s: %v", key, value))
		}
	}
	add(s.host != "", "target", scalar(s.host))
	add(s.port != 0 && s.port != 25 && !(s.implicit && s.port == 465), "port", s.port)
	add(s.lmtp, "protocol", "lmtp")
	add(s.implicit, "tls", "implicit")
	if s.greeting != nil && s.greeting.code != 220 {
		add(true, "greeting", s.greeting.code)
	}
	if len(w.secrets) > 0 {
		keys = append(keys, "secrets:")
	}
	for _, k := range w.secrets {
		keys = append(keys, fmt.Sprintf("  %s: {env: %s}", k.name, k.env))
	}
	return strings.Join(keys, "\n") + "\n"
}

// item writes a step, key by key.
func (w *writer) item(indent string, keys ...string) {
	w.steps++
	fmt.Fprintf(&w.b, "%s- %s\n", indent, strings.Join(keys, "\n"+indent+"  "))
}

// group writes what was sent at once, and returns how many exchanges that is.
func (w *writer) group(all []*exchange) int {
	first, n := all[0], 0
	for n < len(all) && all[n].kind == command && all[n].group == first.group && !starts(all[n]) && !goodbye(all[n]) {
		n++
	}
	switch {
	case n > 1:
		w.b.WriteString("  - pipeline:\n")
		for _, e := range all[:n] {
			w.line("      ", e)
		}
		return n
	case first.kind == command && first.verb == "DATA" && first.code() == 354 && len(all) > 1 && all[1].kind == message:
		w.message(all[1], "message", "as_is: true")
		return 2
	}
	w.step(first)
	return 1
}

// starts reports whether an exchange begins TLS.
func starts(e *exchange) bool { return e.verb == "STARTTLS" && e.code() == 220 && e.kind == command }

// goodbye reports whether an exchange is the end that every scenario has.
func goodbye(e *exchange) bool {
	return e.verb == "QUIT" && strings.EqualFold(e.sent, "QUIT") && e.code() == 221 && e.kind == command
}

// step writes an exchange that stands by itself.
func (w *writer) step(e *exchange) {
	switch {
	case e.kind == login:
		w.login(e)
	case e.kind == message:
		w.message(e, "body")
	case e.kind == chunk:
		w.item("  ", with(e, "raw: "+scalar(literal(e.sent)))...)
		w.result.Delivers = true
	case e.kind == listen:
		w.item("  ", with(e)...)
	case starts(e) && strings.EqualFold(e.sent, "STARTTLS"):
		w.tls = true
		w.item("  ", "STARTTLS")
	case starts(e):
		w.tls = true
		w.item("  ", fmt.Sprintf("starttls: {line: %s}", quoted(literal(e.sent))))
	case goodbye(e):
	default:
		w.line("  ", e)
	}
}

// line writes a line that was sent, and its reply.
func (w *writer) line(indent string, e *exchange) {
	w.item(indent, with(e, w.sent(e))...)
	if strings.Contains(e.sent, "***") {
		w.remark(e.line, "*** in this line stands for a secret that a report hides; put a variable there")
	}
	switch c := e.code(); {
	case c == 500 || c == 502:
		w.remark(e.line, "the server did not understand this line; the scenario expects %d again", c)
	case c >= 400 && c < 500:
		w.remark(e.line, "%d is a temporary answer; the scenario expects it again", c)
	}
}

// sent returns the key of a step that sends a line again.
func (w *writer) sent(e *exchange) string {
	sent := e.sent
	if hasCaret(sent) {
		if c := e.code(); c >= 500 && c <= 504 {
			sent = uncorrected(sent)
		} else {
			sent = corrected(sent)
			w.remark(e.line, "the corrections in this line (^H) were applied")
		}
	}
	if variable := lostAddress(e); variable != "" {
		w.result.Recipient = w.result.Recipient || e.verb == "RCPT"
		w.remark(e.line, "the session does not show the address in this line; %s stands for it", variable)
		return fmt.Sprintf("send: %s", scalar(e.verb+" "+map[string]string{"MAIL": "FROM", "RCPT": "TO"}[e.verb]+":<"+variable+">"))
	}
	fault := scenarios.ParamFault(sent)
	switch {
	case sent == ownEHLO:
		w.remark(e.line, "openssl said EHLO and STARTTLS by itself; EHLO ${helo} stands for it")
		return "send: EHLO ${helo}"
	case !utf8.ValidString(sent):
		return fmt.Sprintf("bytes: \"% x\"", sent+"\r\n")
	case fault != "" && e.code() < 500:
		// The language takes such a line only where it is to be refused.
		w.remark(e.line, "%s, but the server took it", fault)
		return "raw: " + scalar(literal(sent)+"\r\n")
	}
	return "send: " + scalar(literal(sent))
}

// lostAddress returns the variable that stands for an address that is not in the
// line: pages take what stands in angle brackets for a tag of theirs, or hide
// it from collectors.
func lostAddress(e *exchange) string {
	variable := map[string]string{"MAIL": "${from}", "RCPT": "${to}"}[e.verb]
	_, address, _ := strings.Cut(strings.ToUpper(e.sent), " ")
	for _, word := range []string{"FROM", "TO", ":"} {
		address = strings.TrimLeft(strings.TrimPrefix(address, word), " ")
	}
	gone := e.code() < 300 && !strings.HasPrefix(address, "<>") && strings.Trim(address, "<>. ") == ""
	if gone || strings.Contains(address, "[EMAIL") {
		return variable
	}
	return ""
}

// with adds what is expected to the keys of a step.
func with(e *exchange, keys ...string) []string {
	if e.closed {
		return append(keys, "expect: eof")
	}
	var codes []string
	for _, r := range e.replies {
		codes = append(codes, fmt.Sprint(r.code))
	}
	codes = slices.Compact(codes)
	expect := strings.Join(codes, ", ")
	if len(codes) > 1 {
		expect = "[" + expect + "]"
	}
	keys = append(keys, "expect: "+expect)
	// The reply to EHLO has no enhanced status code.
	if len(e.replies) == 1 && e.replies[0].enhanced != "" && !isHello(e.verb) {
		keys = append(keys, "enhanced: "+e.replies[0].enhanced)
	}
	return keys
}

// message writes the text of a message, with the DATA before it or without.
func (w *writer) message(e *exchange, action string, beside ...string) {
	w.result.Delivers = w.result.Delivers || e.code() < 300
	text, ok := block(e.text, "      ")
	if !ok {
		text = quoted(literal(strings.Join(append(slices.Clone(e.text), ""), "\r\n")))
	}
	w.item("  ", with(e, append([]string{action + ": " + text}, beside...)...)...)
}

// login writes a login. What was sent in it stays out, but for the name.
func (w *writer) login(e *exchange) {
	a := e.auth
	if a.refused() { // at once: there is nothing to hide
		w.line("  ", e)
		return
	}
	if a.mechanism == nil {
		w.remark(e.line, "left out: this login cannot be played, and its lines may hold a password")
		return
	}
	keys := []string{"auth: " + a.mechanism.name}
	if a.cancelled() {
		keys = append(keys, "cancel: true")
	} else {
		keys = append(keys, w.credentials(e)...)
	}
	if !w.tls {
		keys = append(keys, "allow_clear: true")
		w.remark(e.line, "this login was not under TLS; allow_clear: true lets the scenario do the same")
	}
	w.item("  ", with(e, keys...)...)
}

// credentials returns who logs in, and where the password comes from now.
func (w *writer) credentials(e *exchange) (keys []string) {
	a := e.auth
	if !a.mechanism.open {
		user, authzid, key := a.identity()
		if user = literal(user); user == "" {
			user = "${" + w.secret("user of "+key, "user") + "}"
		}
		keys = append(keys, "user: "+scalar(user), "password: ${"+w.secret(key, "password")+"}")
		if authzid != "" {
			keys = append(keys, "authzid: "+scalar(literal(authzid)))
		}
		var names []string
		for _, k := range w.secrets {
			names = append(names, k.env)
		}
		w.remark(e.line, "what this login sent stays out of the scenario; set %s to play it", strings.Join(names, " and "))
	}
	// It is said only where a scenario does otherwise by itself.
	if usual := a.mechanism.initial; a.shownUser == "" && usual != never && a.initial != (usual == always) {
		keys = append(keys, fmt.Sprintf("initial: %t", a.initial))
	}
	return keys
}

// secret returns the name under which something that was sent is to be had.
func (w *writer) secret(key, name string) string {
	n := 1
	for _, k := range w.secrets {
		if k.key == key {
			return k.name
		}
		if strings.HasPrefix(k.name, name) {
			n++
		}
	}
	if n > 1 {
		name = fmt.Sprintf("%s%d", name, n)
	}
	w.secrets = append(w.secrets, secret{key, name, "MXPROBE_" + strings.ToUpper(name)})
	return name
}
