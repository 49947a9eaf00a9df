package causes

func dialogueCauses() []entry {
	return []entry{
		{
			cause: AuthRequired, name: "auth-required", whose: Protocol,
			means:  "the server wants a login first",
			next:   "mail between servers goes to port 25; on a port for users log in with auth: in the scenario, or --auth-user",
			source: "RFC 4954 section 6",
		},
		{
			cause: AuthWrong, name: "auth-wrong", whose: Protocol,
			means:  "the server does not accept the user name and password",
			next:   "try the same login in a mail program: the password may be wrong, locked, or need to be one for programs",
			source: "RFC 4954 section 6",
		},
		{
			cause: AuthWeak, name: "auth-mechanism-weak", whose: Protocol,
			means:  "the server wants a stronger mechanism, or another kind of password, for this user",
			next:   "choose another mechanism (mechanism: under auth), or make a password for programs at the provider",
			source: "RFC 4954 section 6",
		},
		{
			cause: AuthMechanism, name: "auth-mechanism-unknown", whose: Protocol,
			means:  "the server does not know this authentication mechanism, or does not offer a login",
			next:   "choose one from the line AUTH of its EHLO reply (-v shows it); it may be offered under TLS only",
			source: "RFC 4954 section 4",
		},
		{
			cause: AuthEncryption, name: "auth-needs-tls", whose: Protocol,
			means:  "the server takes this login under TLS only",
			next:   "put the step - STARTTLS and a second EHLO before it",
			source: "RFC 4954 section 6",
		},
		{
			cause: AuthExchange, name: "auth-exchange", whose: Protocol,
			means:  "the exchange of the login was broken off, or one of its lines is wrong",
			next:   "look at the lines of the login in the transcript (-vv)",
			source: "RFC 4954 section 4",
		},
		{
			cause: AuthUnavailable, name: "auth-unavailable", whose: Server, passes: true,
			means:  "the server cannot check logins just now",
			next:   "run again later; if it stays, the server does not reach what knows its passwords",
			source: "RFC 4954 section 6",
		},
		{
			cause: TLSRequired, name: "tls-required", whose: Protocol,
			means:  "the server wants TLS before it goes on",
			next:   "put the step - STARTTLS and a second EHLO before this one, or use --tls required",
			source: "RFC 3207 section 4",
		},
		{
			cause: TLSClientCertificate, name: "tls-client-certificate", whose: Protocol,
			means:  "the server asks for a client certificate",
			next:   "give one with client_cert in the scenario, or --client-cert",
			source: "RFC 3207 section 4.1",
		},
		{
			cause: CommandUnknown, name: "command-unknown", whose: Protocol,
			means:  "the server does not know this command",
			next:   "look for a typing error; a server that does not know EHLO or STARTTLS is old, or a filter before it hides them (XXXX)",
			source: "RFC 5321 section 4.2.4",
		},
		{
			cause: CommandSyntax, name: "command-syntax", whose: Protocol,
			means:  "the server cannot read the command or what stands behind it",
			next:   "look at the line in the transcript (-vv): spaces, brackets, parameters",
			source: "RFC 5321 section 4.2.2",
		},
		{
			cause: CommandOrder, name: "command-order", whose: Protocol,
			means:  "the server sees the commands out of order",
			next:   "look at the step before this one: was it refused, or left out?",
			source: "RFC 5321 section 4.1.4",
		},
		{
			cause: CommandDisabled, name: "command-disabled", whose: Protocol,
			means:  "the server knows the command and does not allow it",
			next:   "ask for it in another way: VRFY, EXPN and ETRN are switched off on most servers",
			source: "RFC 5321 section 7.3",
		},
		{
			cause: ParameterUnsupported, name: "parameter-unsupported", whose: Protocol,
			means:  "the server does not know a parameter of the command",
			next:   "send it only where the reply to EHLO offers it (if: in the scenario)",
			source: "RFC 5321 section 4.1.1.11",
		},
		{
			cause: SMTPUTF8Required, name: "smtputf8-required", whose: Protocol,
			means:  "an address or header field has letters beyond ASCII, and the dialogue did not ask for SMTPUTF8",
			next:   "give SMTPUTF8 in MAIL FROM where the server offers it, or an address in ASCII",
			source: "RFC 6531 section 3.5",
		},
		{
			cause: TooManyRecipients, name: "too-many-recipients", whose: Protocol, passes: true,
			means:  "there are more recipients than the server takes in one transaction",
			next:   "send to the rest in a further transaction; a server has to take 100",
			source: "RFC 5321 section 4.5.3.1.8",
		},
		{
			cause: TooManyErrors, name: "too-many-errors", whose: Protocol,
			means:  "the server ended the session because too many commands in it were wrong",
			next:   "spread them over several scenarios",
			source: "RFC 5321 section 7.8",
		},
		{
			cause: TooManyMessages, name: "too-many-messages", whose: Protocol, passes: true,
			means:  "the server takes no further message in this session",
			next:   "open a new session for the next one",
			source: "RFC 5321 section 3.8",
		},
		{
			cause: NoRecipients, name: "no-valid-recipients", whose: Protocol,
			means:  "no recipient was accepted, so there is nobody to send to",
			next:   "look at the replies to RCPT TO before this one: the cause is there",
			source: "RFC 5321 section 3.3",
		},
		{
			cause: LineTooLong, name: "line-too-long", whose: Protocol,
			means:  "a line is longer than the server takes",
			next:   "keep lines of text under 998 octets and commands under 510",
			source: "RFC 5321 section 4.5.3.1",
		},
		{
			cause: LineEnds, name: "line-ends", whose: Protocol,
			means:  "a line did not end in CR LF, or had a NUL in it",
			next:   "look at what made the message; servers refuse it since it can smuggle in others",
			source: "RFC 5321 section 2.3.8",
		},
		{
			cause: SessionTimeout, name: "session-timeout", whose: Protocol, passes: true,
			means:  "the server waited too long for the next line and ended the session",
			next:   "take waiting out of the scenario, or look at why this machine was slow",
			source: "RFC 5321 section 4.5.3.2",
		},
	}
}
