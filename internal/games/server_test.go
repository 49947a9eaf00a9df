package games

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// said is one reply as the server sent it.
type said struct {
	code int // 0 for what is no reply, -1 for one that was cut off
	text string
}

func (r said) String() string { return strconv.Quote(r.text) }

// heard is a command the server got, and all it said before the next one. The
// first of a connection is the greeting, with no verb.
type heard struct {
	verb    string
	replies []said
	// tied is true if the next command came with this one: its client cannot
	// know which of them a reply between was for, but by their order.
	tied bool
}

// server is the mail server of a game. It keeps what really happened.
type server struct {
	choose *choices
	secret string
	tls    *tls.Config
	illTLS illness
	faults int // once in how many replies something is wrong; 0 is never

	// floor is taken by who speaks: no reply begins inside another. It is a
	// channel because whoever sleeps with it must not stop the bubble's time.
	floor  chan struct{}
	mu     sync.Mutex
	broken bool // what was said last may not have arrived
	// overdue is true where a reply waits for longer than a client does: one that
	// gives up is right, however well it goes on behind it.
	overdue bool
	log     []*heard
	nc      net.Conn
	plain   *end // below nc
	late    []*time.Timer
	secure  bool
	// begun is true once STARTTLS was answered with 220, whatever became of the
	// handshake, spoke once a whole reply was sent under TLS.
	begun, spoke bool
}

// illness is what a server does in the place of a handshake.
type illness int

const (
	healthy illness = iota
	hangsUp
	resets
	alerts
	talksOn
	hangsUpBehind // after a handshake in good order
	illnesses
)

// handshake makes TLS of the connection, and reports whether the server goes on.
func (s *server) handshake(nc *end) (under *tls.Conn, ok bool) {
	if s.illTLS != healthy && s.illTLS != hangsUpBehind {
		_, _ = nc.Read(make([]byte, 1)) // the client has begun
	}
	switch s.illTLS {
	case hangsUp:
		return nil, false
	case resets:
		nc.reset()
		return nil, false
	case alerts:
		_, _ = nc.Write([]byte{21, 3, 3, 0, 2, 2, 80})
		return nil, false
	case talksOn:
		_, _ = nc.Write([]byte("250 ok\r\n"))
		return nil, false
	}
	under = tls.Server(nc, s.tls)
	if under.Handshake() != nil || s.illTLS == hangsUpBehind {
		return nil, false
	}
	return under, true
}

// lostTLS reports whether TLS was promised, and the client never heard a reply
// under it.
func (s *server) lostTLS() bool { return s.begun && !s.spoke }

// serve speaks with one client until one of both ends.
func (s *server) serve(nc *end) {
	defer nc.Close()
	defer s.stop()
	s.mu.Lock()
	s.nc, s.plain = nc, nc
	s.mu.Unlock()
	if !s.reply("", false, nc) {
		return
	}
	in := bufio.NewReader(nc)
	defer func() { s.leave(in) }()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if s.last("DATA") == 354 {
			// It came late, so that the client sends the text only now.
			if line != ".\r\n" && !readText(in) || !s.reply("end-of-data", in.Buffered() > 0, nc) {
				return
			}
			continue
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimRight(line, "\r\n")), " ")
		if !s.reply(verb, in.Buffered() > 0, nc) {
			return
		}
		switch last := s.last(verb); {
		case verb == "QUIT":
			return
		case verb == "STARTTLS" && last == 220:
			under, ok := s.handshake(nc)
			if !ok {
				return
			}
			s.mu.Lock()
			s.nc, s.secure = under, true
			s.mu.Unlock()
			in = bufio.NewReader(under)
		case verb == "DATA" && last == 354:
			if !readText(in) || !s.reply("end-of-data", in.Buffered() > 0, nc) {
				return
			}
		}
	}
}

// leave keeps the commands that came and were never looked at: what was said
// last may be the answer to one of them, to all that their client can see.
func (s *server) leave(in *bufio.Reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := make([]byte, in.Buffered())
	_, _ = in.Read(text) // no more than is buffered
	if !s.secure {
		text = append(text, s.plain.unread()...)
	}
	for s.secure && s.plain.waits() { // a client writes whole records
		record := make([]byte, 4096)
		n, err := in.Read(record)
		if text = append(text, record[:n]...); err != nil {
			break
		}
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasSuffix(line, "\n") {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimRight(line, "\r\n")), " ")
		s.log[len(s.log)-1].tied = true
		s.log = append(s.log, &heard{verb: verb})
	}
}

func readText(in *bufio.Reader) bool {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			return true
		}
	}
}

func (s *server) stop() {
	for _, t := range s.late {
		t.Stop()
	}
}

// last is the first code that was said to the latest command.
func (s *server) last(verb string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.log[len(s.log)-1]; h.verb == verb && len(h.replies) > 0 {
		return h.replies[0].code
	}
	return 0
}

// reply answers a command, rightly or not, and reports whether the server
// goes on.
func (s *server) reply(verb string, tied bool, nc *end) bool {
	s.mu.Lock()
	s.log = append(s.log, &heard{verb: verb, tied: tied})
	s.mu.Unlock()
	code := usual(verb)
	if s.faults == 0 || !s.choose.once(s.faults) {
		return s.say(s.whole(code))
	}
	return faults[s.choose.below(len(faults))](s, code, nc)
}

func usual(verb string) int {
	switch verb {
	case "":
		return 220
	case "DATA":
		return 354
	case "QUIT":
		return 221
	case "STARTTLS":
		return 220
	}
	return 250
}

// say sends one reply, or what is none.
func (s *server) say(r said) bool { return s.write(r, r.text) }

// write sends text and keeps it as the reply it completes.
func (s *server) write(r said, text string) bool {
	s.floor <- struct{}{}
	defer func() { <-s.floor }()
	return s.put(r, text)
}

func (s *server) put(r said, text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.WriteString(s.nc, text); err != nil {
		return false
	}
	s.spoke = s.spoke || s.secure && r.code > 0
	h := s.log[len(s.log)-1]
	s.begun = s.begun || h.verb == "STARTTLS" && len(h.replies) == 0 && r.code == 220
	h.tied = h.tied || s.plain.waits()
	h.replies = append(h.replies, r)
	return true
}

// raw sends bytes that complete no reply.
func (s *server) raw(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := io.WriteString(s.nc, text)
	return err == nil
}

// whole returns a reply in good order.
func (s *server) whole(code int) said {
	digits := string([]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)})
	words := one(s.choose, "ok", "2.0.0 fine", "5.1.1 no such user", "4.7.1 later", "as you like "+s.secret)
	s.mu.Lock()
	hello := len(s.log) > 0 && s.log[len(s.log)-1].verb == "EHLO" && code == 250
	secure := s.secure
	s.mu.Unlock()
	if !hello {
		return said{code, digits + " " + words + "\r\n"}
	}
	text := digits + "-mx.example.test\r\n" + digits + "-PIPELINING\r\n" + digits + "-X" + s.secret + "\r\n"
	if !secure {
		text += digits + "-STARTTLS\r\n"
	}
	return said{code, text + digits + " SIZE 1000000\r\n"}
}
