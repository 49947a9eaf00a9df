//go:build linux

package faults

import (
	"strings"
	"time"

	"mxprobe/internal/sandbox"
)

// connecting are the ways in which there is no connection, or none that lasts.
func connecting() []fault {
	const noAnswer = "steps:\n  - EHLO ${helo}\n"
	return []fault{
		{name: "a sound server", want: passes},
		{name: "nothing listens", server: sandbox.Server{Dead: sandbox.RefusesAll}, want: want{"fail", "refused", "connect-refused", 1, "nothing listens there"}},
		{name: "no answer to the connection", server: sandbox.Server{Dead: sandbox.HangsAll}, args: "--connect-timeout 1s", want: want{"fail", "timeout", "connect-timeout", 1, "no answer in 1s"}},
		{
			name: "no answer, and none of the control server", server: sandbox.Server{Dead: sandbox.HangsAll}, args: "--connect-timeout 1s --control 127.0.0.1:1",
			want: want{"inconclusive", "no_route", "", 3, "control server"},
		},
		{name: "no answer when the time is over", server: sandbox.Server{Dead: sandbox.HangsAll}, args: "--max-time 1s", want: want{"inconclusive", "deadline", "", 3, ""}},
		{name: "the host cannot be reached", server: sandbox.Server{Dead: sandbox.Unreachable}, inside: true, want: want{"fail", "unreachable", "connect-unreachable", 1, "host unreachable"}},
		{name: "this machine has no route", server: sandbox.Server{Dead: sandbox.NoRoute}, inside: true, want: want{"inconclusive", "no_route", "connect-unreachable", 3, "no IPv4 route"}},
		{name: "closed at once", rules: on("connect", sandbox.Rule{Close: true}), want: closed},
		{name: "reset at once", rules: on("connect", sandbox.Rule{Reset: true}), want: reset},
		{
			name: "one of two hosts is dead", zone: "@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.10\nmx2 A 192.0.2.11\n",
			others: []sandbox.Server{{Name: "mx2.example.test", Dead: sandbox.RefusesAll}}, want: want{"fail", "refused", "connect-refused", 1, ""},
		},
		{
			name: "one of two hosts is dead, and any will do", zone: "@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.10\nmx2 A 192.0.2.11\n",
			others: []sandbox.Server{{Name: "mx2.example.test", Dead: sandbox.RefusesAll}}, args: "--require any", want: want{"warn", "refused", "connect-refused", 0, ""},
		},
		{name: "a socket that is not there", args: "-H unix:${dir}/none", scenario: noAnswer, want: want{"fail", "refused", "connect-refused", 1, "no socket there"}},
		{name: "the source address is not this machine's", args: "--source 192.0.2.99", want: want{"inconclusive", "local", "", 3, "source address"}},
		{name: "a header of the PROXY protocol is wanted", server: sandbox.Server{Proxied: true}, scenario: "timeout: 1s\n" + noAnswer, within: waiting, want: silent.saying("--proxy-protocol")},
		{name: "a header of the PROXY protocol is not wanted", args: "--proxy-protocol v1", want: outOfStep},
	}
}

// greetings are wrong first words.
func greetings() []fault {
	foreign := func(name, text, cause string) fault {
		return fault{name: "greeting of " + name, rules: on("connect", sandbox.Rule{Raw: text, Hang: true}), want: protocol(cause, "")}
	}
	all := []fault{
		foreign("SSH", "SSH-2.0-OpenSSH_9.9\r\n", "not-smtp-ssh"),
		foreign("IMAP", "* OK [CAPABILITY IMAP4rev1] ready\r\n", "not-smtp-imap"),
		foreign("POP3", "+OK ready\r\n", "not-smtp-pop3"),
		foreign("HTTP", "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>", "not-smtp-http"),
		foreign("a web page", "<!DOCTYPE html><html><body>captive portal</body></html>\r\n", "not-smtp-http"),
		foreign("TLS", "\x15\x03\x01\x00\x02\x02\x0a\r\n", "not-smtp-tls"),
		foreign("MySQL", "J\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00abcdefgh\x00\r\n", "not-smtp"),
		foreign("Redis", "-ERR wrong number of arguments\r\n", "not-smtp-pop3"),
		foreign("bytes alone", "\x00\xff\xfe\x80\r\n\x01\x02\r\n", "not-smtp"),
		foreign("nothing but a line end", "\r\n", ""),
		{
			name: "greeting of FTP", rules: says("connect", "220 (vsFTPd 3.0.5)"), server: sandbox.Server{}, scenario: steps("\n  - {send: \"EHLO ${helo}\", expect: 250}\n"),
			want: passes,
		},
		{name: "554 as greeting", rules: says("connect", "554 5.3.2 No SMTP service here"), want: refused("server-no-mail")},
		{name: "521 as greeting", rules: says("connect", "521 5.3.2 Host does not accept mail"), want: refused("server-no-mail")},
		{name: "450 as greeting", rules: says("connect", "450 4.3.2 Later, please"), want: later("server-closing")},
		{name: "554 as greeting, for our address", rules: says("connect", "554 5.7.1 Service unavailable; Client host [127.0.0.1] blocked using zen.spamhaus.org"), want: want{"inconclusive", "policy", "client-listed", 3, ""}},
		{name: "250 as greeting", rules: says("connect", "250 ready"), want: refused("").saying("expected 220")},
		{name: "greeting without end", rules: on("connect", sandbox.Rule{Func: func(c *sandbox.Conn, _ string) {
			for text := []byte(strings.Repeat("220-mx\r\n", 500)); ; {
				if _, err := c.Write(text); err != nil {
					return
				}
			}
		}}), want: protocol("", "")},
		{name: "greeting in one line without end", rules: speaks("connect", func(c *sandbox.Conn) {
			_, _ = c.Write([]byte("220 "))
			for text := []byte(strings.Repeat("x", 4096)); ; {
				if _, err := c.Write(text); err != nil {
					return
				}
			}
		}), want: protocol("", "")},
		{name: "half a line as greeting", rules: on("connect", sandbox.Rule{Raw: "220 mx1.exam", Hang: true}), scenario: "timeout: 1s\n" + steps(ask), within: waiting, want: silent.saying("not complete")},
		{name: "half a line as greeting, then the end", rules: on("connect", sandbox.Rule{Raw: "220 mx1.exam", Close: true}), want: closed.saying("in the middle of a reply")},
		{name: "two greetings in one packet", rules: raw("connect", "220 mx1 ESMTP\r\n220 mx1 ESMTP\r\n"), want: outOfStep.saying("220 mx1 ESMTP")},
		{name: "a greeting whose lines have different codes", rules: raw("connect", "220-mx1 ESMTP\r\n554 go away\r\n"), want: protocol("", "")},
		{name: "a greeting of several lines", rules: says("connect", "220-mx1.example.test ESMTP\n220-we log everything\n220 go on"), want: passes},
		{name: "a greeting of asterisks", rules: says("connect", "220 ****************"), want: passes},
		{name: "a greeting that comes byte by byte", rules: on("connect", sandbox.Rule{Reply: "220 mx1 ESMTP", Drip: 5 * time.Millisecond}), want: passes},
		{name: "a byte now and then, for ever", rules: on("connect", sandbox.Rule{Raw: "220-" + strings.Repeat("x", 4000), Drip: 50 * time.Millisecond}), scenario: "timeout: 1s\n" + steps(ask), within: waiting, want: silent.saying("not complete")},
	}
	return all
}

