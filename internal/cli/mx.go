package cli

import (
	"context"
	"io"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

func mxCommand() command {
	return command{
		name:      "mx",
		arguments: "DOMAIN...",
		summary:   "look up the ranked mail hosts and addresses of domains, nothing more",
		examples: []string{
			"mxprobe mx example.org",
			"mxprobe mx @domains.txt -f jsonl        a list, one domain a line",
			"mxprobe mx example.org --dns 192.0.2.53",
		},
		notes: []string{
			"A DOMAIN may be @FILE, one domain a line, or - for standard input; -d DOMAIN is",
			"the same.",
			"Exit status: 0 hosts found, or a domain that says it takes no mail; 1 there are",
			"none, and that is final; 2 bad call; 3 not known: the look-up failed.",
		},
		bind: func(p *Program) ([]option, action) {
			s := newSettings()
			return s.lookupOptions(), func(args []string) (int, error) { return p.mx(s, args) }
		},
	}
}

// lookupOptions are the flags of run that matter where nobody is spoken to.
func (s *settings) lookupOptions() []option {
	domain := domainOption(&s.domains)
	domain.env = "" // the domain is an argument, and would be looked up beside it
	options := []option{domain, columnOption(&s.column), dnsOption(&s.dns), allowLoopbackOption(&s.loopback)}
	options = append(options, familyOptions(&s.only4, &s.only6)...)
	for _, o := range s.timeOptions() {
		if o.name == "max-time" {
			o.def = "none"
			options = append(options, o)
		}
	}
	return append(options, s.out.options()...)
}

func (p *Program) mx(s *settings, args []string) (int, error) {
	for _, arg := range args {
		if err := checkDomainArgument(arg); err != nil {
			return 0, usagef("%s", err)
		}
	}
	if s.domains = append(s.domains, args...); len(s.domains) == 0 {
		return 0, usagef("no domain: mxprobe mx DOMAIN")
	}
	if err := s.contradiction(); err != nil {
		return 0, err
	}
	ctx, stop := untilSignal()
	defer stop()
	ctx, cancel := s.limit(ctx)
	defer cancel()
	domains, err := p.newDomainList(ctx, s.domains, s.column)
	if err != nil {
		return 0, early(ctx, err)
	}
	resolver, err := newResolver(s.dns, s.loopback)
	if err != nil {
		return 0, err
	}
	return p.lookUp(ctx, s, resolver, domains)
}

// lookUp has a runner with a check that does nothing find the hosts.
func (p *Program) lookUp(ctx context.Context, s *settings, resolver probe.Resolver, domains *domainList) (int, error) {
	runner := &probe.Runner{Resolver: resolver, Family: s.family()}
	plan := &plan{domains: domains, mx: []probe.Check{lookOnly{}}, judge: judgeRoute}
	var line *progress
	if domains.isList() {
		line = p.progress(&s.out, domains)
	}
	defer line.stop()
	out := onStdout(p.routeWriter(&s.out, line.over(p.Stdout)))
	out.line = line
	return p.collect(ctx, s, runner, plan, out, time.Now())
}

// judgeRoute gives the verdict of a look-up alone: a null MX is an answer,
// and one usable host is enough.
func judgeRoute(d *result.Domain) {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		for j := range h.Addresses {
			h.Addresses[j].Checks = []result.Check{}
			h.Addresses[j].Status = result.Pass
			h.Status = result.Pass
		}
		if len(h.Addresses) == 0 && h.Status == result.Skip { // none of the family asked for
			h.Status, h.Reason = result.Fail, result.DNS
		}
		if h.Temporary && h.Status == result.Fail {
			h.Status = result.Inconclusive
		}
	}
	d.Sender = nil
	if d.Temporary && d.Status == result.Fail {
		d.Status = result.Inconclusive // no answer is not known, whoever is to blame
	}
	if d.Reason == result.NullMX {
		d.Status = result.Pass
	}
	if d.Reason != result.None && len(d.Hosts) == 0 {
		return
	}
	d.Status, d.Reason = result.NotRun, result.None
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if h.Status == result.Pass {
			d.Status, d.Reason, d.Message = result.Pass, result.None, ""
			return
		}
		// A host that may still be found outweighs one that is gone: mail
		// for it waits (RFC 5321 section 5.1).
		if d.Status != result.Inconclusive {
			d.Status, d.Reason, d.Message = h.Status, h.Reason, h.Name+": "+h.Message
		}
	}
}

// lookOnly is a check that does nothing, so that the runner finds addresses.
type lookOnly struct{}

func (lookOnly) Name() string                                       { return "" }
func (lookOnly) Ports() []uint16                                    { return nil }
func (lookOnly) Start(probe.Target, func(*result.Step)) probe.Trial { return lookOnly{} }
func (lookOnly) Play(context.Context) (time.Duration, bool)         { return 0, false }
func (lookOnly) Abandon(result.Reason)                              {}
func (lookOnly) Result() result.Check                               { return result.Check{Status: result.Pass} }

// routeWriter returns the writer of look-ups in the chosen format.
func (p *Program) routeWriter(o *output, w io.Writer) report.Writer {
	switch o.format {
	case "json":
		return report.NewJSON(w, p.header(""))
	case "jsonl":
		return routeEvents{report.NewJSONL(w)}
	}
	return &routeText{w: w, options: p.textOptions(o)}
}

type routeEvents struct{ *report.JSONL }

func (r routeEvents) Domain(d *result.Domain) error { return r.Routed(d) }

type routeText struct {
	w       io.Writer
	options report.Options
}

func (r *routeText) Domain(d *result.Domain) error { return report.MX(r.w, r.options, d) }
func (r *routeText) End(*result.End) error         { return nil }
