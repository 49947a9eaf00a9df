package imap

import (
	"bytes"
	"context"
	"slices"
	"strings"
)

// maxFolders bounds how many mailboxes of a list are looked at.
const maxFolders = 1000

// Junk returns the name of the mailbox for spam as the server has it, empty
// where none is known: the one that is marked so (RFC 6154), else one with a
// usual name. A server that lists nothing has none.
func (c *Conn) Junk(ctx context.Context) (string, error) {
	special, err := c.Can(ctx, "SPECIAL-USE")
	if err != nil {
		return "", err
	}
	options := ""
	if special {
		options = "(SPECIAL-USE) "
	}
	marked, named, err := c.list(ctx, options)
	if marked == "" && special && err == nil {
		marked, named, err = c.list(ctx, "")
	}
	if marked == "" {
		marked = named
	}
	return marked, err
}

func (c *Conn) list(ctx context.Context, options string) (marked, named string, err error) {
	n := 0
	err = c.command(ctx, call{what: "list", line: "LIST " + options + `"" "*"`, see: func(r *response) error {
		if n++; r.kind != "LIST" || n > maxFolders {
			return nil
		}
		flags, delimiter, name := listed(r.rest)
		switch {
		case name == "" || slices.Contains(flags, `\NOSELECT`) || slices.Contains(flags, `\NONEXISTENT`):
		case marked == "" && slices.Contains(flags, `\JUNK`):
			marked = name
		case named == "" && isJunk(name, delimiter):
			named = name
		}
		return nil
	}})
	return marked, named, err
}

// listed reads the data of LIST (RFC 9051 section 7.3.1).
func listed(data []byte) (flags []string, delimiter, name string) {
	l := lexer{data}
	if l.next().kind != open {
		return nil, "", ""
	}
	for t := l.next(); t.kind == atom; t = l.next() {
		flags = append(flags, strings.ToUpper(string(t.text)))
	}
	d := l.next()
	if d.kind == str {
		delimiter = string(d.text)
	}
	n := l.next()
	if n.kind != atom && n.kind != str || bytes.ContainsAny(n.text, "\r\n\x00") {
		return nil, "", ""
	}
	return flags, delimiter, string(n.text)
}

// isJunk reports whether a mailbox is called as those for spam are: at the top,
// or below INBOX.
func isJunk(name, delimiter string) bool {
	name = strings.ToLower(name)
	if delimiter != "" {
		name = strings.TrimPrefix(name, "inbox"+delimiter)
	}
	switch name {
	case "junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk mail", "[gmail]/spam":
		return true
	}
	return false
}
