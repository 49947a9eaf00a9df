//go:build linux

package main

import (
	"bytes"
	"crypto/tls"
	"net"
	"time"

	"mxprobe/bench/targets"
)

// dialogue is one connection. All lines of one read are answered in one write.
type dialogue struct {
	server *server
	conn   net.Conn
	fault  targets.Fault
	in     []byte // its length is all that a line may have
	out    []byte

	secure, inMessage, recipient bool
	cut                          bool // the line's beginning was thrown away
	over                         bool // the connection ends behind what is in out
}

func (d *dialogue) play() {
	switch d.fault {
	case targets.Flood:
		d.flood()
		return
	case targets.Unwanted:
		d.say("554 5.7.1 sink takes nothing from you\r\n")
	default:
		d.say("220 sink ESMTP\r\n")
	}
	have := 0
	for {
		if _, err := d.conn.Write(d.out); err != nil || d.over {
			return
		}
		d.out = d.out[:0]
		for len(d.out) == 0 && !d.over {
			n, err := d.conn.Read(d.in[have:])
			if err != nil {
				return
			}
			have = d.lines(have + n)
		}
	}
}

// lines answers the lines within the first n bytes that came, and returns how
// many bytes are left of one that has not ended.
func (d *dialogue) lines(n int) int {
	rest := d.in[:n]
	for !d.over {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		if !whole {
			break
		}
		rest = after
		clear := !d.secure
		if !d.cut {
			d.answer(bytes.TrimSuffix(line, []byte("\r")))
		}
		d.cut = false
		if clear && d.secure {
			return 0
		}
	}
	if len(rest) == len(d.in) {
		d.cut = true
		return 0
	}
	return copy(d.in, rest)
}

func (d *dialogue) say(reply string) { d.out = append(d.out, reply...) }

func (d *dialogue) answer(line []byte) {
	if d.inMessage {
		if len(line) == 1 && line[0] == '.' {
			d.inMessage = false
			d.server.messages.Add(1)
			d.say("250 2.0.0 Ok\r\n")
		}
		return
	}
	verb := line[:min(4, len(line))]
	switch {
	case bytes.EqualFold(verb, []byte("EHLO")), bytes.EqualFold(verb, []byte("HELO")):
		d.hello()
	case bytes.EqualFold(verb, []byte("MAIL")):
		d.mail()
	case bytes.EqualFold(verb, []byte("RCPT")):
		d.rcpt()
	case bytes.EqualFold(verb, []byte("DATA")):
		if !d.recipient {
			d.say("554 5.5.1 No valid recipients\r\n")
			return
		}
		d.inMessage, d.recipient = true, false
		d.say("354 End with a dot\r\n")
	case bytes.EqualFold(verb, []byte("STAR")) && d.server.tls != nil && !d.secure:
		d.startTLS()
	case bytes.EqualFold(verb, []byte("QUIT")):
		d.server.dialogues.Add(1)
		d.say("221 2.0.0 Bye\r\n")
		d.over = true
	case bytes.EqualFold(verb, []byte("RSET")), bytes.EqualFold(verb, []byte("NOOP")):
		d.recipient = false
		d.say("250 2.0.0 Ok\r\n")
	default:
		d.say("502 5.5.2 What?\r\n")
	}
}

func (d *dialogue) hello() {
	switch d.fault {
	case targets.Closed:
		d.over = true
		return
	case targets.Garbage:
		d.say("\x00\x01\xfe\xff no reply at all\r\n")
		return
	}
	if d.server.hold > 0 && (d.secure || d.server.tls == nil) {
		time.Sleep(d.server.hold)
	}
	d.say("250-sink\r\n")
	if !d.server.lockStep {
		d.say("250-PIPELINING\r\n")
	}
	if d.server.tls != nil && !d.secure {
		d.say("250-STARTTLS\r\n")
	}
	d.say("250-8BITMIME\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES\r\n")
}

func (d *dialogue) mail() {
	switch d.fault {
	case targets.Half:
		d.say("25")
		d.over = true
	case targets.Silent:
		// The other side has to give up.
		for {
			if _, err := d.conn.Read(d.in); err != nil {
				d.over = true
				return
			}
		}
	case targets.Leaving:
		d.say("421 4.3.2 sink is going down\r\n")
		d.over = true
	default:
		d.say("250 2.1.0 Ok\r\n")
	}
}

func (d *dialogue) rcpt() {
	switch d.fault {
	case targets.Unknown:
		d.say("550 5.1.1 No such user here\r\n")
	case targets.Later:
		d.say("451 4.3.0 Come back later\r\n")
	default:
		d.recipient = true
		d.say("250 2.1.5 Ok\r\n")
	}
}

// startTLS answers and goes on under TLS; what came in clear behind the command
// is forgotten (RFC 3207 section 4.2).
func (d *dialogue) startTLS() {
	if _, err := d.conn.Write([]byte("220 2.0.0 Ready\r\n")); err != nil {
		d.over = true
		return
	}
	conn := tls.Server(d.conn, d.server.tls)
	if err := conn.Handshake(); err != nil {
		d.over = true
		return
	}
	d.conn, d.secure = conn, true
}

// flood sends lines of a greeting until the other side has enough.
func (d *dialogue) flood() {
	line := bytes.Repeat([]byte("220-and another line of this greeting\r\n"), 100)
	for {
		if _, err := d.conn.Write(line); err != nil {
			return
		}
	}
}
