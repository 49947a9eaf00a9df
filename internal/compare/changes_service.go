package compare

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxprobe/probe/result"
)

// service compares what a port of an address was and is.
func (c *changes) service(where string, before, now *Service, a *result.Address) {
	c.keywords(where, before.Keywords, now.Keywords, "")
	c.keywords(where, before.EncryptedKeywords, now.EncryptedKeywords, " under TLS")
	c.certificate(where, before.Certificate, now.Certificate)
	version := ""
	for name, check := range a.Named() {
		was, is := before.Scenarios[name], now.Scenarios[name]
		if was == nil || is == nil {
			continue
		}
		if is.TLS != was.TLS && was.TLS != "" && is.TLS != version {
			version = is.TLS // say it once for all scenarios
			c.add(result.Change{
				Kind: result.ChangeTLSVersion, Where: where, Before: was.TLS, Now: is.TLS, Regression: is.TLS < was.TLS,
				Message: where + " speaks " + is.TLS + ", it spoke " + was.TLS,
			})
		}
		if !c.o.Evidence {
			c.vouched(where, was, is, check)
			c.scenario(where, was, is, check)
		}
	}
}

func (c *changes) keywords(where string, before, now Keywords, phase string) {
	if before == nil || now == nil {
		return
	}
	all := maps.Clone(before)
	maps.Copy(all, now)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		was, had := before[name]
		is, has := now[name]
		change := result.Change{Where: where}
		if had {
			change.Before = shown(name, was)
		}
		if has {
			change.Now = shown(name, is)
		}
		switch {
		case !has:
			change.Kind, change.Regression = result.ChangeKeywordLost, true
			change.Message = where + " no longer offers " + name + phase
		case !had:
			change.Kind = result.ChangeKeywordAdded
			change.Message = where + " offers " + name + phase + ", which it did not"
		case was != is:
			change.Kind, change.Regression = result.ChangeKeywordChanged, less(name, was, is)
			change.Message = where + " offers " + change.Now + phase + ", it was " + change.Before
		default:
			continue
		}
		c.add(change)
	}
}

// less reports whether the parameters of a keyword allow less than before: a
// smaller message, or a login that some client may have used.
func less(name, before, now string) bool {
	switch name {
	case "SIZE":
		was, err1 := strconv.ParseUint(before, 10, 64)
		is, err2 := strconv.ParseUint(now, 10, 64)
		// 0 and nothing mean no fixed limit (RFC 1870 section 4).
		return err2 == nil && is > 0 && (err1 != nil || was == 0 || is < was)
	case "AUTH":
		mechanisms := strings.Fields(now)
		return slices.ContainsFunc(strings.Fields(before), func(m string) bool { return !slices.Contains(mechanisms, m) })
	}
	return false
}

func (c *changes) certificate(where string, before, now *Certificate) {
	if before == nil || now == nil {
		return
	}
	worse := now.worse(before)
	change := result.Change{
		Kind: result.ChangeCertificate, Where: where, Before: before.String(), Now: now.String(),
		Regression: len(worse) > 0 || now.NotAfter < before.NotAfter,
	}
	switch {
	case before.SHA256 != now.SHA256:
		change.Message = where + " has a new certificate, until " + now.NotAfter + " by " + now.Issuer + "; the old one was until " + before.NotAfter
		if before.Issuer != now.Issuer {
			change.Message += " by " + before.Issuer
		}
		if len(worse) > 0 {
			change.Message += "; no longer good: " + listed(worse)
		}
	case len(worse) > 0:
		change.Message = where + " has a certificate that was good and is not any more: " + listed(worse)
	default:
		return
	}
	c.add(change)
}

