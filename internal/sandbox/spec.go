package sandbox

import (
	"net/netip"
	"time"
)

// Spec is the description of a world. The zero Spec is a world with a DNS
// server that knows nothing but the root.
type Spec struct {
	Zones []Zone
	// Faults are the questions that are not answered as the zones say; the
	// first that fits decides.
	Faults  []Fault
	Servers []Server
	// Authentic sets the AD bit in the answers of all zones, for clients
	// that ask with AD or DO (RFC 6840 section 5.7).
	Authentic bool

	// Loopback makes the zones give out loopback addresses and all servers
	// listen on one port, so that other programs can use the world.
	Loopback bool
	// DNSAddr is where the DNS server listens, a loopback address. The zero
	// value stands for a free port of 127.0.0.1.
	DNSAddr netip.AddrPort
	// SMTPPort is the one port of all servers where Loopback is set; 0
	// chooses a free one.
	SMTPPort uint16
	// Ended, if not nil, is told of each session when it is over. It may be
	// called by several goroutines at once.
	Ended func(Session)
	// Log, if not nil, is told of what is said, as it is said. It may be called
	// by several goroutines at once, by one for each session.
	Log func(Event)
}

// Zone holds the records of one domain.
type Zone struct {
	// Name is the domain, with or without a final dot.
	Name string
	// Text holds the records as a zone file has them (RFC 1035 section 5),
	// names relative to Name. SOA and NS are added where they are missing.
	Text string
	// Authentic sets the AD bit for this zone alone; see Spec.Authentic.
	Authentic bool
}

// Answer is the way the DNS server answers a question.
type Answer string

// The answers of a Fault.
const (
	ServFail Answer = "servfail" // RCODE 2
	Bogus    Answer = "bogus"    // the same, unless the client wants no validation (the CD bit)
	Refused  Answer = "refused"  // RCODE 5
	Silence  Answer = "silence"  // no answer at all
	Truncate Answer = "truncate" // TC and nothing else over UDP, the zone's answer over TCP
	AsZone   Answer = "zone"     // the zone's answer, for a Fault that only delays
)

// Fault is a question that is not answered as the zones say.
type Fault struct {
	// Name is a glob for the name asked for (* and ?, without case).
	Name string
	// Type is the record type asked for, such as "MX"; empty for every type.
	Type string
	// Answer is what happens; empty is AsZone.
	Answer Answer
	// Times limits the fault to the first so many questions that fit; 0 is
	// no limit.
	Times int
	// Delay is waited before the answer.
	Delay time.Duration
}

// Dead is the way in which an address does not answer.
type Dead string

// The ways of being dead. With Spec.Loopback, Unreachable and NoRoute look
// like RefusesAll, because loopback is always reachable.
const (
	Alive       Dead = ""
	RefusesAll  Dead = "refused"     // ECONNREFUSED
	HangsAll    Dead = "hang"        // no answer until the client gives up
	Unreachable Dead = "unreachable" // EHOSTUNREACH
	NoRoute     Dead = "no-route"    // ENETUNREACH
)

// BadSender says where a server refuses a sender whose domain is under
// .invalid (RFC 2606 section 2).
type BadSender string

// The places of refusal. The zero value is BadSenderAtRcpt.
const (
	BadSenderAtRcpt   BadSender = "rcpt"
	BadSenderAtMail   BadSender = "mail"
	BadSenderAccepted BadSender = "accept"
)

