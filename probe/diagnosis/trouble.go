package diagnosis

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
	cause := Unknown
	connecting := seen.At == anyStage
	switch seen.Instead {
	case Refused:
		cause = ConnectRefused
	case TimedOut:
		cause = ReplyTimeout
		if connecting {
			cause = ConnectTimeout
		}
	case Reset:
		cause = ConnectionReset
		if seen.At == STARTTLS {
			cause = TLSBroken
		}
	case Closed:
		cause = ConnectionClosed
		if seen.At == STARTTLS {
			cause = TLSBroken
		}
	case Unreachable:
		cause = ConnectUnreachable
	case Handshake:
		cause = TLSHandshake
	case BadCertificate:
		cause = TLSCertificate
	case NoName:
		cause = NameUnknown
	case NameFailure:
		cause = NameFailed
	case Foreign:
		cause = NotSMTP
		if len(seen.Lines) > 0 {
			cause = OfFirstBytes([]byte(seen.Lines[0]))
		}
	}
	return cause.diagnosis(cause.entry().passes, "")
}
