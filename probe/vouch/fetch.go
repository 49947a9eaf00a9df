package vouch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/transport"
	"mxprobe/probe/fault"
	"mxprobe/probe/mtasts"
	"mxprobe/probe/result"
)

// forgottenFetch bounds the fetch of a policy that no record speaks of.
const forgottenFetch = 5 * time.Second

// fetcher makes a fetcher that goes through the resolver and the dialer of
// the run.
func (v *Voucher) fetcher(limit time.Duration) *mtasts.Fetcher {
	return &mtasts.Fetcher{Dial: v.dialPolicyHost, Roots: v.Roots, Now: v.now, Timeout: limit}
}

// dialPolicyHost connects to the first address of a policy host that answers.
func (v *Voucher) dialPolicyHost(ctx context.Context, network, address string) (net.Conn, error) {
	name, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, err
	}
	host := v.Resolver.Host(ctx, name)
	if host.Err != nil {
		return nil, host.Err
	}
	return transport.ToAny(ctx, name, transport.At(host.Addrs, uint16(port)), func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		conn, failed := v.Dial(ctx, network, to)
		if failed != nil {
			return nil, failed
		}
		return conn, nil
	}, worse)
}

// worse reports whether what is wrong with one address is worse than with
// another.
func worse(is, was error) bool {
	var now, before *DialError
	return errors.As(is, &now) && errors.As(was, &before) && now.Status > before.Status
}

// DialError is a fault on the way to a policy host.
type DialError struct {
	result.Ruling
	ip netip.Addr
}

// NewDialError makes the error of a connection to ip that could not be made.
func NewDialError(r result.Ruling, ip netip.Addr) *DialError { return &DialError{r, ip} }

// Error returns what went wrong, and where.
func (e *DialError) Error() string { return e.Message + " (" + e.ip.String() + ")" }

// policyFault says why there is no policy although its record is there.
func (v *Voucher) policyFault(ctx context.Context, domain string, err error) result.Ruling {
	var way *DialError
	var name *dnsmx.Error
	j := result.Ruling{Status: result.Warn, Reason: result.TLS, Hint: withoutPolicy}
	text := err.Error()
	switch {
	case ctx.Err() != nil:
		return result.Ruling{Status: result.Inconclusive, Reason: fault.StopReason(ctx), Message: fault.StopMessage(ctx)}
	case errors.As(err, &name):
		j = atMostWarn(v.lookupFault(ctx, err, withoutPolicy))
	case errors.As(err, &way):
		j = atMostWarn(result.Ruling{Status: way.Status, Reason: way.Reason, Hint: withoutPolicy})
		text = way.Error()
	case fault.IsTimeout(err):
		j.Reason, text = result.Timeout, fmt.Sprintf("no answer in %v", mtasts.DefaultTimeout)
	}
	j.Message = "there is an MTA-STS record, but no policy at " + mtasts.URL(domain) + ": " +
		result.PrintableString(strings.TrimPrefix(text, "tls: "))
	return j
}
