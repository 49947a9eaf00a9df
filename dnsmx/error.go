package dnsmx

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Kind says what went wrong.
type Kind uint8

// The kinds of errors. NoName, NoData, Loop, BadName, NoHost and Loopback are permanent:
// the DNS answered, and the answer holds until somebody changes it. All others
// are temporary, and in the order of how much they tell about the name.
const (
	// NoName is a name that does not exist (NXDOMAIN).
	NoName Kind = iota + 1
	// NoData is a name that exists but has no record of the type (NODATA).
	NoData
	// NoHost is a domain whose MX records name no host at all.
	NoHost
	// BadName is something that is not the name of a domain or a host.
	BadName
	// Loop is a chain of aliases (CNAME) that comes back to its start or is
	// too long.
	Loop
	// Loopback is a host of a domain all of whose addresses lead every sender
	// to itself; see Host.Itself.
	Loopback
	// Bogus is the response code SERVFAIL from a server that does answer the
	// same question once it need not validate DNSSEC (the CD bit; RFC 4035,
	// section 3.2.2): the signatures of the name are not sound.
	Bogus
	// ServFail is the response code SERVFAIL.
	ServFail
	// Refused is the response code REFUSED, or a referral from a server that
	// does not look up names for us.
	Refused
	// OtherRcode is any other response code; Error.Rcode has it.
	OtherRcode
	// Malformed is an answer that cannot be read.
	Malformed
	// Local is a question that this machine could not ask: it is out of
	// descriptors, ports or memory, or lacks the address to ask from.
	Local
	// Timeout is no answer in time.
	Timeout
	// Unreachable is a DNS server to which no query could be sent.
	Unreachable
	// Canceled is a look-up that the caller gave up.
	Canceled
)

// String returns the name of the kind as in this package.
func (k Kind) String() string {
	names := [...]string{
		"", "NoName", "NoData", "NoHost", "BadName", "Loop", "Loopback", "Bogus", "ServFail",
		"Refused", "OtherRcode", "Malformed", "Local", "Timeout", "Unreachable", "Canceled",
	}
	if int(k) >= len(names) || k == 0 {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return names[k]
}

// Error is a look-up that gave nothing to use.
type Error struct {
	// Name is the name asked for, without a final dot, or the text that is
	// not a name.
	Name string
	// Type is the type of record asked for, such as "MX" or "A or AAAA". It
	// is empty if no question was asked.
	Type string
	// Alias is the name at the end of the aliases (CNAME) of Name. It is
	// empty if there are none.
	Alias string
	Kind  Kind
	// Rcode is the response code; 0 if there was no response.
	Rcode int
	// Zone is the zone that says that the name or record does not exist, as
	// the SOA record beside the answer names it. It is empty if there was
	// none, and for other kinds.
	Zone string
	// Server is the DNS server whose response this is. For Timeout and
	// Unreachable it is the first of Asked.
	Server netip.AddrPort
	// Asked are the DNS servers that failed in this way.
	Asked []netip.AddrPort
	// Waited is how long the look-up took in all.
	Waited time.Duration
	// Err tells more; it may be nil.
	Err error
}

// Temporary reports whether the same look-up may give something else later.
func (e *Error) Temporary() bool {
	switch e.Kind {
	case NoName, NoData, NoHost, BadName, Loop, Loopback:
		return false
	}
	return true
}

// Timeout reports whether the error is a lack of answers.
func (e *Error) Timeout() bool { return e.Kind == Timeout }

// Unwrap returns the error behind this one, or nil. It is the error of the
// context if that ended the look-up.
func (e *Error) Unwrap() error { return e.Err }

// Error returns one line such as
//
//	MX of "example.com": SERVFAIL from 127.0.0.1:53
func (e *Error) Error() string {
	var b strings.Builder
	if e.Type != "" {
		b.WriteString(e.Type + " of ")
	}
	fmt.Fprintf(&b, "%q", e.Name)
	if e.Alias != "" {
		fmt.Fprintf(&b, " (an alias of %q)", e.Alias)
	}
	if e.Type != "" {
		b.WriteByte(':')
	}
	b.WriteByte(' ')
	b.WriteString(e.what())
	return b.String()
}

// what is the part of the message behind the name.
func (e *Error) what() string {
	switch e.Kind {
	case NoName:
		return "no such domain (NXDOMAIN)"
	case NoData:
		return "no such record (NODATA)"
	case BadName, NoHost, Loop, Loopback:
		return fmt.Sprint(e.Err)
	case Bogus:
		return "DNSSEC does not validate: " + e.rcodeText() + ", yet an answer where validation is switched off"
	case ServFail, Refused, OtherRcode:
		return e.rcodeText()
	case Timeout:
		return e.timeoutText()
	case Unreachable:
		return fmt.Sprintf("no way to the DNS server %s: %v", e.servers(), e.Err)
	case Local:
		return fmt.Sprintf("this machine could not ask the DNS server %s: %v", e.servers(), e.Err)
	case Malformed:
		return fmt.Sprintf("cannot read the answer of %s: %v", e.servers(), e.Err)
	case Canceled:
		return "look-up cancelled"
	}
	return fmt.Sprintf("%v: %v", e.Kind, e.Err)
}

func (e *Error) rcodeText() string {
	name, ok := dns.RcodeToString[e.Rcode]
	switch {
	case e.Rcode == dns.RcodeSuccess: // a referral
		return fmt.Sprintf("%s: %v", e.servers(), e.Err)
	case !ok:
		name = fmt.Sprintf("response code %d", e.Rcode)
	}
	text := name + " from " + e.servers()
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

func (e *Error) timeoutText() string {
	text := "no answer from " + e.servers() + " within " + roundTime(e.Waited).String()
	if e.Err != nil && !errors.Is(e.Err, context.DeadlineExceeded) {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

func (e *Error) servers() string {
	if len(e.Asked) == 0 {
		return e.Server.String()
	}
	var b strings.Builder
	for i, s := range e.Asked {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s.String())
	}
	return b.String()
}

func roundTime(d time.Duration) time.Duration {
	if d >= time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}
