package letter

import "mime"

// DecodeWords undoes the encoding of words in a field (RFC 2047), as far as it
// can.
func DecodeWords(value string) string {
	var d mime.WordDecoder
	if decoded, err := d.DecodeHeader(value); err == nil {
		return decoded
	}
	return value
}
