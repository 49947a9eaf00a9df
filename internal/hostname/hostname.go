// Package hostname knows how hosts are written: as names, as addresses, and as
// the address literals of RFC 5321 section 4.1.3.
package hostname

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"mxprobe/internal/ascii"
)

const (
	maxName  = 253 // RFC 1035 section 3.1: 255 octets with the lengths
	maxLabel = 63
	// maxUnicode is beyond any name in UTF-8.
	maxUnicode = 1000
)

// Check returns what is wrong with the name of a host or domain, as the rest of
// a sentence, or nil. One final dot is fine, and so are underscores, and
// letters beyond ASCII, of which the resolver knows what to make.
func Check(name string) error {
	name = strings.TrimSuffix(name, ".")
	switch {
	case name == "":
		return errors.New("it is empty")
	case !utf8.ValidString(name):
		return errors.New("it is not in UTF-8")
	case len(name) > maxUnicode, len(name) > maxName && ascii.Only(name):
		return fmt.Errorf("it has %d characters, %d are allowed", len(name), maxName)
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" {
			return errors.New("it has an empty label (two dots in a row, or one at the start)")
		}
		for i := range len(label) {
			if c := label[i]; c < 0x80 && !nameByte(c) {
				return fmt.Errorf("it contains %q", label[i:i+1])
			}
		}
		if len(label) > maxLabel && ascii.Only(label) {
			return fmt.Errorf("its label %q has %d characters, %d are allowed", label, len(label), maxLabel)
		}
	}
	return nil
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || 'A' <= c && c <= 'Z'
}
