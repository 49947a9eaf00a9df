// Package job is what a fleet is asked to do: a job as people write it (YAML),
// as it is stored for workers (JSON), the batches that its list is cut into, and
// the records that come back. It is pure: it knows no network.
//
// Everything that is read here may come from anybody who can reach the bus. It is
// bounded, and a job or a record that does not hold what it must is an error.
package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/probe/result"
)

// Format is the version of jobs and records that this program writes and knows.
const Format = 1

// Bounds of a job.
const (
	// MaxSource bounds the file of a job, and MaxStored a job as it is stored.
	MaxSource = 256 << 10
	MaxStored = 512 << 10
	// MaxFiles and MaxFile bound the scenarios of a job.
	MaxFiles = 200
	MaxFile  = 1 << 20
	// MaxFlags bounds the flags, and maxValue the value of one.
	MaxFlags = 200
	maxValue = 4 << 10
	// MaxVantages bounds how many places a job names.
	MaxVantages = 32
	// MaxDomains bounds the list. More are several jobs.
	MaxDomains = 20_000_000
	// MaxBatch bounds the domains of a batch.
	MaxBatch = 1000
)

// What a job plays.
const (
	PlayRun   = "run"
	PlayCheck = "check"
)

// Any stands in the place of a vantage where a job asks for none.
const Any = "any"

// Job is a job as it is stored.
type Job struct {
	Format  int       `json:"format"`
	ID      string    `json:"id"`
	Program string    `json:"program"` // that submitted it
	Created time.Time `json:"created"`
	// Play is PlayRun or PlayCheck, Files what run plays, in order; each Flag
	// is one of that command.
	Play     string   `json:"play"`
	Files    []File   `json:"files,omitempty"`
	Flags    []Flag   `json:"flags,omitempty"`
	Vantages Vantages `json:"vantages"`
	Limits   Limits   `json:"limits"`
	Domains  int      `json:"domains"`
	// LeftOut says what of the list held no domain, empty for nothing.
	LeftOut string `json:"left_out,omitempty"`
}

// File is a scenario file.
type File struct {
	Name   string `json:"name"` // as given; @NAME for a built-in
	SHA256 string `json:"sha256"`
	Size   int    `json:"size"`
}

// Flag is a flag of mxprobe with one value, "true" for a switch.
type Flag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Vantages are the places from which each domain is to be seen.
type Vantages struct {
	// Names are the places; none where it does not matter.
	Names []string `json:"names,omitempty"`
	// Each is from how many of them each domain is seen.
	Each int `json:"each,omitempty"`
}

// Limits are how a job treats its workers.
type Limits struct {
	// Attempts is how often a batch is handed out before it is given up.
	Attempts int `json:"attempts"`
	// Batch is how many domains a batch has at most.
	Batch int `json:"batch"`
	// Lease is how long a batch belongs to a worker that says nothing, and
	// Quiet after which time without any progress a worker says nothing more.
	Lease time.Duration `json:"lease"`
	Quiet time.Duration `json:"quiet"`
}

// DefaultLimits are those of a job that says nothing of them. The longest wait
// of a dialogue, with its retries, must be shorter than Quiet.
func DefaultLimits() Limits {
	return Limits{Attempts: 5, Batch: 100, Lease: time.Minute, Quiet: time.Hour}
}

// VersionError is about a job or a record of another format.
type VersionError struct {
	What   string
	Format int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the %s has format %d, and this program knows format %d: the versions of mxprobe-fleet differ", e.What, e.Format, Format)
}

// Decode reads a stored job. The error says what is wrong with it; a
// *VersionError where it is of another format.
func Decode(data []byte) (*Job, error) {
	if len(data) > MaxStored {
		return nil, fmt.Errorf("the job is larger than %d KiB", MaxStored>>10)
	}
	var version struct{ Format int }
	if err := json.Unmarshal(data, &version); err != nil {
		return nil, errors.New("the job is not the JSON that it has to be")
	}
	if version.Format != Format {
		return nil, &VersionError{"job", version.Format}
	}
	j := &Job{}
	if err := json.Unmarshal(data, j); err != nil {
		return nil, errors.New("the job is not the JSON that it has to be")
	}
	return j, j.Valid()
}

