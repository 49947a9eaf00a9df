// Package causes is the closed list of what an answer of a mail server, or its
// absence, can mean: whose matter each is, what it means, and what to do next.
// Which of them an answer has, probe/diagnosis finds out.
package causes

import "sync"

// Cause says why a server answered as it did, or why there was no answer. It
// is one of a closed list; each has a name that never changes.
type Cause uint8

// The causes, by whose matter they mostly are.
const (
	Unknown Cause = iota // nothing is known

	// This machine
	ClientListed        // client-listed
	ClientReputation    // client-reputation
	ClientDynamic       // client-dynamic
	ClientNoReverseName // client-no-reverse-name
	ClientRefused       // client-refused
	ClientTooEarly      // client-too-early
	HeloRefused         // helo-refused
	Greylisted          // greylisted
	RateLimited         // rate-limited
	TooManyConnections  // too-many-connections

	// The sender
	SenderDomainUnknown   // sender-domain-unknown
	SenderNullMX          // sender-null-mx
	SenderUnknown         // sender-unknown
	SenderUnchecked       // sender-unchecked
	SenderSyntax          // sender-syntax
	SenderListed          // sender-listed
	SenderRefused         // sender-refused
	SenderNotAllowed      // sender-not-allowed
	SenderNull            // sender-null-refused
	SenderForged          // sender-forged
	SenderUnauthenticated // sender-unauthenticated
	SPFRefused            // spf-refused
	DKIMRefused           // dkim-refused
	DMARCRefused          // dmarc-refused

	// The recipient
	RecipientUnknown       // recipient-unknown
	RecipientDomainUnknown // recipient-domain-unknown
	RecipientSyntax        // recipient-syntax
	RecipientAmbiguous     // recipient-ambiguous
	RecipientMoved         // recipient-moved
	RecipientRestricted    // recipient-restricted
	RecipientUnchecked     // recipient-unchecked
	RecipientRate          // recipient-rate-limited
	RelayDenied            // relay-denied
	MailboxFull            // mailbox-full
	MailboxDisabled        // mailbox-disabled
	NullMX                 // null-mx

	// The message
	ContentSpam       // content-spam
	ContentVirus      // content-virus
	ContentAttachment // content-attachment
	ContentLink       // content-link
	ContentSize       // content-size
	ContentFormat     // content-format
	ContentConversion // content-conversion
	ContentRefused    // content-refused
	ContentEncryption // content-encryption
	MailLoop          // loop
	MessageExpired    // message-expired

	// The dialogue
	AuthRequired         // auth-required
	AuthWrong            // auth-wrong
	AuthWeak             // auth-mechanism-weak
	AuthMechanism        // auth-mechanism-unknown
	AuthEncryption       // auth-needs-tls
	AuthExchange         // auth-exchange
	AuthUnavailable      // auth-unavailable
	TLSRequired          // tls-required
	TLSClientCertificate // tls-client-certificate
	CommandUnknown       // command-unknown
	CommandSyntax        // command-syntax
	CommandOrder         // command-order
	CommandDisabled      // command-disabled
	ParameterUnsupported // parameter-unsupported
	SMTPUTF8Required     // smtputf8-required
	TooManyRecipients    // too-many-recipients
	TooManyErrors        // too-many-errors
	TooManyMessages      // too-many-messages
	NoRecipients         // no-valid-recipients
	LineTooLong          // line-too-long
	LineEnds             // line-ends
	SessionTimeout       // session-timeout

	// The server
	ServerBusy      // server-busy
	ServerResources // server-resources
	ServerStorage   // server-storage
	ServerClosing   // server-closing
	ServerFault     // server-fault
	ServerConfig    // server-config
	ServerLookup    // server-lookup
	ServerFilter    // server-filter
	ServerRoute     // server-route
	ServerNoService // server-no-service
	ServerNoMail    // server-no-mail
	TLSBroken       // tls-broken-server

	// The way there
	NameUnknown        // name-unknown
	NameFailed         // name-lookup-failed
	ConnectRefused     // connect-refused
	ConnectTimeout     // connect-timeout
	ConnectUnreachable // connect-unreachable
	ReplyTimeout       // reply-timeout
	ConnectionReset    // connection-reset
	ConnectionClosed   // connection-closed
	TLSHandshake       // tls-handshake
	TLSCertificate     // tls-certificate

	// What is not SMTP
	NotSSH  // not-smtp-ssh
	NotIMAP // not-smtp-imap
	NotPOP3 // not-smtp-pop3
	NotHTTP // not-smtp-http
	NotFTP  // not-smtp-ftp
	NotTLS  // not-smtp-tls
	NotLMTP // not-smtp-lmtp
	NotSMTP // not-smtp

	causes // how many there are
)

// entry is what is known of a cause.
type entry struct {
	cause Cause
	name  string
	whose Whose
	// passes is true if the cause is temporary where no code says otherwise.
	passes bool
	means  string // the likely cause, as a sentence
	next   string // what to do next
	source string
}

// entries holds what is known of all causes, made ready when it is first
// asked.
var entries struct {
	once sync.Once
	of   [causes]entry
}

func (c Cause) entry() *entry {
	entries.once.Do(func() {
		entries.of[Unknown] = entry{name: "unknown"}
		for _, group := range [][]entry{
			clientCauses(),
			senderCauses(),
			recipientCauses(),
			messageCauses(),
			dialogueCauses(),
			serverCauses(),
			networkCauses(),
			foreignCauses(),
		} {
			for _, e := range group {
				entries.of[e.cause] = e
			}
		}
	})
	if c >= causes {
		c = Unknown
	}
	return &entries.of[c]
}

// String returns the name of a cause, such as "recipient-unknown".
func (c Cause) String() string { return c.entry().name }

// Whose says whose matter the cause is.
func (c Cause) Whose() Whose { return c.entry().whose }

// Means returns the likely cause as a sentence without a full stop; empty for
// [Unknown].
func (c Cause) Means() string { return c.entry().means }

// Next returns what to do next; empty for [Unknown].
func (c Cause) Next() string { return c.entry().next }

// Advice is the sentence for people: the likely cause and the next thing to
// do; empty for [Unknown].
func (c Cause) Advice() string {
	if c.Means() == "" {
		return ""
	}
	return c.Means() + ": " + c.Next()
}

// Passes reports whether the cause is temporary where no code says otherwise.
func (c Cause) Passes() bool { return c.entry().passes }

// Source is where to read on: an RFC, or a page of a provider.
func (c Cause) Source() string { return c.entry().source }

// All returns all causes but [Unknown], by whose matter they mostly are.
func All() []Cause {
	out := make([]Cause, 0, causes-1)
	for c := Unknown + 1; c < causes; c++ {
		out = append(out, c)
	}
	return out
}

// Parse returns the cause with a name; ok is false if there is none.
func Parse(name string) (c Cause, ok bool) {
	for c := range causes {
		if c.String() == name {
			return c, true
		}
	}
	return Unknown, false
}
