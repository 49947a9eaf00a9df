package transcribe

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"mxprobe/scenarios"
)

// writer writes one scenario.
type writer struct {
	b       *strings.Builder
	result  *Result
	remarks *[]Remark
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
func (w *writer) scenario(name string, s *session) error {
	var steps strings.Builder
	out := w.b
	w.b = &steps
	w.tls = s.implicit
	if s.greeting == nil {
		w.remark(s.line, "no greeting was seen before this line; 220 is expected")
	}
	for i := 0; i < len(s.exchanges); {
		i += w.group(s.exchanges[i:])
	}
	if w.steps == 0 { // nothing but a greeting
		w.b.WriteString("  - send: QUIT\n    expect: [any, eof]\n")
		w.steps++
	}
	if w.steps > maxSteps {
		return fmt.Errorf("the session from line %d on has more than %d steps; cut it", s.line, maxSteps)
	}
	w.result.Steps += w.steps
	w.b = out
	out.WriteString(preface)
	w.settings(name, s)
	out.WriteString("steps:\n" + steps.String())
	return nil
}

func (w *writer) settings(name string, s *session) {
	w.key("name", literal(name))
	if s.host == "" {
		w.result.Target = false
	} else {
		w.key("target", s.host)
	}
	if s.port != 0 && s.port != 25 && !(s.implicit && s.port == 465) {
		fmt.Fprintf(w.b, "port: %d\n", s.port)
	}
	if s.lmtp {
		w.b.WriteString("protocol: lmtp\n")
	}
	if s.implicit {
		w.b.WriteString("tls: implicit\n")
	}
	if s.greeting != nil && s.greeting.code != 220 {
		fmt.Fprintf(w.b, "greeting: %d\n", s.greeting.code)
	}
	if len(w.secrets) > 0 {
		w.b.WriteString("secrets:\n")
	}
	for _, k := range w.secrets {
		fmt.Fprintf(w.b, "  %s: {env: %s}\n", k.name, k.env)
	}
}

func (w *writer) key(name, value string) { fmt.Fprintf(w.b, "%s: %s\n", name, scalar(value)) }

func (w *writer) remark(at int, format string, args ...any) {
	*w.remarks = append(*w.remarks, Remark{at, fmt.Sprintf(format, args...)})
}

// group writes what was sent at once, and returns how many exchanges that is.
func (w *writer) group(all []*exchange) int {
	first := all[0]
	if !first.answered() && !first.closed {
		return 1 // left out, as a remark says
	}
	n := 0
	for n < len(all) && all[n].kind == command && all[n].group == first.group && (all[n].answered() || all[n].closed) &&
		!starts(all[n]) && !goodbye(all[n]) {
		n++
	}
	switch {
	case n > 1:
		w.b.WriteString("  - pipeline:\n")
		for _, e := range all[:n] {
			w.line("      ", e)
		}
		return n
	case first.kind == command && first.verb == "DATA" && first.code() == 354:
		if len(all) > 1 && all[1].kind == message && all[1].answered() {
			w.message("message", all[1])
			return 2
		}
		w.line("  ", first)
	default:
		w.step(first)
	}
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
		w.message("body", e)
	case e.kind == chunk:
		w.open("  ", "raw", scalar(literal(e.sent)), e)
		w.result.Delivers = true
	case e.kind == listen:
		w.steps++
		fmt.Fprintf(w.b, "  - expect: %d\n", e.code())
		w.enhanced("    ", e)
	case starts(e):
		w.steps++
		w.tls = true
		if strings.EqualFold(e.sent, "STARTTLS") {
			w.b.WriteString("  - STARTTLS\n")
			return
		}
		fmt.Fprintf(w.b, "  - starttls: {line: %s}\n", quoted(literal(e.sent)))
	case goodbye(e):
	default:
		w.line("  ", e)
	}
}

