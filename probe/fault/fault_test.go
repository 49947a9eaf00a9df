package fault

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/transport"
	"mxprobe/probe/result"
)

// What a proxy says of the server is told in its words, and what fails at the
// proxy is not the server's.
func TestProxyFaults(t *testing.T) {
	t.Parallel()
	const limit = 10 * time.Second
	for _, tc := range []struct {
		err     error
		status  result.Verdict
		reason  result.Reason
		message string
	}{
		{&transport.ProxiedError{Says: "TTL expired", Err: syscall.EHOSTUNREACH}, result.Fail, result.Unreachable, "connect: the proxy says: TTL expired"},
		{&transport.ProxiedError{Says: "connection refused", Err: syscall.ECONNREFUSED}, result.Fail, result.Refused, "connect: refused, nothing listens there"},
		{&transport.OwnError{Err: errors.New("the proxy 127.0.0.1:1 took the connection and does not answer")}, result.Inconclusive, result.Local, "connect: the proxy 127.0.0.1:1 took the connection and does not answer"},
		{fmt.Errorf("dial: %w", syscall.EMFILE), result.Inconclusive, result.Local, "connect: dial: too many open files"},
	} {
		f := DialFault(t.Context(), tc.err, netip.MustParseAddrPort("192.0.2.1:25"), limit, func() bool { return true })
		if f.Status != tc.status || f.Reason != tc.reason || f.Message != tc.message {
			t.Errorf("DialFault(%v) = %v, %v, %q; want %v, %v, %q", tc.err, f.Status, f.Reason, f.Message, tc.status, tc.reason, tc.message)
		}
	}
}
