package fault

// Hole is what a reply shows to be wrong with the server.
type Hole struct {
	Injected  bool // what came in clear is answered under TLS
	Relayed   bool // a recipient elsewhere is taken
	Smuggled  bool // text of a message is taken for its end
	ClearOnly bool // STARTTLS is wanted and not offered
}

// HoleHint returns the advice on a hole, or nothing where there is none.
func HoleHint(h Hole) string {
	switch {
	case h.Injected:
		return "the server answers under TLS what was sent in clear before the handshake (CVE-2011-0411): somebody on the way can put commands into encrypted sessions; its administrator has to upgrade the server, or the TLS proxy before it"
	case h.Relayed:
		return "the server takes a recipient elsewhere, which is suspicious and not yet proof: some take every name and drop the mail later, and this machine or that domain may be one it is meant to serve; to make sure, send through it from a machine outside its networks to a mailbox of your own at another provider (mxprobe run @send -H HOST --to ADDRESS): if the message arrives it is an open relay, and its administrator has to act today"
	case h.Smuggled:
		return "the server took text of a message for its end, and what followed for commands: strangers can smuggle in messages with a forged sender; its administrator has to upgrade the server or make it strict about line ends (smtpd_forbid_bare_newline in Postfix)"
	case h.ClearOnly:
		return "mail comes to this server in clear, and from senders that insist on TLS not at all: switch STARTTLS on in the server, or look for a filter that takes it out of the reply"
	}
	return ""
}
