package cli

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"

	"mxprobe/internal/bounded"
	"mxprobe/probe"
	"mxprobe/probe/manners"
	"mxprobe/probe/result"
)

const (
	// politeFrom is how many domains make a list with whose servers a run takes
	// care: fewer are those that somebody runs, and has an interest in.
	politeFrom = 21
	// namelessMost is how many domains a run may have without an EHLO name that
	// tells those who read their logs whom to ask.
	namelessMost = 1000
	// maxExclusions bounds the file of --exclude: three million domains.
	maxExclusions = 64 << 20
)

// mannersSettings is what the flags say of the servers of others.
type mannersSettings struct {
	limits manners.Settings
	// given is true where a flag asks for limits, so that they hold for few
	// domains too.
	given   bool
	exclude string
	budget  int
	// list is the file of --exclude, nil without, and source what it holds.
	list   *manners.Exclusions
	source []byte
}

func (m *mannersSettings) options() []option {
	rate := func(dst *float64) func(string) error {
		return func(value string) (err error) {
			m.given = true
			*dst, err = parseRate(value)
			return err
		}
	}
	perProvider := func(value string) error {
		m.given = true
		return setNumber(&m.limits.PerProvider, 0)(value)
	}
	return []option{
		{
			name: "per-provider", arg: "N", set: perProvider, group: groupTime, def: "8 for lists",
			help: "sessions at once with all hosts of a provider, the registrable domain of their names; 0 for any number",
		},
		{
			name: "provider-rate", arg: "N", set: rate(&m.limits.Provider), group: groupTime, def: "10 for lists",
			help: "new connections a second to a provider; 0 for any number",
		},
		{
			name: "host-rate", arg: "N", set: rate(&m.limits.Host), group: groupTime, def: "4 for lists",
			help: "new connections a second to a host; 0 for any number",
		},
		{
			name: "address-rate", arg: "N", set: rate(&m.limits.Address), group: groupTime, def: "2 for lists",
			help: "new connections a second to an address; 0 for any number",
		},
		{
			name: "budget", arg: "N", set: setNumber(&m.budget, 1), group: groupTime,
			help: "begin no more sessions than this in the whole run; what is left out is named",
		},
	}
}

func (m *mannersSettings) excludeOption() option {
	return option{
		name: "exclude", arg: "FILE", env: "MXPROBE_EXCLUDE", set: setText(&m.exclude),
		help: "leave alone the domains, hosts and networks in FILE, one a line; a name stands for all below it too",
	}
}

// parseRate reads how often a second something may happen.
func parseRate(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > 10_000 || n > 0 && n < 0.001 {
		return 0, fmt.Errorf("%q is not a number of connections a second, from 0.001 to 10000, or 0 for any number", text)
	}
	return n, nil
}

// readExclusions reads the file of --exclude.
func (m *mannersSettings) readExclusions(ctx context.Context) (err error) {
	if m.exclude == "" {
		return nil
	}
	if m.source, err = bounded.ReadFile(ctx, m.exclude, maxExclusions); err != nil {
		return usagef("--exclude %s: %s", shown(m.exclude), cause(err))
	}
	if m.list, err = manners.ReadExclusions(result.PrintableString(m.exclude), bytes.NewReader(m.source)); err != nil {
		return usagef("--exclude: %s", err)
	}
	return nil
}

// mindManners tells the runner how to treat the servers of others. One domain or
// server, and a few domains, are nobody's but those whom the answer is for.
func (r *session) mindManners(runner *probe.Runner) {
	s := r.settings
	runner.Exclude, runner.Budget = s.manners.list, s.manners.budget
	many := r.domains != nil && (r.domains.pipes > 0 || r.domains.size() >= politeFrom)
	runner.Share, runner.Reuse = many && !s.noShare, many && !s.noShare
	if many && s.server == "" || s.manners.given {
		limits := s.manners.limits
		runner.Manners = &limits
	}
}

// honest holds that a long list is asked under a name: whoever wonders about the
// sessions in a log must be able to find out who made them. A list of unknown
// length ends where it gets too long.
func (r *session) honest(ctx context.Context, helo string) error {
	if r.settings.loopback || r.domains.pipes == 0 && r.domains.size() <= namelessMost {
		return nil
	}
	why := ""
	switch {
	case !isFull(helo):
		why = "is not a full domain name"
	case !mayHaveAddress(ctx, r.dns, helo):
		why = "is not in the DNS"
	default:
		return nil
	}
	err := usagef("a list of more than 1,000 domains has to be asked under a name that leads to who asks, and %s %s; "+
		"write --helo and the full name of this machine, as in --helo probe.example.org", shown(helo), why)
	if r.domains.pipes == 0 {
		return err
	}
	r.domains.most, r.domains.tooMany = namelessMost, err
	return nil
}
