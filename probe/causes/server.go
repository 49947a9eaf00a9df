package causes

func serverCauses() []entry {
	return []entry{
		{
			cause: ServerBusy, name: "server-busy", whose: Server, passes: true,
			means:  "the server has too much to do",
			next:   "run again later; its administrator sees the load",
			source: "RFC 3463 section 3.4",
		},
		{
			cause: ServerResources, name: "server-resources", whose: Server, passes: true,
			means:  "the server is short of something, or it is behind a load balancer and wants the PROXY protocol",
			next:   "its log says which; --proxy-protocol v1 sends a header",
			source: "Postfix, smtpd(8) and postscreen(8)",
		},
		{
			cause: ServerStorage, name: "server-storage", whose: Server, passes: true,
			means:  "the server is short of storage and takes no mail from anybody",
			next:   "tell its administrator at once",
			source: "RFC 5321 section 4.2.3",
		},
		{
			cause: ServerClosing, name: "server-closing", whose: Server, passes: true,
			means:  "the server is going down, or does not take mail just now",
			next:   "run again later, or let --retry do it",
			source: "RFC 5321 section 3.8",
		},
		{
			cause: ServerFault, name: "server-fault", whose: Server, passes: true,
			means:  "something inside the server failed",
			next:   "run again later; its log says what",
			source: "RFC 5321 section 4.2.5",
		},
		{
			cause: ServerConfig, name: "server-config", whose: Server,
			means:  "the server is not set up rightly",
			next:   "tell its administrator; its log says what is wrong",
			source: "RFC 3463 section 3.4",
		},
		{
			cause: ServerLookup, name: "server-lookup", whose: Server, passes: true,
			means:  "the server could not look something up in DNS or in its own tables",
			next:   "run again later; if it stays, its log says which, and whether its resolver or its directory is to blame",
			source: "RFC 3463 section 3.5",
		},
		{
			cause: ServerFilter, name: "server-filter", whose: Server, passes: true,
			means:  "a filter of the server does not work, such as its scanner for spam or viruses or its policy service",
			next:   "tell its administrator; its log names the filter",
			source: "RFC 3463 section 3.4",
		},
		{
			cause: ServerRoute, name: "server-route", whose: Server, passes: true,
			means:  "the server could not pass the message on, for the next host does not answer",
			next:   "look at the server behind this one; its log names it",
			source: "RFC 3463 section 3.5",
		},
		{
			cause: ServerNoService, name: "server-no-service", whose: Server,
			means:  "the server takes no mail from this machine, or no mail at all",
			next:   "compare with another machine (--source), and ask for the server's log: it names the rule",
			source: "RFC 5321 section 3.1",
		},
		{
			cause: ServerNoMail, name: "server-no-mail", whose: Server,
			means:  "this host takes no mail at all, and says so",
			next:   "take it out of the MX records (mxprobe mx DOMAIN)",
			source: "RFC 7504 section 3",
		},
		{
			cause: TLSBroken, name: "tls-broken-server", whose: Server,
			means:  "the server offers TLS and cannot do it, for its key, certificate or TLS settings are wrong",
			next:   "its log names the file or the setting; openssl s_client -starttls smtp shows the same from outside",
			source: "RFC 3207 section 4",
		},
	}
}

