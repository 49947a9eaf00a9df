package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
)

// bounded is a connection that ends where the other side says more than one
// answer may have.
type bounded struct {
	net.Conn
	left atomic.Int64
}

// refill allows one more answer.
func (b *bounded) refill() { b.left.Store(maxAnswer) }

// Read implements net.Conn.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left.Load() <= 0 {
		return 0, errors.New("the answer of the server does not end")
	}
	n, err := b.Conn.Read(p)
	b.left.Add(int64(-n))
	return n, err
}

// within runs one exchange with the server. When its time is up or ctx ends,
// the connection is closed, which ends every wait of the library.
func (b *imapBox) within(ctx context.Context, exchange func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	if conn := b.conn; conn != nil {
		stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)); _ = conn.Close() })
		defer stop()
	}
	err := exchange(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer in %v", commandTime)
	}
	return err
}

// said words what a server answered. No is an answer that will be the same
// again, unless the server says that it is short of something.
func said(what string, err error) error {
	if err == nil {
		return nil
	}
	var answer *imap.Error
	if !errors.As(err, &answer) {
		return fmt.Errorf("%s: %w", what, err)
	}
	err = fmt.Errorf("%s: the server says %s %s", what, answer.Type, answer.Text)
	switch answer.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeServerBug:
		return err
	}
	return final(err)
}

// tlsError tells a certificate that is not good, which stays so, from a
// connection that broke.
func tlsError(err error) error {
	var verify *tls.CertificateVerificationError
	var answer *imap.Error
	if errors.As(err, &verify) {
		return final(fmt.Errorf("TLS: %w", err))
	}
	if errors.As(err, &answer) {
		return final(fmt.Errorf("STARTTLS: the server says %s %s", answer.Type, answer.Text))
	}
	return fmt.Errorf("TLS: %w", err)
}

// looksLikeReport reports whether a header is that of a report, so that the
// rest of the message is worth reading.
func looksLikeReport(header []byte) bool {
	for name, value := range fields(header) {
		if strings.EqualFold(name, "content-type") {
			kind, _ := mediaType(value)
			return kind == "multipart/report"
		}
	}
	return false
}
