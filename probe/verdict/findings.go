package verdict

import "mxprobe/probe/result"

// Count lets the findings of a domain count in its verdict: the worst of them
// decides where nothing else is as bad.
func Count(d *result.Domain) {
	for i := range d.Findings {
		f := &d.Findings[i]
		v := f.Severity.Verdict()
		if v <= d.Status || v == result.Pass && len(d.Hosts) > 0 {
			continue
		}
		d.Status = v
		if v > result.Pass {
			d.Reason, d.Message, d.Hint = result.Found, f.Subject.String()+": "+f.ID+": "+f.Title, f.Advice
		}
	}
}