// framing are replies in a wrong form. Those that do no harm are taken.
func framing() []fault {
	line := func(name, text string, w want) fault {
		return fault{name: name, rules: raw("MAIL", text), want: w}
	}
	endless := func(name, begin, more string) fault {
		return fault{name: name, rules: speaks("MAIL", func(c *sandbox.Conn) {
			_, err := c.Write([]byte(begin))
			for text := []byte(strings.Repeat(more, 4096/len(more))); err == nil; {
				_, err = c.Write(text)
			}
		}), want: protocol("", "")}
	}
	return []fault{
		line("lines that end in LF alone", "250-fine\n250 ok\n", passes),
		line("a code alone", "250\r\n", passes),
		line("a code and a blank", "250 \r\n", passes),
		line("a reply of 400 lines", strings.Repeat("250-ok\r\n", 400)+"250 ok\r\n", passes),
		line("a reply of more than 512 lines", strings.Repeat("250-ok\r\n", 520)+"250 ok\r\n", protocol("", "")),
		line("a line of 4 KiB", "250 "+strings.Repeat("x", 4096)+"\r\n", passes),
		line("a line of more than 8 KiB", "250 "+strings.Repeat("x", 9000)+"\r\n", protocol("", "")),
		line("a reply of more than 128 KiB", strings.Repeat("250-"+strings.Repeat("x", 1000)+"\r\n", 140)+"250 ok\r\n", protocol("", "")),
		line("lines with different codes", "250-ok\r\n550 no\r\n", protocol("", "")),
		line("no code", "ok\r\n", protocol("not-smtp", "ok")),
		line("two digits", "25 ok\r\n", protocol("not-smtp", "")),
		line("no blank behind the code", "250ok\r\n", protocol("not-smtp", "")),
		line("code 999", "999 what\r\n", protocol("not-smtp", "")),
		line("code 150", "150 just a moment\r\n", protocol("", "")),
		line("code 299", "299 of no meaning\r\n", passes),
		line("code 354 in place of 250", "354 go on\r\n", refused("").saying("expected 2xx")),
		line("NUL in a reply", "250 o\x00k\r\n", passes),
		line("CR in a line", "250 o\rk\r\n", passes),
		line("an ESC sequence in a reply", "250 \x1b[2J\x1b]0;owned\x07ok\r\n", passes),
		line("a reply in Latin-1", "250 gr\xfc\xdfe\r\n", passes),
		line("digits of another alphabet", "\u0662\u0665\u0660 ok\r\n", protocol("not-smtp", "")),
		line("a byte order mark before the code", "\ufeff250 ok\r\n", protocol("not-smtp", "")),
		endless("continuation without end", "", "250-and\r\n"),
		endless("a line without end", "250 ", "x"),
		{name: "lines without a code, without end", rules: raw("MAIL", strings.Repeat("x\r\n", 100_000)), want: protocol("not-smtp", "")},
		{name: "CR alone at the end of a line", rules: on("MAIL", sandbox.Rule{Raw: "250 ok\r", Hang: true}), scenario: steps("\n  - EHLO ${helo}\n  - {send: \"MAIL FROM:<${from}>\", timeout: 1s}\n"), within: waiting, want: silent.saying("not complete")},
		{name: "the last line of a reply is missing", rules: on("MAIL", sandbox.Rule{Raw: "250-ok\r\n", Hang: true}), scenario: steps("\n  - EHLO ${helo}\n  - {send: \"MAIL FROM:<${from}>\", timeout: 1s}\n"), within: waiting, want: silent.saying("not complete")},
		{name: "a reply in single bytes", rules: on("MAIL", sandbox.Rule{Drip: time.Millisecond}), want: passes},
	}
}
