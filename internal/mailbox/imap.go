package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// IMAP says where a mailbox is and who looks into it.
type IMAP struct {
	// Name is the mailbox, such as INBOX.
	Name           string
	User, Password string
	// TLS is how TLS is spoken: from the first byte where Implicit is set,
	// else after STARTTLS.
	TLS      *tls.Config
	Implicit bool
	// AllowClear lets the login go out without TLS where the server does not
	// offer STARTTLS.
	AllowClear bool
	// Dial opens a connection to the server.
	Dial func(ctx context.Context) (net.Conn, error)
}

const (
	// commandTime bounds a command and its answer.
	commandTime = 30 * time.Second
	// farewell bounds LOGOUT: nothing hangs on its answer.
	farewell = time.Second
	// maxAnswer bounds the answer to a command, in bytes.
	maxAnswer = 8 << 20
)

// OpenIMAP logs in and looks at the mailbox without changing it. What is in it
// already is passed over. The error wraps ErrFinal where the server says no.
func OpenIMAP(ctx context.Context, config IMAP) (Box, error) {
	b := &imapBox{config: config}
	if err := b.connect(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// imapBox is one mailbox over one connection, which is made anew where it
// broke.
type imapBox struct {
	config   IMAP
	client   *imapclient.Client // nil where there is no connection
	conn     *bounded
	validity uint32   // of the UIDs; 0 before the first connection
	next     imap.UID // the first that was not looked at
	read     int
	writable bool
	// offersTLS is set once the server offered STARTTLS.
	offersTLS bool
}

// connect logs in and opens the mailbox, read-only.
func (b *imapBox) connect(ctx context.Context) error {
	err := b.attempt(ctx)
	if errors.Is(err, errOffersTLS) {
		return b.attempt(ctx)
	}
	return err
}

// errOffersTLS says that a login that may go out in clear need not.
var errOffersTLS = errors.New("STARTTLS is offered")

func (b *imapBox) attempt(ctx context.Context) error {
	if err := b.dial(ctx); err != nil {
		return err
	}
	err := b.within(ctx, b.logIn)
	if err != nil {
		b.drop()
	}
	return err
}

// logIn opens the mailbox on a new connection.
func (b *imapBox) logIn(ctx context.Context) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	if err := b.client.WaitGreeting(); err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	b.conn.refill()
	if err := b.client.Login(b.config.User, b.config.Password).Wait(); err != nil {
		return said("login", err)
	}
	return b.open(true)
}

// begin makes the connection one that speaks IMAP, under TLS.
func (b *imapBox) begin(ctx context.Context) error {
	if b.config.Implicit {
		secured := tls.Client(b.conn, b.config.TLS)
		if err := secured.HandshakeContext(ctx); err != nil {
			return tlsError(err)
		}
		b.client = imapclient.New(secured, nil)
		return nil
	}
	if b.config.AllowClear && !b.offersTLS {
		b.client = imapclient.New(b.conn, nil)
		if b.offersTLS = b.client.Caps().Has(imap.CapStartTLS); b.offersTLS {
			return errOffersTLS
		}
		return nil
	}
	client, err := imapclient.NewStartTLS(b.conn, &imapclient.Options{TLSConfig: b.config.TLS})
	if err != nil {
		return tlsError(err)
	}
	b.client = client
	return nil
}

func (b *imapBox) dial(ctx context.Context) error {
	conn, err := b.config.Dial(ctx)
	if err != nil {
		return err
	}
	b.conn = &bounded{Conn: conn}
	b.conn.refill()
	return nil
}

// open selects the mailbox. Its UIDs must be those of before.
func (b *imapBox) open(readOnly bool) error {
	b.conn.refill()
	data, err := b.client.Select(b.config.Name, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
	if err != nil {
		return said("mailbox", err)
	}
	switch {
	case data.UIDNext == 0 || data.UIDValidity == 0:
		return final(errors.New("mailbox: the server gives its messages no lasting numbers (UIDNEXT, UIDVALIDITY)"))
	case b.validity == 0:
		b.validity, b.next = data.UIDValidity, data.UIDNext
	case b.validity != data.UIDValidity:
		return final(errors.New("mailbox: it was made anew while it was looked at (UIDVALIDITY)"))
	}
	b.writable = !readOnly
	return nil
}

// Delete implements Box. Without UIDPLUS (RFC 4315) the message is marked
// only: EXPUNGE would remove what others have marked too.
func (b *imapBox) Delete(ctx context.Context, m *Message) error {
	if b.client == nil {
		if err := b.connect(ctx); err != nil {
			return err
		}
	}
	var uid imap.UID
	if _, err := fmt.Sscan(m.id, &uid); err != nil {
		return err
	}
	return b.within(ctx, func(context.Context) error {
		if !b.writable {
			if err := b.open(false); err != nil {
				return err
			}
		}
		b.conn.refill()
		set := imap.UIDSetNum(uid)
		mark := imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}
		if err := b.client.Store(set, &mark, nil).Close(); err != nil {
			return said("delete", err)
		}
		if caps := b.client.Caps(); !caps.Has(imap.CapUIDPlus) && !caps.Has(imap.CapIMAP4rev2) {
			return errors.New("the server can only mark it as deleted (no UIDPLUS)")
		}
		return said("delete", b.client.UIDExpunge(set).Close())
	})
}

// Close implements Box. It says goodbye where there is somebody to say it to.
func (b *imapBox) Close() error {
	if b.client == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	err := b.within(ctx, func(context.Context) error {
		b.conn.refill()
		return b.client.Logout().Wait()
	})
	b.drop()
	return err
}

// drop ends the connection.
func (b *imapBox) drop() {
	if b.client != nil {
		_ = b.client.Close() // waits for its reader
	} else if b.conn != nil {
		_ = b.conn.Close()
	}
	b.client, b.conn, b.writable = nil, nil, false
}
