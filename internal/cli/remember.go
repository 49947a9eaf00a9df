package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"mxprobe/internal/audit"
	"mxprobe/internal/compare"
	"mxprobe/internal/greylist"
	"mxprobe/internal/state"
	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// baselineFile is the file of --baseline.
type baselineFile struct {
	state.Header
	Domains map[string]*compare.Snapshot `json:"domains"`
}

// Valid is part of state.Content.
func (b *baselineFile) Valid() error {
	for name, s := range b.Domains {
		if err := s.Valid(); err != nil {
			return fmt.Errorf("domain %q: %w", name, err)
		}
	}
	return nil
}

// stateFile is the file of --state.
type stateFile struct {
	state.Header
	Waiting []greylist.Entry `json:"waiting"`
}

// Valid is part of state.Content.
func (s *stateFile) Valid() error {
	for i := range s.Waiting {
		if err := s.Waiting[i].Valid(); err != nil {
			return fmt.Errorf("entry %d: %w", i+1, err)
		}
	}
	return nil
}

// memory is what this run knows of others and adds to it.
type memory struct {
	settings *memorySettings
	require  verdict.Require
	options  compare.Options
	// domains is the baseline, nil where none is asked for; fresh is true if
	// there was none yet. seen is what this run knows.
	domains map[string]*compare.Snapshot
	fresh   bool
	seen    map[string]*compare.Snapshot
	// unchanged is about the domain judged last: nothing changed, and what
	// is wrong with it stands in the baseline, which is before.
	unchanged bool
	before    *compare.Snapshot
	waiting   *greylist.Memory // nil without --state
}

// recall reads the files. What is wrong with one is known before anything is
// sent; nothing of it is quietly begun anew.
func (s *settings) recall(ctx context.Context, runID string) (*memory, error) {
	set := &s.memory
	m := &memory{
		settings: set, require: s.demand(), seen: map[string]*compare.Snapshot{},
		options: compare.Options{Slower: set.slower, LeftOut: s.leftOut},
	}
	if set.baseline != "" {
		var file baselineFile
		found, err := readMemory(ctx, baselineKind(), "--baseline", set.baseline, &file, set.updateBaseline)
		if err != nil {
			return nil, err
		}
		if !found && set.failOn != failOnAny && !set.updateBaseline {
			// A gate that finds nothing to compare with would be green for ever.
			return nil, usagef("--fail-on %s: there is no baseline %s to compare with; a run with --update-baseline as well writes it, to be kept for the next",
				set.failOn, shown(set.baseline))
		}
		m.domains, m.fresh = file.Domains, !found
		if m.domains == nil {
			m.domains = map[string]*compare.Snapshot{}
		}
	}
	if set.state != "" {
		var file stateFile
		if _, err := readMemory(ctx, stateKind(), "--state", set.state, &file, true); err != nil {
			return nil, err
		}
		m.waiting = greylist.New(file.Waiting, runID, set.longest, time.Now())
	}
	return m, nil
}

// readMemory reads a file and sees whether it can be written at the end.
func readMemory(ctx context.Context, kind state.Kind, flag, path string, into state.Content, writes bool) (found bool, err error) {
	found, err = kind.Read(ctx, path, into)
	if other, ok := errors.AsType[*state.OtherError](err); ok {
		return false, usagef("%s %s: %s; give the path of another file", flag, shown(path), other)
	}
	if err != nil {
		return false, usagef("%s %s: %s; put it right, or remove it to begin anew", flag, shown(path), cause(err))
	}
	if writes || !found {
		if err := kind.Writable(path); err != nil {
			return false, usagef("%s %s: it cannot be written: %s", flag, shown(path), cause(err))
		}
	}
	return found, nil
}

// grace is how long the end of a run is put off for what it has to write.
const grace = 500 * time.Millisecond

// lingering returns a context that ends a moment after ctx.
func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return later, func() { stop(); cancel() }
}

// leftOut reports whether the flags leave a host or an address alone.
func (s *settings) leftOut(host, ip string) bool {
	addr, err := netip.ParseAddr(ip)
	switch {
	case err == nil && (s.only4 && !addr.Is4() || s.only6 && !addr.Is6()):
		return true
	case !probe.Chosen(host, addr, s.only, s.skipHosts):
		return true
	}
	return false
}

