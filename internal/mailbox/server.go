package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// Server says where a server of mailboxes is and who looks into it.
type Server struct {
	// Name is the mailbox of IMAP, such as INBOX, or the URL of Mailpit, such
	// as http://localhost:8025. POP3 has none.
	Name string
	Look
	User, Password string
	// TLS is how TLS is spoken: from the first byte where Implicit is set,
	// else after STARTTLS or STLS. Mailpit goes by its URL.
	TLS      *tls.Config
	Implicit bool
	// AllowClear lets the login go out without TLS where the server does not
	// offer it.
	AllowClear bool
	// Dial opens a connection to the server.
	Dial func(ctx context.Context) (net.Conn, error)
}

// IMAP is a Server that speaks IMAP.
type IMAP = Server

// farewell bounds the end of a session on which nothing hangs.
const farewell = time.Second

// atOnce is the TLS that begins with the connection, nil for none.
func (s *Server) atOnce() *tls.Config {
	if s.Implicit {
		return s.TLS
	}
	return nil
}

// errInClear is the error for a server without TLS. What it is named is that
// of the protocol.
func errInClear(what string) error {
	return final(errors.New("the server does not offer " + what + ", and no login goes out in clear"))
}

// badCertificate tells a certificate that is not good, which stays so, from a
// connection that broke.
func badCertificate(err error) bool {
	var verify *tls.CertificateVerificationError
	return errors.As(err, &verify)
}
