package audit

import (
	"slices"
	"strings"
)

// reaches reports whether anything is seen that a rule goes by: some look at
// what is only asked for by a flag.
func (a *Audit) reaches(id string) bool {
	subject, _, _ := strings.Cut(id, ".")
	switch subject {
	case "submission":
		return a.Depth.Submission
	case "dkim":
		return id == "dkim.none" || len(a.Gatherer.Selectors) > 0
	case "dnsbl":
		return len(a.Gatherer.Lists)+len(a.Gatherer.NameLists) > 0
	case "self":
		return a.Gatherer.Self
	}
	switch {
	case slices.Contains(onVersions(), id):
		return a.Depth.Versions
	case slices.Contains(onManners(), id):
		return !a.Depth.Quick
	}
	return true
}

// onVersions are the rules that go by the versions of TLS, tried one by one.
func onVersions() []string { return []string{"tls.old", "tls.no-12", "tls.no-13"} }

// onManners are the rules that go by the second session.
func onManners() []string {
	return []string{
		"behaviour.null-sender", "behaviour.catch-all", "behaviour.own-sender", "behaviour.relay", "behaviour.vrfy", "behaviour.expn",
		"consistency.unknown", "tls.resumption",
	}
}
