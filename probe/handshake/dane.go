package handshake

import (
	"fmt"

	"mxprobe/probe/certs"
	"mxprobe/probe/dane"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
)

// judgeDANE holds the server against the TLSA records.
func (v *Verification) judgeDANE() judge.Judgement {
	p, t := &v.Dane, v.Report
	found := v.fits(v.Chain)
	for _, text := range found.Unusable {
		v.Note("%s", "TLSA record "+text)
	}
	t.DANEFinding = certs.OK
	if !found.OK {
		t.DANEFinding = result.PrintableString(found.Reason)
	}
	switch {
	case found.Usable == 0:
		return judge.Judgement{
			Status: result.Warn, Reason: result.DNS, Pos: v.Options.Pos,
			Message: "none of the TLSA records at " + p.Set.Name + " can be used: senders with DANE ask for TLS, and verify nothing",
			Hint:    "publish a record 3 1 1 of the server's key (RFC 7672 section 3.1); -v says what is wrong with those there",
		}
	case !found.OK && v.Insecure:
		v.Note("%s", t.DANEFinding)
		return judge.Met()
	case !found.OK && v.Other != nil && v.Other.Chain != nil && v.fits(v.Other.Chain).OK:
		v.noteFit(v.Chain)
		v.noteFit(v.Other.Chain)
		j := oneFits(v.Other.Chain[0], v.Chain[0], p.Set.Name)
		j.Pos = v.Options.Pos
		return j
	case !found.OK && p.Set.More > 0:
		return judge.Judgement{
			Status: result.Inconclusive, Reason: result.Local, Pos: v.Options.Pos,
			Message: fmt.Sprintf("%s, but only %d of the %d records at %s were looked at", t.DANEFinding, len(p.Records), len(p.Records)+p.Set.More, p.Set.Name),
			Hint:    "publish one or two records for each certificate: a large answer may not reach senders (RFC 7671 section 10.1)",
		}
	case !found.OK:
		v.noteFit(v.Chain)
		return judge.Judgement{Status: result.Fail, Reason: result.TLS, Pos: v.Options.Pos, Message: t.DANEFinding + ", at " + p.Set.Name, Hint: daneHint(&found)}
	}
	v.noteFit(v.Chain)
	if !v.Named && !v.Authentic {
		return judge.Judgement{
			Status: result.Warn, Reason: result.DNS, Pos: v.Options.Pos,
			Message: "the certificate fits the TLSA records, but the MX records of " + v.Domain + " are not secured by DNSSEC: a forged answer leads mail elsewhere",
			Hint:    "sign the zone of " + v.Domain + " (RFC 7672 section 2.2.1)",
		}
	}
	t.VerifiedBy = "dane"
	return judge.Met()
}

// daneHint says what to do about a server that does not fit its records.
func daneHint(v *dane.Verdict) string {
	if v.Fits {
		return "a record with usage 2 asks for a good chain, name and dates as well; one of the server's own key (3 1 1) asks for none of them"
	}
	return "mail of senders with DANE waits until a record fits: publish the new key's record before changing the certificate, and keep the old one until its TTL has passed"
}
