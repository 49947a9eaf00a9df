package transcribe

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/hostname"
)

// tell is what a program says of the connection, not in it, and what that does
// with what stands between begin and end; nil where it means nothing.
type tell struct {
	begin, end string
	does       func(r *reader, rest string)
	where      place
}

type place uint8

const (
	anywhere  place = iota
	whole           // the line says nothing more
	ofOpenssl       // likewise, and openssl speaks
)

// tells are the lines that are known. A line that ends otherwise is none.
func tells() []tell {
	return []tell{
		{"^]", "", nil, whole},
		{"telnet>", "", nil, whole},
		{"^C", "", nil, whole},
		{"^D", "", nil, whole},
		{"---", "", nil, ofOpenssl},
		{"read R BLOCK", "", nil, ofOpenssl},
		{"read W BLOCK", "", nil, ofOpenssl},
		{"SSL-Session:", "", (*reader).tickets, ofOpenssl},
		{"Post-Handshake New Session Ticket arrived:", "", (*reader).tickets, ofOpenssl},
		{"RENEGOTIATING", "", (*reader).takesKey, ofOpenssl},
		{"KEYUPDATE", "", (*reader).takesKey, ofOpenssl},
		{"DONE", "", (*reader).ends, ofOpenssl},
		{"closed", "", (*reader).shuts, ofOpenssl},
		{"telnet> ", "", (*reader).prompts, anywhere},
		{"Microsoft Telnet> ", "", (*reader).prompts, anywhere},
		{"Script started on ", "", (*reader).records, anywhere},
		{"Script done on ", "", (*reader).ends, anywhere},
		{"Trying ", "...", (*reader).opens, anywhere},
		{"Connecting To ", "...", (*reader).opens, anywhere},
		{"connect: to (", "", (*reader).dials, anywhere},
		{"connect: (", "", (*reader).dials, anywhere},
		{"Connection: opening to ", "", (*reader).dials, anywhere},
		{"Secure connection established to ", "", (*reader).dials, anywhere},
		{"Connected to ", "", (*reader).names, anywhere},
		{"Ncat: Connected to ", "", (*reader).names, anywhere},
		{"Connection to ", " succeeded!", (*reader).names, anywhere},
		{"Connection established to ", "", (*reader).names, anywhere},
		{"Resolved ", "", (*reader).names, anywhere},
		{"TLS started", "", (*reader).secures, anywhere},
		{"TLS session parameters", "", (*reader).secures, anywhere},
		{"TLS certificate information", "", (*reader).secures, anywhere},
		{"SSL connection using ", "", (*reader).secures, anywhere},
		{"TLSv1", "", (*reader).secures, anywhere},
		{"Connection closed by foreign host", "", (*reader).shuts, anywhere},
		{"Connection closed with remote host", "", (*reader).shuts, anywhere},
		{"Remote host closed connection", "", (*reader).shuts, anywhere},
		{"Connection to host lost", "", (*reader).shuts, anywhere},
		{"read:errno=", "", (*reader).shuts, anywhere},
		{"Connection closed", "", (*reader).ends, anywhere},
		{"Connection reset", "", (*reader).ends, anywhere},
		{"Closing connection to the server", "", nil, anywhere},
		{"Escape character is ", "", nil, anywhere},
		{"Ncat: ", "", nil, anywhere},
		{"telnet: ", "", nil, anywhere},
		{"nc: ", "", nil, anywhere},
		{"Last login: ", "", nil, anywhere},
		{"CONNECTED(", "", (*reader).connects, anywhere},
		{"depth=", "", (*reader).handshakes, anywhere},
		{"verify error:", "", (*reader).handshakes, anywhere},
		{"verify return:", "", (*reader).handshakes, anywhere},
		{"Can't use SSL_get_servername", "", (*reader).handshakes, anywhere},
		{"Connecting to ", "", (*reader).names, anywhere},
	}
}

// tell takes in a line that could be the program's own, and reports whether it
// was.
func (r *reader) tell(text string) bool {
	text = strings.TrimSpace(strings.TrimLeft(text, "=* "))
	if words := shellCommand(text); words != nil {
		r.connect(words)
		return true
	}
	for _, known := range r.tells {
		rest, ok := strings.CutPrefix(text, known.begin)
		rest, ends := strings.CutSuffix(rest, known.end)
		if ok && ends && (known.where == anywhere || rest == "" && (known.where == whole || r.openssl)) {
			if known.does != nil {
				known.does(r, rest)
			}
			return true
		}
	}
	at := strings.Index(text, ":error:") // openssl, behind its process
	return at > 0 && at <= 16 && r.openssl
}

// opens is for a connection that begins; TLS of one before it is over.
func (r *reader) opens(to string) {
	r.hangUp(false)
	r.next.implicit = false
	r.aim(to)
}

// dials is for one of a program that begins TLS by itself on port 465.
func (r *reader) dials(to string) {
	r.opens(to)
	r.next.implicit = r.next.port == 465 || strings.HasPrefix(to, "ssl://")
}

// names says to whom the connection is, which may have begun before.
func (r *reader) names(to string) {
	if r.cur != nil && len(r.cur.exchanges) > 0 {
		r.hangUp(false)
	}
	r.aim(to)
}

