package vantage

import (
	"cmp"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// hosts are those of all views, by preference.
func (m *merger) hosts(origin string) []result.Host {
	all := []result.Host{}
	index := map[string]int{}
	for _, v := range m.views {
		for i := range v.Hosts {
			h := &v.Hosts[i]
			key := strings.ToLower(h.Name)
			at, had := index[key]
			if !had {
				index[key] = len(all)
				all = append(all, m.host(h, key))
				continue
			}
			all[at].Preference = min(all[at].Preference, h.Preference)
		}
	}
	if origin == "mx" {
		slices.SortStableFunc(all, func(a, b result.Host) int { return cmp.Compare(a.Preference, b.Preference) })
	}
	return all
}

// host is a host as all views have it.
func (m *merger) host(first *result.Host, key string) result.Host {
	of := func(v *result.Domain) *result.Host {
		for i := range v.Hosts {
			if strings.ToLower(v.Hosts[i].Name) == key {
				return &v.Hosts[i]
			}
		}
		return nil
	}
	out := result.Host{Name: first.Name, Preference: first.Preference, Addresses: []result.Address{}}
	var worst *result.Host
	vantage := ""
	for _, v := range m.views {
		h := of(v)
		if h == nil {
			continue
		}
		out.Temporary = out.Temporary || h.Temporary
		if worst == nil || h.Status > worst.Status {
			worst, vantage = h, v.Vantage
		}
		out.Addresses = gathered(out.Addresses, h, v.Vantage)
		out.Lack = m.lack(out.Lack, h, v.Vantage)
	}
	out.Status, out.Reason, out.Hint = worst.Status, worst.Reason, worst.Hint
	out.Message = m.attributed(vantage, worst.Message, func(v *result.Domain) bool {
		h := of(v)
		return h != nil && h.Message == worst.Message
	})
	out.Notes = m.notes(func(v *result.Domain) []string {
		if h := of(v); h != nil {
			return h.Notes
		}
		return nil
	})
	if len(out.Addresses) == 0 {
		out.Lack = nil // nobody has one, and the host says so itself
	}
	return out
}

// lack is what is missing of a host, the worst of it: from a vantage that has no
// address of it at all, everything.
func (m *merger) lack(so *result.Lack, h *result.Host, vantage string) *result.Lack {
	l := h.Lack
	if len(h.Addresses) == 0 {
		l = &result.Lack{Status: h.Status, Reason: h.Reason, Message: h.Message}
	}
	if l == nil || so != nil && so.Status >= l.Status {
		return so
	}
	named := *l
	named.Message = "from " + vantage + ": " + cmp.Or(l.Message, string(l.Reason))
	return &named
}

// gathered adds the addresses of a host, each behind those of the same address
// from other vantages.
func gathered(all []result.Address, h *result.Host, vantage string) []result.Address {
	for _, a := range h.Addresses {
		a.Vantage = vantage
		at := len(all)
		for i := range all {
			if all[i].IP == a.IP && all[i].Port == a.Port {
				at = i + 1
			}
		}
		all = slices.Insert(all, at, a)
	}
	return all
}
