package diagnosis

import (
	"strings"

	"mxprobe/probe/result"
)

// DataEnd stands for a verb where the end of a message is judged.
const DataEnd = "end of data"

// Advice returns a likely cause of a failure and what to do next, or nothing
// where the reply leaves doubt. verb is the command that was refused, "" for
// the greeting.
func Advice(reason result.Reason, verb string, code int, enhanced, text string) string {
	low := strings.ToLower(text)
	switch reason {
	case result.Refused:
		return "the mail service is not running there, or listens on another port or address; a firewall may also refuse"
	case result.Unreachable:
		return "a router says that there is no way to this address: look at the route or at the address in DNS"
	case result.NoRoute:
		return "nothing is known of the server: give this machine such a route, or leave the family out with -4 or -6"
	case result.Policy:
		return policyAdvice(low)
	case result.Temporary:
		return temporaryAdvice(verb, code, low)
	case result.Reply:
		return replyAdvice(verb, code, enhanced, low)
	case result.EOF:
		if verb == "" {
			return "a filter or a connection limit before the server may have closed the line before it spoke, or the server wants to hear of the client first (--proxy-protocol)"
		}
	case result.Timeout:
		if verb == "" {
			return "the port takes connections but nothing speaks SMTP: a firewall or proxy may answer for the server, or the port wants TLS from the first byte, or the PROXY protocol (--proxy-protocol)"
		}
		if verb == DataEnd {
			return "it is not known whether the message was accepted: it may arrive, and sending it again may deliver it twice"
		}
	}
	return ""
}

func policyAdvice(low string) string {
	switch {
	case containsAny(low, "reverse", "ptr", "rdns", "hostname"):
		return "this machine's address has no reverse DNS that leads back to it: probe from an address that has"
	case containsAny(low, "too many", "rate"):
		return "the server limits connections: it is busy, or this machine connects too often; wait, or lower --per-host and --jobs"
	}
	return "this machine's address is on a list: probe from another address, or have it taken off"
}

func temporaryAdvice(verb string, code int, low string) string {
	switch {
	case code == 421 && containsAny(low, "too many") && containsAny(low, "error", "bad command", "unrecognized"):
		return "the server ended the session because of too many wrong commands in it: spread them over several scenarios"
	case code == 421 && containsAny(low, "client certificate"), code == 403 && containsAny(low, "authenticat"):
		// 403 is what Sendmail says after a handshake, and of nothing else.
		return "the server asks for a client certificate: give one with client_cert, or --client-cert"
	case code == 421 && verb == "" && containsAny(low, "no system resources", "server local error"):
		// What postscreen and smtpd of Postfix say where the header is missing.
		return "the server is short of something, or it is behind a load balancer and wants the PROXY protocol: its log says which; --proxy-protocol v1 sends a header"
	case code == 421:
		return "the server is overloaded, shutting down, or limits connections: try again later"
	case containsAny(low, "grey", "gray", "come back later", "try again later"):
		return "this looks like greylisting: the same sender and recipient must pass after some minutes; add --retry 1 --retry-wait 5m, or retry: to the scenario"
	case verb == "RCPT" && (code == 452 || code == 552):
		return "too many recipients in one transaction, or the mailbox is full"
	case code == 451 && containsAny(low, "dns", "lookup", "look-up", "resolv", "domain"):
		return "the server could not look something up in DNS: see its own resolver"
	case code == 452:
		return "the server is short of storage"
	}
	return "a temporary answer says nothing final: run again later, or let --retry do it"
}

func replyAdvice(verb string, code int, enhanced, low string) string {
	switch {
	case code == 530 && containsAny(low, "starttls"):
		return "the server wants TLS first: add the step - STARTTLS before this one"
	case code == 530:
		return "the server wants a login on this port: it takes no mail from strangers here"
	case code == 535:
		return "the user name or the password is wrong"
	case code == 538:
		return "the server takes this mechanism only under TLS: add the step - STARTTLS and a second EHLO before this one"
	case code == 534:
		return "the server wants a stronger mechanism, or another kind of password, for this user"
	case code == 504 && verb == "AUTH":
		return "the server does not know this authentication mechanism"
	case code == 503:
		return "the server sees the commands out of order: look at the step before this one"
	case code == 554 && verb == "":
		return "the server takes no mail from this machine, or no mail at all"
	case code == 500 || code == 502:
		return "the server does not know this command: it is not that kind of server, a filter sits in between, or the scenario has a typing error"
	case verb == "RCPT" && (enhanced == "5.1.1" || containsAny(low, "user unknown", "no such user", "unknown user", "unknown recipient", "mailbox unavailable")):
		return "there is no such recipient on this server"
	case verb == "RCPT" && containsAny(low, "relay"):
		return "the server does not take mail for the recipient's domain: the recipient is elsewhere, the MX record points to the wrong host, or the domain is missing in the server's configuration"
	case verb == "EHLO" && (code == 501 || code == 550):
		return "the server does not like the name given in EHLO: see --helo"
	case verb == "MAIL" && code/100 == 5:
		return "the server refuses the sender: see --from"
	case strings.HasPrefix(enhanced, "5.7."):
		return "the server refuses by policy: its log says which rule"
	}
	return ""
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
