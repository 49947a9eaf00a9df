package fault

import (
	"context"
	"errors"
	"fmt"

	"mxprobe/dnsmx"
	"mxprobe/probe/result"
)

// LookupVerdict judges a look-up that failed. What the domain's records say
// is final. Silence or SERVFAIL is the fault of the domain's own servers
// while the same resolver still answers for the root, else it is ours. A
// resolver that refuses, or cannot be reached, is ours in any case: it does
// not speak for the domain. alive asks whether the resolver answers.
func LookupVerdict(ctx context.Context, err error, alive func(context.Context) error) (result.Verdict, result.Reason) {
	if Over(ctx) {
		return result.Inconclusive, StopReason(ctx)
	}
	var failed *dnsmx.Error
	if !errors.As(err, &failed) || !failed.Temporary() {
		return result.Fail, result.DNS
	}
	switch failed.Kind {
	case dnsmx.Local:
		return result.Inconclusive, result.Local
	case dnsmx.Refused, dnsmx.Unreachable:
		return result.Inconclusive, result.Resolver
	}
	dead := alive(ctx) != nil
	switch {
	case Over(ctx): // whether it lives is not known then
		return result.Inconclusive, StopReason(ctx)
	case dead:
		return result.Inconclusive, result.Resolver
	}
	return result.Fail, result.DNS
}

// ItselfHint is the advice for an address that leads every sender to itself.
const ItselfHint = "the record has to go: a null MX (0 .) says that a domain takes no mail; where this is a lab, add --allow-loopback"

// LookupHint is the advice for a name that led to no address.
func LookupHint(err error, reason result.Reason) string {
	var failed *dnsmx.Error
	if !errors.As(err, &failed) || reason == result.Deadline || reason == result.Interrupted {
		return ""
	}
	switch {
	case failed.Kind == dnsmx.Local:
		return "this machine is short of something: see ulimit -n, or give fewer --jobs"
	case failed.Kind == dnsmx.Refused:
		return "the resolver refuses to answer for this name: ask one that resolves for this machine, with --dns"
	case failed.Kind == dnsmx.Unreachable:
		return "the resolver cannot be reached: see its address and the network of this machine, or name another with --dns"
	case reason == result.Resolver:
		return "the resolver does not answer for the root either: see the network of this machine, or name another resolver with --dns"
	}
	switch failed.Kind {
	case dnsmx.NoName:
		return "the name does not exist in DNS: look for a typing error, or for a domain that has lapsed; closer: " + dig(failed)
	case dnsmx.NoData, dnsmx.NoHost:
		return "the name exists in DNS but has no address for mail; closer: " + dig(failed)
	case dnsmx.Loopback:
		return ItselfHint
	case dnsmx.Bogus:
		return "its DNSSEC signatures are broken or have expired, or the key that the zone above vouches for is gone: its owner has to sign it anew; closer: " + dig(failed) + " +cd +dnssec"
	case dnsmx.ServFail, dnsmx.Timeout, dnsmx.Malformed:
		return "the domain's own name servers do not answer properly, for this resolver does answer otherwise; closer: " + dig(failed)
	}
	return ""
}

// dig is the command that asks the same server the same question. What other
// servers say, such as those that +trace asks, may be another matter.
func dig(failed *dnsmx.Error) string {
	command := "dig"
	if failed.Server.IsValid() {
		command += " @" + failed.Server.Addr().String()
		if failed.Server.Port() != 53 {
			command += fmt.Sprintf(" -p %d", failed.Server.Port())
		}
	}
	kind := failed.Type
	if kind != "MX" {
		kind = "A"
	}
	return command + " " + result.PrintableString(failed.Name) + " " + kind
}
