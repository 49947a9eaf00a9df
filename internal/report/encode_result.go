package report

import (
	"time"

	"mxprobe/probe/result"
)

// The functions of this file write result's types with the names their JSON
// tags give; a test compares every field with encoding/json. The one
// difference is that a list which is always there is [] and never null.

func (e *encoder) verdict(name string, v result.Verdict) { e.word(name, v.String()) }

func (e *encoder) why(r result.Reason, message, hint string) {
	e.strSome("reason", string(r))
	e.strSome("message", message)
	e.strSome("hint", hint)
}

// header writes the members of a run that are known before its domains.
func (e *encoder) header(run *result.Run) {
	e.int("v", result.Version)
	e.str("type", "run")
	e.str("program", run.Program)
	e.str("run_id", run.RunID)
	e.str("started", run.Started.Format(time.RFC3339Nano))
}

func (e *encoder) end(end *result.End) {
	e.int("v", result.Version)
	e.str("type", "end")
	e.verdict("status", end.Status)
	e.int("exit", end.Exit)
	e.counts("dialogues", &end.Dialogues)
	e.counts("steps", &end.Steps)
	e.millis("ms", end.Millis)
	e.trueSome("incomplete", end.Incomplete)
	e.strsSome("notes", end.Notes)
	if end.List == nil {
		return
	}
	e.object("list")
	e.counts("domains", &end.List.Domains)
	e.table("causes", &end.List.Causes)
	e.table("providers", &end.List.Providers)
	e.table("software", &end.List.Software)
	e.close()
}

func (e *encoder) table(name string, t *result.Table) {
	e.object(name)
	e.list("rows")
	for i := range t.Rows {
		e.open()
		e.str("name", t.Rows[i].Name)
		e.counts("domains", &t.Rows[i].Domains)
		e.close()
	}
	e.endList()
	e.counts("others", &t.Others)
	e.close()
}

func (e *encoder) counts(name string, c *result.Counts) {
	e.object(name)
	e.int("pass", c.Pass)
	e.int("warn", c.Warn)
	e.int("fail", c.Fail)
	e.int("inconclusive", c.Inconclusive)
	e.int("skip", c.Skip)
	e.int("not_run", c.NotRun)
	e.close()
}

// domain writes a domain's members; full says whether its checks are among
// them, which in a stream have been written before.
func (e *encoder) domain(d *result.Domain, full bool) {
	e.str("domain", d.Domain)
	e.strSome("server", d.Server)
	e.strSome("origin", d.Origin)
	e.trueSome("authentic", d.Authentic)
	e.verdict("status", d.Status)
	e.why(d.Reason, d.Message, d.Hint)
	e.trueSome("temporary", d.Temporary)
	e.strsSome("notes", d.Notes)
	e.sender(d.Sender)
	e.findings(d.Findings)
	e.receptions(d.Reception)
	e.differences("differences", d.Differences)
	e.changes(d.Changes)
	e.millis("dns_ms", d.DNSMillis)
	e.trueSome("excluded", d.Excluded)
	e.intSome("unchosen", d.Unchosen)
	e.strSome("vantage", d.Vantage)
	e.views(d.Views)
	e.differences("disagreements", d.Disagreements)
	e.list("hosts")
	for i := range d.Hosts {
		e.host(&d.Hosts[i], full)
	}
	e.endList()
	e.millis("ms", d.Millis)
}

func (e *encoder) sender(s *result.Sender) {
	if s == nil {
		return
	}
	e.object("sender")
	e.str("view", string(s.View))
	e.intSome("port", int(s.Port))
	e.strSome("by", s.By)
	e.strsSome("failing", s.Failing)
	e.close()
}

// views writes what each vantage made of a domain.
func (e *encoder) views(all []result.View) {
	if len(all) == 0 {
		return
	}
	e.list("views")
	for i := range all {
		v := &all[i]
		e.open()
		e.str("vantage", v.Vantage)
		e.strSome("origin", v.Origin)
		e.trueSome("authentic", v.Authentic)
		e.verdict("status", v.Status)
		e.why(v.Reason, v.Message, v.Hint)
		e.sender(v.Sender)
		e.millis("dns_ms", v.DNSMillis)
		e.millis("ms", v.Millis)
		e.close()
	}
	e.endList()
}

