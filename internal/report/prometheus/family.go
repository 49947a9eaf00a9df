package prometheus

import (
	"io"
	"iter"
	"strconv"
	"strings"
)

// family is a metric with all its series, in the order of their labels: the records
// are sorted once, for all of them.
type family struct {
	name, help string
	series     iter.Seq[series]
}

// series is one value of a metric. Its labels are pairs of name and value.
type series struct {
	labels []string
	value  float64
}

// one is a series as the only one of its metric.
func one(value float64, labels ...string) iter.Seq[series] {
	return func(yield func(series) bool) { yield(series{labels, value}) }
}

// each is a series for each of the records for which value has one.
func each[R any](all []R, labels func(*R) []string, value func(*R) (float64, bool)) iter.Seq[series] {
	return func(yield func(series) bool) {
		for i := range all {
			if v, ok := value(&all[i]); ok && !yield(series{labels(&all[i]), v}) {
				return
			}
		}
	}
}

// blockSize is how much of a report is written at once.
const blockSize = 1 << 16

// writeTo writes the family in the text format of Prometheus
// (prometheus.io/docs/instrumenting/exposition_formats), a block after the other;
// nothing where it has no series. Names, and the help, are the program's own words
// and need no escapes. The libraries for the format link protobuf, which every start
// of the program would pay for; the tests read back what is written with one.
func (f *family) writeTo(w io.Writer, constant []Label) error {
	var b []byte
	for s := range f.series {
		if b == nil {
			b = append(make([]byte, 0, blockSize/4), "# HELP "+f.name+" "+f.help+"\n# TYPE "+f.name+" gauge\n"...)
		}
		for _, l := range constant {
			s.labels = append(s.labels, l.Name, label(l.Value))
		}
		b = s.appendTo(append(b, f.name...))
		if len(b) >= blockSize {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	if len(b) == 0 {
		return nil
	}
	_, err := w.Write(b)
	return err
}

// appendTo appends the labels and the value, behind the name.
func (s *series) appendTo(b []byte) []byte {
	sep := byte('{')
	for i := 0; i < len(s.labels); i += 2 {
		b = append(b, sep)
		b = append(b, s.labels[i]...)
		b = append(b, '=', '"')
		b = appendEscaped(b, s.labels[i+1])
		b = append(b, '"')
		sep = ','
	}
	if len(s.labels) > 0 {
		b = append(b, '}')
	}
	b = append(b, ' ')
	return append(strconv.AppendFloat(b, s.value, 'g', -1, 64), '\n')
}

// appendEscaped appends the value of a label. A newline, the third character
// with an escape, has been made printable.
func appendEscaped(b []byte, value string) []byte {
	for {
		i := strings.IndexAny(value, "\\\"")
		if i < 0 {
			return append(b, value...)
		}
		b = append(b, value[:i]...)
		b = append(b, '\\', value[i])
		value = value[i+1:]
	}
}

// is is 1 for true.
func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
