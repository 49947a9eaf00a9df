package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// fault is something that went wrong below the level of replies.
type fault struct {
	status  result.Verdict
	reason  result.Reason
	message string
	// closed is true if the other side ended the connection between two
	// replies.
	closed bool
	// mixed is true if lines of one reply bore different codes.
	mixed bool
}

// dialFault classifies a connection that could not be made. What this
// machine refused itself (no route for the family, no source address, no
// descriptor) is inconclusive; what the network or the server did is a
// failure.
func dialFault(ctx context.Context, dialer Dialer, err error, to netip.AddrPort, limit time.Duration) fault {
	var side interface{ Ours() bool }
	switch {
	case over(ctx):
		return faulty(result.Inconclusive, stopReason(ctx), "connect: "+stopMessage(ctx))
	case errors.As(err, &side) && side.Ours():
		return faulty(result.Inconclusive, result.Local, "connect: "+result.PrintableString(err.Error()))
	case errors.Is(err, syscall.ENOENT) && !to.Addr().IsValid():
		return faulty(result.Fail, result.Refused, "connect: no such file or directory, the server has made no socket there")
	case errors.Is(err, syscall.ECONNREFUSED):
		return faulty(result.Fail, result.Refused, "connect: refused, nothing listens there")
	case isTimeout(err):
		return faulty(result.Fail, result.Timeout, fmt.Sprintf("connect: no answer in %v", limit))
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EAFNOSUPPORT):
		if !hasRoute(dialer, to) {
			return faulty(result.Inconclusive, result.NoRoute, fmt.Sprintf("connect: this machine has no %s route to the address", familyName(to.Addr())))
		}
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			return faulty(result.Inconclusive, result.Local, "connect: this machine does not have the source address that was asked for")
		}
		if errors.Is(err, syscall.ENETUNREACH) {
			return faulty(result.Fail, result.Unreachable, "connect: network unreachable")
		}
	case errors.Is(err, syscall.EHOSTUNREACH):
		return faulty(result.Fail, result.Unreachable, "connect: host unreachable")
	case errors.Is(err, syscall.ECONNRESET):
		return faulty(result.Fail, result.Reset, "connect: reset")
	}
	return faulty(result.Inconclusive, result.Local, "connect: "+plainError(err))
}

func faulty(status result.Verdict, reason result.Reason, message string) fault {
	return fault{status: status, reason: reason, message: message}
}

// over reports whether the time of ctx is up. A socket may notice that before
// ctx does, and the end of the run must not be taken for silence of a server.
func over(ctx context.Context) bool {
	if until, ok := ctx.Deadline(); ok && !time.Now().Before(until) {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// hasRoute reports whether this machine knows a way to an address, asking
// the dialer first, if it is a Router. Then a UDP socket is connected, which
// asks the routing table and sends nothing.
func hasRoute(dialer Dialer, to netip.AddrPort) bool {
	if router, ok := dialer.(Router); ok {
		return router.HasRoute(to)
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func familyName(ip netip.Addr) string {
	if ip.Is4() {
		return "IPv4"
	}
	return "IPv6"
}

// readFault classifies a reply that did not come, or was none. Secrets are
// hidden in what it quotes.
func readFault(ctx context.Context, err error, limit time.Duration, m *mask) fault {
	var broken *smtpwire.ReplyError
	switch {
	case over(ctx):
		return faulty(result.Inconclusive, stopReason(ctx), stopMessage(ctx))
	case isTimeout(err):
		message := fmt.Sprintf("no reply in %v", limit)
		if errors.As(err, &broken) {
			message = fmt.Sprintf("the reply was not complete after %v: %s", limit, m.quoted(broken.Partial))
		}
		return faulty(result.Fail, result.Timeout, message)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fault{status: result.Fail, reason: result.Reset, message: "the server reset the connection", closed: broken == nil}
	case isTLSFault(err):
		return tlsFault(err)
	case errors.As(err, &broken):
		if broken.Kind == smtpwire.Truncated && errors.Is(err, io.EOF) {
			return faulty(result.Fail, result.EOF, "the server closed the connection in the middle of a reply: "+m.quoted(broken.Partial))
		}
		f := faulty(result.Fail, result.Protocol, broken.Kind.String()+": "+m.quoted(broken.Line()))
		f.mixed = broken.Kind == smtpwire.MixedCodes
		return f
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault{status: result.Fail, reason: result.EOF, message: "the server closed the connection", closed: true}
	}
	return faulty(result.Fail, result.Reset, plainError(err))
}

func stopMessage(ctx context.Context) string {
	cause := context.Cause(ctx)
	switch {
	case cause == nil, errors.Is(cause, context.Canceled):
		return "stopped"
	case errors.Is(cause, context.DeadlineExceeded):
		return "the time for the whole run was over"
	}
	return cause.Error()
}

func isTimeout(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT) {
		return true
	}
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// plainError leaves out the addresses that the net package puts before the
// cause, since the report names them already.
func plainError(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	return result.PrintableString(strings.TrimPrefix(err.Error(), "connect: "))
}
