package spf

import (
	"context"
	"slices"
	"strings"
)

// Report is what there is to say of a record and of all it includes.
type Report struct {
	// Records are the records that were met, the domain's own first, each as
	// "domain: text".
	Records []string
	// Lookups are the terms that cause look-ups, all of them: a sender that
	// nothing before the last fits meets them all.
	Lookups int
	// Voids are the look-ups that found nothing, each as "term in domain".
	Voids []string
	// Unknown are look-ups that failed.
	Unknown []string
	// Faults make the record void (permerror).
	Faults []Fault
	// All is the qualifier of "all" where the record ends, through redirects;
	// 0 if there is none.
	All Qualifier
	// PTR is true if a ptr mechanism was met, Macros if a term holds a macro,
	// so that what it looks up is not known beforehand.
	PTR, Macros bool
	// After are terms behind "all", which nobody looks at.
	After []string
	// Ignored is true of a redirect beside "all".
	Ignored bool
	// Cut is true if the walk was given up as too large.
	Cut bool
}

// FaultKind says what is wrong with a record.
type FaultKind string

// The kinds of faults.
const (
	FaultSyntax  FaultKind = "syntax"  // a record that cannot be read
	FaultInclude FaultKind = "include" // an include or redirect without a record
	FaultSeveral FaultKind = "several" // an include or redirect with several records
	FaultLoop    FaultKind = "loop"    // records that include each other
	FaultMX      FaultKind = "mx"      // an mx term with more than 10 hosts
)

// Fault is one reason why a record is void.
type Fault struct {
	Kind FaultKind
	// Domain is the domain of the record that has the fault.
	Domain string
	Text   string
}

// maxWalk bounds the records of a walk: far more than a record may need, and
// little enough that nobody can make a check last for ever.
const maxWalk = 60

// Walk follows a record through all its includes, whatever the sender.
func Walk(ctx context.Context, r Resolver, domain, text string) Report {
	w := &walk{ctx: ctx, resolver: r}
	w.record(domain, text, nil, true)
	return w.report
}

type walk struct {
	ctx      context.Context
	resolver Resolver
	report   Report
	records  int
}

// record looks at the record of a domain; path are the domains that led to it.
func (w *walk) record(domain, text string, path []string, end bool) {
	if w.records++; w.records > maxWalk {
		w.report.Cut = true
		return
	}
	w.report.Records = append(w.report.Records, domain+": "+text)
	record, err := Parse(text)
	if err != nil {
		w.fault(FaultSyntax, domain, err.Error())
		return
	}
	path = append(slices.Clone(path), domain)
	all := slices.IndexFunc(record.Terms, func(t Term) bool { return t.Name == "all" })
	for i := range record.Terms {
		if all >= 0 && i > all {
			w.report.After = append(w.report.After, record.Terms[i].Text)
			continue
		}
		w.term(&record.Terms[i], domain, path)
	}
	switch {
	case all >= 0 && end:
		w.report.All = record.Terms[all].Qualifier
		w.report.Ignored = record.Redirect != ""
	case all < 0 && record.Redirect != "":
		w.report.Lookups++
		w.follow("redirect="+record.Redirect, record.Redirect, domain, path, end)
	}
}

func (w *walk) fault(kind FaultKind, domain, text string) {
	w.report.Faults = append(w.report.Faults, Fault{kind, domain, text})
}

func (w *walk) term(t *Term, domain string, path []string) {
	if !t.LooksUp() {
		return
	}
	w.report.Lookups++
	if t.Name == "ptr" {
		w.report.PTR = true
		return
	}
	if strings.IndexByte(t.Domain, '%') >= 0 {
		w.report.Macros = true
		return
	}
	target := t.Domain
	if target == "" {
		target = domain
	}
	switch t.Name {
	case "include":
		w.follow(t.Text, target, domain, path, false)
	case "a":
		w.addresses(t.Text, target, domain, false)
	case "exists":
		w.addresses(t.Text, target, domain, true)
	case "mx":
		w.mx(t.Text, target, domain)
	}
}

// follow goes on with the record of another domain.
func (w *walk) follow(term, target, domain string, path []string, end bool) {
	if strings.IndexByte(target, '%') >= 0 {
		w.report.Macros = true
		return
	}
	target = strings.ToLower(strings.TrimSuffix(target, "."))
	if slices.ContainsFunc(path, func(p string) bool { return strings.EqualFold(p, target) }) {
		w.fault(FaultLoop, domain, strings.Join(append(slices.Clone(path), target), " -> "))
		return
	}
	texts, err := w.resolver.TXT(w.ctx, target)
	if err != nil {
		w.report.Unknown = append(w.report.Unknown, term+" in "+domain+": "+err.Error())
		return
	}
	if len(texts) == 0 {
		w.void(term, domain)
	}
	texts = slices.DeleteFunc(slices.Clone(texts), func(t string) bool { return !IsRecord(t) })
	switch len(texts) {
	case 0:
		w.fault(FaultInclude, domain, term+": "+target+" has no SPF record")
	case 1:
		w.record(target, texts[0], path, end)
	default:
		w.fault(FaultSeveral, domain, term+": "+target+" has more than one SPF record")
	}
}

func (w *walk) void(term, domain string) {
	w.report.Voids = append(w.report.Voids, term+" in "+domain)
}

// addresses looks whether a name has an address of either family: a sender of
// one family sees a void look-up where it has none of that one, which no owner
// of a host with addresses of one family can help.
func (w *walk) addresses(term, name, domain string, only4 bool) {
	addrs, err := w.resolver.Addresses(w.ctx, name, false)
	if err == nil && len(addrs) == 0 && !only4 {
		addrs, err = w.resolver.Addresses(w.ctx, name, true)
	}
	switch {
	case err != nil:
		w.report.Unknown = append(w.report.Unknown, term+" in "+domain+": "+err.Error())
	case len(addrs) == 0 && !only4: // exists is there to find nothing most of the time
		w.void(term, domain)
	}
}

func (w *walk) mx(term, name, domain string) {
	hosts, err := w.resolver.MX(w.ctx, name)
	switch {
	case err != nil:
		w.report.Unknown = append(w.report.Unknown, term+" in "+domain+": "+err.Error())
	case len(hosts) == 0:
		w.void(term, domain)
	case len(hosts) > MaxNames:
		w.fault(FaultMX, domain, term+": more than 10 MX hosts")
	}
}
