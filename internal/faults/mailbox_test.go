//go:build linux

package faults

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"mxprobe/internal/sandbox"
)

// found is a scenario that sends a message and looks for it.
func found(mailbox, more string) string {
	return "name: fault\nsecrets: {password: {env: FAULT_PASSWORD}}\nsteps:" + deliver +
		"  - arrives: {mailbox: \"" + mailbox + "\"" + more + "}\n    within: 1s\n"
}

const loggedIn = ", user: kate, password: \"${password}\", allow_clear: true"

// converse is a peer that answers each line by its command, as it is told to,
// or else as a sound server with an empty mailbox does.
func converse(greeting string, verb func(line string) (tag, verb string), sound, answers map[string]string) func(*peer) {
	return func(p *peer) {
		if text, ok := answers[""]; ok {
			greeting = text
		}
		in := bufio.NewReader(p)
		for tag, text := "", greeting; ; {
			if before, more, endless := strings.Cut(text, "{endless}"); endless {
				if p.say(before) {
					p.flood(more)
				}
				return
			}
			if text == "{close}" || !p.say(strings.ReplaceAll(text, "{tag}", tag)) {
				return
			}
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			var command string
			tag, command = verb(strings.TrimRight(line, "\r\n"))
			var ok bool
			if text, ok = answers[command]; !ok {
				text = sound[command]
			}
		}
	}
}

func imap(answers map[string]string) func(*peer) {
	const ok = "{tag} OK done\r\n"
	sound := map[string]string{
		"CAPABILITY": "* CAPABILITY IMAP4rev1\r\n" + ok, "LOGIN": ok, "LIST": ok, "NOOP": ok, "LOGOUT": "* BYE\r\n" + ok,
		"EXAMINE": "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 1] x\r\n" + ok, "UID": "* SEARCH\r\n" + ok,
	}
	sound["SELECT"] = sound["EXAMINE"]
	return converse("* OK [CAPABILITY IMAP4rev1] ready\r\n", func(line string) (tag, verb string) {
		words := strings.Fields(line + " x x")
		return words[0], strings.ToUpper(words[1])
	}, sound, answers)
}

func pop3(answers map[string]string) func(*peer) {
	sound := map[string]string{
		"CAPA": "+OK\r\nUSER\r\nTOP\r\nUIDL\r\n.\r\n", "USER": "+OK\r\n", "PASS": "+OK\r\n", "UIDL": "+OK\r\n.\r\n", "QUIT": "+OK\r\n", "STAT": "+OK 0 0\r\n", "NOOP": "+OK\r\n",
	}
	return converse("+OK ready\r\n", func(line string) (tag, verb string) {
		verb, _, _ = strings.Cut(strings.ToUpper(line), " ")
		return "", verb
	}, sound, answers)
}

// mailboxes are the faults of where a message is looked for: nothing is known
// of the message then.
func mailboxes() []fault {
	lost := want{"fail", "timeout", "", 1, "not seen in the mailbox"}
	look := func(name, url string, server func(*peer), w want) fault {
		return fault{name: name, peer: server, scenario: found(url, loggedIn), within: waiting, want: w}
	}
	overIMAP := func(name, command, answer string, w want) fault {
		return look("IMAP: "+name, "imap://${peer}", imap(map[string]string{command: answer}), w)
	}
	overPOP3 := func(name, command, answer string, w want) fault {
		return look("POP3: "+name, "pop3://${peer}", pop3(map[string]string{command: answer}), w)
	}
	nested := "* 1 FETCH (BODYSTRUCTURE " + strings.Repeat("(", 100_000)
	return append([]fault{
		overIMAP("the message does not come", "", "* OK ready\r\n", lost),
		overIMAP("refused at the greeting", "", "* BYE too busy\r\n", nothingSent),
		overIMAP("another protocol", "", "220 mx1 ESMTP\r\n", nothingSent),
		overIMAP("a greeting without end", "", "* OK {endless}x", nothingSent),
		overIMAP("closed at once", "", "{close}", nothingSent),
		overIMAP("the login is refused", "LOGIN", "{tag} NO [AUTHENTICATIONFAILED] no\r\n", nothingSent),
		overIMAP("no such mailbox", "EXAMINE", "{tag} NO [NONEXISTENT] no\r\n", nothingSent),
		overIMAP("parentheses without end, in the greeting", "", "* OK [CAPABILITY IMAP4rev1] x\r\n* 1 FETCH (BODYSTRUCTURE {endless}(", nothingSent),
		overIMAP("a literal of 4 GB", "EXAMINE", "* 1 FETCH (BODY[] {4294967295}\r\n{endless}x", nothingSent),
		overIMAP("untagged lines without end", "EXAMINE", "{endless}* 1 EXPUNGE\r\n", nothingSent),
		overIMAP("silence at the search", "UID", "", want{"inconclusive", "local", "", 3, ""}),
		overIMAP("closed at the search", "UID", "{close}", want{"inconclusive", "local", "", 3, ""}),
		overIMAP("a search that finds without end", "UID", "* SEARCH{endless} 1", want{"inconclusive", "local", "", 3, ""}),
		overPOP3("the message does not come", "", "+OK ready\r\n", lost),
		overPOP3("refused at the greeting", "", "-ERR [SYS/TEMP] too busy\r\n", nothingSent),
		overPOP3("another protocol", "", "* OK IMAP4rev1\r\n", nothingSent),
		overPOP3("the login is refused", "PASS", "-ERR [AUTH] no\r\n", nothingSent),
		overPOP3("UIDL is not known", "UIDL", "-ERR what?\r\n", nothingSent),
		overPOP3("a list without end", "UIDL", "+OK\r\n{endless}1 a\r\n", nothingSent),
		overPOP3("a line without end", "CAPA", "+OK {endless}x", nothingSent),
		overPOP3("closed at once", "", "{close}", nothingSent),
		{name: "IMAP: nothing listens", scenario: found("imap://127.0.0.1:1", loggedIn), want: nothingSent.saying("refused")},
		{name: "IMAP: no TLS for a login", peer: imap(nil), scenario: found("imap://${peer}", ", user: kate, password: \"${password}\""), want: nothingSent},
		{
			name: "IMAP: a certificate that nobody signed", others: []sandbox.Server{{Name: "imap.example.test", Addrs: []string{"192.0.2.20"}, TLS: &sandbox.TLS{Cert: sandbox.CertSelfSigned, Implicit: true}}},
			scenario: found("imaps://${imap.example.test}", loggedIn), want: nothingSent.saying("certificate"),
		},
		{
			name: "IMAP: parentheses without end, before the login", peer: imap(map[string]string{"": "* OK ready\r\n", "CAPABILITY": nested}),
			scenario: found("imap://${peer}", loggedIn), args: "--max-time 3s", want: want{"inconclusive", "deadline", "", 3, ""},
		},
	}, append(folders(), pages()...)...)
}

