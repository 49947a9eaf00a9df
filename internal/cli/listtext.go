package cli

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// listText is what stands in a list as UTF-8, without a byte order mark: packed
// with gzip or not, in UTF-16 where a mark says so. The error is that of the
// head of a file of gzip.
func listText(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, maxLine)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReaderSize(unpacked, maxLine)
	}
	mark, _ := in.Peek(3)
	switch {
	case bytes.HasPrefix(mark, []byte{0xff, 0xfe}):
		in = bufio.NewReaderSize(&fromUTF16{r: in, order: binary.LittleEndian}, maxLine)
	case bytes.HasPrefix(mark, []byte{0xfe, 0xff}):
		in = bufio.NewReaderSize(&fromUTF16{r: in, order: binary.BigEndian}, maxLine)
	}
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" { // of some editors
		_, _ = in.Discard(len("\ufeff"))
	}
	return in, nil
}

// fromUTF16 turns UTF-16 into UTF-8, as spreadsheets write it. Half a character
// is U+FFFD.
type fromUTF16 struct {
	r     *bufio.Reader
	order binary.ByteOrder
	high  rune   // the first half of a character, 0 for none
	text  []byte // not yet handed out
	buf   []byte
	err   error
}

// textAhead is how much of a text is turned at once.
const textAhead = 1024

func (u *fromUTF16) Read(p []byte) (int, error) {
	for len(u.text) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.buf = u.buf[:0]
		for u.err == nil && len(u.buf) < textAhead {
			u.unit()
		}
		u.text = u.buf
	}
	n := copy(p, u.text)
	u.text = u.text[n:]
	return n, nil
}

// unit takes two bytes.
func (u *fromUTF16) unit() {
	first, err := u.r.ReadByte()
	if err != nil {
		u.end(err, u.high != 0)
		return
	}
	second, err := u.r.ReadByte()
	if err != nil {
		u.end(err, true)
		return
	}
	c := rune(u.order.Uint16([]byte{first, second}))
	high := u.high
	u.high = 0
	whole := utf16.DecodeRune(high, c)
	switch {
	case high != 0 && whole != utf8.RuneError:
		u.buf = utf8.AppendRune(u.buf, whole)
		return
	case high != 0:
		u.buf = utf8.AppendRune(u.buf, utf8.RuneError)
	}
	if utf16.IsSurrogate(c) && c < 0xdc00 {
		u.high = c
		return
	}
	u.buf = utf8.AppendRune(u.buf, c) // of a second half alone it makes U+FFFD
}

func (u *fromUTF16) end(err error, half bool) {
	if u.err = err; half {
		u.buf = utf8.AppendRune(u.buf, utf8.RuneError)
	}
}

// readFault says why a list cannot be read on.
func readFault(err error) string {
	var damaged flate.CorruptInputError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "the time limit was over before all of it was read"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the file of gzip is cut short"
	case errors.Is(err, gzip.ErrHeader):
		return "behind the file of gzip stands something else"
	case errors.Is(err, gzip.ErrChecksum), errors.As(err, &damaged):
		return "the file of gzip is damaged"
	}
	return cause(err).Error()
}
