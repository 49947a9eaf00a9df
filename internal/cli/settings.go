package cli

import (
	"net/netip"
	"slices"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// settings is what the flags and the environment say to run.
type settings struct {
	domains   []string
	column    string // of lists that are CSV
	server    string
	ports     []uint16
	only4     bool
	only6     bool
	dns       []string
	connectTo []string
	loopback  bool // --allow-loopback
	source    netip.Addr
	only      []string
	skipHosts []string
	way       way

	helo, from, to string
	furtherTo      []string
	recipients     []string // as given, files among them; see readRecipients
	fromGiven      bool     // an empty from is the null sender
	vars           []string
	varsFile       string

	tls   tlsSettings
	reach reachSettings

	tags, skipTags []string
	name           string

	maxTime, timeout, connectTimeout time.Duration
	retry                            int // below 0: the scenario's
	retryWait                        time.Duration
	retryWaitGiven                   bool
	jobs, perHost                    int

	require    string
	failFast   bool
	noShare    bool
	failOnSkip bool
	temporary  string
	control    string
	dryRun     bool
	limits     limits
	manners    mannersSettings
	memory     memorySettings

	out output
}

// output is what the flags say about reports; several commands have it.
type output struct {
	format  string
	reports []reportFile
	summary string // the file that GitHub shows of a job, empty for none
	verbose int
	quiet   bool
	color   string
}

// explicit names the variables that were given by flags of their own.
func (s *settings) explicit() []string {
	var names []string
	if s.helo != "" {
		names = append(names, "helo")
	}
	if s.fromGiven {
		names = append(names, "from")
	}
	if s.to != "" {
		names = append(names, "to")
	}
	return names
}

func (s *settings) family() probe.Family {
	switch {
	case s.only4:
		return probe.OnlyIPv4
	case s.only6:
		return probe.OnlyIPv6
	}
	return probe.AnyFamily
}

func (s *settings) demand() verdict.Require {
	switch s.require {
	case "best":
		return verdict.Best
	case "any":
		return verdict.Any
	}
	return verdict.All
}

func (s *settings) temporaryVerdict() result.Verdict {
	switch s.temporary {
	case "warn":
		return result.Warn
	case "fail":
		return result.Fail
	}
	return result.Inconclusive
}

// contradiction says which flags cannot stand together, nil if none do.
func (s *settings) contradiction() error {
	if s.only4 && s.only6 {
		return usagef("-4 and -6 leave no address; give one of them, or none for both")
	}
	if s.out.quiet && s.out.verbose > 0 {
		return usagef("-q and -v contradict each other; give one of them")
	}
	if err := s.way.contradiction(); err != nil {
		return err
	}
	if err := s.limits.contradiction(); err != nil {
		return err
	}
	if err := s.memory.contradiction(s.dryRun); err != nil {
		return err
	}
	if s.dryRun && len(s.out.reports) > 0 {
		return usagef("--dry-run plays nothing that --report could report; give one of them")
	}
	if s.way.proxy != "" && (len(s.connectTo) > 0 || s.control != "") {
		return usagef("--proxy does not go with --connect-to and --control, which lead around it")
	}
	if s.server == "" || len(s.ports) == 0 {
		return nil
	}
	if _, port, _ := parseServer(s.server); port != 0 && !slices.Equal(s.ports, []uint16{port}) {
		return usagef("--server names port %d and --port names %s; give one of them", port, portList(s.ports))
	}
	return nil
}
