package transcribe

import "strings"

// stampWidth returns how long the time is that a line begins with, the blanks
// behind it included; 0 if it begins with none.
func stampWidth(text string) int {
	at := 0
	open := strings.HasPrefix(text, "[")
	if open {
		at = 1
	}
	if n := shape(text[at:], "dddd-dd-dd"); n > 0 {
		at += n
		if at == len(text) || text[at] != 'T' && text[at] != ' ' {
			return 0
		}
		at++
	}
	n := shape(text[at:], "dd:dd:dd")
	if n == 0 {
		return 0
	}
	at += n
	for at < len(text) && strings.IndexByte("0123456789.,Z+:", text[at]) >= 0 {
		at++
	}
	if open {
		if at == len(text) || text[at] != ']' {
			return 0
		}
		at++
	}
	if at < len(text) && text[at] != ' ' && text[at] != '\t' {
		return 0
	}
	if at < len(text) {
		at++
	}
	return at
}

// shape returns the length of form if text begins like it, d for a digit.
func shape(text, form string) int {
	if len(text) < len(form) {
		return 0
	}
	for i := range len(form) {
		if form[i] == 'd' && (text[i] < '0' || text[i] > '9') || form[i] != 'd' && text[i] != form[i] {
			return 0
		}
	}
	return len(form)
}

// stamped reports whether most lines of the session begin with a time; those
// that are set in go on with the line before.
func stamped(lines []line) bool {
	with, all := 0, 0
	for i := range lines {
		if text := lines[i].text; text != "" && text[0] != ' ' && text[0] != '\t' {
			all++
			if stampWidth(text) > 0 {
				with++
			}
		}
	}
	return 2*with > all
}

// unwrapped takes off what stands around a session: the times and names that
// loggers put before each line, the marks of quoted mail, the fence or the
// blanks of Markdown. Lines that are outside of it are left out, and said so.
func (r *reader) unwrapped(lines []line) {
	timed := stamped(lines)
	for i := range lines {
		if timed {
			lines[i].text = lines[i].text[stampWidth(lines[i].text):]
		}
		lines[i].text = withoutLogger(lines[i].text, timed)
	}
	for range 5 {
		if !r.unquote(lines) {
			break
		}
	}
	r.unfence(lines)
	r.outdent(lines)
}

// withoutLogger cuts off what some programs write before the mark of a side:
// nodemailer "DEBUG [id] " behind a time, Net::SMTP "Net::SMTP=GLOB(0x1)", Exim
// its process.
func withoutLogger(text string, stamped bool) string {
	if strings.HasPrefix(text, "Net::SMTP") {
		if _, rest, ok := strings.Cut(text, ")"); ok && strings.Contains(text, "=GLOB(0x") && (strings.HasPrefix(rest, ">>>") || strings.HasPrefix(rest, "<<<")) {
			return netSMTP + rest
		}
		if strings.HasPrefix(text, "Net::SMTP>>> ") { // versions of modules
			return ""
		}
	}
	if at := strings.Index(text, "SMTP"); at > 0 && at+4 < len(text) && strings.IndexByte("<>|+(", text[at+4]) >= 0 && strings.Trim(text[:at], " 0123456789") == "" {
		return text[at:]
	}
	for _, level := range [...]string{"DEBUG ", "INFO ", "TRACE ", "WARN ", "ERROR "} {
		rest, ok := strings.CutPrefix(text, level)
		rest = strings.TrimLeft(rest, " ")
		if _, said, closed := strings.Cut(rest, "] "); stamped && ok && closed && strings.HasPrefix(rest, "[") {
			return said
		}
	}
	return text
}

// unquote takes one "> " off the lines of a quoted session.
func (r *reader) unquote(lines []line) bool {
	quoted := func(text string) (string, bool) {
		rest, ok := strings.CutPrefix(strings.TrimLeft(text, " "), ">")
		return strings.TrimPrefix(rest, " "), ok && !strings.HasPrefix(rest, ">>")
	}
	replies := 0
	for i := range lines {
		rest, ok := quoted(lines[i].text)
		switch {
		case ok && showsReply(strings.TrimLeft(rest, "> ")):
			replies++
		case isReply(strings.TrimLeft(lines[i].text, "< ")): // curl marks replies so
			return false
		}
	}
	if replies == 0 {
		return false
	}
	for i := range lines {
		rest, ok := quoted(lines[i].text)
		r.keepLine(&lines[i], rest, ok, "left out: it is not quoted as the session is")
	}
	return true
}

// showsReply reports whether a line is one of a reply, with or without a mark.
func showsReply(text string) bool {
	if isReply(text) {
		return true
	}
	for _, f := range formats() {
		if rest, ok := cutMark(text, f.server); ok && isReply(strings.TrimLeft(rest, " ")) {
			return true
		}
	}
	return false
}

// keepLine takes what is left of a line of the session, or leaves it out.
func (r *reader) keepLine(l *line, rest string, ok bool, why string) {
	if !ok && strings.TrimSpace(l.text) != "" {
		r.remark(l.number, "%s", why)
	}
	if l.text = rest; !ok {
		l.text = ""
	}
}

// unfence keeps what stands between the fences of Markdown, where all replies
// do.
func (r *reader) unfence(lines []line) {
	inside, fences, replies := false, 0, 0
	for i := range lines {
		switch text := strings.TrimSpace(lines[i].text); {
		case strings.HasPrefix(text, "```"), strings.HasPrefix(text, "~~~"):
			inside = !inside
			fences++
		case showsReply(text) && !inside:
			return
		case showsReply(text):
			replies++
		}
	}
	if fences < 2 || replies == 0 {
		return
	}
	inside = false
	for i := range lines {
		if text := strings.TrimSpace(lines[i].text); strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~") {
			inside, lines[i].text = !inside, ""
			continue
		}
		r.keepLine(&lines[i], lines[i].text, inside, "left out: it stands outside of the session")
	}
}

// outdent takes off four blanks or a tab where all replies have them.
func (r *reader) outdent(lines []line) {
	set := func(text string) (string, bool) {
		if rest, ok := strings.CutPrefix(text, "    "); ok {
			return rest, true
		}
		return strings.CutPrefix(text, "\t")
	}
	replies := 0
	for i := range lines {
		if isReply(lines[i].text) {
			return
		}
		if rest, ok := set(lines[i].text); ok && isReply(rest) {
			replies++
		}
	}
	if replies == 0 {
		return
	}
	for i := range lines {
		rest, ok := set(lines[i].text)
		r.keepLine(&lines[i], rest, ok, "left out: it is not set in as the session is")
	}
}
