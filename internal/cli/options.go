package cli

import (
	"slices"
	"strings"

	"mxprobe/internal/report/formats"
	"mxprobe/internal/timespan"
	"mxprobe/probe"
	"mxprobe/probe/manners"
)

// The headings of the options in the help.
const (
	groupServers   = "Which servers"
	groupDialogue  = "What is said"
	groupScenarios = "Which scenarios"
	groupTime      = "Time and pace"
	groupVerdict   = "What counts"
	groupOutput    = "Output"
)

func (s *settings) options() []option {
	all := slices.Grow(s.serverOptions(), 64) // the rest of them
	all = append(all, s.dialogueOptions()...)
	all = append(all, s.tls.modeOption())
	all = append(all, s.tls.options()...)
	all = append(all, s.scenarioOptions()...)
	all = append(all, s.timeOptions()...)
	all = append(all, s.manners.options()...)
	all = append(all, s.verdictOptions()...)
	all = append(all, s.memory.options()...)
	return append(all, s.out.runOptions()...)
}

func (s *settings) serverOptions() []option {
	all := []option{
		domainOption(&s.domains),
		columnOption(&s.column),
		{
			name: "server", short: "H", arg: "HOST[:PORT]", env: "MXPROBE_SERVER", set: checked(setText(&s.server), checkSpokenTo),
			help: "speak to this server; look up no MX records; unix:/PATH is a socket of this machine",
		},
		{
			name: "port", again: true, short: "p", arg: "PORT", env: "MXPROBE_PORT", set: setPorts(&s.ports), def: "the scenario's, or 25",
			help: "port to speak to; 25,465,587 plays each",
		},
		{
			name: "connect-to", again: true, arg: "NAME=ADDR:PORT", repeat: true, set: setList(&s.connectTo, checkRedirect),
			help: "connect to ADDR:PORT for the host or address NAME (NAME:PORT for one port of it); for labs; several allowed",
		},
		allowLoopbackOption(&s.loopback),
		{
			name: "source", again: true, arg: "ADDR", set: setAddr(&s.source),
			help: "address of this machine to connect from",
		},
		{
			name: "only", arg: "GLOB|ADDR", repeat: true, set: setList(&s.only, checkHosts),
			help: "only hosts whose name fits (* and ?), or this address; several allowed",
		},
		{
			name: "skip-host", arg: "GLOB|ADDR", repeat: true, set: setList(&s.skipHosts, checkHosts),
			help: "leave hosts out whose name fits, or this address; several allowed",
		},
		s.manners.excludeOption(),
	}
	all = append(all, s.way.options()...)
	all = append(all, familyOptions(&s.only4, &s.only6)...)
	all = append(all, dnsOption(&s.dns))
	for i := range all {
		all[i].group = groupServers
	}
	return all
}

func columnOption(column *string) option {
	return option{
		name: "column", arg: "NAME|N", set: setText(column), group: groupServers,
		help: "lists are CSV, and the domains stand in the column with this heading, or this number",
	}
}

func domainOption(domains *[]string) option {
	return option{
		name: "domain", short: "d", arg: "D", env: "MXPROBE_DOMAIN", repeat: true, set: setList(domains, checkDomainArgument), group: groupServers,
		help: "mail domain; @FILE reads one a line, - standard input; several allowed",
	}
}

func familyOptions(only4, only6 *bool) []option {
	return []option{
		{name: "ipv4", again: true, short: "4", set: setSwitch(only4), group: groupServers, help: "IPv4 addresses only"},
		{name: "ipv6", again: true, short: "6", set: setSwitch(only6), group: groupServers, help: "IPv6 addresses only"},
	}
}

func allowLoopbackOption(allow *bool) option {
	return option{
		name: "allow-loopback", set: setSwitch(allow), group: groupServers,
		help: "this is a lab: hosts at 127.0.0.1, ::1 or 0.0.0.0 are meant, which lead every sender to itself",
	}
}