// secures is for TLS that began: before the greeting it was there at once.
func (r *reader) secures(string) { r.next.implicit = r.next.implicit || r.cur == nil }

func (r *reader) shuts(string) { r.hangUp(true) }

func (r *reader) ends(string) { r.hangUp(false) }

// prompts is for what was typed at the prompt of telnet.
func (r *reader) prompts(typed string) {
	r.hangUp(false)
	if words := strings.Fields(typed); len(words) > 1 && strings.HasPrefix("open", words[0]) {
		r.connect(append([]string{"telnet"}, words[1:]...))
	}
}

// records is for script(1), which names the command.
func (r *reader) records(header string) {
	_, command, _ := strings.Cut(header, `[COMMAND="`)
	command, _, _ = strings.Cut(command, `" `)
	r.connect(strings.Fields(command))
}

// connects is for openssl; a second connection goes where the first one went.
func (r *reader) connects(string) {
	if r.cur != nil {
		next := r.next
		r.hangUp(false)
		r.next = next
	}
	r.handshakes("")
}

// handshakes is for TLS of openssl: what it shows is no dialogue until a reply
// comes.
func (r *reader) handshakes(string) {
	if r.cur == nil {
		r.openssl, r.quiet = true, "reply"
	}
}

// tickets is for a session that openssl shows: it goes on until a rule.
func (r *reader) tickets(string) { r.quiet = "---" }

// takesKey forgets the line before, which openssl took for a key.
func (r *reader) takesKey(string) {
	if n := len(r.queue); n > 0 {
		r.remark(r.queue[n-1].line, "left out: openssl took its first letter for a key and sent nothing; -quiet or small letters help")
		r.queue = r.queue[:n-1]
	}
}

// aim says where the next connection goes: a host, and its port behind a colon,
// a comma, or in brackets. A name is better than an address.
func (r *reader) aim(text string) {
	_, after, scheme := strings.Cut(text, "://")
	if scheme {
		text = after
	}
	words := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \t,'\"()", c) })
	if len(words) == 0 {
		return
	}
	host := strings.TrimRight(words[0], ".")
	if at := strings.LastIndexByte(host, ':'); at > 0 && (host[at-1] == ']' || strings.Count(host, ":") == 1) {
		words[0], host = host[at+1:], host[:at]
	} else if words = words[1:]; len(words) > 0 { // Exim: mx1.example.org [192.0.2.1]:25
		words[0] = words[0][strings.LastIndexByte(words[0], ':')+1:]
	}
	host = strings.Trim(host, "[]")
	if _, err := netip.ParseAddr(host); isHost(host) && (err != nil || r.next.host == "") {
		r.next.host = host
	}
	if at := slices.IndexFunc(words, func(word string) bool { return portNumber(word) > 0 }); at >= 0 {
		r.next.port = portNumber(words[at])
	}
}

// portNumber returns the number of a port or of a service, 0 if it is none.
func portNumber(word string) int {
	services := map[string]int{"smtp": 25, "submission": 587, "smtps": 465, "submissions": 465, "ssmtp": 465, "urd": 465}
	if n, err := strconv.ParseUint(word, 10, 16); err == nil {
		return int(n)
	}
	return services[word]
}

// isHost reports whether text can be the target of a scenario.
func isHost(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return !strings.Contains(text, "%")
	}
	return hostname.Check(text) == nil
}

// shellCommand returns the words of a command line that makes a connection,
// with or without the prompt of a shell before it, nil if it is none.
func shellCommand(text string) []string {
	words := strings.Fields(text)
	for i, word := range words {
		if at := strings.LastIndexByte(word, '>'); at >= 0 && i == 0 && at+1 < len(word) { // C:\>telnet
			word = word[at+1:]
		} else if i > 0 && !isPrompt(words[i-1]) && words[i-1] != "sudo" {
			continue
		}
		switch name := word[strings.LastIndexByte(word, '/')+1:]; name {
		case "telnet", "nc", "ncat", "netcat", "openssl", "swaks", "script":
			if i > 0 || len(words) > 1 {
				return append([]string{name}, words[i+1:]...)
			}
		}
	}
	return nil
}

// isPrompt reports whether a line is the prompt of a shell and nothing more.
func isPrompt(text string) bool {
	text = strings.TrimRight(text, " ")
	return text != "" && strings.IndexByte("$#%>", text[len(text)-1]) >= 0
}

// connect notes where a command line connects to.
func (r *reader) connect(words []string) {
	r.hangUp(false)
	r.next = target{}
	if len(words) < 2 {
		return
	}
	valued := map[string]string{"telnet": "lnbeXS", "nc": "wqispxXTIOPV", "ncat": "wqispxXTIOPV", "netcat": "wqispxXTIOPV"}[words[0]]
	var arguments []string
	for i := 1; i < len(words); i++ {
		switch word := words[i]; {
		case word == "-connect" && i+1 < len(words):
			r.aim(words[i+1])
		case !strings.HasPrefix(word, "-"):
			arguments = append(arguments, word)
		case len(word) == 2 && strings.IndexByte(valued, word[1]) >= 0:
			i++
		}
	}
	if valued != "" {
		r.aim(strings.Join(arguments, " "))
	}
}
