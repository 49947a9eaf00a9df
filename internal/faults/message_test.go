//go:build linux

package faults

import (
	"mxprobe/internal/sandbox"
)

// messages are the faults around the text of a message: DATA, BDAT, the
// replies for each recipient, and commands in groups.
func messages() []fault {
	body := func(name string, rules []sandbox.Rule, w want) fault {
		return fault{name: name, rules: rules, scenario: steps(deliver), want: w}
	}
	all := []fault{
		body("a message as it should be", nil, passes),
		body("554 to DATA: no valid recipients", says("DATA", "554 5.5.1 No valid recipients"), refused("no-valid-recipients")),
		body("250 in place of 354", says("DATA", "250 2.0.0 ok"), refused("").saying("expected 354")),
		body("354 and 250 before a byte of the message", raw("DATA", "354 go on\r\n250 2.0.0 taken\r\n"), outOfStep),
		body("250 in the middle of the message", speaks("DATA", func(c *sandbox.Conn) {
			_ = c.Reply("354 go on")
			_, _ = c.ReadLine()
			_ = c.Reply("250 2.0.0 taken")
			for {
				if line, err := c.ReadLine(); err != nil || line == "." {
					break
				}
			}
			_ = c.Reply("550 5.0.0 No")
		}), outOfStep),
		body("closed in the middle of the message", speaks("DATA", func(c *sandbox.Conn) {
			_ = c.Reply("354 go on")
			_, _ = c.ReadLine()
			c.Close()
		}), closed),
		body("reset in the middle of the message", speaks("DATA", func(c *sandbox.Conn) {
			_ = c.Reply("354 go on")
			_, _ = c.ReadLine()
			c.Reset()
		}), reset),
		body("552 to the message", says("end-of-data", "552 5.3.4 Message too large"), refused("content-size")),
		body("a virus in the message", says("end-of-data", "554 5.7.1 Message contains a virus: Eicar-Test-Signature"), refused("content-virus")),
		body("452 to the message", says("end-of-data", "452 4.3.1 Insufficient system storage"), later("server-storage")),
		body("552 to RCPT", says("RCPT", "552 5.5.3 Too many recipients"), later("too-many-recipients")),
		body("450 to RCPT for greylisting", says("RCPT", "450 4.7.1 Greylisted, come back later"), later("greylisted")),
		body("RCPT of nobody", says("RCPT", "550 5.1.1 User unknown"), refused("recipient-unknown")),
		body("relaying denied", says("RCPT", "554 5.7.1 Relay access denied"), refused("relay-denied")),
		body("530 to MAIL: a login is wanted", says("MAIL", "530 5.7.0 Authentication required"), refused("auth-required")),
		body("530 to MAIL: TLS is wanted", says("MAIL", "530 5.7.0 Must issue a STARTTLS command first"), refused("tls-required")),
	}
	return append(append(append(all, chunks()...), mailstores()...), groups()...)
}

// chunks are the faults of BDAT.
func chunks() []fault {
	server := sandbox.Server{EHLO: []string{"PIPELINING", "CHUNKING", "8BITMIME"}}
	chunked := steps(ask + "  - {bdat: \"Subject: x\\n\\ntext\\n\"}\n")
	at := func(name string, r sandbox.Rule, w want) fault {
		return fault{name: name, server: server, rules: on("BDAT", r), scenario: chunked, want: w}
	}
	silence := at("silence at BDAT", sandbox.Rule{Hang: true}, silent)
	silence.scenario, silence.within = steps(ask+"  - {bdat: \"Subject: x\\n\\ntext\\n\", timeout: 1s}\n"), waiting
	return []fault{
		{name: "a message in chunks as it should be", server: server, scenario: chunked, want: passes},
		{name: "CHUNKING is not offered", scenario: chunked, want: refused("").saying("CHUNKING")},
		at("503 to BDAT", sandbox.Rule{Reply: "503 5.5.1 No recipients"}, refused("no-valid-recipients")),
		at("552 to BDAT", sandbox.Rule{Reply: "552 5.3.4 Message too large"}, refused("content-size")),
		at("421 to BDAT", sandbox.Rule{Reply: "421 4.3.2 Service shutting down"}, later("server-closing")),
		at("354 to BDAT", sandbox.Rule{Reply: "354 go on"}, refused("")),
		at("closed at BDAT", sandbox.Rule{Close: true}, closed),
		at("two replies to BDAT", sandbox.Rule{Raw: "250 ok\r\n550 5.0.0 No\r\n"}, outOfStep),
		silence,
	}
}

