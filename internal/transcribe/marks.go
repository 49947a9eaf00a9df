package transcribe

import "strings"

// marks are how the lines of both sides are told apart. Longer marks come
// first.
type marks struct {
	client, server, info []string
}

// families returns the marks that are known.
func families() []marks {
	return []marks{
		{client: []string{"C: ", "C:", "Client: "}, server: []string{"S: ", "S:", "Server: "}, info: []string{"-- "}},
		{client: []string{"C>"}, server: []string{"S>"}},
		{client: []string{">>>"}, server: []string{"<<<"}},
		{
			client: []string{"*~>", "**>", "-->", "->", "~>"},
			server: []string{"<~*", "<**", "<--", "<-", "<~"},
			info:   []string{"===", "***"},
		},
		{client: []string{"In:"}, server: []string{"Out:"}},
		{client: []string{">"}, server: []string{"<"}, info: []string{"*", "}", "{"}},
	}
}

// findMarks returns the marks that most replies of the session bear, nil if
// none bears any.
func findMarks(lines []line) *marks {
	var best *marks
	most := 0
	all := families()
	for i := range all {
		n := 0
		for j := range lines {
			if text, ok := cutMark(unindented(lines[j].text), all[i].server); ok && isReply(strings.TrimLeft(text, " \t")) {
				n++
			}
		}
		if n > most {
			best, most = &all[i], n
		}
	}
	return best
}

// side says who a line is of.
type side uint8

const (
	unmarked side = iota
	client
	server
	info
)

// side takes the mark off a line.
func (m *marks) side(text string) (side, string) {
	text = unindented(text)
	if rest, ok := cutMark(text, m.server); ok {
		return server, withoutNote(strings.TrimLeft(rest, " \t"))
	}
	if rest, ok := cutMark(text, m.client); ok {
		return client, strings.TrimPrefix(rest, " ")
	}
	if _, ok := cutMark(text, m.info); ok {
		return info, text
	}
	return unmarked, text
}

func cutMark(text string, marks []string) (rest string, ok bool) {
	for _, m := range marks {
		if rest, ok := strings.CutPrefix(text, m); ok {
			if strings.HasSuffix(m, " ") {
				rest = " " + rest
			}
			return rest, true
		}
		if text == strings.TrimRight(m, " ") {
			return "", true
		}
	}
	return "", false
}

// unindented is a line without the indentation and the time that mxprobe puts
// before the lines of a dialogue.
func unindented(text string) string {
	text = strings.TrimLeft(text, " \t")
	if !strings.HasPrefix(text, "+") {
		return text
	}
	for _, mark := range []string{"  C: ", "  S: ", "  -- "} {
		if i := strings.Index(text, mark); i > 0 && i < 16 {
			return text[i+2:]
		}
	}
	return text
}

// withoutNote cuts off what mxprobe writes behind a reply.
func withoutNote(text string) string {
	if i := strings.Index(text, "  <- expected "); i >= 0 {
		return strings.TrimRight(text[:i], " ")
	}
	return text
}

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

// stamped reports whether most lines of the session begin with a time.
func stamped(lines []line) bool {
	with, all := 0, 0
	for i := range lines {
		if lines[i].text == "" {
			continue
		}
		all++
		if stampWidth(lines[i].text) > 0 {
			with++
		}
	}
	return 2*with > all
}

func cutStamp(text string) string { return text[stampWidth(text):] }
