package report

import "mxprobe/probe/result"

// First keeps of what has a verdict what is to be looked at first, in a bounded
// space.
type First[T any] struct {
	most int
	kept map[result.Verdict][]T
}

// NewFirst returns a First that keeps so many.
func NewFirst[T any](most int) First[T] {
	return First[T]{most, map[result.Verdict][]T{}}
}

// Room reports whether what has a verdict may still be one of the first.
func (f *First[T]) Room(v result.Verdict) bool { return len(f.kept[v]) < f.most }

// Add keeps what has a verdict, for which there is Room.
func (f *First[T]) Add(v result.Verdict, one T) { f.kept[v] = append(f.kept[v], one) }

// All returns what was kept, in Order of the verdicts and then as it was added.
func (f *First[T]) All() []T {
	var all []T
	for _, v := range Order() {
		all = append(all, f.kept[v]...)
	}
	return all[:min(len(all), f.most)]
}
