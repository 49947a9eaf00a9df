package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"mxprobe/internal/report"
	"mxprobe/internal/report/formats"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

// preview is a check that opens no connection: it finds the lines that a
// dialogue would send to an address.
type preview struct{ *dialogue.Dialogue }

// Start is part of probe.Check.
func (p preview) Start(t probe.Target, _ func(*result.Step)) probe.Trial {
	return &previewed{dialogue: p.Dialogue, target: t}
}

// previewed is the lines for one target.
type previewed struct {
	dialogue *dialogue.Dialogue
	target   probe.Target
	check    result.Check
}

// Play is part of probe.Trial.
func (p *previewed) Play(context.Context) (wait time.Duration, again bool) {
	p.check = result.Check{Scenario: p.dialogue.Name(), Standing: result.Standing{PlaysSender: p.dialogue.Scenario().Sender}, Status: result.Pass}
	lines, err := p.dialogue.Preview(p.target)
	if err != nil {
		p.check.Status, p.check.Reason, p.check.Message = result.Inconclusive, result.Local, err.Error()
	}
	p.check.StepCount = len(lines)
	for i, line := range lines {
		p.check.Steps = append(p.check.Steps, result.Step{Number: i + 1, Sent: result.PrintableString(line)})
	}
	return 0, false
}

// Abandon is part of probe.Trial.
func (p *previewed) Abandon(reason result.Reason) {
	p.check = result.Check{Scenario: p.dialogue.Name(), Reason: reason}
}

// Result is part of probe.Trial.
func (p *previewed) Result() result.Check { return p.check }

// preview is --dry-run: the hosts are looked up, and what would be sent to
// each address is written instead of sent.
func (r *session) preview(ctx context.Context, runner *probe.Runner, plan *plan) (int, error) {
	for i, c := range plan.mx {
		if d, ok := c.(*dialogue.Dialogue); ok {
			plan.mx[i] = preview{d}
		}
	}
	for _, t := range plan.targeted {
		t.check = preview{t.dialogue}
	}
	var out report.Writer
	switch o := &r.settings.out; o.format {
	case formats.Text, formats.GitHub:
		out = &previewText{w: r.Stdout, options: r.textOptions(o)}
	default:
		out = notPlayed{formats.New(o.format, r.Stdout, r.occasion(nil))}
	}
	return r.collect(ctx, r.settings, runner, plan, onStdout(out), time.Now())
}

// previewText writes what would be sent.
type previewText struct {
	w       io.Writer
	options report.Options
}

func (p *previewText) Domain(d *result.Domain) error {
	if err := report.MX(p.w, p.options, d); err != nil {
		return err
	}
	var b strings.Builder
	for at := range d.Played() {
		p.check(&b, at.Host, at.Address, at.Check)
	}
	b.WriteByte('\n')
	_, err := io.WriteString(p.w, b.String())
	return err
}

func (p *previewText) check(b *strings.Builder, h *result.Host, a *result.Address, c *result.Check) {
	at := fmt.Sprintf(" %s port %d", a.IP, a.Port)
	if a.IP == "" {
		at = "" // a Unix socket
	}
	plays := ""
	if c.PlaysSender {
		plays = " (plays a sender)"
	}
	fmt.Fprintf(b, "\n%s to %s%s%s:\n", c.Scenario, h.Name, at, plays)
	for i := range c.Steps {
		b.WriteString("  C: " + c.Steps[i].Sent + "\n")
	}
	if c.Message != "" {
		b.WriteString("  " + result.PrintableString(c.Message) + "\n")
	}
}

func (p *previewText) End(*result.End) error {
	_, err := io.WriteString(p.w, "nothing was sent\n")
	return err
}

// notPlayed hands a document on in which nothing has passed.
type notPlayed struct{ report.Writer }

func (n notPlayed) Domain(d *result.Domain) error {
	d.Sender = nil
	clearPass(&d.Status)
	for i := range d.Hosts {
		h := &d.Hosts[i]
		clearPass(&h.Status)
		for j := range h.Addresses {
			a := &h.Addresses[j]
			clearPass(&a.Status)
			for k := range a.Checks {
				clearPass(&a.Checks[k].Status)
			}
		}
	}
	return n.Writer.Domain(d)
}

// End is part of report.Writer.
func (n notPlayed) End(end *result.End) error {
	clearPass(&end.Status)
	end.Dialogues.NotRun += end.Dialogues.Pass
	end.Dialogues.Pass = 0
	return n.Writer.End(end)
}

func clearPass(v *result.Verdict) {
	if *v == result.Pass {
		*v = result.NotRun
	}
}