func (e *encoder) host(h *result.Host, full bool) {
	e.open()
	e.str("name", h.Name)
	e.int("pref", int(h.Preference))
	e.verdict("status", h.Status)
	e.why(h.Reason, h.Message, h.Hint)
	e.trueSome("temporary", h.Temporary)
	e.strsSome("notes", h.Notes)
	if l := h.Lack; l != nil {
		e.object("lack")
		e.verdict("status", l.Status)
		e.str("reason", string(l.Reason))
		e.str("message", l.Message)
		e.close()
	}
	e.list("addresses")
	for i := range h.Addresses {
		a := &h.Addresses[i]
		e.open()
		e.str("ip", a.IP)
		e.int("port", int(a.Port))
		e.strSome("vantage", a.Vantage)
		e.strSome("via", a.Via)
		e.verdict("status", a.Status)
		if full {
			e.checks(a.Checks)
		}
		e.close()
	}
	e.endList()
	e.close()
}

func (e *encoder) checks(checks []result.Check) {
	e.list("checks")
	for i := range checks {
		c := &checks[i]
		e.open()
		e.str("scenario", c.Scenario)
		e.outcome(c)
		e.list("steps")
		for j := range c.Steps {
			e.open()
			e.step(&c.Steps[j])
			e.evidence(&c.Steps[j])
			e.close()
		}
		e.endList()
		e.millis("ms", c.Millis)
		e.close()
	}
	e.endList()
}

// outcome writes a check's members but its scenario, steps and time.
func (e *encoder) outcome(c *result.Check) {
	e.trueSome("plays_sender", c.PlaysSender)
	e.verdict("status", c.Status)
	e.why(c.Reason, c.Message, c.Hint)
	e.strSome("cause", c.Cause)
	e.strSome("whose", c.Whose)
	if c.FailedStep != nil {
		e.int("failed_step", *c.FailedStep)
	}
	e.int("step_count", c.StepCount)
	e.int("attempts", c.Attempts)
	e.trueSome("excluded", c.Excluded)
	if c.Shared != nil {
		e.object("shared")
		e.str("domain", c.Shared.Domain)
		e.str("at", c.Shared.At.Format(time.RFC3339Nano))
		e.close()
	}
	if c.Reused != nil {
		e.object("reused")
		e.str("domain", c.Reused.Domain)
		e.int("nth", c.Reused.Nth)
		e.close()
	}
	e.strSome("forgiven", c.Forgiven)
	e.mapSome("captures", c.Captures)
	e.tls(c.TLS)
	e.trueSome("control_answered", c.ControlAnswered)
	e.millisSome("connect_ms", c.ConnectMillis)
	e.millisSome("delay_ms", c.DelayMillis)
	e.millisSome("delivery_ms", c.DeliveryMillis)
	e.strsSome("notes", c.Notes)
}

// step writes a step's members but its excerpt and transcript.
func (e *encoder) step(s *result.Step) {
	e.int("attempt", s.Attempt)
	e.int("step", s.Number)
	e.str("name", s.Name)
	e.strSome("action", s.Action)
	e.strSome("verb", s.Verb)
	e.trueSome("refusal_wanted", s.RefusalWanted)
	e.trueSome("fell_back", s.FellBack)
	e.strSome("sent", s.Sent)
	e.verdict("status", s.Status)
	e.strSome("reason", string(s.Reason))
	e.strSome("cause", s.Cause)
	e.strSome("whose", s.Whose)
	e.strSome("message", s.Message)
	e.strSome("want", s.Want)
	e.intSome("code", s.Code)
	e.strSome("enhanced", s.Enhanced)
	e.strsSome("text", s.Text)
	e.millis("ms", s.Millis)
	e.strSome("file", s.File)
	e.intSome("line", s.Line)
	e.intSome("col", s.Col)
	e.strsSome("notes", s.Notes)
}

// evidence writes a step's excerpt and transcript.
func (e *encoder) evidence(s *result.Step) {
	if x := s.Excerpt; x != nil {
		e.object("excerpt")
		e.int("first", x.First)
		e.strs("lines", x.Lines)
		e.int("line", x.Line)
		e.int("col", x.Col)
		e.int("width", x.Width)
		e.close()
	}
	if len(s.Transcript) == 0 {
		return
	}
	e.list("transcript")
	for i := range s.Transcript {
		l := &s.Transcript[i]
		e.open()
		e.str("from", l.From)
		e.str("text", l.Text)
		e.millis("ms", l.Millis)
		e.close()
	}
	e.endList()
}
