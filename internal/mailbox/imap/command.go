package imap

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mxprobe/internal/mailbox/wire"
)

// call is a command and what becomes of its answer.
type call struct {
	what string // the name of what is asked for, in errors
	line string // the command without its tag; literals stand in it as argument writes them
	// data is how many bytes of messages the answer may have.
	data int
	// see gets each response that is not about the end of the command; nil
	// passes them over.
	see func(*response) error
	// more answers a continuation request that asks for no literal.
	more func(challenge string) (string, error)
	// then is run in the same exchange once the server said OK.
	then func() error
	// bye is true where BYE is no refusal.
	bye bool
}

// command sends a command and reads up to its end.
func (c *Conn) command(ctx context.Context, do call) error {
	c.tags++
	tag := "m" + strconv.Itoa(c.tags)
	err := c.wire.Exchange(ctx, maxAnswer+do.data, func() error {
		if err := c.talk(tag, &do); err != nil || do.then == nil {
			return err
		}
		return do.then()
	})
	var said *StatusError
	var broken *TLSError
	if err == nil || errors.As(err, &said) || errors.As(err, &broken) {
		return err // they name what was asked for
	}
	return fmt.Errorf("%s: %w", do.what, err)
}

func (c *Conn) talk(tag string, do *call) error {
	// A synchronizing literal waits for the server's consent (RFC 9051
	// section 4.3).
	now, rest, _ := strings.Cut(tag+" "+do.line+"\r\n", literalBreak)
	if err := c.wire.Write(now); err != nil {
		return err
	}
	for {
		r, err := c.read(maxResponse + do.data)
		if err != nil {
			return err
		}
		switch {
		case r.tag == "+" && rest != "":
			now, rest, _ = strings.Cut(rest, literalBreak)
			err = c.wire.Write(now)
		case r.tag == "+":
			err = c.goOn(do, string(r.rest))
		case r.tag == "*":
			err = c.untagged(do, &r)
		case r.tag != tag:
			err = errors.New("the server answers another command")
		default:
			return c.ended(do, &r)
		}
		if err != nil {
			return err
		}
	}
}

// goOn answers a continuation request.
func (c *Conn) goOn(do *call, challenge string) error {
	if do.more == nil {
		return errors.New("the server asks for more where nothing is missing")
	}
	line, err := do.more(challenge)
	if err != nil {
		return err
	}
	return c.wire.Write(line + "\r\n")
}

func (c *Conn) untagged(do *call, r *response) error {
	c.learn(r)
	if r.kind == "BYE" && !do.bye {
		return statusError(do.what, r)
	}
	if do.see == nil {
		return nil
	}
	return do.see(r)
}

// ended looks at the response that ends a command.
func (c *Conn) ended(do *call, r *response) error {
	switch r.kind {
	case "OK":
		c.learn(r)
		return nil
	case "NO", "BAD":
		return statusError(do.what, r)
	}
	return errors.New("the answer of the server says neither OK nor NO")
}

func statusError(what string, r *response) error {
	code, _, text := r.code()
	return &StatusError{What: what, Kind: r.kind, Code: code, Text: text}
}

// read reads one response, of up to most bytes.
func (c *Conn) read(most int) (response, error) {
	line, err := c.wire.Line()
	if err != nil {
		return response{}, err
	}
	r := parseResponse(line)
	if r.tag != "*" || r.status() {
		return r, nil
	}
	for last := line; ; {
		n, ok := literal(last)
		if !ok {
			return r, nil
		}
		if n > uint64(max(0, most-len(r.rest))) {
			return r, wire.ErrEndless
		}
		r.rest = append(r.rest, "\r\n"...)
		if r.rest, err = c.wire.Bytes(r.rest, int(n)); err != nil {
			return r, err
		}
		if last, err = c.wire.Line(); err != nil {
			return r, err
		}
		if len(r.rest)+len(last) > most {
			return r, wire.ErrEndless
		}
		r.rest = append(r.rest, last...)
	}
}

// literalBreak stands in a command where the server has to consent: no
// argument holds a NUL.
const literalBreak = "\x00"

// argument writes a text as a quoted string, or as a literal where it cannot
// be one (RFC 9051 section 4.3). The error is for a NUL, which neither holds.
func argument(text string) (string, error) {
	if strings.Contains(text, "\x00") {
		return "", errors.New("a NUL cannot be sent")
	}
	plain := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0
	if plain && len(text) < 1000 {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`, nil
	}
	return "{" + strconv.Itoa(len(text)) + "}\r\n" + literalBreak + text, nil
}
