package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"mxprobe/internal/journal"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// journaling is a run that writes down what is done. A nil one writes nothing.
type journaling struct {
	*journal.Journal
	path string
	// cut is true once a domain came that was not done: what comes after it
	// is not written down, for the next run to go on there.
	cut bool
	err error
	// other is the error of a journal that belongs to another list, as comes out
	// where the list can be read only once.
	other error
	// replaying is true while what is done comes again.
	replaying bool
}

// belongs is nil where the journal is one of this run's list.
func (j *journaling) belongs() error {
	if j == nil {
		return nil
	}
	return j.other
}

// replays reports whether the domain that came last was done in an earlier run.
func (j *journaling) replays() bool { return j != nil && j.replaying }

// openJournal opens the file of --journal, nil where none is asked for.
func (r *session) openJournal() (*journaling, error) {
	path := r.settings.memory.journal
	if path == "" {
		return nil, nil
	}
	run, err := r.identity()
	if err != nil {
		return nil, err
	}
	j, err := journal.Open(path, run)
	switch {
	case errors.Is(err, journal.ErrOther):
		return nil, usagef("--journal %s: %s; name another file, or remove it to begin anew", shown(path), err)
	case err != nil:
		return nil, usagef("--journal %s: %s", shown(path), cause(err))
	}
	if n := j.Done(); n > 0 && !r.settings.out.quiet {
		warn(r.Stderr, "%s of a run begun at %s %s from the journal %s", count(n, "result"), j.Begun().Format(time.RFC3339), comes(n), shown(path))
	}
	return &journaling{Journal: j, path: path}, nil
}

func comes(n int) string {
	if n == 1 {
		return "comes"
	}
	return "come"
}

// besides are the flags that say nothing of what is played and with whom: how fast,
// when to stop, what is made of the results and where they go. Every other flag,
// and one that is new, makes another run.
func besides() []string {
	return []string{
		"journal", "report", "format", "color", "verbose", "quiet",
		"jobs", "per-host", "per-provider", "provider-rate", "host-rate", "address-rate", "no-share", "budget", "max-time", "warning", "critical",
		"fail-fast", "fail-on-skip", "fail-on", "baseline", "update-baseline", "slower", "state", "greylist-max",
	}
}