// Server is one mail server.
type Server struct {
	// Name is the host name by which the zones know the server.
	Name string
	// Addrs are its documentation addresses; nil stands for those the zones
	// have for Name.
	Addrs []string
	// Ports are the ports it listens on; nil stands for 25. With
	// Spec.Loopback the server listens on Spec.SMTPPort alone.
	Ports []uint16
	// Hostname is the name in its replies; empty for Name.
	Hostname string
	// Dead makes all its addresses dead.
	Dead Dead
	// EHLO holds the keywords it offers, with their parameters; nil stands
	// for DefaultEHLO and SIZE.
	EHLO []string
	// Domains are those it takes mail for; nil stands for the domains whose
	// MX it is or, where there are none, for Name and the domain above it.
	Domains []string
	// Users are the recipients it knows, as local parts ("kate") or whole
	// addresses, without case; "*" is everybody, nil is kate. Postmaster is
	// always known, with and without a domain (RFC 5321 section 4.5.1).
	Users []string
	// Relay makes it take mail for every domain: an open relay.
	Relay     bool
	BadSender BadSender
	// Size is the largest message in octets (RFC 1870); 0 stands for
	// DefaultSize, -1 for no limit and none announced. Of a message without
	// limit, 16 MiB are kept.
	Size int64
	// Recipients is how many recipients one message may have; 0 stands for
	// 100, the least a server must take (RFC 5321 section 4.5.3.1.8).
	Recipients int
	// TLS is how it speaks TLS; nil for not at all.
	TLS *TLS
	// Proxied makes it want a header of the PROXY protocol, version 1 or 2,
	// before anything else; it closes connections without one.
	Proxied bool
	// LMTP makes it speak LMTP (RFC 2033): LHLO, and a reply for each
	// recipient of a message.
	LMTP bool
	// Ends are further sequences of bytes that end a message, as in servers
	// that can be made to take a part of one message for another, such as
	// "\n.\n". CR LF . CR LF always does.
	Ends []string
	// Maildir is a folder in which each recipient gets a Maildir, named after
	// the address, with the messages taken for it; those of Users are there from
	// the start. A sender who has one gets the delivery reports asked for. Empty
	// for none: messages are remembered only.
	Maildir string
	// Auth is how it takes logins; nil for not at all.
	Auth *Auth
	// TLSA are the TLSA records of its ports, made of its certificate and put
	// into the zones: usage, selector and matching type such as "3 1 1", with
	// the word "wrong" behind them for one that does not fit.
	TLSA []string
	// HTTPS makes it hand out an MTA-STS policy on port 443 in place of
	// taking mail; TLS is then its certificate, good where nil.
	HTTPS *HTTPS
	// Rules are tried in order before the usual behaviour; the first that
	// fits decides.
	Rules []Rule
}

// DefaultSize is the size limit of a Server that has none of its own.
const DefaultSize = 10 << 20

// Rule says how a server departs from the usual at one place.
type Rule struct {
	// On is the place: "connect" (the greeting), "end-of-data" (after the
	// message; "end-of-data <kate@*>" where each recipient has a reply), a verb such as "RCPT", or a glob for the whole command line
	// (* and ?, without case) such as "RCPT TO:<nobody@*>", which fits with
	// and without parameters behind the path.
	On string
	// Times limits the rule to the first so many times for the same client,
	// sender and recipient, as greylisting does (RFC 6647 section 2). Where
	// there is no sender yet, it counts for the client alone. 0 is no limit.
	Times int
	// Holds limits a rule on end-of-data to messages with this text in them,
	// without case, as a filter of contents does. A message that is encoded
	// is not decoded.
	Holds string

	// Delay is waited before anything is sent.
	Delay time.Duration
	// Reply is sent in place of the usual answer: lines separated by LF,
	// each with its code, without CR LF at the end. The session goes on as
	// the code says (a 2xx to RCPT makes a recipient); 421 ends it.
	Reply string
	// Raw is sent as it is in place of Reply.
	Raw string
	// Split sends the answer in packets of so many bytes.
	Split int
	// Drip is the pause between packets; without Split they have one byte.
	Drip time.Duration
	// Extra is sent, as it is, after ExtraDelay, without being asked for.
	Extra      string
	ExtraDelay time.Duration
	// Close ends the connection (FIN) after the answer, Reset breaks it
	// (RST), Hang answers nothing any more. Without Reply and Raw they do so
	// in place of the answer.
	Close, Reset, Hang bool

	// Func, if not nil, answers by itself, and all but On and Times is
	// ignored. The session goes on when it returns, unless it has closed the
	// connection. The line has no CR LF and is empty for "connect" and
	// "end-of-data".
	Func func(c *Conn, line string)
}
