package scenarios

import "strings"

// Place says where a step may stand in a group of commands that go out in one
// write, under pipeline: auto.
type Place uint8

// The places.
const (
	PlaceAlone  Place = iota // in no group
	PlaceInside              // anywhere
	PlaceLast                // at its end (RFC 2920 section 3.1)
	PlaceData                // at its end, and only where nothing is refused
)

// Place returns where the step may stand in a group.
func (s *Step) Place() Place {
	if place := actions[s.Action].place; place != nil {
		return place(s)
	}
	return PlaceAlone
}

func messagePlace(*Step) Place { return PlaceData }

func linePlace(s *Step) Place {
	if s.Expect.Codes.None || strings.ContainsAny(s.Text.source, "\r\n") {
		return PlaceAlone
	}
	switch s.Verb {
	case "MAIL", "RCPT", "RSET":
		return PlaceInside
	case "VRFY", "EXPN", "NOOP", "HELP", "QUIT":
		return PlaceLast
	case "DATA":
		return PlaceData
	}
	return PlaceAlone
}
