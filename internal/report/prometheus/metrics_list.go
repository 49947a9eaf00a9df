package prometheus

import (
	"iter"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// others is the label of all names together that have none.
const others = "others"

// listFamilies are the metrics of a list as a whole; none of a single domain.
func listFamilies(l *result.List, leftOut int) []family {
	if l == nil {
		return nil
	}
	return []family{
		{
			"mxprobe_last_run_domains", "How many domains of the list have this verdict.",
			counts(&l.Domains, func(verdict string) []string { return []string{"verdict", verdict} }),
		},
		{"mxprobe_last_run_domains_left_out", "How many domains of the list have no metrics of their own here; the worst have.", one(float64(leftOut))},
		{"mxprobe_last_run_cause_domains", "How many domains did not pass for this cause, by verdict.", rows(&l.Causes, "cause")},
		{"mxprobe_last_run_provider_domains", "How many domains have their mail at this provider, by verdict.", rows(&l.Providers, "provider")},
	}
}

// counts are a series for each verdict.
func counts(c *result.Counts, labels func(verdict string) []string) iter.Seq[series] {
	return func(yield func(series) bool) {
		for _, v := range verdicts() {
			if !yield(series{labels(v.String()), float64(c.Of(v))}) {
				return
			}
		}
	}
}

// verdicts are all, in the order of their names.
func verdicts() []result.Verdict {
	return []result.Verdict{result.Fail, result.Inconclusive, result.NotRun, result.Pass, result.Skip, result.Warn}
}

// rows are the series of a table, in the order of their labels.
func rows(t *result.Table, by string) iter.Seq[series] {
	all := slices.Clone(t.Rows)
	if t.Others.Total() > 0 {
		all = append(all, result.Row{Name: others, Domains: t.Others})
	}
	used := names{}
	for i := range all {
		all[i].Name = used.free(label(all[i].Name))
	}
	slices.SortFunc(all, func(a, b result.Row) int { return strings.Compare(a.Name, b.Name) })
	return func(yield func(series) bool) {
		for i := range all {
			for s := range counts(&all[i].Domains, func(verdict string) []string { return []string{by, all[i].Name, "verdict", verdict} }) {
				if !yield(s) {
					return
				}
			}
		}
	}
}
