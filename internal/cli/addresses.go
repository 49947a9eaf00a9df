package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"mxprobe/internal/bounded"
)

// Bounds of a file of recipients, and of what is said of one.
const (
	maxAddresses   = 1000 // as many as a scenario may have steps
	maxWrongLines  = 20
	maxAddressLine = 4 << 10
)

// setRecipient takes a recipient, or with @ before it the name of a file that
// has one in each line.
func (s *settings) setRecipient(value string) error {
	switch name, isFile := strings.CutPrefix(value, "@"); {
	case isFile && (name == "" || name == "-"):
		return errors.New("@ stands before the name of a file of recipients, as in --to @list.txt")
	case !isFile:
		if err := checkRecipient(value); err != nil {
			return err
		}
	}
	s.recipients = append(s.recipients, value)
	return nil
}

// readRecipients puts the recipients of files among the others.
func (s *settings) readRecipients(ctx context.Context) error {
	var all []string
	for _, value := range s.recipients {
		name, isFile := strings.CutPrefix(value, "@")
		if !isFile {
			all = append(all, value)
			continue
		}
		listed, err := readAddresses(ctx, name)
		if err != nil {
			return usagef("--to: %s", err)
		}
		all = append(all, listed...)
	}
	if len(all) > 0 {
		s.to, s.furtherTo = all[0], all[1:]
	}
	return nil
}

// readAddresses reads a file of mail addresses. The error names every line
// that holds none.
func readAddresses(ctx context.Context, name string) ([]string, error) {
	file, err := bounded.OpenFile(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("list of recipients %s: %w", shown(name), cause(err))
	}
	defer file.Close()
	return addressesIn(file, name)
}

func addressesIn(r io.Reader, name string) (all []string, err error) {
	var wrong []string
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxAddressLine)
	number := 0
	for lines.Scan() {
		number++
		text := strings.TrimPrefix(lines.Text(), "\ufeff")
		if text = strings.TrimSpace(withoutRemark(text)); text == "" {
			continue
		}
		if checkRecipient(text) != nil {
			// What is no list at all must not fill the screen.
			if wrong = append(wrong, fmt.Sprintf("%s:%d: %s %s", shown(name), number, excerpt(text), addressFault(text))); len(wrong) == maxWrongLines {
				wrong = append(wrong, "what follows was not looked at")
				break
			}
		}
		if all = append(all, text); len(all) > maxAddresses {
			return nil, fmt.Errorf("%s:%d: there are more than %d recipients", shown(name), number, maxAddresses)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		wrong = append(wrong, fmt.Sprintf("%s:%d: the line is too long for an address", shown(name), number+1))
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", shown(name), cause(err))
	}
	switch {
	case len(wrong) > 0:
		return nil, errors.New(strings.Join(wrong, "\n"))
	case len(all) == 0:
		return nil, fmt.Errorf("there is no recipient in %s", shown(name))
	}
	return all, nil
}

// checkRecipient looks at a forward-path without its brackets. Postmaster
// alone is one (RFC 5321 section 4.1.1.3).
func checkRecipient(value string) error { return checkAddress(value, "postmaster") }

// checkSender looks at a reverse-path, with or without its angle brackets; the
// empty one is the null sender.
func checkSender(value string) error {
	if strings.HasPrefix(value, "<") != strings.HasSuffix(value, ">") {
		return fmt.Errorf("%q is not an address: one of its angle brackets is missing", value)
	}
	return checkAddress(strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">"), "")
}

// checkAddress refuses what is no mail address, unless it is the one word that
// may stand alone, or holds a variable.
func checkAddress(value, alone string) error {
	if strings.EqualFold(value, alone) {
		return nil
	}
	if why := addressFault(value); why != "" {
		return fmt.Errorf("%q %s", value, why)
	}
	return nil
}

// addressFault says what is wrong with a mail address, or nothing: what would
// end it, or the command, before its time, and what has no @. Blanks and
// brackets may stand in a quoted local part (RFC 5321 section 4.1.2).
func addressFault(value string) string {
	quoted, at := false, -1
	for i := range len(value) {
		switch c := value[i]; {
		case c < ' ' || c == 0x7f:
			return fmt.Sprintf("is not an address: it holds the control character %q", c)
		case c == '"' && (i == 0 || value[i-1] != '\\'):
			quoted = !quoted
		case !quoted && strings.IndexByte(" <>", c) >= 0:
			return fmt.Sprintf("is not an address: it holds %q", c)
		case !quoted && c == ',':
			return "is not an address: it holds a comma; each address has a flag, or a line of a file, of its own"
		case !quoted && c == '@':
			at = i
		}
	}
	switch {
	case at < 0 && strings.Contains(value, "${"):
	case at < 0:
		return "is not an address: it has no @, as in kate@example.org"
	case at == 0 || at == len(value)-1:
		return "is not an address: there is nothing on one side of its @"
	}
	return ""
}
