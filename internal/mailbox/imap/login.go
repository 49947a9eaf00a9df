package imap

import (
	"context"
	"errors"
	"slices"

	"mxprobe/internal/mailbox/wire"
	"mxprobe/probe/sasl"
)

// loginCommand is LOGIN, which is no mechanism of SASL.
const loginCommand = "LOGIN command"

// ways are the ways to log in, the best first. Under TLS the plain ones come
// first, since every server has what they need; in clear those that do not
// give the password away.
func ways(secure bool) []string {
	if secure {
		return []string{"PLAIN", loginCommand, "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"}
	}
	return []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", loginCommand, "LOGIN", "CRAM-MD5"}
}

// ErrNoWay is the error for a server that takes no login that is known here.
var ErrNoWay = errors.New("login: the server offers no way to log in that is known here")

// LogIn logs in the best way that the server offers. It never tries a second
// one: some servers count failures.
func (c *Conn) LogIn(ctx context.Context, user, password string) error {
	for _, way := range ways(c.Secure()) {
		name := "AUTH=" + way
		if way == loginCommand {
			name = "LOGINDISABLED"
		}
		can, err := c.Can(ctx, name)
		if err != nil {
			return err
		}
		if can == (way == loginCommand) {
			continue
		}
		caps := c.caps
		c.caps = nil // others than before a login (RFC 9051 section 6.2.2)
		if way == loginCommand {
			return c.plainLogin(ctx, user, password)
		}
		return c.authenticate(ctx, slices.Contains(caps, "SASL-IR"), sasl.Config{Mechanism: way, User: user, Password: password})
	}
	return ErrNoWay
}

func (c *Conn) plainLogin(ctx context.Context, user, password string) error {
	name, err := argument(user)
	if err != nil {
		return err
	}
	secret, err := argument(password)
	if err != nil {
		return err
	}
	return c.command(ctx, call{what: "login", line: "LOGIN " + name + " " + secret})
}

// authenticate speaks a mechanism of SASL (RFC 9051 section 6.2.2). initial
// says that a response may come with the command (RFC 4959).
func (c *Conn) authenticate(ctx context.Context, initial bool, config sasl.Config) error {
	config.TLS = c.wire.TLS()
	login, err := wire.NewLogin(config)
	if err != nil {
		return err
	}
	line := "AUTHENTICATE " + config.Mechanism
	if initial {
		line += login.Initial(wire.MaxLine)
	}
	return c.command(ctx, call{what: "login", line: line, then: login.Finish, more: login.Answer})
}
