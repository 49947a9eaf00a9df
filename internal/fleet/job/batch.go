package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
)

const (
	// shares is into how many batches the rest of a list is cut: towards its end
	// they shrink, so that the last worker is not waited for.
	shares = 64
	// MaxWork bounds a batch as it is handed out.
	MaxWork = 512 << 10
	// maxDomain bounds a domain in a batch; the resolver takes 253 bytes, and
	// names beyond ASCII are longer as they are written.
	maxDomain = 1024
)

// Range is a batch of a list: so many domains from an index on, which counts from
// 0.
type Range struct{ First, Size int }

// Ranges are the batches of the job's list, in order. They depend on nothing but
// the job.
func (j *Job) Ranges() iter.Seq2[int, Range] {
	return func(yield func(int, Range) bool) {
		for number, first := 0, 0; first < j.Domains; number++ {
			size := min(max((j.Domains-first)/shares, 1), j.Limits.Batch)
			if !yield(number, Range{first, size}) {
				return
			}
			first += size
		}
	}
}

// Of returns the vantages from which the domains of a batch are seen: Any alone
// where the job names none. Where fewer than all are asked for, they take turns.
func (v *Vantages) Of(batch int) []string {
	if len(v.Names) == 0 {
		return []string{Any}
	}
	all := make([]string, 0, v.Each)
	for i, name := range v.Names {
		if at := (i - batch%len(v.Names) + len(v.Names)) % len(v.Names); at < v.Each {
			all = append(all, name)
		}
	}
	return all
}

// All are all vantages of the job, Any alone where it names none.
func (v *Vantages) All() []string {
	if len(v.Names) == 0 {
		return []string{Any}
	}
	return slices.Clone(v.Names)
}

// Expected is how many results the job has when it is done.
func (j *Job) Expected() int { return j.Domains * max(j.Vantages.Each, 1) }

// Work is a batch as it is handed out.
type Work struct {
	Format int    `json:"format"`
	Job    string `json:"job"`
	// First is the index of the first of Domains in the list.
	First   int      `json:"first"`
	Domains []string `json:"domains"`
	// Again is true if some of them may have results already.
	Again bool `json:"again,omitempty"`
}

// Encode returns the batch as it is handed out.
func (w *Work) Encode() ([]byte, error) { return json.Marshal(w) }

// DecodeWork reads a batch of the job. A batch that does not belong to it, or is
// beyond its bounds, is an error.
func (j *Job) DecodeWork(data []byte) (*Work, error) {
	if len(data) > MaxWork {
		return nil, fmt.Errorf("the batch is larger than %d KiB", MaxWork>>10)
	}
	w := &Work{}
	if err := json.Unmarshal(data, w); err != nil {
		return nil, errors.New("the batch is not the JSON that it has to be")
	}
	switch {
	case w.Format != Format:
		return nil, &VersionError{"batch", w.Format}
	case w.Job != j.ID:
		return nil, fmt.Errorf("the batch is of the job %s", shown(w.Job))
	case len(w.Domains) < 1 || len(w.Domains) > j.Limits.Batch:
		return nil, fmt.Errorf("the batch has %d domains, not 1 to %d", len(w.Domains), j.Limits.Batch)
	case w.First < 0 || w.First > j.Domains-len(w.Domains):
		return nil, fmt.Errorf("the batch begins at %d, which is beyond the list", w.First)
	}
	for _, d := range w.Domains {
		if d == "" || len(d) > maxDomain {
			return nil, fmt.Errorf("the batch holds a domain of %d bytes", len(d))
		}
	}
	return w, nil
}
