//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
)

// write prints a row for each program. The range behind a ratio is that of the
// rounds.
func write(w io.Writer, programs []*program, per int) error {
	base := programs[0]
	fmt.Fprintf(w, "| program | CPU, %s = 1 | CPU of one, µs | wall, %s = 1 | wall, ms | peak, MiB |\n|---|---|---|---|---|---|\n", base.label, base.label)
	for _, p := range programs {
		cpu := each(p, func(i int) float64 { return p.uses[i].cpu.Seconds() / base.uses[i].cpu.Seconds() })
		wall := each(p, func(i int) float64 { return p.uses[i].wall.Seconds() / base.uses[i].wall.Seconds() })
		one := each(p, func(i int) float64 { return p.uses[i].cpu.Seconds() * 1e6 / float64(per) })
		whole := each(p, func(i int) float64 { return p.uses[i].wall.Seconds() * 1e3 })
		peak := each(p, func(i int) float64 { return p.uses[i].peak })
		_, err := fmt.Fprintf(w, "| %s | %.3f (%.3f to %.3f) | %.1f | %.3f | %.0f | %.1f |\n",
			p.label, median(cpu), cpu[0], cpu[len(cpu)-1], median(one), median(wall), median(whole), median(peak))
		if err != nil {
			return err
		}
	}
	return nil
}

// each returns a figure of all rounds, in order of size.
func each(p *program, figure func(round int) float64) []float64 {
	figures := make([]float64, len(p.uses))
	for i := range figures {
		figures[i] = figure(i)
	}
	slices.Sort(figures)
	return figures
}

// median returns the one in the middle of sorted figures, the mean of the two
// where they are even in number.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
