package compare

import (
	"slices"

	"mxprobe/probe/result"
)

// inVouching compares what vouches for the hosts beside authorities. Whoever
// wants to read along leads mail to the host that nothing vouches for.
func inVouching(sites []site) []variance {
	var all []variance
	for _, f := range [...]struct {
		property, good, bad, none string
		of                        func(*result.TLSState) string
	}{
		{
			"DANE", "TLSA records that fit its certificate", "TLSA records that do not fit its certificate",
			"no TLSA records that count", func(t *result.TLSState) string { return t.DANEFinding },
		},
		{
			"MTA-STS", "all that the MTA-STS policy asks", "not all that the MTA-STS policy asks",
			"no MTA-STS policy to go by", func(t *result.TLSState) string { return t.STSFinding },
		},
	} {
		finding := func(s *site) string {
			if s.check.TLS == nil {
				return ""
			}
			return f.of(s.check.TLS)
		}
		if !slices.ContainsFunc(sites, func(s site) bool { return finding(&s) != "" }) {
			continue // nobody asked
		}
		v := plainly(sites, func(s *site) (string, bool) {
			switch text := finding(s); {
			case text == result.CertificateOK:
				return f.good, true
			case text == result.CertificateNotChecked:
				return "", false
			case text != "":
				return f.bad, true
			}
			return f.none, s.nothingPromised()
		})
		if v != nil {
			all = append(all, variance{f.property, v, verbs("has", "have")})
		}
	}
	return all
}

// nothingPromised reports whether a dialogue ended at a handshake that
// nothing is promised for; one that a rule for the host leaves out has no
// steps.
func (s *site) nothingPromised() bool {
	return s.check.Status == result.Skip && s.check.Reason == result.Condition && len(s.check.Steps) > 0
}