// mailstores are the faults of replies for each recipient: LMTP and PRDR.
func mailstores() []fault {
	lmtp := "protocol: lmtp\nname: fault\nsteps:\n  - LHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<kate@example.test>\n  - RCPT TO:<sales@example.test>\n  - {message: x, timeout: 2s}\n"
	prdr := "name: fault\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}> PRDR\n  - RCPT TO:<kate@example.test>\n  - RCPT TO:<sales@example.test>\n  - {message: x, timeout: 2s}\n"
	users := []string{"kate", "sales"}
	store := func(name string, rules []sandbox.Rule, w want) fault {
		return fault{name: name, server: sandbox.Server{LMTP: true, Users: users}, rules: rules, scenario: lmtp, want: w}
	}
	each := func(name string, rules []sandbox.Rule, w want) fault {
		return fault{name: name, server: sandbox.Server{EHLO: []string{"PRDR"}, Users: users}, rules: rules, scenario: prdr, want: w}
	}
	patient := func(f fault) fault { f.within = waiting; return f }
	return []fault{
		store("LMTP as it should be", nil, passes),
		store("LMTP: the second recipient is refused", says("end-of-data <sales@*>", "550 5.1.1 User unknown"), refused("recipient-unknown")),
		store("LMTP: the first recipient is put off", says("end-of-data <kate@*>", "450 4.2.0 Not now"), later("")),
		store("LMTP: 421 for the first of two", says("end-of-data <kate@*>", "421 4.3.2 Service shutting down"), later("server-closing")),
		store("LMTP: the end after the first of two", on("end-of-data <sales@*>", sandbox.Rule{Close: true}), closed),
		patient(store("LMTP: silence after the first of two", on("end-of-data <sales@*>", sandbox.Rule{Hang: true}), silent)),
		store("LMTP: a reply too many", raw("end-of-data <sales@*>", "250 ok\r\n550 5.0.0 No\r\n"), outOfStep),
		store("LMTP: LHLO is not known", says("LHLO probe.example.net", "500 5.5.2 What?"), refused("command-unknown")),
		{name: "LMTP, spoken to in SMTP", server: sandbox.Server{LMTP: true}, want: refused("command-unknown")},
		each("PRDR as it should be", nil, passes),
		each("PRDR: the second recipient is refused", says("end-of-data <sales@*>", "550 5.1.1 User unknown"), refused("recipient-unknown")),
		each("PRDR: 421 for the first of two", says("end-of-data <kate@*>", "421 4.3.2 Service shutting down"), later("server-closing")),
		each("PRDR: the end after the first of two", on("end-of-data <sales@*>", sandbox.Rule{Close: true}), closed),
		patient(each("PRDR: silence after the first of two", on("end-of-data <sales@*>", sandbox.Rule{Hang: true}), silent)),
	}
}

// groups are the faults of commands that go out at once.
func groups() []fault {
	const group = "\n  - EHLO ${helo}\n  - pipeline:\n      - MAIL FROM:<${from}>\n      - RCPT TO:<${to}>\n      - RCPT TO:<postmaster@${domain}>\n"
	at := func(name, place string, r sandbox.Rule, w want) fault {
		return fault{name: name, rules: on(place, r), scenario: steps(group), want: w}
	}
	const kate = "RCPT TO:<kate@*>"
	return []fault{
		{name: "a group as it should be", scenario: steps(group), want: passes},
		at("a refusal inside a group", kate, sandbox.Rule{Reply: "550 5.1.1 User unknown"}, refused("recipient-unknown")),
		at("421 inside a group", kate, sandbox.Rule{Reply: "421 4.3.2 Service shutting down"}, later("server-closing")),
		at("closed inside a group", kate, sandbox.Rule{Close: true}, closed),
		at("reset inside a group", kate, sandbox.Rule{Reset: true}, reset),
		at("a refusal inside a group, then the end", "MAIL", sandbox.Rule{Reply: "550 5.7.1 We do not want you", Close: true}, refused("")),
		at("a reply too many inside a group", kate, sandbox.Rule{Raw: "250 ok\r\n550 5.0.0 No\r\n"}, refused("")),
		{name: "a reply too many inside a group, and 421 to its last command", scenario: steps(group), want: later("server-closing"), rules: append(
			raw("MAIL", "250 ok\r\n250 ok\r\n"), says("RCPT TO:<postmaster@*>", "421 4.3.2 Service shutting down")...)},
		at("what is no reply inside a group", kate, sandbox.Rule{Raw: "hello there\r\n"}, protocol("not-smtp", "")),
		{name: "the server forgets a command of a group", scenario: "timeout: 2s\n" + steps(group), within: waiting, want: silent, rules: speaks(kate, func(*sandbox.Conn) {})},
	}
}
