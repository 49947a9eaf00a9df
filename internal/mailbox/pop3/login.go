package pop3

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"strings"

	"mxprobe/internal/mailbox/wire"
	"mxprobe/probe/sasl"
)

// The ways to log in that are no mechanisms of SASL.
const (
	userPass = "USER"
	apop     = "APOP"
)

// ways are the ways to log in, the best first. Under TLS the plain ones come
// first, since every server has what they need; in clear those that do not
// give the password away.
func ways(secure bool) []string {
	if secure {
		return []string{"PLAIN", userPass, "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", apop, "CRAM-MD5"}
	}
	return []string{"SCRAM-SHA-256", "SCRAM-SHA-1", apop, "PLAIN", userPass, "LOGIN", "CRAM-MD5"}
}

// ErrNoWay is the error for a server that takes no login that is known here.
var ErrNoWay = errors.New("login: the server offers no way to log in that is known here")

// LogIn logs in the best way that the server offers. It never tries a second
// one: some servers count failures.
func (c *Conn) LogIn(ctx context.Context, user, password string) error {
	if strings.ContainsAny(user+password, "\r\n\x00") {
		return errors.New("login: a name or password with a line break or NUL cannot be sent")
	}
	for _, way := range ways(c.Secure()) {
		can, err := c.takes(ctx, way)
		if err != nil {
			return err
		}
		if !can {
			continue
		}
		switch way {
		case userPass:
			if _, err := c.command(ctx, "login", "USER "+user); err != nil {
				return err
			}
			_, err := c.command(ctx, "login", "PASS "+password)
			return err
		case apop:
			digest := md5.Sum([]byte(c.stamp + password))
			_, err := c.command(ctx, "login", "APOP "+user+" "+hex.EncodeToString(digest[:]))
			return err
		}
		return c.authenticate(ctx, sasl.Config{Mechanism: way, User: user, Password: password, TLS: c.wire.TLS()})
	}
	return ErrNoWay
}

func (c *Conn) takes(ctx context.Context, way string) (bool, error) {
	switch way {
	case userPass:
		_, can, err := c.Can(ctx, "USER")
		return can || c.silent, err
	case apop:
		return c.stamp != "", nil
	}
	return c.offers(ctx, way)
}

// maxInitial is the longest initial response that a command may carry, which
// has 255 octets at most (RFC 5034 section 4).
const maxInitial = 200

// authenticate speaks a mechanism of SASL (RFC 5034).
func (c *Conn) authenticate(ctx context.Context, config sasl.Config) error {
	login, err := wire.NewLogin(config)
	if err != nil {
		return err
	}
	line := "AUTH " + config.Mechanism + login.Initial(maxInitial)
	return named("login", c.wire.Exchange(ctx, maxAnswer, func() error {
		for {
			if err := c.wire.Write(line + "\r\n"); err != nil {
				return err
			}
			challenge, err := c.reply("login")
			switch {
			case err == nil:
				return login.Finish()
			case !errors.Is(err, errChallenge):
				return err
			}
			if line, err = login.Answer(challenge); err != nil {
				return err
			}
		}
	}))
}
