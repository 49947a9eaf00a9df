package transcribe

import (
	"strconv"
	"strings"
)

// format is how a program, or a person, writes down the two sides of a session.
type format struct {
	name, example string
	// client, server and info are the marks of lines that were sent, that were
	// received, and that are the program's own. Letters of either case will do;
	// % stands for anything; what begins alike comes longest first. Without
	// marks for the server its lines are known by their codes, and without any
	// marks all that is no reply was sent.
	client, server, info []string
	// quoted is true where what stands behind a mark is a string of Python.
	quoted bool
	// asTyped is true where a message is shown before its dots are doubled.
	asTyped bool
	// hides is true where a lone dot alone is shown of a message.
	hides bool
	// note begins what is written behind a reply.
	note string
	// tls is in the marks of lines that went through TLS.
	tls string
}

// formats are the formats that are known. Who adds one adds a row, and a
// session to the tests.
func formats() []format {
	return []format{
		{
			name: "letters and words, as by mxprobe, nodemailer and people", example: "S: 220 mx / C: EHLO a",
			client: []string{"C:", "Client:", "[C]", "[Client]"}, server: []string{"S:", "Server:", "[S]", "[Server]"},
			info: []string{"-- "}, note: "  <- expected ",
		},
		{name: "prompts with letters", example: "S>220 mx / C>EHLO a", client: []string{"C>"}, server: []string{"S>"}},
		{
			name: "PHPMailer", example: "SERVER -> CLIENT: 220 mx / CLIENT -> SERVER: EHLO a",
			client: []string{"CLIENT -> SERVER:"}, server: []string{"SERVER -> CLIENT:"},
			info: []string{"Connection: ", "SMTP ERROR: ", "SMTP NOTICE: ", "SMTP INBOUND: ", "SMTP -> ", "Auth method "},
		},
		{
			name: "Exim", example: "SMTP<< 220 mx / SMTP>> EHLO a",
			client: []string{"SMTP>>", "SMTP|>", "SMTP+>"}, server: []string{"SMTP<<"},
			info: []string{"SMTP(", "will write message", "LOG: ", "Connecting to "},
		},
		{
			name: "smtplib of Python", example: `reply: b'220 mx\r\n' / send: 'ehlo a\r\n'`, quoted: true,
			client: []string{"send:"}, server: []string{"reply:"}, info: []string{"reply: retcode", "data: ", "connect: "},
		},
		{
			name: "Net::SMTP, as in git send-email", example: "Net::SMTP=GLOB(0x1)<<< 220 mx / Net::SMTP=GLOB(0x1)>>> EHLO a",
			client: []string{"Net::SMTP%)>>>"}, server: []string{"Net::SMTP%)<<<"}, info: []string{"Net::SMTP>>>", "Net::SMTP::SSL>>>"},
			tls: "SSL=", asTyped: true,
		},
		{
			name: "msmtp -d", example: "<-- 220 mx / --> EHLO a",
			client: []string{"-->"}, server: []string{"<--"}, hides: true,
		},
		{
			name: "arrows, as by swaks", example: "<-  220 mx /  -> EHLO a",
			client: []string{"*~>", "**>", "--->", "-->", "->", "~>", "=>"}, server: []string{"<~*", "<**", "<---", "<--", "<-", "<~", "<="},
			info: []string{"===", "***"}, tls: "~",
		},
		{name: "three angles", example: "<<< 220 mx / >>> EHLO a", client: []string{">>>"}, server: []string{"<<<"}},
		{name: "Postfix, its mail of trouble", example: "Out: 220 mx / In: EHLO a", client: []string{"In:"}, server: []string{"Out:"}},
		{name: "Postfix, its log", example: "< mx[192.0.2.1]:25: 220 mx / > mx[192.0.2.1]:25: EHLO a", client: []string{"> %]:%:"}, server: []string{"< %]:%:"}},
		{name: "curl", example: "< 220 mx / > EHLO a", client: []string{">"}, server: []string{"<"}, info: []string{"*", "}", "{"}},
		{
			name: "logs of servers, as by sendmail and MDaemon", example: "--> 220 mx / <-- EHLO a",
			client: []string{"<---", "<--", "<-", "<<<"}, server: []string{"--->", "-->", "---", "->", ">>>"},
		},
		{name: "sendmail -v", example: "220 mx / >>> EHLO a", client: []string{">>>"}, hides: true},
		{name: "marks of the client alone", example: "220 mx / -> EHLO a", client: []string{"--->", "-->", "->", "=>", "C:", ">"}},
		{name: "none, as in telnet, nc and openssl", example: "220 mx / EHLO a"},
	}
}

// side says who a line is of.
type side uint8

const (
	unmarked side = iota
	client
	server
	info
)

// typed reports whether the lines of the server bear no mark.
func (f *format) typed() bool { return len(f.server) == 0 }

// bare reports whether no line bears a mark.
func (f *format) bare() bool { return f.typed() && len(f.client) == 0 }

// side says whose a line is, and takes its mark off.
func (f *format) side(text string) (side, string) {
	set := strings.TrimLeft(text, " \t")
	if _, ok := cutMark(set, f.info); ok {
		return info, set
	}
	if rest, ok := cutMark(set, f.client); ok {
		return client, strings.TrimPrefix(rest, " ")
	}
	if rest, ok := cutMark(set, f.server); ok {
		if f.note != "" {
			rest, _, _ = strings.Cut(rest, f.note)
		}
		return server, strings.Trim(rest, " \t")
	}
	if f.typed() && isReply(set) {
		return server, set
	}
	return unmarked, text
}

func cutMark(text string, marks []string) (rest string, ok bool) {
	for _, mark := range marks {
		if rest, ok = cutOne(text, mark); ok {
			return rest, true
		}
	}
	return "", false
}

func cutOne(text, mark string) (rest string, ok bool) {
	for i, part := range strings.Split(mark, "%") {
		at := 0
		if i > 0 {
			at = strings.Index(text, part)
		}
		if end := at + len(part); at < 0 || end > len(text) || !strings.EqualFold(text[at:end], part) {
			return "", false
		}
		text = text[at+len(part):]
	}
	return text, true
}

// unquoted reads what Python shows of a string or of bytes, 'ehlo a\r\n'; ok is
// false where the string has no end.
func unquoted(shown string) (text string, ok bool) {
	shown = strings.TrimPrefix(strings.TrimSpace(shown), "b")
	if len(shown) < 2 || shown[0] != '\'' && shown[0] != '"' || shown[len(shown)-1] != shown[0] {
		return "", false
	}
	var b strings.Builder
	for rest := shown[1 : len(shown)-1]; rest != ""; {
		r, multibyte, tail, err := strconv.UnquoteChar(rest, shown[0])
		if err != nil {
			return "", false
		}
		if rest = tail; multibyte {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
	}
	return strings.TrimSuffix(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n"), true
}
