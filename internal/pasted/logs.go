package pasted

import (
	"strings"

	"mxprobe/probe/diagnosis"
)

// ofField takes a Diagnostic-Code field of a delivery report (RFC 3464 section
// 2.3.6), which may stand behind others.
func ofField(line string) (Answer, bool) {
	at := indexFold(line, "diagnostic-code:")
	if at < 0 {
		return Answer{}, false
	}
	value := strings.TrimSpace(line[at+len("diagnostic-code:"):])
	if kind, rest, ok := strings.Cut(value, ";"); ok && len(kind) < 20 && !strings.Contains(kind, " ") {
		value = strings.TrimSpace(rest)
	}
	if a, ok := ofSaid(value); ok {
		return a, true
	}
	if a, ok := reply(value, stageIn(value)); ok {
		return a, true
	}
	if a, ok := ofAnywhere(value); ok {
		return a, true
	}
	if value == "" {
		return Answer{}, false
	}
	return Answer{Seen: diagnosis.Seen{Lines: []string{value}}, Reply: value}, true
}

// ofSaid takes what Postfix writes of another server: "host mx[192.0.2.1]
// said: 550 ... (in reply to RCPT TO command)". The log puts brackets around
// all of it.
func ofSaid(line string) (Answer, bool) {
	for _, mark := range [...]string{" said: ", "said:", "refused to talk to me: "} {
		at := strings.Index(line, mark)
		if at < 0 || at > 0 && mark == "said:" && letter(line[at-1]) {
			continue
		}
		text := strings.TrimSpace(line[at+len(mark):])
		stage := stageIn(text)
		if strings.HasPrefix(mark, "refused") {
			stage = diagnosis.Greeting
		}
		if end := strings.Index(text, "(in reply to "); end >= 0 {
			text = text[:end]
		} else if strings.Count(text, ")") > strings.Count(text, "(") {
			text = strings.TrimSuffix(strings.TrimSpace(text), ")")
		}
		if a, ok := reply(unmarked(text), stage); ok {
			return a, true
		}
	}
	return Answer{}, false
}

// stageIn finds "in reply to RCPT TO command" in a text.
func stageIn(text string) diagnosis.Stage {
	_, rest, ok := strings.Cut(text, "in reply to ")
	if !ok {
		return 0
	}
	rest, _, _ = strings.Cut(rest, ")")
	return stage(strings.TrimSuffix(strings.TrimSpace(rest), " command"))
}

// stage reads the name of a command as logs have it, with or without what
// stands behind it.
func stage(name string) diagnosis.Stage {
	name = strings.TrimSpace(name)
	low := strings.ToLower(name)
	switch {
	case strings.HasPrefix(low, "end of data"), strings.HasPrefix(low, "end-of-data"), strings.HasPrefix(low, "end-of-message"),
		strings.Contains(low, "end of data"), strings.HasPrefix(low, "message body"):
		return diagnosis.EndOfData
	case strings.HasPrefix(low, "initial connection"), strings.HasPrefix(low, "connect"):
		return diagnosis.Greeting
	}
	low = strings.TrimPrefix(low, "pipelined ")
	word, _, _ := strings.Cut(strings.ReplaceAll(low, ":", " "), " ")
	s, _ := diagnosis.ParseStage(word)
	return s
}

// ofReject takes what a server logs of its own refusals: "NOQUEUE: reject:
// RCPT from unknown[192.0.2.1]: 450 4.7.1 ...; from=<...>" in Postfix, "ruleset=check_mail,
// ... reject=553 5.1.8 ..." in Sendmail.
func ofReject(line string) (Answer, bool) {
	if _, rest, ok := strings.Cut(line, "reject="); ok && strings.Contains(line, "ruleset=") {
		return reply(rest, ruleset(line))
	}
	for _, mark := range [...]string{"reject: ", "reject_warning: ", "milter-reject: "} {
		_, rest, ok := strings.Cut(line, mark)
		if !ok {
			continue
		}
		verb, rest, ok := strings.Cut(rest, " from ")
		if !ok {
			continue
		}
		if at := strings.Index(rest, "]: "); at >= 0 {
			rest = rest[at+3:]
		}
		rest, _, _ = strings.Cut(rest, "; from=<")
		at := stage(verb)
		if a, ok := reply(rest, at); ok {
			return a, true
		}
		if enhanced(rest) {
			return Answer{Seen: diagnosis.Seen{At: at, Lines: []string{rest}}, Reply: rest}, true
		}
	}
	return Answer{}, false
}

func ruleset(line string) diagnosis.Stage {
	switch {
	case strings.Contains(line, "ruleset=check_mail"):
		return diagnosis.MAIL
	case strings.Contains(line, "ruleset=check_rcpt"):
		return diagnosis.RCPT
	case strings.Contains(line, "ruleset=check_relay"):
		return diagnosis.Greeting
	}
	return 0
}

