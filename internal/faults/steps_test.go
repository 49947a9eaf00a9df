//go:build linux

package faults

import (
	"fmt"
	"strings"
	"time"

	"mxprobe/internal/sandbox"
)

// place is a moment at which a server has to say something.
type place struct {
	name string
	on   string // as in a rule
	// scenario comes to this moment; %s stands for "timeout: 1s" or nothing.
	scenario string
	rules    []sandbox.Rule // what leads there
	sound    string         // the right reply
}

// places are all of them, in the order of a session.
func places() []place {
	const hello, mail, rcpt, data = "\n  - EHLO ${helo}", "\n  - MAIL FROM:<${from}>", "\n  - RCPT TO:<${to}>", "\n  - DATA"
	return []place{
		{name: "greeting", on: "connect", scenario: "greeting: {expect: 220}\n%s\n" + steps(ask), sound: "220 mx1"},
		{name: "EHLO", on: "EHLO", scenario: steps("\n  - {send: \"EHLO ${helo}\", expect: 2xx, %s}\n"), sound: "250 mx1"},
		{name: "HELO", on: "HELO", scenario: steps("\n  - {send: \"EHLO ${helo}\", %s}\n"), sound: "250 mx1", rules: says("EHLO", "502 5.5.1 Command not implemented")},
		{name: "VRFY", on: "VRFY", scenario: steps(hello + "\n  - {send: \"VRFY kate\", %s}\n"), sound: "252 2.1.5 perhaps"},
		{name: "MAIL", on: "MAIL", scenario: steps(hello + "\n  - {send: \"MAIL FROM:<${from}>\", %s}\n"), sound: "250 2.1.0 ok"},
		{name: "RCPT", on: "RCPT", scenario: steps(hello + mail + "\n  - {send: \"RCPT TO:<${to}>\", %s}\n"), sound: "250 2.1.5 ok"},
		{name: "RSET", on: "RSET", scenario: steps(hello + mail + rcpt + "\n  - {send: RSET, %s}\n"), sound: "250 2.0.0 ok"},
		{name: "DATA", on: "DATA", scenario: steps(hello + mail + rcpt + "\n  - {send: DATA, %s}\n"), sound: "354 go on"},
		{name: "end of data", on: "end-of-data", scenario: steps(hello + mail + rcpt + data + "\n  - {body: \"Subject: x\\n\\nx\\n\", %s}\n"), sound: "250 2.0.0 ok"},
		{name: "QUIT", on: "QUIT", scenario: steps(hello + "\n# %s\n"), sound: "221 2.0.0 bye"},
	}
}

// kind is something wrong that can be said anywhere.
type kind struct {
	name  string
	rule  func(p place) sandbox.Rule
	want  want
	waits bool // for a second
}

func kinds() []kind {
	rule := func(r sandbox.Rule) func(place) sandbox.Rule { return func(place) sandbox.Rule { return r } }
	return []kind{
		{"silence at %s", rule(sandbox.Rule{Hang: true}), silent, true},
		{"closed at %s", rule(sandbox.Rule{Close: true}), closed, false},
		{"reset at %s", rule(sandbox.Rule{Reset: true}), reset, false},
		{"half a reply to %s, then silence", rule(sandbox.Rule{Raw: "2", Hang: true}), silent.saying("not complete"), true},
		{"half a reply to %s, then the end", func(p place) sandbox.Rule { return sandbox.Rule{Raw: p.sound[:5], Close: true} }, closed.saying("in the middle of a reply"), false},
		{"421 to %s", rule(sandbox.Rule{Reply: "421 4.3.2 Service shutting down"}), later("server-closing"), false},
		{"451 to %s", rule(sandbox.Rule{Reply: "451 4.3.0 Not now"}), later(""), false},
		{"550 to %s", rule(sandbox.Rule{Reply: "550 5.0.0 No"}), refused(""), false},
		{"what is no reply to %s", rule(sandbox.Rule{Raw: "hello there\r\n"}), protocol("not-smtp", "hello there"), false},
		{"two replies to %s in one packet", func(p place) sandbox.Rule {
			return sandbox.Rule{Raw: p.sound + "\r\n550 5.0.0 No\r\n"}
		}, outOfStep.saying("550 5.0.0 No"), false},
		{"a second reply to %s, late", func(p place) sandbox.Rule {
			return sandbox.Rule{Func: func(c *sandbox.Conn, _ string) {
				_ = c.Reply(p.sound)
				if _, err := c.ReadLine(); err == nil {
					_ = c.Reply("550 5.0.0 No\n221 2.0.0 bye")
					c.Close()
				}
			}}
		}, outOfStep, false},
		{"a slow reply to %s", rule(sandbox.Rule{Delay: 300 * time.Millisecond}), passes, false},
	}
}

// everywhere is every kind at every place.
func everywhere() []fault {
	all := []fault{unasked()}
	for _, k := range kinds() {
		for _, p := range places() {
			f := fault{name: fmt.Sprintf(k.name, p.name), want: k.want}
			limit := ""
			if k.waits {
				limit, f.within = "timeout: 1s", waiting
			}
			f.scenario = strings.ReplaceAll(fmt.Sprintf(p.scenario, limit), ", }", "}")
			f.rules = append(on(p.on, k.rule(p)), p.rules...)
			f.want = k.at(p)
			all = append(all, f)
		}
	}
	return all
}

// unasked is a 421 behind the last reply: it may answer the last command, where
// a reply too many stood in its place.
func unasked() fault {
	return fault{
		name: "421 unasked behind the last reply", rules: raw("RCPT", "250 2.1.5 ok\r\n421 4.3.2 Service shutting down\r\n"), want: later("server-closing"),
	}
}

// at is what has to come of it at a place.
func (k kind) at(p place) want {
	const late = "a second reply to %s, late"
	switch {
	case k.name == late && p.name == "greeting":
		return refused("") // nobody can tell it from the answer to EHLO
	case k.name == late && p.name == "DATA":
		return passes // the client is gone: it cannot say QUIT there
	case p.name != "QUIT":
		return k.want
	}
	// That QUIT gets no answer says nothing (RFC 5321 section 4.1.1.10); another
	// one may belong to a command before.
	switch k.name {
	case "451 to %s", "550 to %s", "what is no reply to %s":
		return outOfStep
	}
	return passes
}