// worse names what is no longer good of a certificate, or of the one in its
// place.
func (c *Certificate) worse(before *Certificate) []string {
	if c == nil || before == nil {
		return nil
	}
	var worse []string
	for _, f := range []struct {
		what    string
		was, is *bool
	}{{"its chain", before.Chain, c.Chain}, {"its name", before.Name, c.Name}, {"its dates", before.Dates, c.Dates}} {
		if f.was != nil && f.is != nil && *f.was && !*f.is {
			worse = append(worse, f.what)
		}
	}
	return worse
}

// String tells a certificate from others.
func (c *Certificate) String() string { return fingerprint(c.SHA256) + " until " + c.NotAfter }

// vouched compares what vouched for a server in a dialogue that works. A
// policy that is in mode testing now lets it work with a server that nothing
// vouches for.
func (c *changes) vouched(where string, before, now *Outcome, check *result.Check) {
	if before.VerifiedBy == now.VerifiedBy || !before.works() || !now.works() {
		return
	}
	by := func(o *Outcome) string {
		if o.VerifiedBy == "" {
			return "not verified"
		}
		return "verified by " + o.VerifiedBy
	}
	c.add(result.Change{
		Kind: result.ChangeVerdict, Where: where, Before: by(before), Now: by(now), Regression: now.VerifiedBy == "",
		Message: fmt.Sprintf("%q: %s is %s, it was %s", check.Scenario, where, by(now), by(before)),
	})
}

// scenario compares how a dialogue ended.
func (c *changes) scenario(where string, before, now *Outcome, check *result.Check) {
	name := strconv.Quote(check.Scenario)
	change := result.Change{Where: where, Before: before.Status.String(), Now: now.Status.String()}
	switch {
	case before.Status != now.Status:
		change.Kind, change.Regression = result.ChangeVerdict, badness(now.Status) > badness(before.Status)
		change.Message = fmt.Sprintf("%s at %s: %s, it was %s", name, where, change.Now, change.Before)
		if check.Message != "" {
			change.Message += " (" + check.Message + ")"
		}
	case slower(before, now, c.o.Slower):
		change.Kind, change.Before, change.Now = result.ChangeSlower, took(before), took(now)
		change.Message = fmt.Sprintf("%s at %s takes %s, it took %s", name, where, change.Now, change.Before)
	default:
		step := otherReply(before, now)
		if step < 0 && now.Status == result.Fail && !before.same(now) {
			change.Kind, change.Before, change.Now = result.ChangeReply, string(before.Reason), string(now.Reason)
			change.Message = fmt.Sprintf("%s at %s fails in another way: %s", name, where, check.Message)
			break
		}
		if step < 0 {
			return
		}
		change.Kind, change.Before, change.Now = result.ChangeReply, strconv.Itoa(before.Codes[step]), strconv.Itoa(now.Codes[step])
		change.Message = fmt.Sprintf("%s at %s: step %d gets %s, it got %s", name, where, step, change.Now, change.Before)
	}
	c.add(change)
}

// badness orders verdicts. What is skipped now says less than it did, and an
// answer for the moment less than a final one.
func badness(v result.Verdict) int {
	switch v {
	case result.Pass:
		return 0
	case result.Warn:
		return 1
	case result.Skip, result.Inconclusive, result.NotRun:
		return 2
	}
	return 3
}

// otherReply returns the first step that got another code than before, below
// 0 if none did. A scenario with more steps is another scenario.
func otherReply(before, now *Outcome) int {
	if len(before.Codes) != len(now.Codes) {
		return -1
	}
	for i := range now.Codes {
		if before.Codes[i] != now.Codes[i] && before.Codes[i] != 0 && now.Codes[i] != 0 {
			return i
		}
	}
	return -1
}

// slowest is what a dialogue must take longer at least to be slower: below
// it, a factor is noise.
const slowest = time.Second

func slower(before, now *Outcome, factor float64) bool {
	was, is := before.Millis.Duration(), now.Millis.Duration()
	return factor > 0 && was > 0 && is-was >= slowest && float64(is) >= factor*float64(was)
}

func took(o *Outcome) string { return o.Millis.Duration().Round(10 * time.Millisecond).String() }
