package report

import (
	"io"

	"mxprobe/probe/result"
)

// JSON writes one JSON document domain by domain and keeps none of them. The
// document is what encoding/json would make of a result.Run, each domain on
// a line of its own.
type JSON struct {
	out     sink
	header  *result.Run
	begun   bool
	domains int
	enc     encoder
}

// NewJSON returns a writer of a document with the program, run id and start
// of header; its domains and its end are not looked at. Nothing is written
// before the first Domain or End.
func NewJSON(w io.Writer, header *result.Run) *JSON {
	return &JSON{out: sink{w: w}, header: header}
}

// WriteJSON writes run as one document.
func WriteJSON(w io.Writer, run *result.Run) error {
	j := NewJSON(w, run)
	for i := range run.Domains {
		if err := j.Domain(&run.Domains[i]); err != nil {
			return err
		}
	}
	return j.End(&run.End)
}

// Domain writes the next domain. After an error of the writer below, every
// call returns that error and writes nothing.
func (j *JSON) Domain(d *result.Domain) error {
	j.begin()
	if j.domains > 0 {
		j.enc.b = append(j.enc.b, ',')
	}
	j.domains++
	j.enc.b = append(j.enc.b, "\n{"...)
	j.enc.domain(d, true)
	j.enc.close()
	return j.flush()
}

// End closes the document. It has to be called, also where a run was
// interrupted, since half a document is none.
func (j *JSON) End(end *result.End) error {
	j.begin()
	j.enc.b = append(j.enc.b, "\n],\n\"end\":{"...)
	j.enc.end(end)
	j.enc.b = append(j.enc.b, "}}\n"...)
	return j.flush()
}

func (j *JSON) begin() {
	if j.begun {
		return
	}
	j.begun = true
	j.enc.open()
	j.enc.header(j.header)
	j.enc.list("domains")
}

func (j *JSON) flush() error {
	err := j.out.write(j.enc.b)
	j.enc.b = j.enc.b[:0]
	return err
}
