package probe

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
	"mxprobe/probe/mtasts"
	"mxprobe/probe/result"
)

// forgottenFetch bounds the fetch of a policy that no record speaks of.
const forgottenFetch = 5 * time.Second

// fetcher makes a fetcher that goes through the resolver and the dialer of
// the run.
func (s *Settings) fetcher(limit time.Duration) *mtasts.Fetcher {
	return &mtasts.Fetcher{Dial: s.dialPolicyHost, Roots: s.TLS.Roots, Now: s.now, Timeout: limit}
}

// dialPolicyHost connects to the first address of a policy host that answers.
func (s *Settings) dialPolicyHost(ctx context.Context, network, address string) (net.Conn, error) {
	name, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, err
	}
	host := s.Resolver.Host(ctx, name)
	if host.Err != nil {
		return nil, host.Err
	}
	var worst *dialError
	for _, ip := range host.Addrs {
		conn, failed := s.dialPolicyAddress(ctx, network, netip.AddrPortFrom(ip, uint16(port)))
		if failed == nil {
			return conn, nil
		}
		if worst == nil || failed.status > worst.status {
			worst = failed
		}
	}
	return nil, worst
}

func (s *Settings) dialPolicyAddress(ctx context.Context, network string, to netip.AddrPort) (net.Conn, *dialError) {
	dialer := s.Web
	if dialer == nil {
		dialer = s.Dialer
	}
	limit := s.connectTimeout()
	each, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := dialer.DialContext(each, network, to.String())
	if err != nil {
		return nil, &dialError{dialFault(ctx, dialer, err, to, limit), to.Addr()}
	}
	return conn, nil
}

// dialError is a fault on the way to a policy host.
type dialError struct {
	fault
	ip netip.Addr
}

func (e *dialError) Error() string { return e.message + " (" + e.ip.String() + ")" }

// policyFault says why there is no policy although its record is there.
func (s *Settings) policyFault(ctx context.Context, domain string, err error) judgement {
	var way *dialError
	var name *dnsmx.Error
	j := judgement{status: result.Warn, reason: result.TLS, hint: withoutPolicy}
	text := err.Error()
	switch {
	case ctx.Err() != nil:
		return judgement{status: result.Inconclusive, reason: stopReason(ctx), message: stopMessage(ctx)}
	case errors.As(err, &name):
		j = atMostWarn(s.lookupFault(ctx, err, withoutPolicy))
	case errors.As(err, &way):
		j = atMostWarn(judgement{status: way.status, reason: way.reason, hint: withoutPolicy})
		text = way.Error()
	case isTimeout(err):
		j.reason, text = result.Timeout, fmt.Sprintf("no answer in %v", mtasts.DefaultTimeout)
	}
	j.message = "there is an MTA-STS record, but no policy at " + mtasts.URL(domain) + ": " +
		result.PrintableString(strings.TrimPrefix(text, "tls: "))
	return j
}
