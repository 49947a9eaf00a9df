package games

import (
	"time"
)

// fault is one way not to answer as usual. It reports whether the server goes
// on.
type fault func(s *server, code int, nc *end) bool

// faults are all the ways there are. Those of good order, slow or in pieces,
// must not disturb anybody.
var faults = [...]fault{
	otherCode, otherCode, otherCode, surplus, surplusLate, surplusBefore, slow, silent,
	inPieces, cutOff, hangUp, reset, malformed, farewell, answerAndHangUp, twoBehindOne, shifted,
}

func otherCode(s *server, _ int, _ *end) bool {
	return s.say(s.whole(one(s.choose, 250, 251, 354, 450, 451, 500, 502, 503, 550, 554, 220, 221)))
}

// surplus sends a second reply in the same packet.
func surplus(s *server, code int, _ *end) bool {
	first, second := s.whole(code), s.whole(one(s.choose, 250, 550, 450, 354, 221, code))
	return s.write(first, first.text+second.text) && s.write(second, "")
}

// twoBehindOne sends two of them.
func twoBehindOne(s *server, code int, _ *end) bool {
	first, second, third := s.whole(code), s.whole(one(s.choose, 250, 550)), s.whole(one(s.choose, 250, 550))
	return s.write(first, first.text+second.text+third.text) && s.write(second, "") && s.write(third, "")
}

// surplusLate sends a second reply some time after the first.
func surplusLate(s *server, code int, _ *end) bool {
	extra := s.whole(one(s.choose, 250, 550, 450, 354))
	s.late = append(s.late, time.AfterFunc(one(s.choose, time.Millisecond, 50*time.Millisecond, 3*time.Second), func() { s.say(extra) }))
	return s.say(s.whole(code))
}

// surplusBefore sends the reply too many first.
func surplusBefore(s *server, code int, _ *end) bool {
	first, second := s.whole(one(s.choose, 250, 550, 354)), s.whole(code)
	return s.write(first, first.text+second.text) && s.write(second, "")
}

// shifted leaves a command without its reply and gives it to the next one.
func shifted(s *server, code int, _ *end) bool {
	owed := s.whole(code)
	s.mu.Lock()
	s.overdue = true
	s.mu.Unlock()
	s.late = append(s.late, time.AfterFunc(one(s.choose, 31*time.Second, 40*time.Second), func() { s.say(owed) }))
	return true
}

func slow(s *server, code int, _ *end) bool {
	time.Sleep(one(s.choose, time.Millisecond, time.Second, 20*time.Second))
	return s.say(s.whole(code))
}

func silent(*server, int, *end) bool { return true }

func inPieces(s *server, code int, _ *end) bool {
	r := s.whole(code)
	s.floor <- struct{}{}
	defer func() { <-s.floor }()
	for at := range len(r.text) - 1 {
		if !s.raw(r.text[at : at+1]) {
			return false
		}
		time.Sleep(one(s.choose, 0, time.Millisecond, 10*time.Millisecond))
	}
	return s.put(r, r.text[len(r.text)-1:])
}

func cutOff(s *server, code int, _ *end) bool {
	r := s.whole(code)
	s.write(said{code: -1}, r.text[:1+s.choose.below(len(r.text)-2)])
	return false
}

func hangUp(*server, int, *end) bool { return false }

func reset(s *server, _ int, nc *end) bool { s.broken = true; nc.reset(); return false }

func answerAndHangUp(s *server, code int, _ *end) bool { s.say(s.whole(code)); return false }

func farewell(s *server, _ int, _ *end) bool { s.say(s.whole(421)); return s.choose.once(2) }

// malformed sends what is no reply of RFC 5321 section 4.2.
func malformed(s *server, _ int, _ *end) bool {
	return s.write(said{}, one(s.choose,
		"hello there\r\n", "250-ok\r\n550 no\r\n", "\x00\xff\xfe\r\n", "25 ok\r\n", "999 what\r\n", "250ok\r\n", "+OK ready\r\n",
		"250-"+string(make([]byte, 9000))+"\r\n",
	)) && s.choose.once(2)
}
