package cli

import (
	"context"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
)

// domainList is the domains of a call. They are read while the run goes on,
// so that memory does not grow with a list.
type domainList struct {
	stdin io.Reader
	specs []string // domains, @FILE, and - for standard input
	// err is why the list ended early; to be looked at when it has ended.
	err error
	// read counts the domains, and given those that were handed out.
	read, given int
	seen        seen
	// column is that of CSV, empty for plain lists; slips are lines without a
	// domain.
	column string
	slips  slips
	// sent, if not nil, are the domains that another machine sends, each as often
	// as it does.
	sent iter.Seq[string]
	// most is how many different domains may come, 0 for any number; tooMany is
	// what is wrong where more do.
	most    int
	tooMany error
	// listed counts the domains that were seen beforehand, and pipes the
	// lists that could not be read twice.
	listed, pipes int
}

// newDomainList looks at everything that can be looked at beforehand: every
// line of every regular file, so that a slip in line 9,000 is told before
// anything is sent.
func (p *Program) newDomainList(ctx context.Context, specs []string, column string) (*domainList, error) {
	l := &domainList{stdin: p.Stdin, column: column}
	for _, spec := range specs {
		if spec == "@-" {
			spec = "-"
		}
		if spec == "-" && slices.Contains(l.specs, "-") {
			return nil, usagef("standard input is named twice as a list of domains")
		}
		l.specs = append(l.specs, spec)
	}
	l.seen = newSeen(l.specs)
	for _, spec := range l.specs {
		name, isFile := strings.CutPrefix(spec, "@")
		switch {
		case spec == "-":
			l.pipes++
			continue
		case !isFile:
			l.seen.note(spec)
			l.listed++
			continue
		}
		lines, err := l.checkList(ctx, name)
		if err != nil {
			return nil, err
		}
		if l.listed += lines; lines == 0 {
			l.pipes++
		}
	}
	l.seen.noted()
	return l, nil
}

// size is how many domains there are, those named twice included; 0 for a
// single one, and where nobody can say before all are read.
func (l *domainList) size() int {
	if l.pipes > 0 || l.listed < 2 {
		return 0
	}
	return l.listed
}

// isList reports whether there may be several domains.
func (l *domainList) isList() bool {
	return len(l.specs) > 1 || len(l.specs) == 1 && (l.specs[0] == "-" || strings.HasPrefix(l.specs[0], "@"))
}

// checkList reads a list once through if it can be read twice, and counts its
// domains. A pipe can not, and to open it would take it from its writer.
func (l *domainList) checkList(ctx context.Context, name string) (lines int, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, usagef("list of domains %s: %s", shown(name), cause(err))
	}
	if info.IsDir() {
		return 0, usagef("list of domains %s: it is a directory", shown(name))
	}
	if !info.Mode().IsRegular() {
		return 0, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return 0, usagef("list of domains %s: %s", shown(name), cause(err))
	}
	defer file.Close()
	bad := l.slips
	err = eachEntry(until{ctx, file}, name, l.column, &l.slips, func(domain string) bool {
		lines++
		l.seen.note(domain)
		return true
	})
	switch {
	case err != nil || lines > 0:
	case l.slips.n > bad.n:
		err = usagef("there is no domain in %s: %s", shown(name), l.slips.first[min(bad.n, maxSlips-1)])
	default:
		err = usagef("there is no domain in %s", shown(name))
	}
	return lines, err
}

// all yields the domains in order, each once. After a list that cannot be read on, it
// ends and err says why.
func (l *domainList) all() iter.Seq[string] {
	if l.sent != nil {
		return l.sent
	}
	return func(yield func(string) bool) {
		for _, spec := range l.specs {
			more, err := l.one(spec, func(domain string) bool {
				l.read++
				if l.seen.before(domain) {
					return true
				}
				if l.given++; l.most > 0 && l.given > l.most {
					l.err = l.tooMany
					return false
				}
				// The final dot is for resolvers; in an address it is a fault
				// (RFC 5321 section 4.1.2).
				return yield(strings.TrimSuffix(domain, "."))
			})
			if err != nil {
				l.err = err
			}
			if err != nil || !more {
				return
			}
		}
		if l.read == 0 {
			l.err = usagef("there is no domain on standard input")
			if l.slips.n > 0 {
				l.err = usagef("there is no domain on standard input: %s", l.slips.first[0])
			}
		}
	}
}

func (l *domainList) one(spec string, yield func(string) bool) (more bool, err error) {
	more = true
	take := func(domain string) bool { more = yield(domain); return more }
	name, isFile := strings.CutPrefix(spec, "@")
	switch {
	case spec == "-":
		return more, eachEntry(l.stdin, "standard input", l.column, &l.slips, take)
	case !isFile:
		return yield(spec), nil
	}
	file, err := os.Open(name)
	if err != nil {
		return false, usagef("list of domains %s: %s", shown(name), cause(err))
	}
	defer file.Close()
	bad := &l.slips
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		bad = nil // they were counted beforehand
	}
	return more, eachEntry(file, name, l.column, bad, take)
}

// until is a reader that ends with the run: to read a long list takes a while.
type until struct {
	ctx context.Context
	r   io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if err := context.Cause(u.ctx); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

func withoutRemark(line string) string {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}
