package fault

import (
	"mxprobe/probe/causes"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
)

// OfFault returns the diagnosis of a fault that came in place of the answer to
// a command; verb is as for [diagnosis.StageOf], and "connect" where there was no
// connection yet.
func OfFault(f *Fault, verb string) diagnosis.Diagnosis {
	cause := f.Cause
	switch {
	case cause == causes.ReplyTimeout && verb == "connect":
		cause = causes.ConnectTimeout
	case verb == "STARTTLS" && (cause == causes.ConnectionClosed || cause == causes.ConnectionReset):
		cause = causes.TLSBroken
	case cause == causes.Unknown:
		return diagnosis.Diagnosis{}
	}
	d := diagnosis.Of(cause, true)
	if hint := faultAdvice(f.Reason, verb); hint != "" {
		d.Advice = hint
	}
	return d
}

// faultAdvice is the advice on what came at a moment that says more than the
// fault alone.
func faultAdvice(reason result.Reason, verb string) string {
	switch {
	case reason == result.Refused:
		return "the mail service is not running there, or listens on another port or address; a firewall may also refuse"
	case reason == result.NoRoute:
		return "nothing is known of the server: give this machine such a route, or leave the family out with -4 or -6"
	case reason == result.EOF && verb == "":
		return "the service may have died as it started, which its log tells, a filter or a limit of connections may have closed the line before it spoke, or the server wants to hear of the client first (--proxy-protocol)"
	case reason == result.Timeout && verb == "":
		return "the port takes connections but nothing speaks SMTP: the service may hang or die as it starts, which its log tells, a firewall or proxy may answer for it, or the port wants TLS from the first byte, or the PROXY protocol (--proxy-protocol)"
	case reason == result.Timeout && verb == diagnosis.DataEnd:
		return "it is not known whether the message was accepted: it may arrive, and sending it again may deliver it twice"
	}
	return ""
}
