package transcribe

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/hostname"
)

// tell is what a program says of the connection, not in it, and what that means.
type tell struct {
	begin, end string
	means      meaning
	where      place
}

type place uint8

const (
	anywhere  place = iota
	whole           // the line says nothing more
	ofOpenssl       // likewise, and openssl speaks
)

type meaning uint8

const (
	nothing    meaning = iota
	opens              // a connection to what is named begins
	dials              // the same, by a program that begins TLS by itself on port 465
	names              // the connection is to what is named
	secures            // TLS began
	shuts              // the server closed the connection
	ends               // the connection is over
	prompts            // this was typed at a prompt of telnet
	records            // script(1) begins; it names the command
	handshakes         // openssl begins TLS; it goes on until a reply comes
	tickets            // openssl shows a session; it goes on until a rule
	takesKey           // openssl took the line before for a key
)

// tells are the lines that are known. A line that ends otherwise is none.
func tells() []tell {
	return []tell{
		{"^]", "", nothing, whole},
		{"telnet>", "", nothing, whole},
		{"^C", "", nothing, whole},
		{"^D", "", nothing, whole},
		{"---", "", nothing, ofOpenssl},
		{"read R BLOCK", "", nothing, ofOpenssl},
		{"read W BLOCK", "", nothing, ofOpenssl},
		{"SSL-Session:", "", tickets, ofOpenssl},
		{"Post-Handshake New Session Ticket arrived:", "", tickets, ofOpenssl},
		{"RENEGOTIATING", "", takesKey, ofOpenssl},
		{"KEYUPDATE", "", takesKey, ofOpenssl},
		{"DONE", "", ends, ofOpenssl},
		{"closed", "", shuts, ofOpenssl},
		{"telnet> ", "", prompts, anywhere},
		{"Microsoft Telnet> ", "", prompts, anywhere},
		{"Script started on ", "", records, anywhere},
		{"Script done on ", "", ends, anywhere},
		{"Trying ", "...", opens, anywhere},
		{"Connecting To ", "...", opens, anywhere},
		{"connect: to (", "", dials, anywhere},
		{"connect: (", "", dials, anywhere},
		{"Connection: opening to ", "", dials, anywhere},
		{"Secure connection established to ", "", dials, anywhere},
		{"Connected to ", "", names, anywhere},
		{"Ncat: Connected to ", "", names, anywhere},
		{"Connection to ", " succeeded!", names, anywhere},
		{"Connection established to ", "", names, anywhere},
		{"Resolved ", "", names, anywhere},
		{"TLS started", "", secures, anywhere},
		{"TLS session parameters", "", secures, anywhere},
		{"TLS certificate information", "", secures, anywhere},
		{"SSL connection using ", "", secures, anywhere},
		{"TLSv1", "", secures, anywhere},
		{"Connection closed by foreign host", "", shuts, anywhere},
		{"Connection closed with remote host", "", shuts, anywhere},
		{"Remote host closed connection", "", shuts, anywhere},
		{"Connection to host lost", "", shuts, anywhere},
		{"read:errno=", "", shuts, anywhere},
		{"Connection closed", "", ends, anywhere},
		{"Connection reset", "", ends, anywhere},
		{"Closing connection to the server", "", nothing, anywhere},
		{"Escape character is ", "", nothing, anywhere},
		{"Ncat: ", "", nothing, anywhere},
		{"telnet: ", "", nothing, anywhere},
		{"nc: ", "", nothing, anywhere},
		{"Last login: ", "", nothing, anywhere},
		{"CONNECTED(", "", handshakes, anywhere},
		{"depth=", "", handshakes, anywhere},
		{"verify error:", "", handshakes, anywhere},
		{"verify return:", "", handshakes, anywhere},
		{"Can't use SSL_get_servername", "", handshakes, anywhere},
		{"Connecting to ", "", names, anywhere},
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
			return r.heed(known.means, known.begin, rest)
		}
	}
	at := strings.Index(text, ":error:") // openssl, behind its process
	return at > 0 && at <= 16 && r.openssl
}

// heed does what a line of the program means.
func (r *reader) heed(means meaning, begin, rest string) bool {
	switch means {
	case nothing:
	case opens, dials:
		r.hangUp(false)
		r.aim(rest)
		r.next.implicit = means == dials && (r.next.port == 465 || strings.HasPrefix(rest, "ssl://"))
	case names:
		if r.cur != nil && len(r.cur.exchanges) > 0 {
			r.hangUp(false)
		}
		r.aim(rest)
	case secures:
		r.next.implicit = r.next.implicit || r.cur == nil
	case shuts, ends:
		r.hangUp(means == shuts)
	case prompts:
		r.hangUp(false)
		if words := strings.Fields(rest); len(words) > 1 && strings.HasPrefix("open", words[0]) {
			r.connect(append([]string{"telnet"}, words[1:]...))
		}
	case records:
		_, command, _ := strings.Cut(rest, `[COMMAND="`)
		command, _, _ = strings.Cut(command, `" `)
		r.connect(strings.Fields(command))
	case handshakes:
		return r.handshake(begin)
	case tickets:
		r.quiet = "---"
	case takesKey:
		r.takenForKey()
	}
	return true
}

// handshake begins TLS of openssl: what it shows is no dialogue until a reply
// comes.
func (r *reader) handshake(begin string) bool {
	if begin == "CONNECTED(" && r.cur != nil {
		next := r.next
		r.hangUp(false)
		r.next = next
	}
	if r.cur == nil {
		r.openssl, r.quiet = true, "reply"
	}
	return r.openssl
}

// takenForKey forgets the line that openssl did not send.
func (r *reader) takenForKey() {
	if n := len(r.queue); n > 0 {
		e := r.queue[n-1]
		r.remark(e.line, "left out: openssl took its first letter for a key and sent nothing; -quiet or small letters help")
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
