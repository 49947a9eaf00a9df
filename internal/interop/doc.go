// Package interop tests the mxprobe program against mail and name servers
// that other people wrote: Postfix, Exim, Sendmail, OpenSMTPD and aiosmtpd, found
// through Knot DNS.
//
// The servers run for the length of the tests only, from configuration and
// queues in a temporary directory, on loopback addresses, and deliver to
// files there and nowhere else. Where a program is missing, the tests that
// need it are skipped; with MXPROBE_INTEROP=require they fail instead. Beside
// PATH, MXPROBE_INTEROP_DIR names a directory with programs that cannot be
// installed side by side, such as a second mail server, unpacked.
//
// What they teach about a key that does not fit its certificate: Postfix and
// Exim answer 454 and Sendmail breaks off with an alert, while OpenSMTPD begins
// the handshake and cannot sign. Debian's OpenSMTPD 6.8 can sign with no key at all,
// since OpenSSL 3 does not ask its engine, and so has no other test of TLS. A
// server that does sign with a wrong key is a fake one, in the tests of probe.
package interop
