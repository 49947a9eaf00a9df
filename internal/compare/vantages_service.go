package compare

import (
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// disagreements compares what vantages saw of a spot.
func (s *spot) disagreements(views []*result.Domain) []disagreement {
	audited := slices.ContainsFunc(views, (*result.Domain).Audited)
	var all []disagreement
	if v := s.reach(); v != nil {
		all = append(all, disagree(s.place, v))
	}
	for _, name := range s.names {
		sites := s.scenarios[name]
		if len(sites) < 2 {
			continue
		}
		news := s.stable(sites, inKeywords(sites))
		news = append(news, s.stable(sites, s.encryption(sites))...)
		if !audited { // else their dialogues are the evidence of findings
			news = append(news, s.stable(sites, s.answers(sites, len(news) > 0))...)
		}
		for i := range news {
			all = append(all, disagree(s.place, &news[i]))
		}
	}
	return all
}

// reach compares whether a server could be spoken to at all, by any scenario.
func (s *spot) reach() *variance {
	said := map[string]string{}
	var order []site
	for _, name := range s.names {
		for _, at := range s.scenarios[name] {
			if _, had := said[at.place]; !had {
				order = append(order, at)
				said[at.place] = ""
			}
			for _, c := range s.checks(&at) {
				if how := reached(c); how == greets || said[at.place] == "" {
					said[at.place] = how
				}
			}
		}
	}
	v := plainly(order, func(at *site) (string, bool) { return said[at.place], said[at.place] != "" })
	if len(v) < 2 || !slices.ContainsFunc(v, func(o variant) bool { return o.value == greets }) {
		return nil // nobody reaches it, in one way or another
	}
	return &variance{"reachability", v, func(value string, n int, _ bool) string {
		if value == greets && n > 1 {
			return "greet"
		}
		return value
	}}
}

// checks are the dialogues that a site stands for: of a host that each vantage met
// at addresses of its own, those with all of them.
func (s *spot) checks(at *site) []*result.Check {
	if s.sameAddress {
		return []*result.Check{at.check}
	}
	var all []*result.Check
	for i := range at.host.Addresses {
		for _, c := range at.host.Addresses[i].Named() {
			if c.Scenario == at.check.Scenario {
				all = append(all, c)
			}
		}
	}
	return all
}

// greets is what a server does that can be spoken to.
const greets = "greets"

// reached says whether a server spoke, or what came of it; nothing where that is
// not known, or a fault of the vantage.
func reached(c *result.Check) string {
	for i := range c.Steps {
		if c.Steps[i].Number == 0 && c.Steps[i].Code != 0 {
			return greets
		}
	}
	if c.Status != result.Fail {
		return ""
	}
	switch c.Reason {
	case result.Refused:
		return "cannot be reached (connection refused)"
	case result.Timeout:
		return "cannot be reached (no answer in time)"
	case result.Unreachable:
		return "cannot be reached (a router says that there is no way)"
	case result.Reset, result.EOF:
		return "cannot be reached (the connection was closed without a greeting)"
	}
	return ""
}

// stable leaves out the properties that are not the same twice from one vantage:
// behind such an address stand several servers.
func (s *spot) stable(sites []site, news []variance) []variance {
	if len(news) == 0 {
		return nil
	}
	var wavering []string
	for i := range sites {
		wavering = append(wavering, s.wavering(&sites[i])...)
	}
	return slices.DeleteFunc(news, func(v variance) bool { return slices.Contains(wavering, v.property) })
}

// wavering names the properties that differ between the dialogues of one vantage
// that ask for the same name in the handshake, and, where each vantage met its own
// addresses of a host, between those.
func (s *spot) wavering(at *site) []string {
	var twice []site
	for _, name := range s.names {
		for _, o := range s.scenarios[name] {
			if o.place == at.place && sni(o.check) == sni(at.check) {
				twice = append(twice, o)
			}
		}
	}
	news := inKeywords(twice)
	if v := plainly(twice, certificateAt); v != nil {
		news = append(news, variance{property: "certificate"})
	}
	if !s.sameAddress {
		var own []site
		for _, c := range s.checks(at) {
			own = append(own, site{host: at.host, check: c, place: at.place, replies: lasting(c)})
		}
		news = append(append(news, inKeywords(own)...), s.encryption(own)...)
		news = append(append(news, inReplies(own)...), inVerdicts(own)...)
	}
	var names []string
	for _, v := range news {
		names = append(names, v.property)
	}
	return names
}

func sni(c *result.Check) string {
	if c.TLS == nil {
		return ""
	}
	return c.TLS.SNI
}

// encryption compares what TLS brought.
func (s *spot) encryption(sites []site) []variance {
	var all []variance
	version := plainly(sites, func(at *site) (string, bool) {
		if at.check.TLS == nil || at.check.TLS.Version == "" {
			return "", false
		}
		return cut(at.check.TLS.Version, 32), true
	})
	if version != nil {
		all = append(all, variance{"TLS version", version, verbs("speaks", "speak")})
	}
	if s.sameAddress {
		if v := plainly(sites, certificateAt); v != nil && !siblings(v) {
			all = append(all, variance{"certificate", v, verbs("shows", "show")})
		}
	}
	for _, v := range append(inFindings(sites), inDaysLeft(sites)...) {
		if !shareChain(v.variants) {
			all = append(all, v)
		}
	}
	for _, v := range inVouching(sites) {
		// That nothing is promised may be no more than what a resolver hides.
		v.variants = slices.DeleteFunc(v.variants, func(o variant) bool { return strings.HasPrefix(o.value, "no ") })
		if len(v.variants) > 1 {
			all = append(all, v)
		}
	}
	return all
}

// siblings reports whether all certificates are good ones of one authority, as
// those before and after a renewal, or those of servers behind one address. Where
// nobody looked whether they are, they have to be for the same names.
func siblings(variants []variant) bool {
	whose := map[string]bool{}
	names := map[string]bool{}
	looked := true
	for i := range variants {
		for _, s := range variants[i].sites {
			t := s.check.TLS
			for _, text := range [...]string{t.ChainFinding, t.NameFinding, t.DatesFinding} {
				if text != result.CertificateOK && text != result.CertificateNotChecked {
					return false
				}
				looked = looked && text == result.CertificateOK
			}
			whose[authority(leaf(s.check).Issuer)] = true
			names[sameNames(s)] = true
		}
	}
	return len(whose) == 1 && (looked || len(names) == 1)
}

// authority is who issued a certificate: an organization has many issuing
// certificates, and takes now this one and now that.
func authority(issuer string) string {
	for part := range strings.SplitSeq(issuer, ",") {
		if part = strings.TrimSpace(part); strings.HasPrefix(part, "O=") {
			return part
		}
	}
	return issuer
}

// shareChain reports whether two values come from the very same certificates, so
// that the vantages differ and not the server.
func shareChain(variants []variant) bool {
	seen := map[string]int{}
	for i := range variants {
		for _, s := range variants[i].sites {
			chain := ""
			for _, c := range s.check.TLS.Chain {
				chain += c.SHA256 + " "
			}
			if before, had := seen[chain]; had && before != i {
				return true
			}
			seen[chain] = i
		}
	}
	return false
}

// answers compares replies, and verdicts where nothing else shows why they
// differ.
func (s *spot) answers(sites []site, explained bool) []variance {
	news := slices.DeleteFunc(inReplies(sites), func(v variance) bool { return v.property == "greylisting" })
	if explained || len(news) > 0 {
		return news
	}
	var sure []site
	for i := range sites {
		c := sites[i].check
		judged := c.Reason == result.TLS && c.TLS != nil // its certificates are compared
		if final(c.Status, c.Reason) && c.Reason != result.Slow && !judged && !momentary(c) {
			sure = append(sure, sites[i])
		}
	}
	return inVerdicts(sure)
}

// momentary reports whether a dialogue met an answer of the moment.
func momentary(c *result.Check) bool {
	return slices.ContainsFunc(c.Steps, func(s result.Step) bool { return s.Code != 0 && passing(&s) })
}
