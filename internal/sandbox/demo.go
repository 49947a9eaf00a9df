package sandbox

import (
	_ "embed"
)

//go:embed demo.yaml
var demoSource string

// DemoSource returns the world file of Demo, an example for others.
func DemoSource() string { return demoSource }

// Demo returns the world of `mxprobe demo`, which is also that of `mxprobe
// sandbox` without a file. For every domain there is a user kate.
//
// It is made to be played with a reply limit of about one second
// (--timeout 1s --connect-timeout 1s), so that the silent server is shown
// without a long wait, with --retry 1 --retry-wait 300ms, so that the second
// try passes the greylisting, with --to 'kate@${domain}', and with the
// scenarios @send, @bad-sender and @postmaster:
//
//	contoso.test          two hosts, three addresses, all pass
//	fabrikam.test         mx1 passes, mx2 greylists the first try, mx3 refuses connections
//	adventure-works.test  mx1 refuses kate (550 5.1.1); backup takes a bad sender
//	wingtip.test          null MX: takes no mail
//	tailspin.test         one host answers 421, the other never greets
//	nodomain.test         does not exist (NXDOMAIN)
func Demo() Spec {
	spec, err := ParseSpec("demo.yaml", []byte(demoSource))
	if err != nil {
		// The file is part of the program and a test reads it.
		panic(err)
	}
	return spec
}

// DemoDomains returns the domains of Demo in the order in which they are to
// be shown.
func DemoDomains() []string {
	return []string{
		"contoso.test", "fabrikam.test", "adventure-works.test",
		"wingtip.test", "tailspin.test", "nodomain.test",
	}
}
