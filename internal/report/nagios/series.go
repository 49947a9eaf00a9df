package nagios

import (
	"strconv"
	"time"

	"mxprobe/probe/result"
)

// maxSeries is how many hosts, and how many addresses, have performance data
// of their own; the counters count all.
const maxSeries = 64

// series is the performance data of the first hosts and addresses.
type series struct {
	hosts     []hostSeries
	addresses int
}

// hostSeries is a host with the days that the first of its certificates to
// expire is still valid, and the longest that a message took into a mailbox.
type hostSeries struct {
	id        hostID
	addresses []addressSeries
	days      int
	encrypted bool
	delivery  time.Duration // 0 where none was seen
}

// addressSeries is an address with the time its dialogues took, waits for
// another attempt included. The time of one that did not pass says nothing,
// as a refusal is quicker than a message, and is left undetermined.
type addressSeries struct {
	ip    string
	port  uint16
	took  time.Duration
	known bool
}

// addHost keeps a host. One without an address gives no value, but a name
// that the labels of others have to differ from, now as when it has one.
func (s *series) addHost(d *result.Domain, h *result.Host) {
	if len(s.hosts) == maxSeries {
		return
	}
	one := hostSeries{id: hostID{d.Domain, h.Name, h.Preference}}
	for i := range h.Addresses {
		if s.addresses == maxSeries {
			break
		}
		s.addresses++
		one.add(&h.Addresses[i])
	}
	s.hosts = append(s.hosts, one)
}

func (h *hostSeries) add(a *result.Address) {
	one := addressSeries{ip: a.IP, port: a.Port, known: a.Status == result.Pass || a.Status == result.Warn}
	for i := range a.Checks {
		c := &a.Checks[i]
		one.took += c.Millis.Duration()
		h.delivery = max(h.delivery, c.DeliveryMillis.Duration())
		if c.TLS == nil || len(c.TLS.Chain) == 0 {
			continue
		}
		if !h.encrypted || c.TLS.DaysLeft < h.days {
			h.days = c.TLS.DaysLeft
		}
		h.encrypted = true
	}
	h.addresses = append(h.addresses, one)
}

// appendTo appends all values, in the order in which they came. Whether a run
// is over several domains decides how they are labelled.
func (s *series) appendTo(b []byte, list bool) []byte {
	labels := s.labels(list)
	for i := range s.hosts {
		h := &s.hosts[i]
		for j := range h.addresses {
			a := &h.addresses[j]
			b = append(b, ' ')
			b = append(b, labels[i].addresses[j]...)
			b = append(b, '=')
			if a.known {
				b = append(appendSeconds(b, a.took), "s;;;0"...)
			} else {
				b = append(b, 'U')
			}
		}
		if h.encrypted {
			b = append(b, ' ')
			b = append(b, labels[i].certificate...)
			b = append(b, '=')
			b = strconv.AppendInt(b, int64(h.days), 10)
		}
		if h.delivery > 0 {
			b = append(b, ' ')
			b = append(b, labels[i].delivery...)
			b = append(b, '=')
			b = append(appendSeconds(b, h.delivery), "s;;;0"...)
		}
	}
	return b
}
