package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"mxprobe/probe/result"
)

// inTLS compares versions of TLS and certificates.
func inTLS(sites []site) []variance {
	var all []variance
	version := plainly(sites, func(s *site) (string, bool) {
		if s.check.TLS == nil || s.check.TLS.Version == "" {
			return "", false
		}
		return cut(s.check.TLS.Version, 32), true
	})
	if version != nil {
		all = append(all, variance{"TLS version", version, verbs("speaks", "speak")})
	}
	all = append(all, inFingerprints(sites)...)
	all = append(all, inFindings(sites)...)
	all = append(all, inVouching(sites)...)
	return append(all, inDaysLeft(sites)...)
}

// leaf returns the server's own certificate, nil if none was seen.
func leaf(c *result.Check) *result.Certificate {
	if c.TLS == nil || len(c.TLS.Chain) == 0 || c.TLS.Chain[0].SHA256 == "" {
		return nil
	}
	return &c.TLS.Chain[0]
}

// inFingerprints compares certificates that are meant to be the same: those
// of one host, and those of hosts that show one certificate for all of them.
// Hosts with names of their own may have certificates of their own.
func inFingerprints(sites []site) []variance {
	var all []variance
	hosts := together(sites, func(s *site) string { return s.host.Name })
	for _, of := range hosts {
		if v := plainly(of, certificateAt); v != nil {
			all = append(all, variance{"certificate", v, verbs("shows", "show")})
		}
	}
	if all != nil {
		return all
	}
	for _, of := range together(sites, sameNames) {
		if v := plainly(of, certificateAt); v != nil {
			all = append(all, variance{"certificate", v, verbs("shows", "show")})
		}
	}
	return all
}

// together sorts dialogues that showed a certificate by what of returns.
func together(sites []site, of func(*site) string) [][]site {
	var keys []string
	var all [][]site
	for i := range sites {
		if leaf(sites[i].check) == nil {
			continue
		}
		key := of(&sites[i])
		at := slices.Index(keys, key)
		if at < 0 {
			at = len(keys)
			keys, all = append(keys, key), append(all, nil)
		}
		all[at] = append(all[at], sites[i])
	}
	return all
}

// sameNames is the set of names in a certificate. One without names is meant
// for its host alone.
func sameNames(s *site) string {
	names := slices.Clone(leaf(s.check).Names)
	if len(names) == 0 {
		return s.host.Name
	}
	slices.Sort(names)
	return strings.ToLower(strings.Join(names, " "))
}

func certificateAt(s *site) (string, bool) {
	c := leaf(s.check)
	if c == nil {
		return "", false
	}
	return fmt.Sprintf("the certificate %s (until %s)", fingerprint(c.SHA256), c.NotAfter.Format(time.DateOnly)), true
}

// fingerprint shortens a fingerprint to what two certificates are told apart
// by, and people compare.
func fingerprint(sha256 string) string { return cut(sha256, 16) }

// inFindings compares what is wrong with certificates. What was not looked
// at says nothing.
func inFindings(sites []site) []variance {
	var all []variance
	for _, f := range [...]struct {
		property, good, bad string
		of                  func(*result.TLSState) string
	}{
		{"certificate chain", "a certificate with a good chain", "a certificate whose chain is not good", func(t *result.TLSState) string { return t.ChainFinding }},
		{"certificate name", "a certificate for its own name", "a certificate that is not for its name", func(t *result.TLSState) string { return t.NameFinding }},
		{"certificate dates", "a certificate that is valid today", "a certificate that is not valid today", func(t *result.TLSState) string { return t.DatesFinding }},
	} {
		v := plainly(sites, func(s *site) (string, bool) {
			if s.check.TLS == nil {
				return "", false
			}
			switch f.of(s.check.TLS) {
			case result.CertificateOK:
				return f.good, true
			case "", result.CertificateNotChecked:
				return "", false
			}
			return f.bad, true
		})
		if v != nil {
			all = append(all, variance{f.property, v, verbs("shows", "show")})
		}
	}
	return all
}

// endsSoon is when a certificate should have been renewed, muchLater how much
// longer others have to last for that to be odd. Authorities that renew by
// themselves do so 30 days before the end.
const (
	endsSoon  = 15
	muchLater = 15
)

// inDaysLeft finds a certificate that nobody renewed beside others that are.
func inDaysLeft(sites []site) []variance {
	soonest, latest := math.MaxInt, math.MinInt
	valid := func(s *site) bool { return leaf(s.check) != nil && s.check.TLS.DaysLeft >= 0 }
	for i := range sites {
		if valid(&sites[i]) {
			soonest = min(soonest, sites[i].check.TLS.DaysLeft)
			latest = max(latest, sites[i].check.TLS.DaysLeft)
		}
	}
	if soonest >= endsSoon || latest < soonest+muchLater {
		return nil
	}
	v := split(sites, func(s *site) (key, value string, known bool) {
		if !valid(s) {
			return "", "", false
		}
		if s.check.TLS.DaysLeft < soonest+muchLater {
			return "soon", fmt.Sprintf("a certificate that ends in %d days", soonest), true
		}
		return "later", fmt.Sprintf("a certificate that lasts %d days and more", soonest+muchLater), true
	})
	return []variance{{"certificate days left", v, verbs("shows", "show")}}
}
