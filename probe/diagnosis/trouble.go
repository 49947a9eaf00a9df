package diagnosis

import "mxprobe/probe/causes"

// Trouble is what came in place of a reply.
type Trouble uint8

// What can come in place of a reply.
const (
	NoTrouble Trouble = iota
	Refused
	TimedOut
	Reset
	Closed
	Unreachable
	Foreign   // bytes that are no reply of SMTP; Lines holds the first of them
	Handshake // TLS could not be agreed on
	BadCertificate
	NoName
	NameFailure
)

// ofTrouble returns the diagnosis of what came in place of a reply: what it
// means depends on when it came.
func ofTrouble(seen Seen) Diagnosis {
	cause := causes.Unknown
	connecting := seen.At == anyStage
	switch seen.Instead {
	case Refused:
		cause = causes.ConnectRefused
	case TimedOut:
		cause = causes.ReplyTimeout
		if connecting {
			cause = causes.ConnectTimeout
		}
	case Reset:
		cause = causes.ConnectionReset
		if seen.At == STARTTLS {
			cause = causes.TLSBroken
		}
	case Closed:
		cause = causes.ConnectionClosed
		if seen.At == STARTTLS {
			cause = causes.TLSBroken
		}
	case Unreachable:
		cause = causes.ConnectUnreachable
	case Handshake:
		cause = causes.TLSHandshake
	case BadCertificate:
		cause = causes.TLSCertificate
	case NoName:
		cause = causes.NameUnknown
	case NameFailure:
		cause = causes.NameFailed
	case Foreign:
		cause = causes.NotSMTP
		if len(seen.Lines) > 0 {
			cause = OfFirstBytes([]byte(seen.Lines[0]))
		}
	}
	return diagnosis(cause, cause.Passes(), "")
}
