package games

import "testing"

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
		if why, sound := sound(s, dialogue(tt.change)); sound != tt.sound {
			t.Errorf("%s: sound is %t, %q; want %t", tt.name, sound, why, tt.sound)
		}
	}
}
