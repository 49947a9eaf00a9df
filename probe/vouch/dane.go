package vouch

import (
	"context"
	"fmt"

	"mxprobe/dnsmx"
	"mxprobe/probe/certs"
	"mxprobe/probe/dane"
	"mxprobe/probe/fault"
	"mxprobe/probe/result"
)

// DANE is what the DNS says of the certificate of a host (RFC 7672).
type DANE struct {
	// Early decides without a handshake, unless its status is NotRun.
	Early   result.Ruling
	Set     dnsmx.TLSASet
	Records []dane.Record
	// Names are those a certificate may bear under usage 2 (RFC 7672 section
	// 3.2.2); the first is the TLSA base domain.
	Names []string
}

// DANEOf looks up the TLSA records of a target.
func (v *Voucher) DANEOf(ctx context.Context, t Server) DANE {
	switch _, sni := certs.Reference(t.Host); {
	case t.Socket:
		return DANE{Early: leftOut("a Unix socket has no TLSA records")}
	case sni == "":
		return DANE{Early: leftOut("the server is named by its address, and only names have TLSA records")}
	case v.Resolver == nil:
		return DANE{Early: withoutResolver("TLSA records")}
	}
	set, err := v.Resolver.TLSA(ctx, t.Host, t.Port)
	p := DANE{Set: set, Names: []string{set.Base}}
	switch {
	case err != nil:
		p.Early = v.lookupFault(ctx, err, "senders with DANE do not deliver to a host whose TLSA records cannot be looked up, and try the next (RFC 7672 section 2.1.2)")
		return p
	case set.State != dnsmx.TLSASecure:
		p.Early = v.unsigned(ctx, t, &set)
		return p
	}
	switch {
	case t.Named && t.Host != set.Base:
		p.Names = append(p.Names, t.Host)
	case !t.Named && t.Authentic && isDomain(t.Domain): // an MX record may lead here that is forged
		p.Names = append(p.Names, dnsmx.ASCII(t.Domain))
	}
	for _, r := range set.Records {
		p.Records = append(p.Records, dane.Record(r))
	}
	return p
}

// leftOut is the result.Ruling on a handshake that nothing is promised for.
func leftOut(message string) result.Ruling {
	return result.Ruling{Status: result.Skip, Reason: result.Condition, Message: result.PrintableString(message)}
}

// withoutResolver is the ruling where there is nobody to ask.
func withoutResolver(what string) result.Ruling {
	return result.Ruling{Status: result.Inconclusive, Reason: result.Local, Message: "there is no resolver to look " + what + " up with"}
}

// lookupFault is the result.Ruling where a look-up failed.
func (v *Voucher) lookupFault(ctx context.Context, err error, hint string) result.Ruling {
	status, reason := fault.LookupVerdict(ctx, err, v.Resolver.Alive)
	j := result.Ruling{Status: status, Reason: reason, Message: result.PrintableString(err.Error()), Hint: hint}
	if reason != result.DNS {
		j.Hint = fault.LookupHint(err, reason)
	}
	return j
}

// unsigned says which of several things it is that a host has no TLSA records
// that count. A resolver that vouches for nothing would make every host look
// like that.
func (v *Voucher) unsigned(ctx context.Context, t Server, set *dnsmx.TLSASet) result.Ruling {
	if set.State == dnsmx.TLSANone {
		return leftOut("there are no TLSA records at " + set.Name + ", so that senders with DANE do not verify this host")
	}
	validates, err := v.Resolver.Validates(ctx)
	switch {
	case err != nil:
		return v.lookupFault(ctx, err, "")
	case !validates && !set.Trusted:
		return result.Ruling{
			Status: result.Inconclusive, Reason: result.Resolver,
			Message: fmt.Sprintf("nothing is known of DANE: the DNS server %s is not on this machine, so that its word on DNSSEC does not count", set.Server),
			Hint:    "let a resolver that validates run on this machine, or declare the way to one as safe (options trust-ad in /etc/resolv.conf)",
		}
	case !validates:
		return result.Ruling{
			Status: result.Inconclusive, Reason: result.Resolver,
			Message: fmt.Sprintf("nothing is known of DANE: the DNS server %s does not validate, for it does not vouch for the root either (no AD bit)", set.Server),
			Hint:    "switch DNSSEC validation on in the resolver, or name another with --dns",
		}
	case set.State == dnsmx.TLSAInsecure:
		return leftOut("the TLSA records at " + set.Name + " are not secured by DNSSEC, so that they do not count")
	}
	return leftOut("the addresses of " + t.Host + " are not secured by DNSSEC, so that TLSA records of it do not count")
}
