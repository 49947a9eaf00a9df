package smtpwire

import "bytes"

// limits are those of Options, defaults filled in.
type limits struct{ line, lines, bytes int32 }

func newLimits(o Options) limits {
	pick := func(n, preset int) int32 {
		if n < 1 {
			n = preset
		}
		return int32(min(n, 1<<30))
	}
	return limits{
		line:  pick(o.MaxLine, DefaultMaxLine),
		lines: pick(o.MaxLines, DefaultMaxLines),
		bytes: pick(o.MaxBytes, DefaultMaxBytes),
	}
}

// framer finds the end of a reply in the bytes read so far. What it finds
// depends on the bytes alone and never on how they were cut.
type framer struct {
	lim   limits
	code  int
	lines int32
	start int // of the line looked at
	seen  int // bytes of that line already searched for its end
	notes Note
}

// scan looks at b, the bytes of the reply from its beginning on; later calls
// get the same bytes and more. It returns the length of the complete reply,
// or 0 if more bytes are needed, or a kind of error and the number of bytes
// the error is about.
func (f *framer) scan(b []byte) (int, Kind) {
	for {
		line, window := b[f.start:], f.window()
		if len(line) > window {
			line = line[:window]
		}
		i := bytes.IndexByte(line[f.seen:], '\n')
		if i < 0 {
			f.seen = len(line)
			if len(line) < window {
				return 0, 0
			}
			if window < int(f.lim.line) {
				return f.start + window, TooManyBytes
			}
			return f.start + window, TooLongLine
		}
		line = line[:f.seen+i+1]
		f.start, f.seen = f.start+len(line), 0
		last, kind := f.line(line)
		if kind != 0 || last {
			return f.start, kind
		}
		if f.lines >= f.lim.lines {
			return f.start, TooManyLines
		}
	}
}

// window returns how many bytes the line looked at may have.
func (f *framer) window() int {
	return min(int(f.lim.line), int(f.lim.bytes)-f.start)
}

// line judges one whole line, its end included. RFC 5321 section 4.2:
//
//	Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
func (f *framer) line(line []byte) (last bool, kind Kind) {
	f.lines++
	octets := len(line)
	text := line[:octets-1]
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	} else {
		f.notes |= NoteBareLF
	}
	if octets > 512 {
		f.notes |= NoteLongLine
	}
	code, last, ok := splitLine(text)
	switch {
	case !ok:
		return false, NotAReply
	case f.lines > 1 && code != f.code:
		return false, MixedCodes
	case code < 200 || code > 599:
		return false, BadCode
	}
	f.code = code
	if code/10%10 > 5 {
		f.notes |= NoteSecondDigit
	}
	f.notes |= odd(text)
	return last, 0
}

// splitLine reads the code and the separator at the beginning of a line.
// The code may stand alone: servers leave the text out against the rule, and
// RFC 5321 section 4.2 asks clients to be prepared for it.
func splitLine(text []byte) (code int, last, ok bool) {
	if len(text) < 3 {
		return 0, false, false
	}
	for _, d := range text[:3] {
		if d < '0' || d > '9' {
			return 0, false, false
		}
		code = 10*code + int(d-'0')
	}
	if len(text) == 3 {
		return code, true, true
	}
	switch text[3] {
	case ' ':
		return code, true, true
	case '-':
		return code, false, true
	}
	return 0, false, false
}

// odd notes the bytes that do not belong in a reply.
func odd(text []byte) Note {
	var n Note
	for _, b := range text {
		switch {
		case b >= 0x80:
			n |= Note8Bit
		case b == '\r':
			n |= NoteBareCR
		case b == 0:
			n |= NoteNUL
		}
	}
	return n
}
