// Package fault says what it means that no reply came: a connection that could
// not be made, a read or a handshake that failed, a look-up without an answer.
// It tells what this machine refused itself, of which nothing is known of the
// server, from what the network or the server did.
package fault

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

	"mxprobe/internal/transport"
	"mxprobe/probe/causes"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// Fault is something that went wrong below the level of replies.
type Fault struct {
	Status  result.Verdict
	Reason  result.Reason
	Message string
	// Cause is what is behind it, as far as the fault alone tells.
	Cause causes.Cause
	// Closed is true if the other side ended the connection between two
	// replies.
	Closed bool
	// Mixed is true if lines of one reply bore different codes.
	Mixed bool
}

// DialFault classifies a connection that could not be made. What this
// machine refused itself (no route for the family, no source address, no
// descriptor) is inconclusive; what the network or the server did is a
// failure. routed says whether this machine knows a way to the address at all.
func DialFault(ctx context.Context, err error, to netip.AddrPort, limit time.Duration, routed func() bool) Fault {
	var side interface{ Ours() bool }
	var proxied *transport.ProxiedError
	switch {
	case Over(ctx):
		return faulty(result.Inconclusive, StopReason(ctx), "connect: "+StopMessage(ctx))
	case errors.As(err, &side) && side.Ours():
		return faulty(result.Inconclusive, result.Local, "connect: "+result.PrintableString(err.Error()))
	case errors.Is(err, syscall.ENOENT) && !to.Addr().IsValid():
		return faulty(result.Fail, result.Refused, "connect: no such file or directory, the server has made no socket there")
	case errors.Is(err, syscall.ECONNREFUSED):
		return faulty(result.Fail, result.Refused, "connect: refused, nothing listens there")
	case IsTimeout(err):
		return faulty(result.Fail, result.Timeout, fmt.Sprintf("connect: no answer in %v", limit))
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EAFNOSUPPORT):
		if !routed() {
			return faulty(result.Inconclusive, result.NoRoute, fmt.Sprintf("connect: this machine has no %s route to the address", familyName(to.Addr())))
		}
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			return faulty(result.Inconclusive, result.Local, "connect: this machine does not have the source address that was asked for")
		}
		if errors.Is(err, syscall.ENETUNREACH) {
			return faulty(result.Fail, result.Unreachable, "connect: network unreachable")
		}
	case errors.As(err, &proxied) && errors.Is(err, syscall.EHOSTUNREACH):
		return faulty(result.Fail, result.Unreachable, "connect: "+proxied.Error())
	case errors.Is(err, syscall.EHOSTUNREACH):
		return faulty(result.Fail, result.Unreachable, "connect: host unreachable")
	case errors.Is(err, syscall.ECONNRESET):
		return faulty(result.Fail, result.Reset, "connect: reset")
	}
	return faulty(result.Inconclusive, result.Local, "connect: "+PlainError(err))
}

// Ruling is what the fault amounts to.
func (f Fault) Ruling() result.Ruling {
	return result.Ruling{Status: f.Status, Reason: f.Reason, Message: f.Message}
}

func faulty(status result.Verdict, reason result.Reason, message string) Fault {
	return Fault{Status: status, Reason: reason, Message: message, Cause: causeOf(reason)}
}

// causeOf is what a reason alone says of the cause.
func causeOf(reason result.Reason) causes.Cause {
	switch reason {
	case result.Refused:
		return causes.ConnectRefused
	case result.Unreachable, result.NoRoute:
		return causes.ConnectUnreachable
	case result.Timeout:
		return causes.ReplyTimeout
	case result.Reset:
		return causes.ConnectionReset
	case result.EOF:
		return causes.ConnectionClosed
	case result.TLS:
		return causes.TLSHandshake
	}
	return causes.Unknown
}

func familyName(ip netip.Addr) string {
	if ip.Is4() {
		return "IPv4"
	}
	return "IPv6"
}

// ReadFault classifies a reply that did not come, or was none.
func ReadFault(ctx context.Context, err error, limit time.Duration) Fault {
	var broken *smtpwire.ReplyError
	switch {
	case Over(ctx):
		return faulty(result.Inconclusive, StopReason(ctx), StopMessage(ctx))
	case IsTimeout(err):
		message := fmt.Sprintf("no reply in %v", limit)
		if errors.As(err, &broken) {
			message = fmt.Sprintf("the reply was not complete after %v: %s", limit, result.Quoted(broken.Partial))
		}
		return faulty(result.Fail, result.Timeout, message)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		f := faulty(result.Fail, result.Reset, "the server reset the connection")
		f.Closed = broken == nil
		return f
	case IsTLSFault(err):
		return TLSFault(err)
	case errors.As(err, &broken):
		if broken.Kind == smtpwire.Truncated && errors.Is(err, io.EOF) {
			return faulty(result.Fail, result.EOF, "the server closed the connection in the middle of a reply: "+result.Quoted(broken.Partial))
		}
		f := faulty(result.Fail, result.Protocol, broken.Kind.String()+": "+result.Quoted(broken.Line()))
		f.Mixed = broken.Kind == smtpwire.MixedCodes
		f.Cause = diagnosis.OfFirstBytes(broken.Line())
		return f
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f := faulty(result.Fail, result.EOF, "the server closed the connection")
		f.Closed = true
		return f
	}
	return faulty(result.Fail, result.Reset, PlainError(err))
}

// IsTimeout reports whether an error says that time was up.
func IsTimeout(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT) {
		return true
	}
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// PlainError leaves out the addresses that the net package puts before the
// cause, since the report names them already.
func PlainError(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	return result.PrintableString(strings.TrimPrefix(err.Error(), "connect: "))
}