// Encode returns the job as it is stored.
func (j *Job) Encode() ([]byte, error) {
	if err := j.Valid(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(j)
	if err == nil && len(data) > MaxStored {
		err = fmt.Errorf("the job is larger than %d KiB", MaxStored>>10)
	}
	return data, err
}

// Valid says what is wrong with a job, nil if nothing is.
func (j *Job) Valid() error {
	switch {
	case j.Format != Format:
		return &VersionError{"job", j.Format}
	case !IsID(j.ID):
		return errors.New("the job has a name that is none")
	case j.Domains < 1 || j.Domains > MaxDomains:
		return fmt.Errorf("the job has %d domains, not 1 to %d", j.Domains, MaxDomains)
	case j.Play != PlayRun && j.Play != PlayCheck:
		return fmt.Errorf("the job asks for %s, which is neither run nor check", shown(j.Play))
	case (j.Play == PlayRun) != (len(j.Files) > 0):
		return errors.New("a job that runs has scenarios, and one that checks has none")
	case len(j.Program) > 200 || len(j.LeftOut) > 4096:
		return errors.New("the job says too much of itself")
	}
	return cmpErr(j.validFiles, j.validFlags, j.Vantages.valid, j.Limits.valid)
}

func cmpErr(all ...func() error) error {
	for _, f := range all {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (j *Job) validFiles() error {
	if len(j.Files) > MaxFiles {
		return fmt.Errorf("the job has %d scenario files, more than %d", len(j.Files), MaxFiles)
	}
	for i, f := range j.Files {
		switch {
		case f.Name == "" || len(f.Name) > 1024 || strings.ContainsAny(f.Name, "\x00\n\r"):
			return fmt.Errorf("scenario file %d has no name", i+1)
		case len(f.SHA256) != 64 || strings.Trim(f.SHA256, "0123456789abcdef") != "":
			return fmt.Errorf("the scenario file %s has no SHA-256", shown(f.Name))
		case f.Size < 0 || f.Size > MaxFile:
			return fmt.Errorf("the scenario file %s is larger than %d KiB", shown(f.Name), MaxFile>>10)
		}
	}
	return nil
}

func (j *Job) validFlags() error {
	if len(j.Flags) > MaxFlags {
		return fmt.Errorf("the job has more than %d flags", MaxFlags)
	}
	for _, f := range j.Flags {
		if len(f.Name) > 64 || len(f.Value) > maxValue {
			return fmt.Errorf("the flag %s is too long", shown(f.Name))
		}
	}
	return nil
}

func (v *Vantages) valid() error {
	if len(v.Names) > MaxVantages || v.Each < 0 || v.Each > len(v.Names) || (v.Each == 0) != (len(v.Names) == 0) {
		return fmt.Errorf("%d vantages of %d are asked for", v.Each, len(v.Names))
	}
	for i, name := range v.Names {
		if !IsVantage(name) || slices.Contains(v.Names[:i], name) {
			return fmt.Errorf("%s is no vantage, or one twice", shown(name))
		}
	}
	return nil
}

func (l *Limits) valid() error {
	switch {
	case l.Attempts < 1 || l.Attempts > 100:
		return fmt.Errorf("a job has 1 to 100 attempts, not %d", l.Attempts)
	case l.Batch < 1 || l.Batch > MaxBatch:
		return fmt.Errorf("a batch has 1 to %d domains, not %d", MaxBatch, l.Batch)
	case l.Lease < minLease || l.Lease > maxLease || l.Quiet < minLease || l.Quiet > maxLease:
		return fmt.Errorf("lease and quiet are times from %s to %s", minLease, maxLease)
	}
	return nil
}

const (
	minLease = time.Second
	maxLease = 24 * time.Hour
)

// IsID reports whether a text is the name of a job: letters, digits and
// hyphens, at most 48.
func IsID(text string) bool { return isName(text, 48) }

// IsVantage reports whether a text is the name of a vantage: letters, digits and
// hyphens, at most 24, and not "any".
func IsVantage(text string) bool { return text != Any && isName(text, 24) }

func isName(text string, most int) bool {
	if text == "" || len(text) > most || text[0] == '-' {
		return false
	}
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// shown is foreign text within a message.
func shown(text string) string { return result.Quoted([]byte(text)) }
