// Package journal keeps what a run over a list has done, domain by domain, so
// that a run that was killed goes on where it was.
//
// A journal is a file of lines: first a header that says which run it belongs
// to, then one JSON object for each domain that is done, in the order of the
// list. A line counts when its end is written; what a killed run left half
// written is cut off. Nothing else is ever changed in it.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"mxprobe/probe/result"
)

// version is that of the file.
const version = 1

// kind is what the header calls the file.
const kind = "mxprobe journal"

// maxLine is how long a line may be: a domain of many hosts, with transcripts.
const maxLine = 256 << 20

// header is the first line.
type header struct {
	Type  string    `json:"type"`
	V     int       `json:"v"`
	Run   string    `json:"run"` // what is played and for whom
	Begun time.Time `json:"begun"`
}

// Journal is an open journal. It is not for use by several goroutines at once.
type Journal struct {
	file  *os.File
	begun time.Time
	done  int
}

// ErrOther is the error of a journal that belongs to another run.
var ErrOther = errors.New("it belongs to a run with other scenarios, domains or flags")

var errNoJournal = errors.New("it is not a journal of mxprobe")

// Open opens a journal, or begins it if it is not there. The run is what the
// journal must belong to; see ErrOther. A file that is no journal, or is
// damaged before its last line, is an error, and nothing in it is changed. So
// is a journal that another run has open.
func Open(path, run string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file}
	if err := j.open(run); err != nil {
		_ = file.Close()
		return nil, err
	}
	return j, nil
}

func (j *Journal) open(run string) error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	if err := lock(j.file); err != nil {
		return err
	}
	if info.Size() == 0 {
		return j.begin(run)
	}
	return j.check(run)
}

// begin writes the header.
func (j *Journal) begin(run string) error {
	j.begun = time.Now().UTC().Truncate(time.Second)
	return j.write(header{kind, version, run, j.begun})
}

// check reads the whole journal, and cuts off what was not written to its end.
func (j *Journal) check(run string) error {
	var whole int64
	number := 0
	for line, err := range lines(j.file) {
		if err != nil {
			return err
		}
		if line == nil { // half a line
			break
		}
		if number++; number == 1 {
			err = j.header(line, run)
		} else {
			err = json.Unmarshal(line, new(struct{ Domain string }))
		}
		if err != nil && number > 1 {
			return fmt.Errorf("line %d is damaged: %w", number, err)
		}
		if err != nil {
			return err
		}
		whole += int64(len(line)) + 1
	}
	if number == 0 {
		return j.beginAnew(run)
	}
	j.done = number - 1
	return j.file.Truncate(whole)
}

// beginAnew begins a journal whose run ended while it wrote the header.
func (j *Journal) beginAnew(run string) error {
	const start = `{"type":"` + kind
	b := make([]byte, len(start))
	n, err := j.file.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(b[:n]) != start[:n] {
		return errNoJournal
	}
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	return j.begin(run)
}

// header reads the first line.
func (j *Journal) header(line []byte, run string) error {
	var h header
	switch err := json.Unmarshal(line, &h); {
	case err != nil || h.Type != kind:
		return errNoJournal
	case h.V != version:
		return fmt.Errorf("it is of version %d, and this program knows version %d", h.V, version)
	case h.Run != run:
		return ErrOther
	}
	j.begun = h.Begun
	return nil
}

// lines yields the lines of a file without their ends, and nil for a last one
// that has none.
func lines(r io.ReadSeeker) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			yield(nil, err)
			return
		}
		in := bufio.NewReaderSize(r, 1<<16)
		for {
			line, err := readLine(in)
			switch {
			case errors.Is(err, io.EOF) && len(line) == 0:
				return
			case errors.Is(err, io.EOF):
				yield(nil, nil)
				return
			case err != nil:
				yield(nil, err)
				return
			}
			if !yield(bytes.TrimSuffix(line, []byte("\n")), nil) {
				return
			}
		}
	}
}

func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, errors.New("a line is too long")
		}
	}
}

// Done is how many domains are done.
func (j *Journal) Done() int { return j.done }

// Begun is when the first run began.
func (j *Journal) Begun() time.Time { return j.begun }

// Domains yields what is done, in the order of the list. An error ends it.
func (j *Journal) Domains() iter.Seq2[result.Domain, error] {
	return func(yield func(result.Domain, error) bool) {
		number := 0
		for line, err := range lines(j.file) {
			if number++; err == nil && (number == 1 || line == nil) {
				continue
			}
			var d result.Domain
			if err == nil {
				err = json.Unmarshal(line, &d)
			}
			if err != nil {
				err = fmt.Errorf("line %d: %w", number, err)
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// Add writes down that a domain is done. After an error the journal is of no
// more use to this run; the next one goes on behind the last whole line.
func (j *Journal) Add(d *result.Domain) error {
	if err := j.write(d); err != nil {
		return err
	}
	j.done++
	return nil
}

// write writes a line in one piece.
func (j *Journal) write(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

// Close lets go of the journal, which the next run goes on with.
func (j *Journal) Close() error { return errors.Join(j.file.Sync(), j.file.Close()) }

// Finish removes the journal of a run that has come to its end.
func (j *Journal) Finish() error {
	return errors.Join(os.Remove(j.file.Name()), j.file.Close())
}