// compare adds to a domain what other runs have to say of it, and reports
// whether there is something to compare it with.
func (m *memory) compare(d *result.Domain) bool {
	if m == nil {
		return false
	}
	if m.waiting != nil {
		m.waiting.Observe(d, time.Now())
	}
	if m.domains == nil {
		return false
	}
	key := compare.Key(d)
	m.before = m.domains[key]
	if after := compare.Remember(m.before, d, &m.options); after != nil {
		m.seen[key] = after
	}
	if m.fresh {
		return false
	}
	d.Changes = compare.Changes(m.before, d, &m.options)
	return true
}

// judge adds to a domain what other runs have to say of it, and changes its
// verdict where --fail-on says so.
func (m *memory) judge(d *result.Domain) {
	if !m.compare(d) {
		return
	}
	m.unchanged = len(d.Changes) == 0 && compare.Unchanged(m.before, d)
	if m.settings.failOn != failOnAny && compare.Forgive(m.before, d) {
		verdict.Rejudge(d, m.require)
	}
	m.regress(d)
}

// judgeFindings does the same with what was found of a domain, after compare.
func (m *memory) judgeFindings(d *result.Domain, a *audit.Audit) {
	if m == nil || m.domains == nil {
		return
	}
	key := compare.Key(d)
	after := compare.RememberFindings(m.before, m.seen[key], d, &m.options, a.Looks)
	if after != nil {
		m.seen[key] = after
	}
	if m.fresh {
		return
	}
	d.Changes = append(d.Changes, compare.FindingChanges(m.before, after, d, &m.options, a.Looks)...)
	m.unchanged = len(d.Changes) == 0 && compare.SameFindings(m.before, d)
	if m.settings.failOn != failOnAny && compare.KnownFindings(m.before, d) {
		a.Weigh(d)
	}
	m.regress(d)
}

// regress fails a domain that got worse, where --fail-on says so.
func (m *memory) regress(d *result.Domain) {
	if m.settings.failOn == failOnRegression && d.Status != result.Fail {
		failRegression(d)
	}
}

// failRegression fails a domain that got worse.
func failRegression(d *result.Domain) {
	n := 0
	for i := range d.Changes {
		if !d.Changes[i].Regression {
			continue
		}
		if n++; n == 1 {
			d.Status, d.Reason, d.Message = result.Fail, result.Regression, d.Changes[i].Message
		}
	}
	if n > 1 {
		d.Message += fmt.Sprintf(" (and %d more)", n-1)
	}
}

// known reports whether there is nothing to tell of the domain judged last
// to somebody who knows the baseline.
func (m *memory) known(*result.Domain) bool { return m != nil && m.unchanged }

// beginsAnew reports whether there is no baseline yet, so that there is no
// change to tell of.
func (m *memory) beginsAnew() bool { return m != nil && m.fresh }

// remark says that there was nothing to compare with; nothing where there
// was, or no baseline is asked for. complete is false if the run was stopped.
func (m *memory) remark(complete bool) string {
	if !m.beginsAnew() || !complete {
		return ""
	}
	return fmt.Sprintf("there was no baseline, so nothing was compared: %s begins with %s", shown(m.settings.baseline), count(len(m.seen), "domain"))
}

// save writes the files at the end of a run. complete is false if the run was
// stopped or a report could not be written: who was told of nothing is told
// the next time. Files that others have locked are waited for, but hardly
// beyond the end of ctx.
func (m *memory) save(ctx context.Context, complete bool) error {
	if m == nil {
		return nil
	}
	ctx, cancel := lingering(ctx)
	defer cancel()
	if m.waiting != nil {
		var file stateFile
		err := stateKind().Update(ctx, m.settings.state, &file, func() { file.Waiting = m.waiting.Merge(file.Waiting, time.Now()) })
		if err != nil {
			return fmt.Errorf("--state %s cannot be written: %s", shown(m.settings.state), cause(err))
		}
	}
	if m.domains == nil || !complete || !m.fresh && !m.settings.updateBaseline {
		return nil
	}
	var file baselineFile
	err := baselineKind().Update(ctx, m.settings.baseline, &file, func() {
		if file.Domains == nil {
			file.Domains = map[string]*compare.Snapshot{}
		}
		for name, s := range m.seen {
			file.Domains[name] = s
		}
	})
	if err != nil {
		return fmt.Errorf("--baseline %s cannot be written: %s", shown(m.settings.baseline), cause(err))
	}
	return nil
}