func dnsOption(servers *[]string) option {
	return option{
		name: "dns", again: true, arg: "ADDR[:PORT]", env: "MXPROBE_DNS", repeat: true, set: setList(servers, checkNameServer),
		group: groupServers, def: "the system's", help: "DNS server to ask; several allowed",
	}
}

func (s *settings) dialogueOptions() []option {
	return []option{
		{
			name: "helo", again: true, arg: "NAME", env: "MXPROBE_HELO", set: checked(setText(&s.helo), checkHello), group: groupDialogue,
			def: "this machine's full name", help: "${helo}, the name given in EHLO",
		},
		{
			name: "from", again: true, arg: "ADDR", env: "MXPROBE_FROM", set: checked(s.setFrom, checkSender), group: groupDialogue,
			def: "mxprobe@ and that name", help: "${from}, the sender; <> is the null sender",
		},
		{
			name: "to", again: true, arg: "ADDR", env: "MXPROBE_TO", repeat: true, set: s.setRecipient, group: groupDialogue,
			def: "postmaster@ and the domain", help: "${to}, the recipient; ${domain} in it is the domain; @FILE reads one a line; several allowed",
		},
		{
			name: "var", again: true, arg: "NAME=VALUE", repeat: true, set: setList(&s.vars, checkAssignment), group: groupDialogue,
			help: "set a variable; several allowed; MXPROBE_VAR_NAME in the environment does the same, weaker",
		},
		{
			name: "vars-file", again: true, arg: "FILE", set: setText(&s.varsFile), group: groupDialogue,
			help: "read variables from FILE, a NAME=VALUE on each line, # for remarks; weaker than --var",
		},
	}
}

// setFrom takes a sender, with or without its angle brackets.
func (s *settings) setFrom(value string) error {
	s.from, s.fromGiven = strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">"), true
	return nil
}

func (s *settings) scenarioOptions() []option {
	return append([]option{
		{
			name: "tag", arg: "TAG", repeat: true, set: setList(&s.tags, nil), group: groupScenarios,
			help: "only scenarios with one of these tags; several allowed",
		},
		{
			name: "skip-tag", arg: "TAG", repeat: true, set: setList(&s.skipTags, nil), group: groupScenarios,
			help: "leave scenarios out that have one of these tags; several allowed",
		},
		{
			name: "name", arg: "RE", set: checked(setText(&s.name), checkRegexp), group: groupScenarios,
			help: "only scenarios whose name fits the regular expression",
		},
		{
			name: "dry-run", short: "n", set: setSwitch(&s.dryRun), group: groupScenarios,
			help: "look up the hosts and print the lines that would be sent; open no connection to them",
		},
	}, s.reach.options()...)
}

func (s *settings) timeOptions() []option {
	setRetryWait := func(value string) (err error) {
		s.retryWait, err = timespan.Parse(value)
		s.retryWaitGiven = true
		return err
	}
	return []option{
		{
			name: "max-time", short: "t", arg: "TIME", env: "MXPROBE_MAX_TIME", set: setTime(&s.maxTime, parsePluginTime),
			group: groupTime, def: "none; 50s with -f nagios", help: "end the whole run after this time (30s, 2m; a bare number is seconds)",
		},
		{
			name: "timeout", again: true, arg: "TIME", env: "MXPROBE_TIMEOUT", set: setTime(&s.timeout, timespan.Parse), group: groupTime,
			def: "the scenario's, or 30s", help: "wait this long for one reply",
		},
		{
			name: "connect-timeout", again: true, arg: "TIME", env: "MXPROBE_CONNECT_TIMEOUT", set: setTime(&s.connectTimeout, timespan.Parse),
			group: groupTime, def: "10s", help: "wait this long for a connection",
		},
		{
			name: "retry", again: true, arg: "N", set: setNumber(&s.retry, 0), group: groupTime,
			def: "the scenario's", help: "further attempts after a temporary failure",
		},
		{
			name: "retry-wait", again: true, arg: "TIME", set: setRetryWait, group: groupTime,
			def: "the scenario's", help: "wait this long between attempts",
		},
		{
			name: "jobs", short: "j", arg: "N", env: "MXPROBE_JOBS", set: setNumber(&s.jobs, 1), group: groupTime,
			def: "64", help: "sessions at once; never more than one with an address",
		},
		{
			name: "per-host", arg: "N", set: setNumber(&s.perHost, 1), group: groupTime,
			def: "2", help: "sessions at once with one host",
		},
		{
			name: "no-share", set: setSwitch(&s.noShare), group: groupTime,
			help: "play each domain of a list for itself, also where a dialogue is the same for all that have the address",
		},
	}
}