func networkCauses() []entry {
	return []entry{
		{
			cause: NameUnknown, name: "name-unknown", whose: Network,
			means:  "the name of the host or domain does not exist in DNS",
			next:   "look for a typing error, or for a domain that has lapsed: mxprobe mx DOMAIN",
			source: "RFC 5321 section 5.1",
		},
		{
			cause: NameFailed, name: "name-lookup-failed", whose: Network, passes: true,
			means:  "the name could not be looked up, for DNS did not answer",
			next:   "ask the name servers of the domain: dig +trace NAME MX; or another resolver with --dns",
			source: "RFC 5321 section 5.1",
		},
		{
			cause: ConnectRefused, name: "connect-refused", whose: Network, passes: true,
			means:  "nothing listens at this address and port, or a firewall refuses",
			next:   "see whether the mail service runs, and listens on this very address",
			source: "RFC 5321 section 5.1",
		},
		{
			cause: ConnectTimeout, name: "connect-timeout", whose: Network, passes: true,
			means:  "nothing answers at this address, for the host is down or a firewall drops what goes to this port",
			next:   "try from another network, and with --control HOST:PORT from here: many networks let nothing out to port 25",
			source: "RFC 5321 section 4.5.3.2",
		},
		{
			cause: ConnectUnreachable, name: "connect-unreachable", whose: Network, passes: true,
			means:  "there is no way to this address",
			next:   "look at the route, or leave the family out with -4 or -6",
			source: "RFC 5321 section 5.1",
		},
		{
			cause: ReplyTimeout, name: "reply-timeout", whose: Network, passes: true,
			means:  "the server did not answer in time",
			next:   "raise --timeout if it is only slow; a filter that drops packets looks the same",
			source: "RFC 5321 section 4.5.3.2",
		},
		{
			cause: ConnectionReset, name: "connection-reset", whose: Network, passes: true,
			means:  "the connection was reset",
			next:   "a firewall or filter on the way may have done it; its log and that of the server tell which",
			source: "RFC 5321 section 3.8",
		},
		{
			cause: ConnectionClosed, name: "connection-closed", whose: Server, passes: true,
			means:  "the server hung up without a word",
			next:   "its log says why; a limit or a filter before it may be what closed the line",
			source: "RFC 5321 section 3.8",
		},
		{
			cause: TLSHandshake, name: "tls-handshake", whose: Server,
			means:  "the TLS handshake failed",
			next:   "its log says more; openssl s_client -starttls smtp shows the same from outside",
			source: "RFC 3207 section 4",
		},
		{
			cause: TLSCertificate, name: "tls-certificate", whose: Server,
			means:  "the certificate of the server is not good for its name, its date or its authority",
			next:   "renew it with the name of the mail host in it and all intermediate certificates: -v shows the chain",
			source: "RFC 7817 section 3",
		},
	}
}

func foreignCauses() []entry {
	return []entry{
		{
			cause: NotSSH, name: "not-smtp-ssh", whose: Server,
			means:  "an SSH server answers at this port",
			next:   "look at the port (--port), and at what forwards it",
			source: "RFC 4253 section 4.2",
		},
		{
			cause: NotIMAP, name: "not-smtp-imap", whose: Server,
			means:  "an IMAP server answers at this port",
			next:   "look at the port (--port): IMAP has 143 and 993",
			source: "RFC 9051 section 7.1",
		},
		{
			cause: NotPOP3, name: "not-smtp-pop3", whose: Server,
			means:  "a POP3 server answers at this port",
			next:   "look at the port (--port): POP3 has 110 and 995",
			source: "RFC 1939 section 4",
		},
		{
			cause: NotHTTP, name: "not-smtp-http", whose: Server,
			means:  "a web server answers at this port",
			next:   "look at the port (--port), and at a proxy that may sit there",
			source: "RFC 9112 section 4",
		},
		{
			cause: NotFTP, name: "not-smtp-ftp", whose: Server,
			means:  "an FTP server answers at this port",
			next:   "look at the port (--port): FTP has 21",
			source: "RFC 959 section 5.4",
		},
		{
			cause: NotTLS, name: "not-smtp-tls", whose: Server,
			means:  "the port speaks TLS from the first byte",
			next:   "use tls: implicit in the scenario, as on port 465",
			source: "RFC 8314 section 3.3",
		},
		{
			cause: NotLMTP, name: "not-smtp-lmtp", whose: Server,
			means:  "an LMTP server answers at this port, which delivers into mailboxes and does not know EHLO",
			next:   "look at the port (--port): LMTP has 24 and is not for the world",
			source: "RFC 2033 section 4.1",
		},
		{
			cause: NotSMTP, name: "not-smtp", whose: Server,
			means:  "what answers at this port does not speak SMTP",
			next:   "look at the port (--port), and at what listens there",
			source: "RFC 5321 section 4.2",
		},
	}
}
