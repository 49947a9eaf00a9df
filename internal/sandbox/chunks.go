package sandbox

import (
	"io"
	"strconv"
	"strings"
)

// maxChunk is the largest chunk taken; a larger one ends the connection.
const maxChunk = 64 << 20

// chunk is what BDAT announced (RFC 3030 section 2).
type chunk struct {
	octets []byte
	last   bool
	ok     bool // the line was understood
}

// readChunk takes the octets behind a BDAT line, whatever will be said of
// them: they are no commands.
func (c *Conn) readChunk(line string) (chunk, error) {
	words := strings.Fields(line)
	if len(words) < 2 || len(words) > 3 {
		return chunk{}, nil
	}
	size, err := strconv.ParseUint(words[1], 10, 32)
	if err != nil {
		return chunk{}, nil
	}
	if size > maxChunk {
		return chunk{}, errTooLong
	}
	k := chunk{octets: make([]byte, size), ok: true}
	if len(words) == 3 {
		k.last = strings.EqualFold(words[2], "LAST")
		k.ok = k.last
	}
	n, err := io.ReadFull(c.in, k.octets)
	if n > 0 {
		c.log.line(string(k.octets[:n]), false)
	}
	return k, err
}

// usualChunk answers a chunk. After one that was refused nothing is taken
// until RSET.
func (c *Conn) usualChunk() string {
	k := &c.chunk
	limit := c.srv.sizeLimit()
	switch {
	case !c.offers("CHUNKING"):
		return "502 5.5.1 Command not implemented"
	case !k.ok:
		return "501 5.5.4 Syntax: BDAT size [LAST]"
	case !c.mail:
		return "503 5.5.1 Need MAIL first"
	case len(c.to) == 0:
		return "503 5.5.1 No valid recipients"
	case c.chunkRefused:
		return "503 5.5.1 A chunk was refused: RSET comes next"
	case limit > 0 && int64(len(c.body)+len(k.octets)) > limit:
		return "552 5.3.4 Message size exceeds fixed limit"
	case !k.last:
		return "250 2.0.0 " + strconv.Itoa(len(k.octets)) + " octets received"
	}
	return "250 2.0.0 Message ok, " + strconv.Itoa(len(c.body)+len(k.octets)) + " octets received"
}

// takeChunk adds a chunk that was accepted.
func (c *Conn) takeChunk(good bool) {
	c.chunkRefused = c.chunkRefused || !good
	c.chunking = true
	if good && c.chunk.last {
		c.reset()
	} else if good {
		c.body = append(c.body, c.chunk.octets...)
	}
	c.chunk = chunk{}
}
