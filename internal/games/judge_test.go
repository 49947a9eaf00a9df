package games

import (
	"fmt"
	"slices"
	"strings"
)

// sound reports whether the dialogue went as the scenario wants, to one who
// saw everything the server did: each command got one reply and no other
// before the next, and each was met. Where it did not, it says why. fell is true
// where TLS has failed before, so that the session may go on in clear.
func sound(s *script, log []*heard, fell bool) (why string, ok bool) {
	if len(log) == 0 {
		return "there was no connection", false
	}
	if log[0].verb != "" || len(log[0].replies) != 1 || log[0].replies[0].code != 220 {
		return fmt.Sprintf("the greeting was %v", log[0].replies), false
	}
	turns := s.turns
	if s.upgrades && !fell && offersTLS(log) {
		turns = slices.Concat([]turn{{"EHLO", []string{"2xx"}}, {"STARTTLS", []string{"220", "4xx", "5xx"}}}, turns)
	}
	for rest := log[1:]; len(rest) > 0; {
		n := flight(rest)
		why, played := judgeFlight(turns, rest[:n])
		if why != "" {
			return why, false
		}
		turns, rest = turns[played:], rest[n:]
	}
	if len(turns) > 0 {
		return fmt.Sprintf("%d commands did not come", len(turns)), false
	}
	return "", true
}

// offersTLS reports whether the first EHLO was answered with STARTTLS.
func offersTLS(log []*heard) bool {
	return len(log) > 1 && log[1].verb == "EHLO" && len(log[1].replies) > 0 && strings.Contains(log[1].replies[0].text, "-STARTTLS\r\n")
}

// flight is how many of these commands came at once.
func flight(log []*heard) int {
	n := 1
	for n < len(log) && log[n-1].tied {
		n++
	}
	return n
}

// judgeFlight judges commands that came at once by the order of the replies,
// for no client can do better. It says what is wrong and how many commands of
// the scenario these were.
func judgeFlight(turns []turn, log []*heard) (why string, played int) {
	var replies []said
	for _, h := range log {
		replies = append(replies, h.replies...)
	}
	for i, h := range log {
		var got said
		if i < len(replies) {
			got = replies[i]
		}
		switch {
		case h.verb == "QUIT" && i == len(log)-1:
			switch {
			case got.code == 421 && len(replies) > len(log):
				// Whose reply the 421 is, is open: it may have been owed before.
				return fmt.Sprintf("QUIT got %v, and a reply more", got), 0
			case len(replies) <= i, got.code == 221, got.code == 421, got.code == -1:
				return "", played
			}
			return fmt.Sprintf("QUIT got %v", got), 0
		case played == len(turns) || h.verb != turns[played].verb:
			return "the scenario has no " + h.verb + " there", 0
		case len(replies) <= i:
			return h.verb + " got no reply", 0
		case !turns[played].met(got.code):
			return fmt.Sprintf("%s got %v, wanted %v", h.verb, got, turns[played].wants), 0
		}
		played++
	}
	if len(replies) > len(log) {
		return fmt.Sprintf("%d commands up to %s got %d replies: %v", len(log), log[len(log)-1].verb, len(replies), replies), 0
	}
	return "", played
}
