// Package interop tests the mxprobe program against mail and name servers
// that other people wrote: Postfix, Exim and aiosmtpd, found through Knot DNS.
//
// The servers run for the length of the tests only, from configuration and
// queues in a temporary directory, on loopback addresses, and deliver to
// files there and nowhere else. Where a program is missing, the tests that
// need it are skipped; with MXPROBE_INTEROP=require they fail instead. Beside
// PATH, MXPROBE_INTEROP_DIR names a directory with programs that cannot be
// installed side by side, such as a second mail server, unpacked.
package interop
