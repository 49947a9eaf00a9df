package scenarios

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// Action is what a step does.
type Action uint8

// The actions, named as in the language.
const (
	Send     Action = iota // a line with CRLF
	Raw                    // text without CRLF
	Bytes                  // bytes given in hex
	Pipeline               // several lines in one write
	Message                // DATA, then a message
	Body                   // a message without DATA
	BDAT                   // a message in chunks
	StartTLS               // STARTTLS and the handshake
	Auth                   // a SASL exchange
	Read                   // expect alone: read a reply, send nothing
	Sleep                  // wait
	Arrives                // wait for the message in a mailbox
	Report                 // wait for a report about the message in a mailbox
	Close                  // close the connection
)

// action is all that the language knows of a thing that a step can do. What
// is nil, empty or false does not apply to it.
type action struct {
	key string // in the map of a step
	// take reads what stands behind the key.
	take func(p *parser, a *action, s *Step, value *yaml.Node)
	// beside are the keys that may stand beside it, blanks between them.
	beside string
	// wants are the codes of the reply to a step that names none, wantsElse
	// those of a step that is an exception.
	wants     string
	wantsElse func(s *Step) string
	// label names a step that has no name; empty if its line does.
	label string
	// preview returns the lines that a step sends, and in parentheses what it
	// does otherwise.
	preview func(s *Step, lookup Lookup) ([]string, error)
	// check looks at what take has read, all but Step.Text: at its variables,
	// and at what they stand for.
	check func(c *checker, s *Step)
	// delivers reports whether a step hands over a message, or may.
	delivers func(s *Step) bool
	// place says where a step stands in a group; nil is PlaceAlone.
	place func(s *Step) Place
	// inPipeline is true if it can be a line of a pipeline.
	inPipeline bool
	// nests is true if a list of steps stands behind the key, which the parser
	// reads; whether it delivers, and what is sent, is then asked of those.
	nests bool
	// aside is true if it looks elsewhere once the session has ended.
	aside bool
}

// actions is the language's table of them, by Action. What a step does on the
// wire is in the table of the engine.
var actions = [...]action{
	Send: {
		key: "send", take: (*parser).takeLine, beside: besideLine, wants: "2xx", wantsElse: lineWants,
		preview: previewText, delivers: lineDelivers, place: linePlace, inPipeline: true,
	},
	Raw: {
		key: "raw", take: (*parser).takeRaw, beside: besideLine, wants: "none",
		preview: previewText, delivers: lineDelivers, inPipeline: true,
	},
	Bytes: {
		key: "bytes", take: (*parser).takeBytes, beside: besideLine, wants: "none", label: "bytes",
		preview: previewBytes, delivers: bytesDeliver, inPipeline: true,
	},
	Pipeline: {
		key: "pipeline", beside: besideTimed + " repeat", wants: "none", nests: true,
	},
	Message: {
		key: "message", take: (*parser).takeContent, beside: besideMessage, wants: "2xx", label: "message",
		preview: previewMessage, check: (*checker).message, delivers: textDelivers, place: messagePlace,
	},
	Body: {
		key: "body", take: (*parser).takeContent, beside: besideText + " stuff end", wants: "2xx", wantsElse: bodyWants, label: "body",
		preview: previewBody, delivers: textDelivers,
	},
	BDAT: {
		key: "bdat", take: (*parser).takeContent, beside: besideMessage + " chunk last", wants: "2xx", label: "bdat",
		preview: previewChunks, check: (*checker).message, delivers: chunksDeliver,
	},
	StartTLS: {
		key: "starttls", take: (*parser).takeStartTLS, beside: besideReply, wants: "220", label: "starttls",
		preview: previewStartTLS, check: (*checker).startTLS, delivers: startTLSDelivers,
	},
	Auth: {
		key: "auth", take: (*parser).takeAuth, beside: besideLogin, wants: "235", wantsElse: loginWants, label: "auth",
		preview: previewLogin, check: (*checker).auth,
	},
	Read: {
		key: "expect", take: (*parser).takeReply, beside: besideLine + " optional", wants: "any", label: "expect",
	},
	Sleep: {
		key: "sleep", take: (*parser).takeSleep, beside: besideAll + " for repeat", wants: "none", label: "sleep",
		preview: previewSleep,
	},
	Arrives: {
		key: "arrives", take: (*parser).takeMailbox, beside: besideTimed + " within", wants: "none", label: "arrives",
		preview: previewMailbox, check: (*checker).mailbox, aside: true,
	},
	Report: {
		key: "report", take: (*parser).takeMailbox, beside: besideTimed + " within", wants: "none", label: "report",
		preview: previewMailbox, check: (*checker).mailbox, aside: true,
	},
	Close: {
		key: "close", take: (*parser).takeClose, beside: besideAll, wants: "none", label: "close",
		preview: previewClose,
	},
}

// Actions returns all actions in the order of the language's table.
func Actions() []Action {
	all := make([]Action, len(actions))
	for i := range all {
		all[i] = Action(i)
	}
	return all
}

// String returns the action as its key in the language.
func (a Action) String() string { return actions[a].key }

// LooksAside reports whether the action looks into a mailbox, after the
// session.
func (a Action) LooksAside() bool { return actions[a].aside }

// Label returns what names a step that has no name of its own: the key of its
// action, or nothing where the line that it sends does.
func (s *Step) Label() string { return actions[s.Action].label }

// actionKeys returns the keys of all actions.
func actionKeys() []string {
	keys := make([]string, len(actions))
	for i := range actions {
		keys[i] = actions[i].key
	}
	return keys
}

// actionOf returns the action of a key.
func actionOf(key string) (Action, bool) {
	i := slices.IndexFunc(actions[:], func(a action) bool { return a.key == key })
	return Action(max(i, 0)), i >= 0
}

// lineActions returns the keys of those that can be lines of a pipeline.
func lineActions() []string {
	var keys []string
	for i := range actions {
		if actions[i].inPipeline {
			keys = append(keys, actions[i].key)
		}
	}
	return keys
}
