package prometheus

import (
	"strings"

	"mxprobe/probe/result"
)

// runFamilies are the metrics of the run itself.
func runFamilies(header *result.Run, end *result.End) []family {
	_, version, _ := strings.Cut(header.Program, " ")
	finished := header.Started.Add(end.Millis.Duration())
	return []family{
		{"mxprobe_build_info", "The version of mxprobe.", one(1, "version", label(version))},
		{"mxprobe_last_run_exit_code", "The exit status of the run.", one(float64(end.Exit))},
		{"mxprobe_last_run_complete", "Whether the run came to the end of its list; if not, there may be domains without any metric.", one(is(!end.Incomplete))},
		{"mxprobe_last_run_duration_seconds", "How long the run took.", one(end.Millis.Duration().Seconds())},
		{"mxprobe_last_run_timestamp_seconds", "When the run ended.", one(float64(finished.UnixMilli()) / 1e3)},
	}
}

// domainFamilies are the metrics of domains, those without hosts included.
func domainFamilies(r *records) []family {
	of := func(name, help string, value func(*domainRecord) (float64, bool)) family {
		return family{name, help, each(r.domains, (*domainRecord).labels, value)}
	}
	state := func(name, help string, verdicts ...result.Verdict) family {
		return of(name, help, func(d *domainRecord) (float64, bool) { return is(among(d.status, verdicts)), true })
	}
	return []family{
		state("mxprobe_domain_success", "Whether all that has to pass in the domain passed.", result.Pass, result.Warn),
		state("mxprobe_domain_failed", "Whether something that has to pass in the domain failed.", result.Fail),
		state("mxprobe_domain_inconclusive", "Whether nothing failed in the domain but something is not known.", result.Inconclusive, result.NotRun),
		state("mxprobe_domain_skipped", "Whether conditions of the scenarios left out all of the domain.", result.Skip),
		state("mxprobe_domain_warning", "Whether the domain passed with a warning.", result.Warn),
		of(
			"mxprobe_domain_accepts_mail", "Whether a sending server would get rid of mail for the domain; no value where it is not known.",
			func(d *domainRecord) (float64, bool) {
				return is(d.view == degraded || d.view == taken), d.view != unknown
			},
		),
		of(
			"mxprobe_domain_degraded", "Whether mail gets to the domain although a host or an address fails; no value where it is not known.",
			func(d *domainRecord) (float64, bool) { return is(d.view == degraded), d.view != unknown },
		),
		of(
			"mxprobe_domain_hosts", "How many hosts the domain has for mail.",
			func(d *domainRecord) (float64, bool) { return float64(d.hosts), true },
		),
		of(
			"mxprobe_dns_lookup_duration_seconds", "How long the look-up of the hosts and their addresses took.",
			func(d *domainRecord) (float64, bool) { return d.dns.Seconds(), d.dns > 0 },
		),
	}
}

func (d *domainRecord) labels() []string { return []string{"domain", d.domain} }

// hostFamilies are the metrics of hosts, those without addresses included.
func hostFamilies(r *records) []family {
	of := func(name, help string, value func(*hostRecord) float64) family {
		return family{name, help, each(r.hosts, (*hostRecord).labels, func(h *hostRecord) (float64, bool) { return value(h), true })}
	}
	return []family{
		of("mxprobe_mx_preference", "The preference of the host; the lowest is tried first.", func(h *hostRecord) float64 { return float64(h.preference) }),
		of("mxprobe_mx_addresses", "How many addresses the host has.", func(h *hostRecord) float64 { return float64(h.addresses) }),
	}
}

func (h *hostRecord) labels() []string { return []string{"domain", h.domain, "mx", h.mx} }