// folders are the faults of Maildir and mbox.
func folders() []fault {
	inTime := found("maildir:box", "")
	return []fault{
		{name: "Maildir: the folder is not there", scenario: inTime, want: nothingSent.saying("box")},
		{name: "Maildir: a file in its place", scenario: inTime, setup: write("box", "x"), want: nothingSent},
		{name: "Maildir: no new and cur in it", scenario: inTime, setup: func(dir string) error { return os.Mkdir(filepath.Join(dir, "box"), 0o700) }, want: nothingSent},
		{name: "Maildir: the message does not come", scenario: inTime, setup: maildir, want: want{"fail", "timeout", "", 1, "not seen in the mailbox"}},
		{name: "Maildir: a FIFO among the messages", scenario: inTime, setup: func(dir string) error {
			if err := maildir(dir); err != nil {
				return err
			}
			return syscall.Mkfifo(filepath.Join(dir, "box", "new", "1.fifo"), 0o600)
		}, want: want{"fail", "timeout", "", 1, "not seen in the mailbox"}},
		{name: "mbox: the file is not there", scenario: found("mbox:box", ""), want: nothingSent},
		{name: "mbox: a folder in its place", scenario: found("mbox:box", ""), setup: func(dir string) error { return os.Mkdir(filepath.Join(dir, "box"), 0o700) }, want: nothingSent},
		{name: "mbox: a FIFO in its place", scenario: found("mbox:box", ""), setup: func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "box"), 0o600) }, want: nothingSent},
		{name: "mbox: no mailbox in the file", scenario: found("mbox:box", ""), setup: write("box", strings.Repeat("not a mailbox\n", 1000)), want: nothingSent},
		{name: "mbox: the message does not come", scenario: found("mbox:box", ""), setup: write("box", ""), want: want{"fail", "timeout", "", 1, "not seen in the mailbox"}},
	}
}

func maildir(dir string) error {
	for _, name := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, "box", name), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// web is a peer that gives one answer to every request.
func web(answer string) func(*peer) {
	return func(p *peer) {
		for in := bufio.NewReader(p); ; {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if line == "\r\n" {
				break
			}
		}
		if before, more, endless := strings.Cut(answer, "{endless}"); endless {
			if p.say(before) {
				p.flood(more)
			}
			return
		}
		p.say(answer)
	}
}

// pages are the faults of Mailpit.
func pages() []fault {
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
	look := func(name string, server func(*peer), w want) fault {
		return fault{name: "Mailpit: " + name, peer: server, scenario: found("mailpit://${peer}", ""), within: waiting, want: w}
	}
	return []fault{
		look("no such page", web("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"), nothingSent),
		look("a login is wanted", web("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n"), nothingSent),
		look("a page that is no JSON", web(ok+"<html>hello</html>"), nothingSent),
		look("JSON without end", web(ok+`{"messages":[{endless}{"ID":"x"},`), nothingSent),
		look("nesting without end", web(ok+`{endless}[`), nothingSent),
		look("a redirect", web("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n"), nothingSent),
		look("a header without end", web("HTTP/1.1 200 OK\r\n{endless}X-A: b\r\n"), nothingSent),
		look("closed at once", func(*peer) {}, nothingSent),
	}
}
