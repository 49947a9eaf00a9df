package facts

import (
	"slices"
	"strings"
	"time"
)

// Session is what one session with a server showed.
type Session struct {
	// State is Found if a connection came about, NoData if the address does
	// not serve mail, Failed where that is not known.
	State State
	// Why says why State is not Found.
	Why     string
	Connect time.Duration
	// Greeting, StartTLS and the others have the state NotAsked where the
	// session ended before, or had no need of them.
	Greeting Reply
	Hello    Hello
	StartTLS Reply
	TLS      TLS
	// Secured is the reply to EHLO under TLS.
	Secured Hello
	// Probes are the further commands with their replies.
	Probes []Probe
}

// Reply is a reply of a server to one command.
type Reply struct {
	// State is Found for a reply, NoData where the server gave none, Failed
	// where that is not known.
	State    State
	Why      string
	Code     int
	Enhanced string
	// Text is printable, line by line, without codes.
	Text []string
	Took time.Duration
	// Ours is true where the server refuses us for what we are: our address,
	// its name, its reputation.
	Ours bool
	// Greylists is true where the server makes an unknown sender wait.
	Greylists bool
}

// Positive reports whether the reply is a 2xx.
func (r *Reply) Positive() bool { return r.State == Found && r.Code/100 == 2 }

// Negative reports whether the reply is a 5xx.
func (r *Reply) Negative() bool { return r.State == Found && r.Code/100 == 5 }

// String is the reply on one line.
func (r *Reply) String() string {
	if r.State != Found {
		return r.State.String()
	}
	return strings.TrimSpace(strings.Join(r.Text, " / "))
}

// Hello is the reply to EHLO.
type Hello struct {
	Reply
	// HELO is true where EHLO was not understood and HELO was said.
	HELO bool
	// Name is the first word of the reply.
	Name string
	// Address is the address of ours that the reply names, if it does.
	Address string
	// Keywords are in upper case, in the order of the reply.
	Keywords []Keyword
	// Odd are lines that are no keyword by RFC 5321 section 4.1.1.1.
	Odd []string
}

// Keyword is one EHLO keyword with its parameters.
type Keyword struct {
	Name   string
	Params []string
}

// Keyword returns a keyword of the reply.
func (h *Hello) Keyword(name string) (Keyword, bool) {
	i := slices.IndexFunc(h.Keywords, func(k Keyword) bool { return k.Name == name })
	if i < 0 {
		return Keyword{}, false
	}
	return h.Keywords[i], true
}

// Offers reports whether the reply has a keyword.
func (h *Hello) Offers(name string) bool {
	_, ok := h.Keyword(name)
	return ok
}

// TLS is what a handshake agreed on.
type TLS struct {
	// State is Found for a handshake, NoData where the server spoiled it,
	// Failed where it could not be tried to its end.
	State   State
	Why     string
	Version string // as in "TLS 1.3"
	Cipher  string
	Took    time.Duration
}

// Probe is a command that shows how a server behaves.
type Probe struct {
	// Name is one of the constants with Probe in their names.
	Name string
	// Sent is the command.
	Sent string
	Reply
}

// The names of probes.
const (
	ProbeSender     = "sender"      // MAIL with the usual sender
	ProbeControl    = "control"     // RCPT of a recipient that must be taken
	ProbePostmaster = "postmaster"  // RCPT of postmaster
	ProbeAbuse      = "abuse"       // RCPT of abuse
	ProbeNullSender = "null-sender" // RCPT of postmaster after MAIL FROM:<>
	ProbeUnknown    = "unknown"     // RCPT of a name that nobody can have
	ProbeOwnSender  = "own-sender"  // RCPT of postmaster after MAIL with a sender of the domain
	ProbeRelay      = "relay"       // RCPT of a name elsewhere
	ProbeRelayNull  = "relay-null"  // the same from the null sender
	ProbeRelayOwn   = "relay-own"   // the same with a sender of the domain
	ProbeRelayRoute = "relay-route" // the same with a source route
	ProbeRelayHack  = "relay-hack"  // the same with a percent sign
	ProbeRelayQuote = "relay-quote" // the same in quotes
	ProbeVRFY       = "vrfy"        // VRFY of postmaster
	ProbeVRFYNobody = "vrfy-nobody" // VRFY of a name that nobody can have
	ProbeEXPN       = "expn"        // EXPN of postmaster
	ProbeAuth       = "auth"        // MAIL without a login, at a port for mail programs
)

// Probe returns the reply to a probe; its state is NotAsked where it was not
// sent.
func (s *Session) Probe(name string) *Probe {
	for i := range s.Probes {
		if s.Probes[i].Name == name {
			return &s.Probes[i]
		}
	}
	return &Probe{Name: name}
}

// Submission is what a port for mail programs showed.
type Submission struct {
	Port uint16
	// Implicit is true where TLS begins with the connection.
	Implicit bool
	Session
}
