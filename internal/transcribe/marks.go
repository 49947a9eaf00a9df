package transcribe

import "strings"

// format is how a program writes down the two sides of a session. Longer marks
// come first.
type format struct {
	// name is that of the program, example a line of each side.
	name, example        string
	client, server, info []string
	// half is true where the lines of the server bear no mark.
	half bool
	// goesOn is true where only the first line of a reply bears a mark.
	goesOn bool
	// asTyped is true where a message is shown before its dots are doubled.
	asTyped bool
	// lines makes the lines that were sent or received of what stands behind a
	// mark; nil where it is one line, as it is.
	lines func(string) []string
}

// netSMTP stands for the object that Net::SMTP names before its marks.
const netSMTP = "Net::SMTP"

// formats are the formats that are known. Who adds one adds a row, and a
// session to testdata.
func formats() []format {
	return []format{
		{
			name: "marked with letters, as by mxprobe, nodemailer and people", example: "S: 220 mx / C: EHLO a",
			client: []string{"C: ", "C:", "c: ", "c:", "Client: "}, server: []string{"S: ", "S:", "s: ", "s:", "Server: "}, info: []string{"-- "},
		},
		{name: "prompts with letters", example: "S>220 mx / C>EHLO a", client: []string{"C>"}, server: []string{"S>"}},
		{
			name: "PHPMailer", example: "SERVER -> CLIENT: 220 mx / CLIENT -> SERVER: EHLO a",
			client: []string{"CLIENT -> SERVER: ", "CLIENT -> SERVER:"}, server: []string{"SERVER -> CLIENT: ", "SERVER -> CLIENT:"},
			info: []string{"Connection: ", "SMTP ERROR: ", "SMTP NOTICE: ", "SMTP INBOUND: "}, goesOn: true,
		},
		{
			name: "Exim", example: "SMTP<< 220 mx / SMTP>> EHLO a",
			client: []string{"SMTP>> ", "SMTP|> ", "SMTP+> "}, server: []string{"SMTP<< "},
			info: []string{"SMTP(", "will write message", "LOG: ", "Connecting to "}, goesOn: true,
		},
		{
			name: "smtplib of Python", example: `reply: b'220 mx\r\n' / send: 'ehlo a\r\n'`,
			client: []string{"send: "}, server: []string{"reply: "}, info: []string{"reply: retcode", "data: ", "connect: "}, lines: ofPython,
		},
		{
			name: "Net::SMTP, as in git send-email", example: "Net::SMTP=GLOB(0x1)<<< 220 mx / Net::SMTP=GLOB(0x1)>>> EHLO a",
			client: []string{netSMTP + ">>>"}, server: []string{netSMTP + "<<<"}, asTyped: true,
		},
		{name: "three angles", example: "<<< 220 mx / >>> EHLO a", client: []string{">>>"}, server: []string{"<<<"}},
		{
			name: "arrows, as by swaks", example: "<-  220 mx /  -> EHLO a",
			client: []string{"*~>", "**>", "-->", "->", "~>"}, server: []string{"<~*", "<**", "<--", "<-", "<~"}, info: []string{"===", "***"},
		},
		{name: "Postfix", example: "Out: 220 mx / In: EHLO a", client: []string{"In:"}, server: []string{"Out:"}},
		{name: "curl", example: "< 220 mx / > EHLO a", client: []string{">"}, server: []string{"<"}, info: []string{"*", "}", "{"}},
		{name: "sendmail -v", example: "220 mx / >>> EHLO a", client: []string{">>>"}, half: true},
		{name: "arrows of the client alone", example: "220 mx / -> EHLO a", client: []string{"->"}, half: true},
	}
}

// findFormat returns the format in which most replies of the session stand,
// nil if they bear no marks. Where only one side bears marks, it is the format
// with most commands.
func findFormat(lines []line) *format {
	var best *format
	most := 0
	all := formats()
	for i := range all {
		f := &all[i]
		if f.half && most > 0 {
			break
		}
		n := 0
		for j := range lines {
			who, text := f.side(lines[j].text)
			if who == server && isReply(text[0]) || f.half && who == client && isVerb(verb(text[0])) {
				n++
			}
		}
		if n > most {
			best, most = f, n
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

// side takes the mark off a line, and returns the lines that it stands for,
// one at least.
func (f *format) side(text string) (side, []string) {
	text = unindented(text)
	if f.lines != nil { // what is said of a reply bears the mark of one
		if _, ok := cutMark(text, f.info); ok {
			return info, []string{text}
		}
	}
	if rest, ok := cutMark(text, f.server); ok {
		return server, f.split(withoutNote(strings.TrimLeft(rest, " \t")))
	}
	if rest, ok := cutMark(text, f.client); ok {
		return client, f.split(strings.TrimPrefix(rest, " "))
	}
	if _, ok := cutMark(text, f.info); ok {
		return info, []string{text}
	}
	return unmarked, []string{text}
}

func (f *format) split(text string) []string {
	if f.lines != nil {
		if lines := f.lines(text); len(lines) > 0 {
			return lines
		}
	}
	return []string{text}
}

// bare reports whether a line without a mark is of the server.
func (f *format) bare(text string, within bool) bool {
	return f != nil && (f.half || f.goesOn && within) && isReply(text)
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

// ofPython reads what Python shows of a string or of bytes: 'ehlo a\r\n'.
func ofPython(shown string) []string {
	shown = strings.TrimPrefix(strings.TrimSpace(shown), "b")
	if len(shown) < 2 || shown[0] != '\'' && shown[0] != '"' || shown[len(shown)-1] != shown[0] {
		return nil
	}
	var b strings.Builder
	for text := shown[1 : len(shown)-1]; text != ""; {
		n := pythonChar(&b, text)
		text = text[n:]
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n"), "\n")
}

// pythonChar undoes one escape, and returns how many bytes it takes.
func pythonChar(b *strings.Builder, text string) int {
	if text[0] != '\\' || len(text) < 2 {
		b.WriteByte(text[0])
		return 1
	}
	switch c := text[1]; c {
	case 'r':
		b.WriteByte('\r')
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'x':
		if len(text) >= 4 {
			if high, low := hexDigit(text[2]), hexDigit(text[3]); high >= 0 && low >= 0 {
				b.WriteByte(byte(high<<4 | low))
				return 4
			}
		}
		b.WriteString(`\x`)
	default:
		b.WriteByte(c)
	}
	return 2
}

func hexDigit(c byte) int { return strings.IndexByte("0123456789abcdef", c|0x20) }
