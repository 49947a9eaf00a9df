package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/report"
	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

func demoCommand() command {
	return command{
		name:     "demo",
		summary:  "play built-in scenarios against an embedded mail world, without a network",
		examples: []string{"mxprobe demo"},
		bind: func(p *Program) ([]option, action) {
			o := newOutput()
			var options []option
			for _, candidate := range o.options() {
				if candidate.name == "color" {
					options = append(options, candidate)
				}
			}
			return options, func(args []string) (int, error) { return p.demo(&o, args) }
		},
	}
}

// demoDesign is what the demo's world is made to give, in the order of the
// report. The failures are on purpose.
func demoDesign() []string {
	return []string{
		"mx1.contoso.test pass", "mx1.contoso.test pass", "mx2.contoso.test pass",
		"mx1.fabrikam.test pass", "mx2.fabrikam.test pass", "mx3.fabrikam.test fail refused",
		"mx1.adventure-works.test fail reply", "backup.adventure-works.test pass",
		"wingtip.test fail null_mx",
		"busy.tailspin.test inconclusive", "silent.tailspin.test fail timeout",
		"nodomain.test fail dns",
		"mx1.adventure-works.test pass", "backup.adventure-works.test fail reply",
	}
}

const demoHead = `A mail world on loopback, no network. @send hands a test message to kate on
every host and address of six domains:
`

const demoSecond = `@bad-sender has a sender that cannot exist, which has to be refused:
`

const demoTail = `
All as designed: what fails does so on purpose. To try next:
  mxprobe run @rcpt -d example.org   would your servers take mail? sends none
  mxprobe sandbox                    keep this world, to try all commands on
`

func (p *Program) demo(o *output, args []string) (int, error) {
	if len(args) > 0 {
		return 0, usagef("demo takes no arguments, not %s; mxprobe run plays scenarios", shown(args[0]))
	}
	ctx, stop := untilSignal()
	defer stop()
	world, err := sandbox.Start(sandbox.Demo())
	if err != nil {
		return 0, fmt.Errorf("starting the world on loopback: %w", err)
	}
	defer func() { _ = world.Close() }()
	seen, err := p.playDemo(ctx, world, o)
	if err != nil {
		return 0, err
	}
	if s := stoppedBy(ctx); s != nil {
		return outcome{signal: s}.status(), nil
	}
	if design := demoDesign(); !slices.Equal(seen, design) {
		return ExitFailed, fmt.Errorf("the demo's world did not behave as designed: want %s; got %s",
			strings.Join(design, ", "), strings.Join(seen, ", "))
	}
	_, err = io.WriteString(p.Stdout, demoTail)
	return ExitOK, err
}

// playDemo plays and prints, and returns what was seen as demoDesign has it.
func (p *Program) playDemo(ctx context.Context, world *sandbox.World, o *output) ([]string, error) {
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{world.DNS()}})
	if err != nil {
		return nil, err
	}
	requests, err := demoRequests(world)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(p.Stdout, demoHead); err != nil {
		return nil, err
	}
	runner := &probe.Runner{Resolver: resolver}
	brief := &briefly{w: p.Stdout, color: p.colored(o.color)}
	var seen []string
	var failure result.Domain
	for d := range runner.Run(ctx, slices.Values(requests)) {
		seen = append(seen, observed(&d)...)
		if len(seen) == len(demoDesign()) {
			_, err = io.WriteString(p.Stdout, demoSecond)
		}
		if err := errors.Join(err, brief.domain(&d)); err != nil {
			return nil, err
		}
		if d.Domain == demoFailure && len(failure.Hosts) == 0 {
			failure = d
		}
	}
	return seen, p.showFailure(failure, brief.color)
}

// demoFailure is the domain of which a failure is shown in full.
const demoFailure = "adventure-works.test"

// showFailure writes the first failed host of d as a report of a run does.
func (p *Program) showFailure(d result.Domain, color bool) error {
	d.Hosts, d.Sender = slices.DeleteFunc(d.Hosts, func(h result.Host) bool { return h.Status != result.Fail }), nil
	if _, err := io.WriteString(p.Stdout, "\n"); err != nil {
		return err
	}
	return report.NewText(p.Stdout, report.Options{Color: color, Width: 80, Verbose: -1}).Domain(&d)
}

// demoRequests are @send for each domain, and @bad-sender for one.
func demoRequests(world *sandbox.World) ([]probe.Request, error) {
	runID := strings.ToLower(rand.Text()[:12])
	var requests []probe.Request
	ask := func(scenario, domain, to string) error {
		retry, wait := 1, 300*time.Millisecond
		set := &dialogue.Settings{
			Dialer: world, HELO: "probe.test", From: "mxprobe@probe.test", To: to, RunID: runID,
			ReplyTimeout: time.Second, ConnectTimeout: time.Second, Retry: dialogue.RetrySettings{Times: &retry, Wait: &wait},
		}
		src, err := builtin(scenario)
		if err != nil {
			return err
		}
		parsed, err := scenarios.Parse(scenario, src)
		if err != nil {
			return err
		}
		request, run := probe.Request{Domain: domain}, dialogue.NewRun(set)
		for _, sc := range parsed {
			d, err := dialogue.New(context.Background(), sc, run)
			if err != nil {
				return err
			}
			request.Checks = append(request.Checks, d)
		}
		requests = append(requests, request)
		return nil
	}
	for _, domain := range sandbox.DemoDomains() {
		if err := ask("@send", domain, "kate@"+domain); err != nil {
			return nil, err
		}
	}
	return requests, ask("@bad-sender", demoFailure, "postmaster@"+demoFailure)
}

// observed lists what was found in the form of demoDesign.
func observed(d *result.Domain) []string {
	var all []string
	add := func(name string, v result.Verdict, r result.Reason) {
		if v != result.Fail {
			r = result.None // who is to blame for a temporary answer is a matter of words
		}
		all = append(all, strings.TrimSpace(name+" "+v.String()+" "+string(r)))
	}
	if len(d.Hosts) == 0 {
		add(d.Domain, d.Status, d.Reason)
	}
	for p := range d.Played() {
		add(p.Host.Name, p.Check.Status, p.Check.Reason)
	}
	return all
}
