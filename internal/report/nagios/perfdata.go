package nagios

import (
	"strconv"
	"time"

	"mxprobe/probe/result"
)

// appendPerfdata appends the performance data of a run, in base units and
// with the limits at which a value raises the state:
//
//	label=value[unit];warning;critical;minimum
//
// What is counted are addresses, and in their place hosts without one and
// domains without hosts; findings; and a domain that is worse than all that lies in it,
// as after a regression.
func (t *tally) appendPerfdata(b []byte, end *result.End, limits Thresholds) []byte {
	b = append(b, "time="...)
	b = appendSeconds(b, end.Millis.Duration())
	b = append(b, "s;"...)
	b = appendLimit(b, limits.Warning)
	b = append(b, ';')
	b = appendLimit(b, limits.Critical)
	b = append(b, ";0"...)
	if t.list() {
		b = appendCount(b, "domains", t.domains.total(), ";;;0")
	}
	all := t.addresses.plus(&t.deadHosts)
	all = all.plus(&t.bare)
	all = all.plus(&t.findings)
	b = appendCount(b, "hosts", t.hosts, ";;;0")
	b = appendCount(b, "addresses", t.addresses.total(), ";;;0")
	b = appendCount(b, "failed", all.of(failed), failedLimits(all[spared]))
	b = appendCount(b, "inconclusive", all.of(temporary)+all.of(notRun), ";0;;0")
	b = appendCount(b, "warned", all.of(warned), ";0;;0")
	b = appendCount(b, "skipped", all.of(skipped), ";;;0")
	return t.series.appendTo(b, t.list())
}

// failedLimits are the limits of how many failed. Those that need not pass
// are a warning, and only more than them is critical.
func failedLimits(spared int) string {
	if spared == 0 {
		return ";;0;0"
	}
	return ";0;" + strconv.Itoa(spared) + ";0"
}

func appendCount(b []byte, label string, n int, limits string) []byte {
	b = append(b, ' ')
	b = append(b, label...)
	b = append(b, '=')
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, limits...)
}

// appendSeconds appends d in seconds, to the microsecond.
func appendSeconds(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d.Microseconds())/1e6, 'f', -1, 64)
}

func appendLimit(b []byte, d time.Duration) []byte {
	if d <= 0 {
		return b
	}
	return appendSeconds(b, d)
}