// identity stands for everything that decides what is played and with whom.
func (r *session) identity() (string, error) {
	h := sha256.New()
	for _, src := range r.sources {
		fmt.Fprintf(h, "scenario %d\n%s\n", len(src), src)
	}
	for _, sc := range r.scenarios {
		fmt.Fprintf(h, "chosen %q\n", sc.Name.String())
	}
	for _, f := range r.given {
		if !slices.Contains(besides(), f.option.name) {
			fmt.Fprintf(h, "flag %q %q\n", f.option.name, f.value)
		}
	}
	s := r.settings
	fmt.Fprintf(h, "%q\n", fmt.Sprint(r.overrides, s.to, s.furtherTo)) // files say so, and the environment
	for _, name := range []string{s.tls.caFile, s.tls.clientCert} {
		if name == "" {
			continue
		}
		if err := hashFile(h, name); err != nil {
			return "", usagef("%s: %s", shown(name), cause(err))
		}
	}
	fmt.Fprintf(h, "excluded %d\n%s\n", len(s.manners.source), s.manners.source) // perhaps from a pipe
	for _, spec := range r.domains.specs {
		fmt.Fprintf(h, "domains %q\n", spec)
		if name, isFile := strings.CutPrefix(spec, "@"); isFile {
			if err := hashFile(h, name); err != nil {
				return "", usagef("list of domains %s: %s", shown(name), cause(err))
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// hashFile takes in a file that can be read twice.
func hashFile(h hash.Hash, name string) error {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return err // to open a pipe would take it from its writer
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(h, file)
	return err
}

// results yields the results of all requests: those in the journal first, then
// those of the runner, which are written down. stop ends the run.
func (p *plan) results(ctx context.Context, runner *probe.Runner, stop func()) iter.Seq[result.Domain] {
	if p.elsewhere != nil {
		return p.elsewhere.replayed(ctx, p, runner.Watch)
	}
	if p.journal == nil {
		return p.live(ctx, runner, p.requests())
	}
	return func(yield func(result.Domain) bool) {
		next, _ := iter.Pull(p.requests())
		if !p.journal.replay(ctx, next, runner.Watch, yield) {
			stop()
			return
		}
		rest := func(yield func(probe.Request) bool) {
			for {
				if req, ok := next(); !ok || !yield(req) {
					return
				}
			}
		}
		for d := range p.live(ctx, runner, rest) {
			p.journal.add(ctx, &d, stop)
			if !yield(d) {
				return
			}
		}
	}
}

// live yields the results of requests that are played now.
func (p *plan) live(ctx context.Context, runner *probe.Runner, requests iter.Seq[probe.Request]) iter.Seq[result.Domain] {
	if p.begin == nil {
		return runner.Run(ctx, requests)
	}
	begun := func(yield func(probe.Request) bool) {
		for req := range requests {
			p.begin(req.Domain)
			if !yield(req) {
				return
			}
		}
	}
	return func(yield func(result.Domain) bool) {
		for d := range runner.Run(ctx, begun) {
			p.finish(&d)
			if !yield(d) {
				return
			}
		}
	}
}

// replay yields what is done and reports whether the run is to go on.
func (j *journaling) replay(ctx context.Context, next func() (probe.Request, bool), watch probe.Watcher, yield func(result.Domain) bool) bool {
	number := 0
	j.replaying = true
	defer func() { j.replaying = false }()
	for d, err := range j.Domains() {
		if number++; err != nil {
			j.err = err
			return false
		}
		req, ok := next()
		if !ok || req.Domain != d.Domain || req.Server != d.Server {
			j.other = usagef("--journal %s: number %d in it is %s, and %s in the list: it belongs to another list; name another file, or remove it to begin anew",
				shown(j.path), number, shown(d.Domain), shown(req.Domain))
			return false
		}
		watched(watch, &d)
		if !yield(d) || ctx.Err() != nil {
			return false
		}
	}
	return true
}

// watched shows a watcher what it would have seen of a domain.
func watched(w probe.Watcher, d *result.Domain) {
	if w == nil {
		return
	}
	w.Routed(routed(d))
	for i := range d.Hosts {
		h := &d.Hosts[i]
		for j := range h.Addresses {
			a := &h.Addresses[j]
			ip, _ := netip.ParseAddr(a.IP)
			t := &probe.Target{Domain: d.Domain, Host: h.Name, Preference: h.Preference, IP: ip, Port: a.Port, Named: d.Server != ""}
			for k := range a.Checks {
				c := &a.Checks[k]
				for l := range c.Steps {
					s := c.Steps[l]
					s.Transcript = nil // it comes with the end of a session
					w.Stepped(t, c.Scenario, &s)
				}
				w.Checked(t, c)
			}
		}
	}
}

// routed is a domain as it was when its hosts were known and no session had
// begun: what its sessions came to is taken out.
func routed(d *result.Domain) *result.Domain {
	before := *d
	before.Hosts = slices.Clone(d.Hosts)
	for i := range before.Hosts {
		if h := &before.Hosts[i]; len(h.Addresses) > 0 {
			h.Status, h.Reason, h.Message, h.Hint = result.Pass, result.None, "", ""
			before.Status, before.Reason, before.Message, before.Hint = result.Pass, result.None, "", ""
		}
	}
	return &before
}

// add writes a domain down that is done. What was cut short is not done, and of
// one that was checked as a whole nobody can tell once the run is to end.
func (j *journaling) add(ctx context.Context, d *result.Domain, stop func()) {
	j.cut = j.cut || j.err != nil || interrupted(d) || d.Audited() && ctx.Err() != nil
	if j.cut {
		return
	}
	if err := j.Add(d); err != nil {
		j.err, j.cut = err, true
		stop()
	}
}

// interrupted reports whether the end of the run cut something of a domain
// short.
func interrupted(d *result.Domain) bool {
	early := func(r result.Reason) bool {
		return r == result.Interrupted || r == result.Deadline || r == result.Budget
	}
	if early(d.Reason) {
		return true
	}
	for i := range d.Hosts {
		if early(d.Hosts[i].Reason) {
			return true
		}
		for j := range d.Hosts[i].Addresses {
			for k := range d.Hosts[i].Addresses[j].Checks {
				if early(d.Hosts[i].Addresses[j].Checks[k].Reason) {
					return true
				}
			}
		}
	}
	return false
}

// fault says what is wrong with the journal, nothing where all is well.
func (j *journaling) fault() string {
	if j == nil || j.err == nil {
		return ""
	}
	return fmt.Sprintf("the journal %s: %s; %s in it, and the same command goes on behind", shown(j.path), cause(j.err), are(j.Done()))
}

// end removes the journal of a run whose report is complete.
func (j *journaling) end(complete bool) error {
	if j == nil || !complete || j.cut || j.err != nil {
		return nil
	}
	return j.Finish()
}

func are(n int) string {
	if n == 1 {
		return "1 result is"
	}
	return fmt.Sprintf("%d results are", n)
}

// close lets go of the journal.
func (j *journaling) close() {
	if j != nil {
		_ = j.Close() // a second time after the end of the run, which says nothing
	}
}
