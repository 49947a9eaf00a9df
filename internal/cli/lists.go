package cli

import (
	"context"
	"iter"
	"slices"
)

// Domains are lists of domains as every command takes them: each domain once, and
// lines without one passed over.
type Domains struct {
	flags  []string
	column string
	list   *domainList
}

// Flags are those that name domains and lists.
func (d *Domains) Flags() []Flag {
	var all []Flag
	s := newSettings()
	for _, o := range s.serverOptions() {
		switch o.name {
		case "domain":
			o.set = setList(&d.flags, checkDomainArgument)
		case "column":
			o.set = setText(&d.column)
		default:
			continue
		}
		all = append(all, flagOf(&o))
	}
	return all
}

// All reads the lists. What can be seen beforehand is an error at once, what cannot
// is one of Err.
func (d *Domains) All(ctx context.Context, p *Program) (iter.Seq[string], error) {
	if len(d.flags) == 0 {
		return nil, usagef("no domains: give -d @FILE, -d DOMAIN, or -d - for standard input")
	}
	list, err := p.newDomainList(ctx, slices.Clone(d.flags), d.column)
	if err != nil {
		return nil, err
	}
	d.list = list
	return list.all(), nil
}

// Err is why the lists ended early, nil if they did not; to be called when All has
// ended.
func (d *Domains) Err() error { return d.list.err }

// LeftOut says what of the lists held no domain, and Twice what was named more than
// once; both are empty where there is nothing to say.
func (d *Domains) LeftOut() string { return d.list.slips.String() }

// Twice is described at LeftOut.
func (d *Domains) Twice() string { return d.list.seen.warning() }
