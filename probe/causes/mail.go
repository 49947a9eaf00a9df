package causes

func recipientCauses() []entry {
	return []entry{
		{
			cause: RecipientUnknown, name: "recipient-unknown", whose: Recipient,
			means:  "there is no such recipient on this server",
			next:   "look for a typing error in the address (--to)",
			source: "RFC 5321 section 3.3",
		},
		{
			cause: RecipientDomainUnknown, name: "recipient-domain-unknown", whose: Recipient,
			means:  "the server finds no such domain, or no server for the recipient's domain",
			next:   "look for a typing error in the domain (--to), and at mxprobe mx DOMAIN",
			source: "RFC 3463 section 3.2",
		},
		{
			cause: RecipientSyntax, name: "recipient-syntax", whose: Recipient,
			means:  "the server does not read the recipient as an address",
			next:   "look at the address in RCPT TO (--to): <local@domain>",
			source: "RFC 5321 section 4.1.2",
		},
		{
			cause: RecipientAmbiguous, name: "recipient-ambiguous", whose: Recipient,
			means:  "the address fits more than one user of the server",
			next:   "its administrator has to give the address to one of them",
			source: "RFC 3463 section 3.2",
		},
		{
			cause: RecipientMoved, name: "recipient-moved", whose: Recipient,
			means:  "the recipient has moved, or is no longer here",
			next:   "use the new address if the reply names one, with --to",
			source: "RFC 5321 section 3.4",
		},
		{
			cause: RecipientRestricted, name: "recipient-restricted", whose: Recipient,
			means:  "the server takes no mail for this recipient from this sender, or from anybody outside",
			next:   "ask the owner of the mailbox, group or list to let the sender in, or give another with --from",
			source: "RFC 3463 section 3.8",
		},
		{
			cause: RecipientUnchecked, name: "recipient-unchecked", whose: Recipient, passes: true,
			means:  "the server could not make sure just now that the recipient exists",
			next:   "run again later; if it stays, the server does not reach the one that knows its users",
			source: "RFC 5321 section 4.2.5",
		},
		{
			cause: RecipientRate, name: "recipient-rate-limited", whose: Recipient, passes: true,
			means:  "the recipient gets more mail than the server wants to take for it",
			next:   "run again later",
			source: "RFC 3463 section 3.3",
		},
		{
			cause: RelayDenied, name: "relay-denied", whose: Recipient,
			means:  "the server does not take mail for the recipient's domain from strangers",
			next:   "see whether the MX record leads to the right host (mxprobe mx DOMAIN), and whether the domain is in the server's configuration; in a test for open relays this is the right answer",
			source: "RFC 5321 section 3.6.2",
		},
		{
			cause: MailboxFull, name: "mailbox-full", whose: Recipient,
			means:  "the mailbox is full, or over its quota",
			next:   "its owner or administrator has to make room; probe with another recipient (--to)",
			source: "RFC 3463 section 3.3",
		},
		{
			cause: MailboxDisabled, name: "mailbox-disabled", whose: Recipient,
			means:  "the mailbox exists and takes no mail, for it is disabled, suspended or not in use",
			next:   "ask its owner or administrator; probe with another recipient (--to)",
			source: "RFC 3463 section 3.3",
		},
		{
			cause: NullMX, name: "null-mx", whose: Recipient,
			means:  "the recipient's domain says in DNS that it takes no mail",
			next:   "look for a typing error in the domain; its owner decides",
			source: "RFC 7505 section 4.1",
		},
	}
}

func messageCauses() []entry {
	return []entry{
		{
			cause: ContentSpam, name: "content-spam", whose: Message,
			means:  "the server takes the message for spam",
			next:   "let the message say what a person would write, or ask for the server's log: it names the rules and the score",
			source: "RFC 3463 section 3.8",
		},
		{
			cause: ContentVirus, name: "content-virus", whose: Message,
			means:  "the server found a virus, or what looks like one",
			next:   "look at the message and its attachments; for a test with EICAR this is the right answer",
			source: "RFC 3463 section 3.8",
		},
		{
			cause: ContentAttachment, name: "content-attachment", whose: Message,
			means:  "the server takes no attachment of that kind",
			next:   "send another kind of file",
			source: "RFC 3463 section 3.7",
		},
		{
			cause: ContentLink, name: "content-link", whose: Message,
			means:  "a link or a name in the message is on a list of what spam advertises",
			next:   "take the link out, or look the name up on the web site of the list",
			source: "RFC 5782",
		},
		{
			cause: ContentSize, name: "content-size", whose: Message,
			means:  "the message is larger than the server takes",
			next:   "compare it with SIZE in the reply to EHLO (-v shows it)",
			source: "RFC 1870 section 6.2",
		},
		{
			cause: ContentFormat, name: "content-format", whose: Message,
			means:  "the message does not have the form of a message, for a header field is missing, wrong or there twice",
			next:   "look at its header fields: From, Date and Message-ID, each once",
			source: "RFC 5322 section 3.6",
		},
		{
			cause: ContentConversion, name: "content-conversion", whose: Message,
			means:  "the message would have to be converted on its way, which is not possible or not allowed",
			next:   "send it in 7 bit ASCII, or to a server that offers what it needs (8BITMIME, BINARYMIME)",
			source: "RFC 6152 section 3",
		},
		{
			cause: ContentRefused, name: "content-refused", whose: Message,
			means:  "a rule of the server refuses the message for what it says",
			next:   "ask for the server's log: it names the rule",
			source: "RFC 3463 section 3.8",
		},
		{
			cause: ContentEncryption, name: "content-encryption", whose: Message,
			means:  "the message had to be encrypted, signed or decrypted, and could not be",
			next:   "look at S/MIME, PGP and labels of the message",
			source: "RFC 3463 section 3.8",
		},
		{
			cause: MailLoop, name: "loop", whose: Server,
			means:  "the message goes round in a circle between servers",
			next:   "look at the forwards, aliases and MX records of the domain (mxprobe mx DOMAIN)",
			source: "RFC 5321 section 6.3",
		},
		{
			cause: MessageExpired, name: "message-expired", whose: Network,
			means:  "the message could not be delivered before its time was over",
			next:   "look at why each attempt failed: the log of the server that gave up tells it",
			source: "RFC 3463 section 3.5",
		},
	}
}
