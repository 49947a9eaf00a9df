package command

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/timespan"
)

// text is a status for people.
func (st *status) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "job %s: %s since %s", st.ID, st.State, st.Since.UTC().Format("2006-01-02 15:04:05 UTC"))
	if st.State == bus.Running {
		fmt.Fprintf(&b, " (%s)", timespan.String(max(time.Since(st.Since), 0).Truncate(time.Second)))
	}
	b.WriteString("\n")
	if st.Error != "" {
		fmt.Fprintf(&b, "it cannot be read: %s\n", st.Error)
		return b.String()
	}
	what := "domains"
	if st.Expected != st.Domains {
		what = fmt.Sprintf("results of %d domains", st.Domains)
	}
	fmt.Fprintf(&b, "%d of %d %s done, %s", st.Done, st.Expected, what, percent(st.Done, st.Expected))
	if st.Rate > 0 {
		fmt.Fprintf(&b, ", %.1f/s", st.Rate)
	}
	if st.SecondsLeft > 0 {
		fmt.Fprintf(&b, ", %s left", timespan.String(time.Duration(st.SecondsLeft)*time.Second))
	}
	b.WriteString("\n")
	st.tables(&b)
	for _, worker := range slices.Sorted(maps.Keys(st.Refused)) {
		fmt.Fprintf(&b, "\nworker %s does not take it: %s\n", worker, st.Refused[worker])
	}
	if len(st.GivenUp) > 0 {
		fmt.Fprintf(&b, "\ngiven up, since no worker came back with them: %s\n", strings.Join(st.GivenUp, ", "))
	}
	for i := range st.Vantages {
		if v := &st.Vantages[i]; v.waits() && st.State == bus.Running {
			where := ""
			if v.Vantage != "any" {
				where = " at the vantage " + v.Vantage
			}
			fmt.Fprintf(&b, "\nno worker takes it%s: start one with mxprobe-fleet work\n", where)
		}
	}
	return b.String()
}

func (st *status) tables(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nVANTAGE\tDONE\tOF\tBATCHES WAITING\tIN HAND\tWORKERS\n")
	for i := range st.Vantages {
		v := &st.Vantages[i]
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\n", v.Vantage, v.Done, v.Expected, v.Waiting, v.InHand, v.Workers)
	}
	_ = t.Flush() // into a builder
	if len(st.Workers) > 0 {
		fmt.Fprintf(t, "\nWORKER\tVANTAGE\tDONE\tIN HAND\tPASS\tWARN\tFAIL\tINCONCLUSIVE\t\n")
		for i := range st.Workers {
			w := &st.Workers[i]
			gone := ""
			if !w.Alive && st.State == bus.Running {
				gone = "gone"
			}
			fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", w.Worker, w.Vantage, w.Done, w.InHand,
				w.Verdict["pass"], w.Verdict["warn"], w.Verdict["fail"], w.Verdict["inconclusive"], gone)
		}
		_ = t.Flush()
	}
	if len(st.Providers) > 0 {
		fmt.Fprintf(t, "\nPROVIDER\tDONE\n")
		for _, p := range st.Providers {
			fmt.Fprintf(t, "%s\t%d\n", p.Provider, p.Done)
		}
		_ = t.Flush()
	}
	if len(st.LeftAlone) > 0 {
		fmt.Fprintf(t, "\nLEFT ALONE\tASKED FOR IT\tSTILL FOR\n")
		for _, p := range st.LeftAlone {
			fmt.Fprintf(t, "%s\t%d\t%s\n", p.Provider, p.Asked, timespan.String(time.Duration(p.SecondsLeft)*time.Second))
		}
		_ = t.Flush()
	}
}
