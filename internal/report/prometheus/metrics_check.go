package prometheus

import (
	"slices"
	"strconv"

	"mxprobe/probe/result"
)

// checkFamilies are the metrics of dialogues.
func checkFamilies(r *records) []family {
	return slices.Concat(stateFamilies(r), effortFamilies(r), tlsFamilies(r), stepFamilies(r), findingFamilies(r))
}

// checkFamily is a metric with a value for each dialogue, or for some.
func checkFamily(r *records, name, help string, value func(*checkRecord) (float64, bool)) family {
	return family{name, help, each(r.checks, (*checkRecord).labels, value)}
}

func (c *checkRecord) labels() []string {
	return []string{"domain", c.domain, "scenario", c.scenario, "mx", c.mx, "ip", c.ip, "port", c.port}
}

// stateFamilies say what became of a dialogue.
func stateFamilies(r *records) []family {
	state := func(name, help string, holds func(*checkRecord) bool) family {
		return checkFamily(r, name, help, func(c *checkRecord) (float64, bool) { return is(holds(c)), !c.evidence })
	}
	return []family{
		state("mxprobe_success", "Whether the dialogue with this address passed.", func(c *checkRecord) bool {
			return among(c.status, []result.Verdict{result.Pass, result.Warn})
		}),
		state("mxprobe_failed", "Whether the dialogue with this address failed.", func(c *checkRecord) bool {
			return c.status == result.Fail
		}),
		state("mxprobe_inconclusive", "Whether it is not known if the dialogue with this address would pass.", func(c *checkRecord) bool {
			return !c.skipped && among(c.status, []result.Verdict{result.Inconclusive, result.NotRun})
		}),
		state("mxprobe_skipped", "Whether the dialogue with this address was left out.", func(c *checkRecord) bool { return c.skipped }),
		state("mxprobe_warning", "Whether the dialogue passed with a warning, or failed and the scenario says that it may.", func(c *checkRecord) bool {
			return c.status == result.Warn
		}),
		{
			"mxprobe_failed_step", "The step that decided against the dialogue, 0 is the connection; no value where none did.",
			each(r.checks, (*checkRecord).whyLabels,
				func(c *checkRecord) (float64, bool) { return float64(c.failedStep), c.failedStep >= 0 }),
		},
	}
}

// whyLabels tell what is behind a failure beside where it was. An empty label
// is none to Prometheus.
func (c *checkRecord) whyLabels() []string {
	all := append(c.labels(), "reason", c.reason)
	if c.cause != "" {
		all = append(all, "cause", c.cause, "whose", c.whose)
	}
	return all
}

// effortFamilies say what a dialogue took.
func effortFamilies(r *records) []family {
	return []family{
		checkFamily(r, "mxprobe_attempts", "How many attempts the dialogue took.", func(c *checkRecord) (float64, bool) {
			return float64(c.attempts), !c.evidence
		}),
		checkFamily(r, "mxprobe_duration_seconds", "How long the dialogue took, all attempts and the time between them included.",
			func(c *checkRecord) (float64, bool) { return c.took.Seconds(), c.took > 0 }),
		checkFamily(r, "mxprobe_connect_duration_seconds", "How long the last TCP handshake took.",
			func(c *checkRecord) (float64, bool) { return c.connect.Seconds(), c.connect > 0 }),
		checkFamily(r, "mxprobe_delivery_duration_seconds", "How long the message took from its acceptance into the mailbox.",
			func(c *checkRecord) (float64, bool) { return c.delivery.Seconds(), c.delivery > 0 }),
	}
}

// tlsFamilies say what the last TLS handshake of a dialogue came to.
func tlsFamilies(r *records) []family {
	return []family{
		checkFamily(r, "mxprobe_starttls_offered", "Whether the server offers STARTTLS; no value where its extensions were not seen.",
			func(c *checkRecord) (float64, bool) { return is(c.starttls == offered), c.starttls != notAsked }),
		{
			"mxprobe_tls_info", "The version of TLS and the cipher of the last handshake.",
			each(r.checks, func(c *checkRecord) []string {
				return append(c.labels(), "version", c.tls.version, "cipher", c.tls.cipher)
			},
				func(c *checkRecord) (float64, bool) { return 1, c.tls != nil }),
		},
		checkFamily(r, "mxprobe_tls_certificate_not_after_timestamp_seconds", "When the certificate of the server expires.",
			func(c *checkRecord) (float64, bool) {
				if c.tls == nil || c.tls.notAfter.IsZero() {
					return 0, false
				}
				return float64(c.tls.notAfter.Unix()), true
			}),
	}
}

// stepFamilies are the metrics of the steps of the last attempts.
func stepFamilies(r *records) []family {
	of := func(name, help string, value func(stepRecord) (float64, bool)) family {
		return family{name, help, func(yield func(series) bool) {
			for i := range r.checks {
				c := &r.checks[i]
				for _, s := range c.steps {
					if v, ok := value(s); ok && !yield(series{append(c.labels(), "step", strconv.Itoa(s.number)), v}) {
						return
					}
				}
			}
		}}
	}
	return []family{
		of("mxprobe_step_duration_seconds", "How long the step took in the last attempt; 0 is the greeting, or the connection where none was made.",
			func(s stepRecord) (float64, bool) { return s.took.Seconds(), true }),
		of("mxprobe_step_reply_code", "The reply code of the step in the last attempt.",
			func(s stepRecord) (float64, bool) { return float64(s.code), s.code != 0 }),
	}
}

// findingFamilies say what rules found.
func findingFamilies(r *records) []family {
	labels := func(f *findingRecord) []string {
		return []string{"domain", f.domain, "mx", f.mx, "ip", f.ip, "id", f.id, "severity", f.severity}
	}
	count := func(c *countRecord) []string { return []string{"domain", c.domain, "severity", c.severity} }
	change := func(c *changeRecord) []string {
		return []string{"domain", c.domain, "kind", c.kind, "regression", strconv.FormatBool(c.worse)}
	}
	return []family{
		{
			"mxprobe_changes", "How many things of the domain are not as they were when the baseline was written, by kind; no value where there are none.",
			each(r.changes, change, func(c *changeRecord) (float64, bool) { return float64(c.n), true }),
		},
		{
			"mxprobe_finding", "What a rule found of a domain, a host or an address, and is not sound; always 1.",
			each(r.findings, labels, func(*findingRecord) (float64, bool) { return 1, true }),
		},
		{
			"mxprobe_findings", "How many findings of the domain have this severity.",
			each(r.counts, count, func(c *countRecord) (float64, bool) { return float64(c.n), true }),
		},
	}
}

func among(v result.Verdict, verdicts []result.Verdict) bool { return slices.Contains(verdicts, v) }
