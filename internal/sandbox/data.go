package sandbox

import (
	"bufio"
	"bytes"
	"errors"
)

// maxBody is how much is kept of a message without limit.
const maxBody = 16 << 20

// message reads a message into c.body and answers it.
func (c *Conn) message() {
	read := c.readMessage
	if len(c.srv.ends) > 0 {
		read = c.readUnsound
	}
	if err := read(); err != nil {
		c.done = true
		return
	}
	c.endOfData()
}

// readMessage reads up to the end mark. Only CR LF starts a line, so that
// only CR LF . CR LF ends the message, and a dot behind a lone LF or CR is
// part of it (RFC 5321 section 4.1.1.4).
func (c *Conn) readMessage() error {
	c.body, c.tooBig = []byte{}, false
	limit := c.srv.sizeLimit()
	size, start, lastCR := int64(0), true, false
	var line []byte // for the record
	for {
		part, err := c.in.ReadSlice('\n')
		whole := err == nil
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if len(line)+len(part) > 0 {
				c.log.line(string(line)+string(part), false)
			}
			return err
		}
		line = append(line, part...)
		if whole || len(line) >= maxWaste {
			c.log.line(string(bytes.TrimSuffix(line, []byte("\r\n"))), false)
			line = line[:0]
		}
		if start && string(part) == ".\r\n" {
			return nil
		}
		text := part
		if start && len(part) > 0 && part[0] == '.' {
			text = part[1:] // RFC 5321 section 4.5.2
		}
		start = whole && (bytes.HasSuffix(part, []byte("\r\n")) || len(part) == 1 && lastCR)
		lastCR = len(part) > 0 && part[len(part)-1] == '\r'
		size += int64(len(text))
		c.tooBig = limit > 0 && size > limit
		if !c.tooBig && size <= maxBody {
			c.body = append(c.body, text...)
		}
	}
}

// readUnsound reads up to the end mark or one of the sequences that this
// server takes for one.
func (c *Conn) readUnsound() error {
	c.body, c.tooBig = []byte{}, false
	text := []byte("\r\n") // behind the line of DATA
	for len(text) < maxBody {
		b, err := c.in.ReadByte()
		if err != nil {
			c.log.line(string(text[2:]), false)
			return err
		}
		text = append(text, b)
		if end := c.endOf(text); end > 0 {
			c.log.line(string(text[2:]), false)
			c.body = bytes.ReplaceAll(text[2:max(2, len(text)-end)], []byte("\r\n.."), []byte("\r\n."))
			return nil
		}
	}
	return errTooLong
}

// endOf returns the length of the end mark that text ends with, 0 for none.
func (c *Conn) endOf(text []byte) int {
	for _, end := range append([]string{"\r\n.\r\n"}, c.srv.ends...) {
		if bytes.HasSuffix(text, []byte(end)) {
			return len(end)
		}
	}
	return 0
}
