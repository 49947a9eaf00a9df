package probe_test

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"slices"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/scenarios"
)

// bounce is a scenario: a recipient that does not exist has to be refused.
const bounce = `
name: unknown names are refused
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - send: RCPT TO:<nobody@${domain}>
    expect: 5xx
`

// exampleWorld is two mail servers on loopback, one of which takes mail for
// every name, with the DNS server that leads to them.
func exampleWorld() *sandbox.World {
	spec, err := sandbox.ParseSpec("world.yaml", []byte(`
zones:
  example.test: |
    @   MX 10 mx1
    @   MX 20 backup
    mx1    A 192.0.2.10
    backup A 192.0.2.20
servers:
  - name: mx1.example.test
    users: [kate]
  - name: backup.example.test
    users: ["*"]
`))
	if err != nil {
		log.Fatal(err)
	}
	world, err := sandbox.Start(spec)
	if err != nil {
		log.Fatal(err)
	}
	return world
}

// A scenario is played with every address of every host, and each gets its
// verdict.
func ExampleRunner_Run() {
	world := exampleWorld()
	defer func() { _ = world.Close() }()
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{world.DNS()}})
	if err != nil {
		log.Fatal(err)
	}
	parsed, err := scenarios.Parse("bounce.yaml", []byte(bounce))
	if err != nil {
		log.Fatal(err)
	}
	run := dialogue.NewRun(&dialogue.Settings{
		Dialer: world, // a net.Dialer in earnest
		HELO:   "probe.example.net", From: "probe@example.net", RunID: "1",
	})
	dialogue, err := dialogue.New(context.Background(), parsed[0], run)
	if err != nil {
		log.Fatal(err)
	}
	runner := &probe.Runner{Resolver: resolver}
	requests := slices.Values([]probe.Request{{Domain: "example.test", Checks: []probe.Check{dialogue}}})
	for domain := range runner.Run(context.Background(), requests) {
		fmt.Println(domain.Domain, domain.Status)
		for _, host := range domain.Hosts {
			for _, address := range host.Addresses {
				for _, check := range address.Checks {
					fmt.Println(" ", host.Preference, host.Name, address.IP, check.Status, check.Steps[3].Code)
				}
			}
		}
	}
	// Output:
	// example.test fail
	//   10 mx1.example.test 192.0.2.10 pass 550
	//   20 backup.example.test 192.0.2.20 fail 250
}

// What would be sent can be shown without a connection.
func ExampleDialogue_Preview() {
	parsed, err := scenarios.Parse("bounce.yaml", []byte(bounce))
	if err != nil {
		log.Fatal(err)
	}
	run := dialogue.NewRun(&dialogue.Settings{HELO: "probe.example.net", From: "probe@example.net", RunID: "1"})
	dialogue, err := dialogue.New(context.Background(), parsed[0], run)
	if err != nil {
		log.Fatal(err)
	}
	lines, err := dialogue.Preview(probe.Target{
		Domain: "example.test", Host: "mx1.example.test", IP: netip.MustParseAddr("192.0.2.10"), Port: 25,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range lines {
		fmt.Println(line)
	}
	// Output:
	// EHLO probe.example.net
	// MAIL FROM:<probe@example.net>
	// RCPT TO:<nobody@example.test>
	// QUIT
}
