package nagios

import (
	"cmp"
	"hash/fnv"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// The lengths of labels. The guidelines ask for labels that differ in their
// first 19 characters, which is what the names of values in RRD files hold;
// ours are not longer.
const (
	maxLabel = 19
	maxStem  = 12 // with "_4" and a mark of 5 behind it that makes 19
	maxMark  = 5  // "_" and four characters
)

// hostID is which host a label is for.
type hostID struct {
	domain, name string
	preference   uint16
}

func (h hostID) compare(o hostID) int {
	return cmp.Or(strings.Compare(h.domain, o.domain), strings.Compare(h.name, o.name), cmp.Compare(h.preference, o.preference))
}

// hostLabels are the labels of a host's values.
type hostLabels struct {
	addresses   []string
	certificate string
	delivery    string
}

// labels labels all values. A label is the first part of the host's name and
// the version of IP, as in mx1_4, or "cert". Where that is not enough, and in
// every run over several domains, a mark made of the whole name is added, and
// another one of the address where a host has several of a version. So a
// value has the same label in the next run, in which other domains may not
// be found, or addresses may come in another order.
//
// Labels are made of letters, digits, - and _, and need no quotes.
func (s *series) labels(list bool) []hostLabels {
	names := map[string]int{}
	for i := range s.hosts {
		names[part(s.hosts[i].id.name)]++
	}
	order := make([]int, len(s.hosts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return s.hosts[a].id.compare(s.hosts[b].id) })
	used := taken{}
	all := make([]hostLabels, len(s.hosts))
	for _, i := range order {
		h := &s.hosts[i]
		stem := part(h.id.name)
		if list || names[stem] > 1 || len(stem) > maxStem {
			stem = stem[:min(len(stem), maxStem-maxMark)] + mark(h.id.domain, h.id.name, strconv.Itoa(int(h.id.preference)))
		}
		all[i] = h.labels(stem, used)
	}
	return all
}

func (h *hostSeries) labels(stem string, used taken) hostLabels {
	versions := map[string]int{}
	for _, a := range h.addresses {
		versions[version(a.ip)]++
	}
	order := make([]int, len(h.addresses))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := h.addresses[i], h.addresses[j]
		return cmp.Or(strings.Compare(a.ip, b.ip), cmp.Compare(a.port, b.port))
	})
	l := hostLabels{addresses: make([]string, len(h.addresses)), certificate: used.take(stem + "_cert"), delivery: used.take(stem + "_mail")}
	for _, i := range order {
		a := h.addresses[i]
		label := stem + "_" + version(a.ip)
		if versions[version(a.ip)] > 1 {
			label += mark(a.ip, strconv.Itoa(int(a.port)))
		}
		l.addresses[i] = used.take(label)
	}
	return l
}

// taken are the labels in use, as programs see them that take - for _.
type taken map[string]bool

// take returns label, or one like it that is not in use.
func (t taken) take(label string) string {
	free := label
	for n := 1; t[strings.ReplaceAll(free, "-", "_")]; n++ {
		free = label[:min(len(label), maxLabel-maxMark)] + mark(label, strconv.Itoa(n))
	}
	t[strings.ReplaceAll(free, "-", "_")] = true
	return free
}

// part is the first part of a host's name, all of an address literal, with
// letters, digits and - alone.
func part(host string) string {
	host = strings.ToLower(host)
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil {
		host, _, _ = strings.Cut(host, ".")
	}
	var b strings.Builder
	for _, r := range strings.Trim(host, "[]") {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	if b.Len() == 0 {
		return "host"
	}
	return b.String()
}

// version is the version of IP of an address; "u" for what is none, such as
// a Unix socket.
func version(ip string) string {
	switch addr, err := netip.ParseAddr(ip); {
	case err != nil:
		return "u"
	case addr.Is4():
		return "4"
	}
	return "6"
}

// mark is a short mark that differs where what it is of differs, nearly
// always.
func mark(of ...string) string {
	const digits = "abcdefghijklmnopqrstuvwxyz234567"
	h := fnv.New32a()
	for _, s := range of {
		_, _ = h.Write([]byte(s))
		_, _ = h.Write([]byte{0})
	}
	n := h.Sum32()
	b := []byte{'_'}
	for range maxMark - 1 {
		b = append(b, digits[n%32])
		n /= 32
	}
	return string(b)
}
