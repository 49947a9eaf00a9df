package smtpwire

import "bytes"

// MaxTextLine is the longest line of a message in octets, line end and
// doubled dot not counted (RFC 5321 section 4.5.3.1.6).
const MaxTextLine = 998

// AppendData appends the text of a message to dst in the form in which it
// follows DATA. LF, CR and CRLF each become CRLF, so that a bare CR or LF is
// never sent (RFC 5321 section 2.3.8), and a last line without an end gets
// one. If stuff is set, a dot at the beginning of a line is doubled (section
// 4.5.2), and no text can hold an end mark. If end is set, the end mark
// follows.
func AppendData(dst, text []byte, stuff, end bool) []byte {
	for len(text) > 0 {
		var line []byte
		line, text = cutText(text)
		if stuff && len(line) > 0 && line[0] == '.' {
			dst = append(dst, '.')
		}
		dst = append(dst, line...)
		dst = append(dst, '\r', '\n')
	}
	if end {
		dst = append(dst, '.', '\r', '\n')
	}
	return dst
}

// DataSize returns how many octets AppendData would append.
func DataSize(text []byte, stuff, end bool) int {
	size := 0
	for len(text) > 0 {
		var line []byte
		line, text = cutText(text)
		if stuff && len(line) > 0 && line[0] == '.' {
			size++
		}
		size += len(line) + 2
	}
	if end {
		size += 3
	}
	return size
}

// CutData cuts text behind the last line end of its first size octets, so that
// both parts appended one after the other are what the whole would be. A line
// longer than that stays whole.
func CutData(text []byte, size int) (piece, rest []byte) {
	if len(text) <= size {
		return text, nil
	}
	at := bytes.LastIndexByte(text[:size], '\n')
	if at < 0 {
		if at = bytes.IndexByte(text[size:], '\n'); at < 0 {
			return text, nil
		}
		at += size
	}
	return text[:at+1], text[at+1:]
}

// LongLines returns how many lines of text are longer than MaxTextLine, and
// the number of the first of them, counted from 1, or 0.
func LongLines(text []byte) (count, first int) {
	for number := 1; len(text) > 0; number++ {
		var line []byte
		line, text = cutText(text)
		if len(line) <= MaxTextLine {
			continue
		}
		if count == 0 {
			first = number
		}
		count++
	}
	return count, first
}

// cutText cuts text behind its first line, which ends in LF, CR LF or CR, or
// with the text.
func cutText(text []byte) (line, rest []byte) {
	// Nearly every line ends in LF and is short; a search for LF alone must not
	// go through a text that ends its lines in CR, again and again.
	i := bytes.IndexByte(text[:min(len(text), MaxTextLine+2)], '\n')
	if i < 0 {
		i = bytes.IndexAny(text, "\r\n")
	} else if cr := bytes.IndexByte(text[:i], '\r'); cr >= 0 {
		i = cr
	}
	if i < 0 {
		return text, nil
	}
	line, rest = text[:i], text[i+1:]
	if text[i] == '\r' && len(rest) > 0 && rest[0] == '\n' {
		rest = rest[1:]
	}
	return line, rest
}
