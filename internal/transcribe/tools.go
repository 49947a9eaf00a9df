package transcribe

import (
	"net/netip"
	"strconv"
	"strings"

	"mxprobe/internal/hostname"
)

// tool takes in a line of the program that made the connection, not of the
// connection itself, and reports whether it was one.
func (r *reader) tool(text string) bool {
	text = strings.TrimSpace(text)
	if rest, ok := between(text, "telnet> ", ""); ok {
		return r.telnetPrompt(rest)
	}
	if rest, ok := between(text, "Microsoft Telnet> ", ""); ok {
		return r.telnetPrompt(rest)
	}
	if command, ok := shellCommand(text); ok {
		r.connect(command)
		return true
	}
	if r.connection(text) {
		return true
	}
	switch {
	case strings.HasPrefix(text, "TLS started"):
		r.implicit = r.implicit || r.cur == nil
	case strings.HasPrefix(text, "Connection closed by foreign host"),
		strings.HasPrefix(text, "Connection closed with remote host"),
		strings.HasPrefix(text, "Remote host closed connection"),
		strings.HasPrefix(text, "Connection to host lost"), strings.HasPrefix(text, "read:errno="):
		r.hangUp(true)
	case strings.HasPrefix(text, "Connection closed"), strings.HasPrefix(text, "Script done on "),
		strings.HasPrefix(text, "Connection reset"):
		r.hangUp(false)
	case strings.HasPrefix(text, "Escape character is "), text == "^]", text == "telnet>", text == "^C", text == "^D",
		strings.HasPrefix(text, "Ncat: "), strings.HasPrefix(text, "telnet: "), strings.HasPrefix(text, "nc: "),
		strings.HasPrefix(text, "Last login: "):
	default:
		return false
	}
	return true
}

// connection takes in a line that says to whom the connection is.
func (r *reader) connection(text string) bool {
	if command, ok := between(text, "Script started on ", ""); ok {
		r.hangUp(false)
		if _, command, ok = strings.Cut(command, `[COMMAND="`); ok {
			command, _, _ = strings.Cut(command, `" `)
			r.connect(strings.Fields(command))
		}
		return true
	}
	if rest, ok := between(text, "connect: to ('", ""); ok { // smtplib
		host, port, _ := strings.Cut(rest, "', ")
		port, _, _ = strings.Cut(port, ")")
		r.hangUp(false)
		r.aim(host, port)
		return true
	}
	for _, form := range [][2]string{
		{"Trying ", "..."},
		{"Connecting To ", "..."},
		{"Connected to ", "."},
		{"Ncat: Connected to ", "."},
		{"Connection to ", " succeeded!"},
	} {
		rest, ok := between(text, form[0], form[1])
		if !ok || form[0] == "Connected to " && strings.Contains(rest, " (") {
			continue
		}
		if r.cur != nil && (form[0] == "Trying " || len(r.cur.exchanges) > 0) {
			r.hangUp(false)
		}
		host, port := rest, ""
		if words := strings.Fields(rest); len(words) > 2 && words[1] == "port" { // nc -v
			host, port = words[0], words[2]
		} else if h, p, ok := cutLast(rest, ":"); ok && numeric(p) && !strings.Contains(h, ":") {
			host, port = h, p
		}
		r.aim(host, port)
		return true
	}
	return false
}

func between(text, before, after string) (string, bool) {
	rest, ok := strings.CutPrefix(text, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, after)
}

func numeric(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// aim says where the next connection goes. A name is better than an address.
func (r *reader) aim(host, port string) {
	host = strings.Trim(host, "[]")
	_, err := netip.ParseAddr(host)
	if isHost(host) && (err != nil || r.host == "") {
		r.host = host
	}
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
		r.port = int(n)
		return
	}
	switch port {
	case "smtp":
		r.port = 25
	case "submission":
		r.port = 587
	case "smtps", "submissions", "ssmtp", "urd":
		r.port = 465
	}
}

// isHost reports whether text can be the target of a scenario.
func isHost(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return !strings.Contains(text, "%")
	}
	return hostname.Check(text) == nil
}

// telnetPrompt takes in what was typed at the prompt of telnet.
func (r *reader) telnetPrompt(text string) bool {
	r.hangUp(false)
	words := strings.Fields(text)
	if len(words) > 1 && strings.HasPrefix("open", words[0]) {
		r.connect(append([]string{"telnet"}, words[1:]...))
	}
	return true
}

// shellCommand returns the words of a command line that makes a connection,
// with or without the prompt of a shell before it.
func shellCommand(text string) ([]string, bool) {
	words := strings.Fields(text)
	for i, word := range words {
		if at := strings.LastIndexByte(word, '>'); at >= 0 && i == 0 && at+1 < len(word) { // C:\>telnet
			word = word[at+1:]
		} else if i > 0 && strings.IndexByte("$#%>", words[i-1][len(words[i-1])-1]) < 0 && words[i-1] != "sudo" {
			continue
		}
		name := word[strings.LastIndexByte(word, '/')+1:]
		switch name {
		case "telnet", "nc", "ncat", "netcat", "openssl", "swaks", "script":
			if i > 0 || len(words) > 1 {
				return append([]string{name}, words[i+1:]...), true
			}
		}
	}
	return nil, false
}

// isPrompt reports whether a line is the prompt of a shell and nothing more.
func isPrompt(text string) bool {
	text = strings.TrimRight(text, " ")
	return text != "" && strings.IndexByte("$#%>", text[len(text)-1]) >= 0
}

// connect notes where a command line connects to.
func (r *reader) connect(words []string) {
	r.hangUp(false)
	r.host, r.port = "", 0
	if len(words) == 0 {
		return
	}
	name := words[0][strings.LastIndexByte(words[0], '/')+1:]
	var arguments []string
	for i := 1; i < len(words); i++ {
		switch w := words[i]; {
		case name == "openssl" && w == "-connect" && i+1 < len(words):
			if host, port, ok := cutLast(words[i+1], ":"); ok {
				r.aim(host, port)
			}
			return
		case strings.HasPrefix(w, "-"):
			if takesValue(name, w) {
				i++
			}
		default:
			arguments = append(arguments, w)
		}
	}
	if len(arguments) == 0 || name == "openssl" || name == "swaks" || name == "script" {
		return
	}
	port := ""
	if len(arguments) > 1 {
		port = arguments[1]
	}
	r.aim(arguments[0], port)
}

// takesValue reports whether the word behind an option belongs to it.
func takesValue(name, option string) bool {
	letter := option[len(option)-1]
	if len(option) != 2 {
		return false
	}
	if name == "telnet" {
		return strings.IndexByte("lnbeXS", letter) >= 0
	}
	return strings.IndexByte("wqispxXTIOPV", letter) >= 0
}
