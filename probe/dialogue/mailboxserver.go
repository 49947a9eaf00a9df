package dialogue

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"mxprobe/internal/mailbox"
	"mxprobe/scenarios"
)

// MailboxLogin says who looks into a mailbox, and at what.
type MailboxLogin struct {
	User, Password string
	// AllowClear lets the login go out without TLS.
	AllowClear bool
	Look       mailbox.Look
}

// OpenMailbox opens the mailbox at a place, as a step of a dialogue does.
func (r *Run) OpenMailbox(ctx context.Context, place scenarios.MailboxAddress, login MailboxLogin) (mailbox.Box, error) {
	return r.opening(place, login)(ctx)
}

// opening opens the mailbox at a place.
func (r *Run) opening(place scenarios.MailboxAddress, login MailboxLogin) func(context.Context) (mailbox.Box, error) {
	open := mailbox.OpenIMAP
	switch place.Kind {
	case "maildir":
		return func(context.Context) (mailbox.Box, error) { return mailbox.OpenMaildir(place.Path, login.Look) }
	case "mbox":
		return func(ctx context.Context) (mailbox.Box, error) { return mailbox.OpenMbox(ctx, place.Path) }
	case "pop3":
		open = mailbox.OpenPOP3
	case "mailpit":
		open = mailbox.OpenMailpit
	}
	server := r.mailboxServer(place, login)
	return func(ctx context.Context) (mailbox.Box, error) {
		switch {
		case place.NeedsLogin() && (login.User == "" || login.Password == ""):
			return nil, fmt.Errorf("%s needs both user and password", place.Kind)
		case place.Kind == "mailpit" && !place.TLS && login.Password != "" && !login.AllowClear:
			return nil, errors.New("mailpit:// would send the password in clear: use mailpits://, or allow_clear: true")
		}
		return open(ctx, server)
	}
}

func (r *Run) mailboxServer(place scenarios.MailboxAddress, login MailboxLogin) mailbox.Server {
	server := mailbox.Server{
		Name: place.Path, Look: login.Look, User: login.User, Password: login.Password, Implicit: place.TLS, AllowClear: login.AllowClear,
		TLS: &tls.Config{
			ServerName: place.Host, MinVersion: tls.VersionTLS12, Time: r.now,
			RootCAs: r.TLS.Roots, InsecureSkipVerify: r.TLS.Insecure,
		},
		Dial: func(ctx context.Context) (net.Conn, error) { return r.dialMailbox(ctx, place) },
	}
	if place.Kind == "mailpit" {
		scheme := "http"
		if place.TLS {
			scheme = "https"
		}
		page := url.URL{Scheme: scheme, Host: net.JoinHostPort(place.Host, strconv.Itoa(int(place.Port))), Path: "/" + place.Path}
		server.Name = page.String()
	}
	return server
}
