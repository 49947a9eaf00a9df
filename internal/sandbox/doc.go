// Package sandbox is a mail world on loopback: a DNS server whose zones give
// out documentation addresses (RFC 5737, RFC 3849), mail servers behind them
// that behave well or as badly as they are told to, and a dialer that leads
// from those addresses to loopback and nowhere else.
//
// A world is described by a Spec, written in Go or read from a file by
// ParseSpec, and lives from Start to World.Close:
//
//	w, err := sandbox.Start(sandbox.Spec{
//		Zones: []sandbox.Zone{{Name: "example.test", Text: "@ MX 10 mx1\nmx1 A 192.0.2.10\n"}},
//		Servers: []sandbox.Server{{
//			Name:  "mx1.example.test",
//			Rules: []sandbox.Rule{{On: "RCPT", Reply: "451 4.7.1 Greylisted", Times: 1}},
//		}},
//	})
//
// # Two ways in
//
// By default every server listens on a port of its own, and programs of this
// module connect through World.DialContext. It refuses what is not part of
// the world, so that neither a demonstration nor a test can reach a network.
// With Spec.Loopback the zones give out addresses of 127.0.0.0/8 (and ::1)
// instead, and all servers listen on one port, so that any program can be
// pointed at the world.
//
// # World files
//
// A world file is one YAML document with these keys, none of them required:
//
//	authentic: true             # set the AD bit in answers from all zones, or from a list of them
//	zones:                      # domain: its records, as in a zone file
//	  fabrikam.test: |
//	    @    MX 10 mx1          ; SOA and NS are added where missing
//	    @    MX 20 mx2
//	    mx1  A 192.0.2.10
//	    mx1  AAAA 2001:db8::10
//	    mx2  A 192.0.2.11
//	    mta-sts  A 192.0.2.12
//	    _mta-sts TXT "v=STSv1; id=1;"
//	dns:                        # names answered otherwise than the zones say
//	  - name: broken.test       # a glob: *.broken.test
//	    type: MX                # every type where left out
//	    answer: servfail        # servfail, bogus, refused, silence, truncate or zone
//	    times: 2                # only the first two questions
//	    delay: 200ms            # wait before answering
//	servers:
//	  - name: mx1.fabrikam.test # its addresses are those of the zones
//	    addresses: [192.0.2.10] # or these
//	    ports: [25, 587]        # 25 where left out
//	    hostname: mx1.fabrikam.test    # the name in its replies
//	    domains: [fabrikam.test]       # those whose MX it is where left out
//	    users: [kate, sales@fabrikam.test]  # "*" takes all; postmaster always exists
//	    relay: false            # take mail for foreign domains
//	    bad_sender: rcpt        # refuse senders under .invalid at mail, at rcpt, or accept
//	    size: 10485760          # largest message in octets; 0 announces none
//	    recipients: 100         # most recipients of one message
//	    tls: good               # or expired, not-yet-valid, self-signed, wrong-name,
//	                            # missing-intermediate, wrong-key, soon; or a map of
//	                            # cert, rsa, implicit, min, max, client_cert, required, broken,
//	                            # keeps_plaintext, again
//	    auth:                   # takes logins, under TLS
//	      users: {kate: secret}        # names and passwords
//	      tokens: {kate: token}        # of XOAUTH2 and OAUTHBEARER
//	      mechanisms: [PLAIN, LOGIN]   # PLAIN, LOGIN, CRAM-MD5 and SCRAM where left out; DIGEST-MD5 too
//	      clear: true                  # offered and taken without TLS too
//	      required: true               # no mail without a login (530)
//	      fault: wrong-signature       # or no-signature, not-base64, endless, takes-all, echo
//	    tlsa: [3 1 1, 2 0 1 wrong]     # TLSA records of its ports: usage, selector, matching type;
//	                                   # made of its certificate, or of the one with an RSA key, or wrong
//	    ehlo: [PIPELINING, SIZE 1000]  # in place of the usual keywords
//	    ends: ["\n.\n"]        # further ends of a message, for an unsound server
//	    rules:
//	      - on: RCPT TO:<kate@*>       # or connect, a verb, end-of-data
//	        times: 1
//	        reply: 451 4.7.1 Greylisted, come back later
//	  - name: mx2.fabrikam.test
//	    dead: refused           # refused, hang, unreachable or no-route
//	  - name: mta-sts.fabrikam.test
//	    https: |                # no mail, but this MTA-STS policy on port 443; or a map
//	      version: STSv1
//	      mode: enforce
//	      mx: mx1.fabrikam.test
//	      max_age: 86400
//
// The https of a server is the text of a policy, or a map of body, status,
// type, location, delay and endless; see HTTPS.
//
// A rule has what it answers to (on, times, and holds: text in the message,
// at end-of-data) and what it does, in this order: delay; reply (lines
// without their ends) or raw (bytes as they are); split (bytes in a packet)
// and drip (the pause between packets, of one byte where split is missing);
// extra (bytes nobody asked for) after extra_delay; then close, reset or
// hang. A rule without reply, raw, close, reset and hang gives the usual
// answer.
package sandbox
