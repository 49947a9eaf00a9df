package games

import (
	"slices"
	"testing"
)

// The second judge must see what it is there for: each of these dialogues is
// wrong in one place.
func TestJudge(t *testing.T) {
	t.Parallel()
	ok := said{250, "250 ok\r\n"}
	s := &script{quit: true, turns: []turn{{"EHLO", []string{"2xx"}}, {"RCPT", []string{"250", "5xx"}}}}
	dialogue := func(change func(log []*heard)) []*heard {
		log := []*heard{
			{verb: "", replies: []said{{220, "220 mx\r\n"}}},
			{verb: "EHLO", replies: []said{ok}},
			{verb: "RCPT", replies: []said{ok}},
			{verb: "QUIT", replies: []said{{221, "221 bye\r\n"}}},
		}
		change(log)
		return log
	}
	for _, tt := range []struct {
		name   string
		change func(log []*heard)
		sound  bool
	}{
		{"as it should be", func([]*heard) {}, true},
		{"QUIT without an answer", func(log []*heard) { log[3].replies = nil }, true},
		{"a greeting of another code", func(log []*heard) { log[0].replies[0].code = 554 }, false},
		{"a reply too many", func(log []*heard) { log[2].replies = append(log[2].replies, ok) }, false},
		{"a reply too few", func(log []*heard) { log[1].replies = nil }, false},
		{"a code that was not wanted", func(log []*heard) { log[2].replies[0].code = 251 }, false},
		{"goodbye in the place of a reply", func(log []*heard) { log[1].replies[0].code = 221 }, false},
		{"another answer to QUIT", func(log []*heard) { log[3].replies[0].code = 550 }, false},
		{"no reply to one, two to the next, apart", func(log []*heard) { log[1].replies, log[2].replies = nil, []said{ok, ok} }, false},
		{"the same where both came at once", func(log []*heard) { log[1].replies, log[1].tied, log[2].replies = nil, true, []said{ok, ok} }, true},
		{"a command too few", func(log []*heard) { *log[2] = *log[3] }, false},
	} {
		if why, sound := sound(s, dialogue(tt.change), false); sound != tt.sound {
			t.Errorf("%s: sound is %t, %q; want %t", tt.name, sound, why, tt.sound)
		}
	}
}

// Of opportunistic TLS the second judge knows what must come between the first
// EHLO and the one that counts, and where it may be missing.
func TestJudgeOfOpportunisticTLS(t *testing.T) {
	t.Parallel()
	ok, offer := said{250, "250 ok\r\n"}, said{250, "250-mx\r\n250-STARTTLS\r\n250 SIZE 1\r\n"}
	s := &script{quit: true, upgrades: true, turns: []turn{{"EHLO", []string{"2xx"}}, {"RCPT", []string{"250"}}}}
	begin := []*heard{{verb: "", replies: []said{{220, "220 mx\r\n"}}}}
	end := []*heard{{verb: "RCPT", replies: []said{ok}}, {verb: "QUIT", replies: []said{{221, "221 bye\r\n"}}}}
	ehlo := func(r said) *heard { return &heard{verb: "EHLO", replies: []said{r}} }
	tls := func(code int) *heard { return &heard{verb: "STARTTLS", replies: []said{{code, ""}}} }
	for _, tt := range []struct {
		name  string
		log   []*heard
		fell  bool
		sound bool
	}{
		{"not offered", []*heard{ehlo(ok)}, false, true},
		{"offered and taken", []*heard{ehlo(offer), tls(220), ehlo(ok)}, false, true},
		{"offered and refused", []*heard{ehlo(offer), tls(454), ehlo(offer)}, false, true},
		{"offered and answered out of step", []*heard{ehlo(offer), tls(250), ehlo(offer)}, false, false},
		{"offered and not taken", []*heard{ehlo(offer)}, false, false},
		{"offered, not taken, after TLS had failed", []*heard{ehlo(offer)}, true, true},
		{"taken a second time", []*heard{ehlo(offer), tls(220), ehlo(ok)}, true, false},
	} {
		if why, sound := sound(s, slices.Concat(begin, tt.log, end), tt.fell); sound != tt.sound {
			t.Errorf("%s: sound is %t, %q; want %t", tt.name, sound, why, tt.sound)
		}
	}
}