func (s *settings) verdictOptions() []option {
	return append([]option{
		{
			name: "require", arg: "all|best|any", env: "MXPROBE_REQUIRE", set: setChoice(&s.require, "all", "best", "any"),
			group: groupVerdict, def: "all", help: "which addresses must pass: all, those of the most preferred hosts, or any one",
		},
		{
			name: "temporary", arg: "VERDICT", env: "MXPROBE_TEMPORARY", set: setChoice(&s.temporary, "inconclusive", "warn", "fail"),
			group: groupVerdict, def: "inconclusive", help: "what an unexpected 4xx counts as: inconclusive, warn or fail",
		},
		{
			name: "control", again: true, arg: "HOST[:PORT]", env: "MXPROBE_CONTROL", set: checked(setText(&s.control), checkServer),
			group: groupVerdict, help: "server known to answer: if it is silent too, the fault is on this side",
		},
		{name: "fail-fast", set: setSwitch(&s.failFast), group: groupVerdict, help: "stop at the first failure"},
		{name: "fail-on-skip", set: setSwitch(&s.failOnSkip), group: groupVerdict, help: "a skipped dialogue counts as failed"},
	}, s.limits.options()...)
}

// options are the flags of what is written of look-ups.
func (o *output) options() []option {
	return []option{
		{
			name: "format", short: "f", arg: "FORMAT", env: "MXPROBE_FORMAT", set: setChoice(&o.format, formats.Text, formats.JSON, formats.JSONL),
			group: groupOutput, def: formats.Text, help: "text, json (one document) or jsonl (an event a line, as it happens)",
		},
		o.colorOption(),
	}
}

func (o *output) colorOption() option {
	return option{
		name: "color", arg: "WHEN", set: setChoice(&o.color, "auto", "always", "never"),
		group: groupOutput, def: "auto", help: "colour the text: auto, always or never",
	}
}

// runOptions are the flags of the reports of a run.
func (o *output) runOptions() []option {
	return []option{
		{
			name: "format", short: "f", arg: "FORMAT", env: "MXPROBE_FORMAT", set: setChoice(&o.format, formats.Names()...),
			group: groupOutput, def: "text; github where GITHUB_ACTIONS is true", help: strings.Join(formats.Names(), ", "),
		},
		{
			name: "report", arg: "FORMAT=FILE", env: "MXPROBE_REPORT", repeat: true, set: o.setReport, group: groupOutput,
			help: "write a report in any of these formats to FILE as well, whole or not at all; several allowed",
		},
		o.colorOption(),
		{
			name: "verbose", short: "v", repeat: true, set: setCount(&o.verbose), group: groupOutput,
			help: "show every step; -vv shows every line of every attempt",
		},
		{name: "quiet", short: "q", set: setSwitch(&o.quiet), group: groupOutput, help: "print nothing but what is wrong"},
	}
}

// newSettings returns the defaults.
func newSettings() *settings {
	return &settings{
		retry: -1, require: "all", temporary: "inconclusive",
		jobs: probe.DefaultJobs, perHost: probe.DefaultPerHost, manners: mannersSettings{limits: manners.Default()}, memory: newMemorySettings(), out: newOutput(),
	}
}

func newOutput() output { return output{format: formats.Text, color: "auto"} }
