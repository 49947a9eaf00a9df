package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"mxprobe/dnsmx"
	"mxprobe/probe/dane"
	"mxprobe/probe/result"
)

// danePromise is what the DNS says of the certificate of a host (RFC 7672).
type danePromise struct {
	// early decides without a handshake, unless its status is NotRun.
	early   judgement
	set     dnsmx.TLSASet
	records []dane.Record
	// names are those a certificate may bear under usage 2 (RFC 7672 section
	// 3.2.2); the first is the TLSA base domain.
	names []string
}

// daneOf looks up the TLSA records of a target.
func (s *Settings) daneOf(ctx context.Context, t Target) danePromise {
	switch _, sni := referenceName(t.Host); {
	case !t.IP.IsValid():
		return danePromise{early: leftOut("a Unix socket has no TLSA records")}
	case sni == "":
		return danePromise{early: leftOut("the server is named by its address, and only names have TLSA records")}
	case s.Resolver == nil:
		return danePromise{early: badValue(errors.New("there is no resolver to look TLSA records up with"))}
	}
	set, err := s.Resolver.TLSA(ctx, t.Host, t.Port)
	p := danePromise{set: set, names: []string{set.Base}}
	switch {
	case err != nil:
		p.early = s.lookupFault(ctx, err, "senders with DANE do not deliver to a host whose TLSA records cannot be looked up, and try the next (RFC 7672 section 2.1.2)")
		return p
	case set.State != dnsmx.TLSASecure:
		p.early = s.unsigned(ctx, t, &set)
		return p
	}
	switch {
	case t.Named && t.Host != set.Base:
		p.names = append(p.names, t.Host)
	case !t.Named && t.Authentic && isDomain(t.Domain): // an MX record may lead here that is forged
		p.names = append(p.names, dnsmx.ASCII(t.Domain))
	}
	for _, r := range set.Records {
		p.records = append(p.records, dane.Record(r))
	}
	return p
}

// leftOut is the judgement on a handshake that nothing is promised for.
func leftOut(message string) judgement {
	return judgement{status: result.Skip, reason: result.Condition, message: result.PrintableString(message)}
}

// lookupFault is the judgement where a look-up failed.
func (s *Settings) lookupFault(ctx context.Context, err error, hint string) judgement {
	status, reason := lookupVerdict(ctx, s.Resolver, &s.alive, err)
	j := judgement{status: status, reason: reason, message: result.PrintableString(err.Error()), hint: hint}
	if reason != result.DNS {
		j.hint = lookupHint(err, reason)
	}
	return j
}

// unsigned says which of several things it is that a host has no TLSA records
// that count. A resolver that vouches for nothing would make every host look
// like that.
func (s *Settings) unsigned(ctx context.Context, t Target, set *dnsmx.TLSASet) judgement {
	if set.State == dnsmx.TLSANone {
		return leftOut("there are no TLSA records at " + set.Name + ", so that senders with DANE do not verify this host")
	}
	validates, err := s.Resolver.Validates(ctx)
	switch {
	case err != nil:
		return s.lookupFault(ctx, err, "")
	case !validates && !set.Trusted:
		return judgement{
			status: result.Inconclusive, reason: result.Resolver,
			message: fmt.Sprintf("nothing is known of DANE: the DNS server %s is not on this machine, so that its word on DNSSEC does not count", set.Server),
			hint:    "let a resolver that validates run on this machine, or declare the way to one as safe (options trust-ad in /etc/resolv.conf)",
		}
	case !validates:
		return judgement{
			status: result.Inconclusive, reason: result.Resolver,
			message: fmt.Sprintf("nothing is known of DANE: the DNS server %s does not validate, for it does not vouch for the root either (no AD bit)", set.Server),
			hint:    "switch DNSSEC validation on in the resolver, or name another with --dns",
		}
	case set.State == dnsmx.TLSAInsecure:
		return leftOut("the TLSA records at " + set.Name + " are not secured by DNSSEC, so that they do not count")
	}
	return leftOut("the addresses of " + t.Host + " are not secured by DNSSEC, so that TLSA records of it do not count")
}

// judgeDANE holds the server against the TLSA records.
func (s *session) judgeDANE(h *handshake, state *tls.ConnectionState) judgement {
	p, t := &s.sure.dane, s.tls.state
	v := dane.Judge(p.records, dane.Peer{
		Chain: state.PeerCertificates[:min(len(state.PeerCertificates), maxChain)], Names: p.names, Now: s.set.now(),
	})
	for _, text := range v.Unusable {
		s.note("TLSA record " + text)
	}
	t.DANEFinding = findingOK
	if !v.OK {
		t.DANEFinding = result.PrintableString(v.Reason)
	}
	switch {
	case v.Usable == 0:
		return judgement{
			status: result.Warn, reason: result.DNS, pos: h.options.Pos,
			message: "none of the TLSA records at " + p.set.Name + " can be used: senders with DANE ask for TLS, and verify nothing",
			hint:    "publish a record 3 1 1 of the server's key (RFC 7672 section 3.1); -v says what is wrong with those there",
		}
	case !v.OK && s.set.TLS.Insecure:
		s.note(t.DANEFinding)
		return met()
	case !v.OK && p.set.More > 0:
		return judgement{
			status: result.Inconclusive, reason: result.Local, pos: h.options.Pos,
			message: fmt.Sprintf("%s, but only %d of the %d records at %s were looked at", t.DANEFinding, len(p.records), len(p.records)+p.set.More, p.set.Name),
			hint:    "publish one or two records for each certificate: a large answer may not reach senders (RFC 7671 section 10.1)",
		}
	case !v.OK:
		return judgement{status: result.Fail, reason: result.TLS, pos: h.options.Pos, message: t.DANEFinding + ", at " + p.set.Name, hint: daneHint(&v)}
	}
	s.note(fmt.Sprintf("the certificate fits the TLSA record %s at %s", v.By, p.set.Name))
	if target := s.trial.target; !target.Named && !target.Authentic {
		return judgement{
			status: result.Warn, reason: result.DNS, pos: h.options.Pos,
			message: "the certificate fits the TLSA records, but the MX records of " + target.Domain + " are not secured by DNSSEC: a forged answer leads mail elsewhere",
			hint:    "sign the zone of " + target.Domain + " (RFC 7672 section 2.2.1)",
		}
	}
	t.VerifiedBy = "dane"
	return met()
}

// daneHint says what to do about a server that does not fit its records.
func daneHint(v *dane.Verdict) string {
	if v.Fits {
		return "a record with usage 2 asks for a good chain, name and dates as well; one of the server's own key (3 1 1) asks for none of them"
	}
	return "mail of senders with DANE waits until a record fits: publish the new key's record before changing the certificate, and keep the old one until its TTL has passed"
}
