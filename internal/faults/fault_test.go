//go:build linux

package faults

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mxprobe/internal/sandbox"
)

// fault is a world with one thing wrong in it, a call of the program, and what
// must come of it. What is not said is as it should be.
type fault struct {
	name string

	// The world.
	server sandbox.Server   // mx1.example.test, but for its rules
	rules  []sandbox.Rule   // of mx1.example.test
	others []sandbox.Server // beside it
	zone   string           // of example.test
	names  []sandbox.Fault  // of the DNS server
	// authentic lets the DNS server vouch for its answers.
	authentic bool
	peer      func(c *peer) // who answers at ${peer}, in TCP
	dns       func(question []byte) [][]byte

	// The call.
	scenario string                 // its YAML, ask where empty
	args     string                 // further arguments, with blanks between them
	setup    func(dir string) error // makes files in the folder of the call
	limits   string                 // further limits of the shell, such as "-n 20"
	memory   int                    // MiB; memory where 0
	signal   os.Signal              // sent when the server has heard NOOP
	// inside lets the engine play the dialogue in the process of the test, in a
	// world whose dialer fails as no kernel does that reaches no network.
	inside bool
	// unwritten is true where a report cannot be written, which the others
	// cannot know yet.
	unwritten bool
	within    time.Duration // the call has ended by then; usualTime where 0

	want want
}

// want is what has to come of a fault.
type want struct {
	status, reason, cause string
	exit                  int
	says                  string // in the message, or in what is said instead of a report
}

// usualTime is how long a call may take whose server does not wait, and
// waiting one whose server keeps a step of a second waiting, and the QUIT behind
// it, which has five. Both are far more than they need.
const (
	usualTime = 15 * time.Second
	waiting   = 25 * time.Second
)

// memory is what the program may have beside its text, in MiB: RLIMIT_DATA. The
// runtime of Go maps 80 MiB of that before anything happens.
const memory = 128

// password is that of every login, and in no output.
const password = "Canary-4711-Zz"

// The verdicts that many faults have in common.
var (
	passes      = want{"pass", "", "", 0, ""}
	closed      = want{"fail", "eof", "connection-closed", 1, "closed the connection"}
	reset       = want{"fail", "reset", "connection-reset", 1, "reset"}
	silent      = want{"fail", "timeout", "reply-timeout", 1, ""}
	outOfStep   = want{"fail", "protocol", "", 1, ""}
	nothingSent = want{"inconclusive", "local", "", 3, ""}
)

// with is the want with something that is said.
func (w want) saying(text string) want { w.says = text; return w }

// of is the want with a cause.
func (w want) of(cause string) want { w.cause = cause; return w }

func refused(cause string) want { return want{"fail", "reply", cause, 1, ""} }
func later(cause string) want   { return want{"inconclusive", "temporary", cause, 3, ""} }
func protocol(cause, says string) want {
	return want{"fail", "protocol", cause, 1, says}
}

// The scenarios that many faults have in common.
const (
	ask = `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
`
	deliver = ask + `
  - message: |
      Subject: a fault

      text
`
)

// steps makes a scenario of its steps.
func steps(lines string) string { return "name: fault\nsteps:" + lines }

// on is the rule of a server that departs from the usual at one command.
func on(place string, r sandbox.Rule) []sandbox.Rule {
	r.On = place
	return []sandbox.Rule{r}
}

// raw is the rule of a server that says something else than a reply.
func raw(place, text string) []sandbox.Rule { return on(place, sandbox.Rule{Raw: text}) }

// says is the rule of a server with another reply than usual.
func says(place, reply string) []sandbox.Rule { return on(place, sandbox.Rule{Reply: reply}) }

// speaks is the rule of a server that does something by hand.
func speaks(place string, do func(c *sandbox.Conn)) []sandbox.Rule {
	return on(place, sandbox.Rule{Func: func(c *sandbox.Conn, _ string) { do(c) }})
}

// peer is a connection to a server that is none of the world's.
type peer struct {
	net.Conn
	nth int // from 1
}

// say writes text, as it is.
func (p *peer) say(text string) bool {
	_, err := p.Write([]byte(text))
	return err == nil
}

// flood writes text over and over until the client has enough.
func (p *peer) flood(text string) {
	for text = strings.Repeat(text, 1+4096/len(text)); p.say(text); {
	}
}

// hear reads until the client is gone.
func (p *peer) hear() {
	buf := make([]byte, 4096)
	for {
		if _, err := p.Read(buf); err != nil {
			return
		}
	}
}

// write is a setup that makes a file.
func write(name, text string) func(dir string) error {
	return func(dir string) error {
		return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
	}
}
