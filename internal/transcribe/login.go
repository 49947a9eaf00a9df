package transcribe

import (
	"fmt"
	"strings"
)

// login writes a login. What was sent in it stays out, but for the name.
func (w *writer) login(e *exchange) {
	a := e.auth
	switch {
	case len(a.responses) == 0 && a.challenges == 0 && a.shownUser == "":
		// Refused at once: there is nothing to hide.
		w.line("  ", e)
		return
	case !a.playable():
		w.remark(e.line, "left out: this login cannot be played, and its lines may hold a password")
		return
	case a.cancelled():
		w.steps++
		fmt.Fprintf(w.b, "  - auth: %s\n    cancel: true\n", a.mechanism)
	default:
		w.steps++
		fmt.Fprintf(w.b, "  - auth: %s\n", a.mechanism)
		w.credentials(e)
	}
	if !w.tls {
		w.b.WriteString("    allow_clear: true\n")
		w.remark(e.line, "this login was not under TLS; allow_clear: true lets the scenario do the same")
	}
	w.expect("    ", e)
}

// credentials writes who logs in, and where the password comes from now.
func (w *writer) credentials(e *exchange) {
	a := e.auth
	if a.passwordless() {
		w.initial(a)
		return
	}
	user, authzid, key := a.identity()
	if user == "" {
		user = "${" + w.secret("user of "+key, "user") + "}"
	} else {
		user = literal(user)
	}
	password := w.secret(key, "password")
	fmt.Fprintf(w.b, "    user: %s\n    password: ${%s}\n", scalar(user), password)
	if authzid != "" {
		fmt.Fprintf(w.b, "    authzid: %s\n", scalar(literal(authzid)))
	}
	w.initial(a)
	w.remark(e.line, "what this login sent stays out of the scenario; set %s to play it", w.names())
}

// initial writes whether a response stood in the AUTH line where that is not
// what a scenario does by itself.
func (w *writer) initial(a *auth) {
	usual := a.mechanism != "LOGIN" && a.mechanism != "CRAM-MD5"
	if a.shownUser == "" && a.initial != usual && a.mechanism != "CRAM-MD5" {
		fmt.Fprintf(w.b, "    initial: %t\n", a.initial)
	}
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

func (w *writer) names() string {
	var names []string
	for _, k := range w.secrets {
		names = append(names, k.env)
	}
	return strings.Join(names, " and ")
}
