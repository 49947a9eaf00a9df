package fault

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"mxprobe/probe/causes"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
)

// OldVersionError says that the server chose a version below the least that
// is wanted. All versions are offered, so that an old server can be told from
// one that has no TLS at all.
type OldVersionError struct{ Version, Least, Most uint16 }

// Error says which version it was, and which is wanted.
func (e *OldVersionError) Error() string {
	speaks := "the server speaks " + tls.VersionName(e.Version) + " only"
	if e.Most < tls.VersionTLS13 {
		speaks = fmt.Sprintf("of %s and older the server speaks %s only", tls.VersionName(e.Most), tls.VersionName(e.Version))
	}
	return fmt.Sprintf("%s, and at least %s is asked for", speaks, tls.VersionName(e.Least))
}

// alert returns the name of the TLS alert (RFC 8446 section 6) that an error
// is about, and whether the server sent it.
func alert(err error) (name string, remote, ok bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Err == nil {
		return "", false, false
	}
	switch op.Op {
	case "remote error":
		return strings.TrimPrefix(op.Err.Error(), "tls: "), true, true
	case "local error":
		return strings.TrimPrefix(op.Err.Error(), "tls: "), false, true
	}
	return "", false, false
}

// wantsCertificate is the alert of a server that wants a client certificate
// (RFC 8446 section 6.2, certificate_required).
const wantsCertificate = "certificate required"

// IsTLSFault reports whether an error after the handshake is one of TLS.
func IsTLSFault(err error) bool {
	_, _, ok := alert(err)
	var header tls.RecordHeaderError
	return ok || errors.As(err, &header)
}

// TLSFault is the fault of a session that TLS ended after the handshake.
func TLSFault(err error) Fault {
	name, remote, _ := alert(err)
	var header tls.RecordHeaderError
	message := fmt.Sprintf("what the server sent under TLS is broken: %s", name)
	switch {
	case remote:
		message = fmt.Sprintf("the server ended TLS with the alert %q", name)
	case errors.As(err, &header):
		message = "the server sent bytes that are not TLS: " + result.Quoted(header.RecordHeader[:])
	}
	f := faulty(result.Fail, result.TLS, message)
	// With TLS 1.3 this is how a server closes that wants another client
	// certificate: the handshake is over for the client by then.
	f.Closed = remote
	if remote && name == wantsCertificate {
		f.Cause = causes.TLSClientCertificate
	}
	return f
}

// FailedHandshake is what is known of a handshake that failed.
type FailedHandshake struct {
	Most     uint16 // the newest version that was offered
	Implicit bool   // it came before the greeting
	Lacked   bool   // a client certificate was asked for, and there was none
	// Family is the kind of key that the server's certificate was to have, RSA
	// or ECDSA; empty for any.
	Family string
	Limit  time.Duration // for the whole of it
}

// HandshakeFault says why a handshake failed.
func HandshakeFault(ctx context.Context, h FailedHandshake, err error) result.Ruling {
	j := result.Ruling{Status: result.Fail, Reason: result.TLS}
	var old *OldVersionError
	var header tls.RecordHeaderError
	name, remote, isAlert := alert(err)
	switch {
	case ctx.Err() != nil:
		return result.Ruling{Status: result.Inconclusive, Reason: StopReason(ctx), Message: StopMessage(ctx)}
	case errors.As(err, &old):
		j.Message = old.Error()
		j.Hint = fmt.Sprintf("such old versions are not safe (RFC 8996); min: %q in the scenario speaks with the server all the same", versionNumber(old.Version))
	case errors.As(err, &header):
		j.Message = "the server sent bytes that are not TLS: " + result.Quoted(header.RecordHeader[:])
		j.Hint = notTLSHint(h, header.RecordHeader[:])
	case IsTimeout(err):
		j.Message = fmt.Sprintf("the handshake was not complete after %v", h.Limit)
	case isAlert && remote:
		j.Message = fmt.Sprintf("the server refused the handshake with the alert %q", name)
		j.Hint = alertHint(h, name)
		if h.Family != "" && NoneInCommon(name) {
			j.Message += ", as it was asked for a certificate with an " + h.Family + " key"
		}
		if strings.Contains(name, "protocol version") {
			j.Message += ": " + h.noVersion()
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		j.Message = "the server closed the connection in the handshake"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		j.Message = "the server reset the connection in the handshake"
	default:
		text := PlainError(err)
		j.Message = "the handshake failed: " + strings.TrimPrefix(text, "tls: ")
		if strings.Contains(text, "invalid signature by the server certificate") {
			j.Message = "the server's key does not fit its certificate: its signature is wrong"
			j.Hint = "certificate and key of the server belong to different pairs: one was renewed without the other"
		}
	}
	if j.Hint == "" {
		j.Hint = diagnosis.Of(HandshakeCause(err), false).Advice
	}
	return j
}

// HandshakeCause returns what is behind a handshake that failed: the set-up of
// the server where it broke off by itself, as it does when it cannot read its
// key or certificate.
func HandshakeCause(err error) causes.Cause {
	name, remote, isAlert := alert(err)
	switch {
	case isAlert && remote && name == wantsCertificate:
		return causes.TLSClientCertificate
	case isAlert && remote && strings.Contains(name, "internal error"),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		strings.Contains(PlainError(err), "invalid signature by the server certificate"):
		return causes.TLSBroken
	}
	return causes.TLSHandshake
}

// noVersion says of a server that wants none of the versions offered which
// those were.
func (h FailedHandshake) noVersion() string {
	if h.Most == tls.VersionTLS13 {
		return "it speaks none of TLS 1.0 to TLS 1.3"
	}
	return fmt.Sprintf("it speaks nothing as old as %s", tls.VersionName(h.Most))
}

func alertHint(h FailedHandshake, name string) string {
	switch {
	case h.Family != "" && NoneInCommon(name):
		return "the server has no certificate with such a key, or speaks no TLS 1.2, up to which signature: chooses one"
	case strings.Contains(name, "handshake failure"), strings.Contains(name, "insufficient security"):
		return "server and client have no cipher, key exchange or signature in common, or the server has no certificate with a key that fits it, which its log tells: ciphers: and curves: in the scenario choose others"
	case h.Lacked, strings.Contains(name, "certificate required"):
		return "the server asks for a client certificate: give one with client_cert, or --client-cert"
	case strings.Contains(name, "unrecognized name"):
		return "the server has no certificate for the name it was asked for: name: in the scenario asks for another"
	}
	return ""
}

// notTLSHint looks at the beginning of what should have been TLS.
func notTLSHint(h FailedHandshake, b []byte) string {
	if h.Implicit && b[0] >= '2' && b[0] <= '5' {
		return "the port speaks SMTP in clear from the first byte: use STARTTLS there, without tls: implicit"
	}
	return ""
}

func versionNumber(v uint16) string { return strings.TrimPrefix(tls.VersionName(v), "TLS ") }

// NoneInCommon reports whether an alert says that client and server have no
// cipher or signature in common.
func NoneInCommon(alert string) bool {
	return strings.Contains(alert, "handshake failure") || strings.Contains(alert, "insufficient security")
}

// Alert returns the name of the alert with which the server ended a handshake,
// empty where it did not.
func Alert(err error) string {
	if name, remote, _ := alert(err); remote {
		return name
	}
	return ""
}

// BrokenOff reports whether it was the server that ended a handshake.
func BrokenOff(err error) bool {
	_, remote, _ := alert(err)
	return remote || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