// ofExim takes what Exim writes of another server, "SMTP error from remote
// mail server after RCPT TO:<...>: host mx [192.0.2.1]: 550 ...", and of its
// own refusals, "rejected RCPT <...>: ...".
func ofExim(line string) (Answer, bool) {
	if _, rest, ok := strings.Cut(line, "SMTP error from remote mail"); ok {
		_, rest, _ = strings.Cut(rest, "after ")
		at := stage(rest)
		if a, ok := ofAnywhere(rest); ok {
			a.At = at
			a.Reply = strings.ReplaceAll(a.Reply, `\n`, " ")
			return a, true
		}
	}
	for _, mark := range [...]string{" temporarily rejected ", " rejected "} {
		before, rest, ok := strings.Cut(line, mark)
		if !ok || !strings.Contains(before, "H=") && !strings.Contains(before, "F=") && !strings.Contains(before, "SMTP") {
			continue
		}
		at := stage(strings.TrimPrefix(rest, "after "))
		_, text, ok := strings.Cut(rest, ": ")
		if at == 0 || !ok {
			continue
		}
		a := Answer{Seen: diagnosis.Seen{At: at, Code: 550, Lines: []string{text}}, Reply: text}
		if strings.Contains(mark, "temporarily") {
			a.Code = 451
		}
		return a, true
	}
	return Answer{}, false
}

// ofSendmail takes "dsn=5.1.1, stat=User unknown" and "stat=Deferred: 450 ...".
func ofSendmail(line string) (Answer, bool) {
	_, stat, ok := strings.Cut(line, "stat=")
	if !ok {
		return Answer{}, false
	}
	if _, rest, ok := strings.Cut(line, "reply="); ok {
		if a, ok := reply(rest, 0); ok && a.Code >= 400 {
			return a, true
		}
	}
	if strings.HasPrefix(stat, "Sent") {
		return Answer{}, false
	}
	a, ok := ofAnywhere(" " + strings.TrimPrefix(stat, "Deferred: "))
	if !ok {
		a = Answer{Seen: diagnosis.Seen{Lines: []string{strings.TrimPrefix(stat, "Deferred: ")}}, Reply: stat}
	}
	a.Enhanced = dsnOf(line)
	return a, true
}

// dsnOf returns what stands behind dsn= if it is a code of a failure.
func dsnOf(line string) string {
	_, rest, ok := strings.Cut(line, "dsn=")
	if !ok {
		return ""
	}
	code, _, _ := strings.Cut(rest, ",")
	if !enhanced(code) {
		return ""
	}
	return code
}

// ofStatus takes "dsn=4.4.1, status=deferred (connect to ...)" of Postfix,
// where no reply came, and "R=... T=... defer (111): ..." of Exim.
func ofStatus(line string) (Answer, bool) {
	for _, mark := range [...]string{"status=deferred (", "status=bounced (", "status=undeliverable (", "status=expired ("} {
		if _, rest, ok := strings.Cut(line, mark); ok {
			text := strings.TrimSuffix(strings.TrimSpace(rest), ")")
			if a, ok := ofAnywhere(" " + text); ok {
				return a, true
			}
			return Answer{Seen: diagnosis.Seen{Enhanced: dsnOf(line), Lines: []string{text}}, Reply: text}, true
		}
	}
	for _, mark := range [...]string{" == ", " ** "} {
		before, rest, ok := strings.Cut(line, mark)
		if !ok || len(before) > 60 {
			continue
		}
		_, text, ok := strings.Cut(rest, ": ")
		if !ok {
			continue
		}
		if a, ok := ofAnywhere(" " + text); ok {
			return a, true
		}
		return Answer{Seen: diagnosis.Seen{Lines: []string{text}}, Reply: text}, true
	}
	return Answer{}, false
}

// ofQmail takes "deferral: ..." and "failure: ..." of qmail's log, where blanks
// are underscores and line breaks are slashes.
func ofQmail(line string) (Answer, bool) {
	for _, mark := range [...]string{"deferral: ", "failure: "} {
		_, rest, ok := strings.Cut(line, mark)
		if !ok || strings.Count(rest, "_") < 2 || strings.Count(rest, " ") > strings.Count(rest, "_") {
			continue
		}
		text := strings.TrimRight(strings.ReplaceAll(rest, "_", " "), "/")
		if _, said, ok := strings.Cut(text, "Remote host said: "); ok {
			said, _, _ = strings.Cut(said, "/Giving up on ")
			if a, ok := reply(strings.ReplaceAll(said, "/", " "), 0); ok {
				return a, true
			}
		}
		return Answer{Seen: diagnosis.Seen{Lines: []string{text}}, Reply: text}, true
	}
	return Answer{}, false
}

func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}
