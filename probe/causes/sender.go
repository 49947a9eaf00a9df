package causes

func clientCauses() []entry {
	return []entry{
		{
			cause: ClientListed, name: "client-listed", whose: Client,
			means:  "this machine's address is on a list of addresses that send spam",
			next:   "look it up on the web site of the list that the reply names and have it taken off, or probe from another address (--source)",
			source: "RFC 5782",
		},
		{
			cause: ClientReputation, name: "client-reputation", whose: Client,
			means:  "the server thinks ill of this machine's address because of what came from it or its neighbours",
			next:   "ask the server's postmaster or its web page for senders, or probe from another address (--source)",
			source: "RFC 7372 section 3",
		},
		{
			cause: ClientDynamic, name: "client-dynamic", whose: Client,
			means:  "this machine's address looks like that of a home connection, from which the server takes no mail",
			next:   "probe from an address with a fixed name, or through the provider's server with --connect-to",
			source: "RFC 5782",
		},
		{
			cause: ClientNoReverseName, name: "client-no-reverse-name", whose: Client,
			means:  "this machine's address has no name in DNS that leads back to it",
			next:   "publish a PTR record and an address record that agree (dig -x ADDRESS), or probe from an address that has them (--source)",
			source: "RFC 7372 section 3.2",
		},
		{
			cause: ClientRefused, name: "client-refused", whose: Client,
			means:  "the server takes no mail from this machine, and does not say why",
			next:   "compare with another machine (--source), and ask for the server's log: it names the rule",
			source: "RFC 5321 section 3.1",
		},
		{
			cause: ClientTooEarly, name: "client-too-early", whose: Protocol,
			means:  "the server saw the client speak before its turn",
			next:   "take waiting out of the scenario only where the server offers PIPELINING; a banner that comes late needs a longer --timeout",
			source: "RFC 5321 section 4.3.1",
		},
		{
			cause: HeloRefused, name: "helo-refused", whose: Client,
			means:  "the server does not like the name that this machine gives in EHLO",
			next:   "give a full name that exists in DNS and has this machine's address, with --helo",
			source: "RFC 5321 section 4.1.4",
		},
		{
			cause: Greylisted, name: "greylisted", whose: Client, passes: true,
			means:  "this looks like greylisting",
			next:   "the same sender and recipient must pass after some minutes; add --retry 1 --retry-wait 5m, or retry: to the scenario",
			source: "RFC 6647",
		},
		{
			cause: RateLimited, name: "rate-limited", whose: Client, passes: true,
			means:  "too much came from here in a short time",
			next:   "wait, and lower --jobs and --per-host",
			source: "RFC 6522 section 3.8",
		},
		{
			cause: TooManyConnections, name: "too-many-connections", whose: Client, passes: true,
			means:  "the server has too many connections from here, or at all",
			next:   "wait, and lower --per-host and --jobs; close other programs that connect to it",
			source: "RFC 5321 section 4.5.4.1",
		},
	}
}

func senderCauses() []entry {
	return []entry{
		{
			cause: SenderDomainUnknown, name: "sender-domain-unknown", whose: Sender,
			means:  "the domain of the reverse-path does not exist in DNS, or has no server for mail",
			next:   "give a sender whose domain has MX or address records, with --from",
			source: "RFC 5321 section 4.1.1.2",
		},
		{
			cause: SenderNullMX, name: "sender-null-mx", whose: Sender,
			means:  "the domain of the reverse-path says in DNS that it takes no mail",
			next:   "give a sender who could get an answer, with --from",
			source: "RFC 7505 section 4.2",
		},
		{
			cause: SenderUnknown, name: "sender-unknown", whose: Sender,
			means:  "the server asked the sender's own server, which does not take mail for the reverse-path",
			next:   "give a sender whose mailbox exists, with --from",
			source: "RFC 5321 section 3.6.2",
		},
		{
			cause: SenderUnchecked, name: "sender-unchecked", whose: Sender, passes: true,
			means:  "the server could not make sure that the sender exists, for the sender's own server or DNS did not answer",
			next:   "run again later, or give a sender of another domain with --from",
			source: "RFC 5321 section 4.2.5",
		},
		{
			cause: SenderSyntax, name: "sender-syntax", whose: Sender,
			means:  "the server does not read the reverse-path as an address",
			next:   "look at the address in MAIL FROM (--from): <local@domain>",
			source: "RFC 5321 section 4.1.2",
		},
		{
			cause: SenderListed, name: "sender-listed", whose: Sender,
			means:  "the domain of the sender is on a list of domains that send spam",
			next:   "look it up on the web site of the list, or give another sender with --from",
			source: "RFC 5782",
		},
		{
			cause: SenderRefused, name: "sender-refused", whose: Sender,
			means:  "the server refuses this sender, or the domain of it",
			next:   "give another sender with --from, and ask for the server's log: it names the rule",
			source: "RFC 3463 section 3.8",
		},
		{
			cause: SenderNotAllowed, name: "sender-not-allowed", whose: Sender,
			means:  "the user who logged in may not send as this sender",
			next:   "give the address of that user with --from",
			source: "RFC 6409 section 6.1",
		},
		{
			cause: SenderNull, name: "sender-null-refused", whose: Sender,
			means:  "the server refuses the empty reverse-path, and with it every delivery report",
			next:   "every server has to take it: its administrator should lift the rule",
			source: "RFC 5321 section 4.5.5",
		},
		{
			cause: SenderForged, name: "sender-forged", whose: Sender,
			means:  "the server takes the sender for a forged one, such as its own domain from outside or a From line that does not fit",
			next:   "give a sender of a domain that is yours with --from",
			source: "RFC 5321 section 7.1",
		},
		{
			cause: SenderUnauthenticated, name: "sender-unauthenticated", whose: Sender,
			means:  "nothing proves the sender, since neither SPF nor DKIM passes for its domain",
			next:   "publish SPF for this machine's address, sign with DKIM (dkim: in the scenario), or give another sender with --from",
			source: "RFC 7372 section 3.3",
		},
		{
			cause: SPFRefused, name: "spf-refused", whose: Sender,
			means:  "the SPF record of the sender's domain does not list this machine",
			next:   "give a sender whose domain lists it (--from), or add this machine's address to the SPF record",
			source: "RFC 7372 section 3.2",
		},
		{
			cause: DKIMRefused, name: "dkim-refused", whose: Sender,
			means:  "the message has no DKIM signature that the server accepts",
			next:   "sign it (dkim: in the scenario), and compare key and selector with the TXT record",
			source: "RFC 7372 section 3.1",
		},
		{
			cause: DMARCRefused, name: "dmarc-refused", whose: Sender,
			means:  "the DMARC policy of the From domain asks for the refusal of mail that neither SPF nor DKIM vouches for",
			next:   "give a sender of a domain that this machine may send for, in --from and in the From line",
			source: "RFC 7489 section 10.3",
		},
	}
}
