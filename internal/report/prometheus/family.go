package prometheus

import (
	"io"
	"iter"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// family is a metric with all its series.
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

// writeTo writes the family; nothing where it has no series.
func (f *family) writeTo(w io.Writer, constant []Label) error {
	var all []*dto.Metric
	for s := range f.series {
		m := &dto.Metric{Gauge: &dto.Gauge{Value: new(s.value)}}
		for i := 0; i < len(s.labels); i += 2 {
			m.Label = append(m.Label, pair(s.labels[i], s.labels[i+1]))
		}
		for _, l := range constant {
			m.Label = append(m.Label, pair(l.Name, label(l.Value)))
		}
		all = append(all, m)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, compareLabels)
	_, err := expfmt.MetricFamilyToText(w, &dto.MetricFamily{
		Name: new(f.name), Help: new(f.help), Type: dto.MetricType_GAUGE.Enum(), Metric: all,
	})
	return err
}

func pair(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: new(name), Value: new(value)}
}

func compareLabels(a, b *dto.Metric) int {
	return slices.CompareFunc(a.Label, b.Label, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetValue(), b.GetValue()) })
}

// is is 1 for true.
func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
