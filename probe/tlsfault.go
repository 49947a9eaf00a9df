package probe

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// oldVersionError says that the server chose a version below the least that
// is wanted. All versions are offered, so that an old server can be told from
// one that has no TLS at all.
type oldVersionError struct{ version, least, most uint16 }

func (e *oldVersionError) Error() string {
	speaks := "the server speaks " + tls.VersionName(e.version) + " only"
	if e.most < tls.VersionTLS13 {
		speaks = fmt.Sprintf("of %s and older the server speaks %s only", tls.VersionName(e.most), tls.VersionName(e.version))
	}
	return fmt.Sprintf("%s, and at least %s is asked for", speaks, tls.VersionName(e.least))
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

// isTLSFault reports whether an error after the handshake is one of TLS.
func isTLSFault(err error) bool {
	_, _, ok := alert(err)
	var header tls.RecordHeaderError
	return ok || errors.As(err, &header)
}

// tlsFault is the fault of a session that TLS ended after the handshake.
func tlsFault(err error) fault {
	name, remote, _ := alert(err)
	var header tls.RecordHeaderError
	message := fmt.Sprintf("what the server sent under TLS is broken: %s", name)
	switch {
	case remote:
		message = fmt.Sprintf("the server ended TLS with the alert %q", name)
	case errors.As(err, &header):
		message = "the server sent bytes that are not TLS: " + (*mask)(nil).quoted(header.RecordHeader[:])
	}
	f := faulty(result.Fail, result.TLS, message)
	// With TLS 1.3 this is how a server closes that wants another client
	// certificate: the handshake is over for the client by then.
	f.closed = remote
	return f
}

// handshakeFault says why a handshake failed.
func (s *session) handshakeFault(h *handshake, err error, limit time.Duration) judgement {
	j := judgement{status: result.Fail, reason: result.TLS}
	var old *oldVersionError
	var header tls.RecordHeaderError
	name, remote, isAlert := alert(err)
	switch {
	case s.ctx.Err() != nil:
		return judgement{status: result.Inconclusive, reason: stopReason(s.ctx), message: stopMessage(s.ctx)}
	case errors.As(err, &old):
		j.message = old.Error()
		j.hint = fmt.Sprintf("such old versions are not safe (RFC 8996); min: %q in the scenario speaks with the server all the same", versionNumber(old.version))
	case errors.As(err, &header):
		j.message = "the server sent bytes that are not TLS: " + (*mask)(nil).quoted(header.RecordHeader[:])
		j.hint = notTLSHint(h, header.RecordHeader[:])
	case isTimeout(err):
		j.message = fmt.Sprintf("the handshake was not complete after %v", limit)
	case isAlert && remote:
		j.message = fmt.Sprintf("the server refused the handshake with the alert %q", name)
		j.hint = alertHint(h, name)
		if strings.Contains(name, "protocol version") {
			j.message += ": " + h.noVersion()
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		j.message = "the server closed the connection in the handshake"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		j.message = "the server reset the connection in the handshake"
	default:
		text := plainError(err)
		j.message = "the handshake failed: " + strings.TrimPrefix(text, "tls: ")
		if strings.Contains(text, "invalid signature by the server certificate") {
			j.message = "the server's key does not fit its certificate: its signature is wrong"
			j.hint = "certificate and key of the server belong to different pairs: one was renewed without the other"
		}
	}
	return j
}

// noVersion says of a server that wants none of the versions offered which
// those were.
func (h *handshake) noVersion() string {
	if h.most == tls.VersionTLS13 {
		return "it speaks none of TLS 1.0 to TLS 1.3"
	}
	return fmt.Sprintf("it speaks nothing as old as %s", tls.VersionName(h.most))
}

func alertHint(h *handshake, name string) string {
	switch {
	case strings.Contains(name, "handshake failure"), strings.Contains(name, "insufficient security"):
		return "server and client have no cipher, key exchange or signature in common, or the server has no certificate with a key that fits it, which its log tells: ciphers: and curves: in the scenario choose others"
	case h.asked && !h.answered, strings.Contains(name, "certificate required"):
		return "the server asks for a client certificate: give one with client_cert, or --client-cert"
	case strings.Contains(name, "unrecognized name"):
		return "the server has no certificate for the name it was asked for: name: in the scenario asks for another"
	}
	return ""
}

// notTLSHint looks at the beginning of what should have been TLS.
func notTLSHint(h *handshake, b []byte) string {
	if h.implicit && b[0] >= '2' && b[0] <= '5' {
		return "the port speaks SMTP in clear from the first byte: use STARTTLS there, without tls: implicit"
	}
	return ""
}

func versionNumber(v uint16) string { return strings.TrimPrefix(tls.VersionName(v), "TLS ") }

// brokenOff reports whether it was the server that ended a handshake.
func brokenOff(err error) bool {
	_, remote, _ := alert(err)
	return remote || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// drain reads to the end of what the server says under TLS.
func drain(client *tls.Conn) error {
	buf := make([]byte, 512)
	for range 1000 {
		if _, err := client.Read(buf); err != nil {
			return err
		}
	}
	return nil
}

// soonAfterHandshake attributes the end of a connection to TLS if the server
// has not said a word under it yet: an alert may be lost, or never be sent.
func (s *session) soonAfterHandshake(j *judgement) {
	if !s.tls.unproven || (j.reason != result.EOF && j.reason != result.Reset && j.reason != result.TLS) {
		return
	}
	j.message += ", right after the handshake"
	if j.reason != result.TLS {
		j.reason = result.TLS
	}
	if h := s.tls.last; h.asked && !h.answered {
		j.message += "; the server had asked for a client certificate"
		j.hint = "the server asks for a client certificate: give one with client_cert, or --client-cert"
	} else if h.asked {
		j.hint = "the server may not have liked the client certificate: its log says more"
	}
}

// compareKeywords notes what the handshake changed in what is offered.
func (s *session) compareKeywords() {
	before, now := s.tls.clear, s.keywords
	if !s.tls.on || now == nil {
		return
	}
	if _, ok := now.Lookup("STARTTLS"); ok {
		s.note("STARTTLS is offered again under TLS, against RFC 3207 section 4.2")
	}
	if before == nil {
		return
	}
	s.tls.clear = nil
	if added := missingFrom(before, now); added != "" {
		s.note("offered under TLS only: " + added)
	}
	if removed := missingFrom(now, before); removed != "" {
		s.note("offered without TLS only: " + removed)
	}
}

// missingFrom returns the keywords of other that k does not have in the same
// way; STARTTLS has to differ.
func missingFrom(k, other *smtpwire.Keywords) string {
	var out []string
	for name, params := range other.All() {
		if had, ok := k.Lookup(name); (!ok || had != params) && !strings.EqualFold(name, "STARTTLS") {
			out = append(out, strings.TrimSpace(name+" "+params))
		}
	}
	return result.PrintableString(strings.Join(out, ", "))
}
