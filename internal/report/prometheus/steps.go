package prometheus

import (
	"slices"
	"time"

	"mxprobe/probe/result"
)

// stepRecord is a step of the last attempt.
type stepRecord struct {
	number int
	took   time.Duration
	code   int // 0 where no reply came
}

// lastSteps are the steps of the last attempt that were done. Of a step that
// has several entries, such as a message in chunks, the times are added up
// and the last reply counts.
func lastSteps(c *result.Check) []stepRecord {
	var all []stepRecord
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt != c.Attempts || s.Status == result.NotRun || s.Status == result.Skip {
			continue
		}
		at := slices.IndexFunc(all, func(r stepRecord) bool { return r.number == s.Number })
		if at < 0 {
			at = len(all)
			all = append(all, stepRecord{number: s.Number})
		}
		all[at].took += s.Millis.Duration()
		if s.Code != 0 {
			all[at].code = s.Code
		}
	}
	return all
}