// quoted writes a text that stands in braces.
func quoted(text string) string {
	if s := scalar(text); strings.HasPrefix(s, `"`) {
		return s
	}
	return `"` + strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), `"`, `\"`) + `"`
}

// line writes a line that was sent, and its reply.
func (w *writer) line(indent string, e *exchange) {
	sent := e.sent
	if hasCaret(sent) {
		if c := e.code(); c >= 500 && c <= 504 {
			sent = uncorrected(sent)
		} else {
			sent = corrected(sent)
			w.remark(e.line, "the corrections in this line (^H) were applied")
		}
	}
	switch {
	case sent == ownEHLO:
		w.remark(e.line, "openssl said EHLO and STARTTLS by itself; EHLO ${helo} stands for it")
		w.open(indent, "send", "EHLO ${helo}", e)
	case !utf8.ValidString(sent):
		w.open(indent, "bytes", octets(sent+"\r\n"), e)
	case scenarios.ParamFault(sent) != "" && e.code() < 500:
		// The language takes such a line only where it is to be refused.
		w.remark(e.line, "%s, but the server took it", scenarios.ParamFault(sent))
		w.open(indent, "raw", scalar(literal(sent)+"\r\n"), e)
	default:
		w.open(indent, "send", scalar(literal(sent)), e)
	}
	if strings.Contains(sent, "***") {
		w.remark(e.line, "*** in this line stands for a secret that a report hides; put a variable there")
	}
	switch c := e.code(); {
	case c == 500 || c == 502:
		w.remark(e.line, "the server did not understand this line; the scenario expects %d again", c)
	case c >= 400 && c < 500:
		w.remark(e.line, "%d is a temporary answer; the scenario expects it again", c)
	}
}

func octets(text string) string {
	digits := hex.EncodeToString([]byte(text))
	var b strings.Builder
	for i := 0; i < len(digits); i += 2 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(digits[i : i+2])
	}
	return `"` + b.String() + `"`
}

// open writes a step with one action, and what is expected.
func (w *writer) open(indent, action, value string, e *exchange) {
	w.steps++
	fmt.Fprintf(w.b, "%s- %s: %s\n", indent, action, value)
	w.expect(indent+"  ", e)
}

func (w *writer) expect(indent string, e *exchange) {
	if e.closed {
		w.b.WriteString(indent + "expect: eof\n")
		return
	}
	var codes []string
	for _, r := range e.replies {
		if code := fmt.Sprint(r.code); len(codes) == 0 || codes[len(codes)-1] != code {
			codes = append(codes, code)
		}
	}
	if len(codes) == 1 {
		fmt.Fprintf(w.b, "%sexpect: %s\n", indent, codes[0])
	} else {
		fmt.Fprintf(w.b, "%sexpect: [%s]\n", indent, strings.Join(codes, ", "))
	}
	w.enhanced(indent, e)
}

// enhanced writes the enhanced status code, which a greeting and the reply to
// EHLO do not have.
func (w *writer) enhanced(indent string, e *exchange) {
	if len(e.replies) != 1 || e.replies[0].enhanced == "" || e.verb == "EHLO" || e.verb == "HELO" || e.verb == "LHLO" {
		return
	}
	fmt.Fprintf(w.b, "%senhanced: %s\n", indent, e.replies[0].enhanced)
}

// message writes the text of a message, with the DATA before it or without.
func (w *writer) message(action string, e *exchange) {
	w.steps++
	w.result.Delivers = w.result.Delivers || e.code() < 300
	text, ok := block(e.text, "      ")
	if !ok {
		all := ""
		if len(e.text) > 0 {
			all = strings.Join(e.text, "\r\n") + "\r\n"
		}
		text = quoted(literal(all)) + "\n"
	}
	fmt.Fprintf(w.b, "  - %s: %s", action, text)
	if action == "message" {
		w.b.WriteString("    as_is: true\n")
	}
	w.expect("    ", e)
}
