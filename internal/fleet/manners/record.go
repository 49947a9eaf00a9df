package manners

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// The bounds of what is taken from a bucket.
const (
	maxRecord  = 256 << 10 // bytes
	maxWorkers = 4096
	maxID      = 128 // bytes
	maxUnits   = 1 << 20
)

// version is the format of records. A worker that meets another one opens no
// connection: it does not know what is taken.
const version = 1

// record is what all workers hold of a provider. All of them change it with
// compare-and-swap, so that the sum of what they hold never exceeds the limit.
type record struct {
	V int `json:"v"`
	// Workers are those that hold something or want to, in the order in which it
	// is their turn.
	Workers []claim `json:"w"`
}

// claim is what one worker holds. A unit is a place among the sessions, and its
// part of the rate.
type claim struct {
	ID    string `json:"i"`
	Units int    `json:"n,omitempty"`
	// Wants is set where the worker could use more.
	Wants bool `json:"q,omitempty"`
	// Beat grows with each time the worker writes. Others take a claim whose beat
	// stands still for the time to live to be that of a dead worker: they need no
	// clock in common for it.
	Beat uint64 `json:"b"`
}

// decode takes a record apart. An empty value is an empty record.
func decode(value []byte) (*record, error) {
	if len(value) == 0 {
		return &record{V: version}, nil
	}
	if len(value) > maxRecord {
		return nil, fmt.Errorf("it has %d bytes, and %d are the most", len(value), maxRecord)
	}
	var r record
	if err := json.Unmarshal(value, &r); err != nil {
		return nil, errors.New("it is no JSON of this kind")
	}
	if r.V != version {
		return nil, fmt.Errorf("it has the format %d, and this worker knows %d", r.V, version)
	}
	if len(r.Workers) > maxWorkers {
		return nil, fmt.Errorf("it has %d workers, and %d are the most", len(r.Workers), maxWorkers)
	}
	for i := range r.Workers {
		if c := &r.Workers[i]; c.ID == "" || len(c.ID) > maxID || c.Units < 0 || c.Units > maxUnits {
			return nil, errors.New("a worker in it has no name, or holds what nobody can")
		}
	}
	return &r, nil
}

// at returns the place of a worker, below 0 if it is not there.
func (r *record) at(id string) int {
	return slices.IndexFunc(r.Workers, func(c claim) bool { return c.ID == id })
}

// taken is what all workers but one hold.
func (r *record) taken(but int) int {
	n := 0
	for i := range r.Workers {
		if i != but {
			n += r.Workers[i].Units
		}
	}
	return n
}

// crowded reports whether more workers want something than there are units.
func (r *record) crowded(total int) bool {
	n, wants := 0, false
	for i := range r.Workers {
		if r.Workers[i].Units > 0 || r.Workers[i].Wants {
			n++
		}
		wants = wants || r.Workers[i].Wants && r.Workers[i].Units == 0
	}
	return wants && n > total
}

// grant says how many of total units a worker may hold that could use so many. As
// long as nobody else wants any it takes them in chunks; else each that wants some
// gets an equal part of what the others leave, those whose turn it is one more
// where it does not come out even. What is not free yet is not granted.
func (r *record) grant(me, total, demand int) int {
	mine := &r.Workers[me]
	free := total - r.taken(me)
	most := demand
	if r.othersWant(me) {
		most = min(most, r.fair(me, total))
	} else {
		most = min(most, mine.Units+chunk(total))
	}
	return max(min(most, free), 0)
}

// chunk is how many units are taken at once where nobody else wants them: few
// enough that others find some, and many enough that a session costs no write.
func chunk(total int) int { return max(1, (total+3)/4) }

func (r *record) othersWant(me int) bool {
	for i := range r.Workers {
		if i != me && r.Workers[i].Wants {
			return true
		}
	}
	return false
}

// fair is the equal part of a worker among those that want more, or hold more
// than an equal part of all.
func (r *record) fair(me, total int) int {
	active := 0
	for i := range r.Workers {
		if i == me || r.Workers[i].Units > 0 || r.Workers[i].Wants {
			active++
		}
	}
	equal := (total + active - 1) / active
	left, pool, rank := total, 0, 0
	for i := range r.Workers {
		c := &r.Workers[i]
		if i != me && !c.Wants && c.Units <= equal {
			left -= c.Units // it has enough, and is left with it
			continue
		}
		if i < me {
			rank++
		}
		pool++
	}
	left = max(left, 0)
	part := left / pool
	if rank < left%pool {
		part++
	}
	return part
}
