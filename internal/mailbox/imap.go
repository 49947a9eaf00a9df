package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mxprobe/internal/mailbox/imap"
)

// OpenIMAP logs in and looks at the mailbox without changing it. What is in it
// already is passed over. The error wraps ErrFinal where the server says no.
func OpenIMAP(ctx context.Context, config Server) (Box, error) {
	b := &imapBox{config: config}
	if err := b.connect(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// imapBox is a mailbox and the folders beside it over one connection, which is
// made anew where it broke.
type imapBox struct {
	config  Server
	conn    *imap.Conn // nil where there is no connection
	folders []*imapFolder
	// at is the folder that is open, nil for none; writable whether messages
	// may be removed from it.
	at       *imapFolder
	writable bool
	read     int
}

type imapFolder struct {
	name     string // as the server has it
	shown    string // in Message.Folder; empty for the first
	validity uint32 // of the UIDs; 0 before it was opened
	next     uint32 // the first UID that was not looked at
}

// connect logs in, and opens what is to be looked at for the first time.
func (b *imapBox) connect(ctx context.Context) error {
	nc, err := b.config.Dial(ctx)
	if err != nil {
		return err
	}
	if b.conn, err = imap.New(ctx, nc, b.config.atOnce()); err != nil {
		b.conn = nil
		return said(err)
	}
	if err = b.logIn(ctx); err == nil && b.folders == nil {
		err = b.begin(ctx)
	}
	if err != nil {
		b.drop()
	}
	return said(err)
}

// begin takes down what is in the mailbox and the folders beside it. That for
// spam may be missing.
func (b *imapBox) begin(ctx context.Context) error {
	first := &imapFolder{name: imap.EncodeName(b.config.Name)}
	folders := []*imapFolder{first}
	if name := imap.EncodeName(b.config.Folder); name != "" && name != first.name {
		folders = append(folders, &imapFolder{name: name, shown: b.config.Folder})
	}
	for _, f := range folders {
		if err := b.open(ctx, f, true); err != nil {
			return err
		}
	}
	var no *imap.StatusError
	name, err := b.conn.Junk(ctx)
	if err != nil && !errors.As(err, &no) {
		return err
	}
	if name != "" && !slices.ContainsFunc(folders, func(f *imapFolder) bool { return f.name == name }) {
		junk := &imapFolder{name: name, shown: name}
		switch err := b.open(ctx, junk, true); {
		case err == nil:
			folders = append(folders, junk)
		case !errors.As(err, &no) || no.Kind == "BYE":
			return err
		}
	}
	b.folders = folders
	return nil
}

// logIn logs in under TLS, or without it where that is allowed and there is
// none.
func (b *imapBox) logIn(ctx context.Context) error {
	if !b.conn.Secure() {
		if err := b.secure(ctx); err != nil {
			return err
		}
	}
	if b.conn.LoggedIn {
		return nil
	}
	return b.conn.LogIn(ctx, b.config.User, b.config.Password)
}

func (b *imapBox) secure(ctx context.Context) error {
	offered, err := b.conn.Can(ctx, "STARTTLS")
	switch {
	case err != nil:
		return err
	case b.conn.LoggedIn && !b.config.AllowClear:
		// Who is in the way could say so, to keep TLS out (RFC 9051 section 11.1).
		return final(errors.New("greeting: the server has logged in by itself (PREAUTH), so that no TLS can begin"))
	case offered && !b.conn.LoggedIn:
		return b.conn.StartTLS(ctx, b.config.TLS)
	case !b.config.AllowClear:
		return errInClear("STARTTLS")
	}
	return nil
}

// open selects a folder. Its UIDs must be those of before.
func (b *imapBox) open(ctx context.Context, f *imapFolder, readOnly bool) error {
	look := b.conn.Select
	if readOnly {
		look = b.conn.Examine
	}
	b.at = nil
	folder, err := look(ctx, f.name)
	if err != nil {
		return err
	}
	switch {
	case folder.Next == 0 || folder.Validity == 0:
		return final(errors.New("mailbox: the server gives its messages no lasting numbers (UIDNEXT, UIDVALIDITY)"))
	case f.validity == 0:
		if f.validity, f.next = folder.Validity, folder.Next; b.config.Marked {
			f.next = 1
		}
	case f.validity != folder.Validity:
		return final(errors.New("mailbox: it was made anew while it was looked at (UIDVALIDITY)"))
	}
	b.at, b.writable = f, !readOnly
	return nil
}

// Read implements Box.
func (b *imapBox) Read(ctx context.Context, m *Message, most int) ([]byte, error) {
	uid, err := b.reach(ctx, m, false)
	if err != nil {
		return nil, b.broken(err)
	}
	raw, err := b.conn.Message(ctx, uid, most)
	if err == nil && raw == nil {
		return nil, ErrGone
	}
	return raw, b.broken(err)
}

// reach opens the folder of a message, connecting where there is no
// connection, and returns the number of the message.
func (b *imapBox) reach(ctx context.Context, m *Message, write bool) (uid uint32, err error) {
	if b.conn == nil {
		if err := b.connect(ctx); err != nil {
			return 0, err
		}
	}
	of := slices.IndexFunc(b.folders, func(f *imapFolder) bool { return f.shown == m.Folder })
	if of < 0 {
		return 0, ErrGone
	}
	if _, err = fmt.Sscan(m.id, &uid); err != nil {
		return 0, err
	}
	if f := b.folders[of]; b.at != f || write && !b.writable {
		err = b.open(ctx, f, !write)
	}
	return uid, err
}

// Delete implements Box. Without UIDPLUS (RFC 4315) messages are marked only.
func (b *imapBox) Delete(ctx context.Context, messages ...*Message) error {
	for _, m := range messages {
		uid, err := b.reach(ctx, m, true)
		if err == nil {
			err = b.conn.Delete(ctx, uid)
		}
		if err != nil {
			return b.broken(err)
		}
	}
	return nil
}

// Close implements Box. It says goodbye where there is somebody to say it to.
func (b *imapBox) Close() error {
	if b.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	err := b.conn.LogOut(ctx)
	b.conn = nil
	return err
}

// broken ends the connection after an error that may have left it out of step.
func (b *imapBox) broken(err error) error {
	var no *imap.StatusError
	if err != nil && b.conn != nil && !errors.Is(err, imap.ErrOnlyMarked) && (!errors.As(err, &no) || no.Kind == "BYE") {
		b.drop()
	}
	return said(err)
}

// drop ends the connection.
func (b *imapBox) drop() {
	_ = b.conn.Close()
	b.conn, b.at, b.writable = nil, nil, false
}

// said marks an error that will be the same again: what the server refuses,
// unless it says that it is short of something, and a certificate.
func said(err error) error {
	var no *imap.StatusError
	switch {
	case errors.As(err, &no):
		switch no.Code {
		case "UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG":
			return err
		}
		if no.Kind != "BYE" {
			return final(err)
		}
	case badCertificate(err), errors.Is(err, imap.ErrNoWay):
		return final(err)
	}
	return err
}
