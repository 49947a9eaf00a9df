package diagnosis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mxprobe/internal/ascii"
)

// maxText bounds how much of a reply is read. What explains a refusal stands
// at its beginning.
const maxText = 4096

// Words that stand for what differs from reply to reply. No rule can mistake
// a mailbox called spamhaus for the list of that name.
const (
	anAddress = "@addr"
	anIP      = "@ip"
	aHost     = "@host"
	aURL      = "@url"
	aList     = "@list"       // the name of a list of clients
	aNameList = "@domainlist" // the name of a list of domains
	aNumber   = "#"
)

// wordsOf returns the words of a text in lower case and without accents.
// Addresses, IP addresses, host names and links become one word each, and
// every sign of a script without spaces is a word. Links are returned apart.
func wordsOf(text string) (words, links []string) {
	if len(text) > maxText {
		text = text[:maxText]
	}
	for text != "" {
		text = strings.TrimLeft(text, " \t\r\n\v\f")
		end := strings.IndexAny(text, " \t\r\n\v\f")
		if end < 0 {
			end = len(text)
		}
		words, links = addChunk(words, links, text[:end])
		text = text[end:]
	}
	return words, links
}

// addChunk adds the words of a run of text without spaces.
func addChunk(words, links []string, chunk string) (w, l []string) {
	if at := linkAt(chunk); at >= 0 {
		words = addPlain(words, chunk[:at])
		link := strings.ToLower(strings.TrimRight(chunk[at:], `.,;:)]>"'`))
		links = append(links, link)
		words = append(words, aURL)
		return words, links
	}
	if at := strings.LastIndexByte(chunk, ':'); at > 0 && isAddress(strings.Trim(chunk[:at], `<>()[]{}"'.,;:!`)) {
		words = append(words, anAddress) // as in (jo@example.org:blocked)
		return addPlain(words, chunk[at:]), links
	}
	// An address hides in brackets, quotes and punctuation.
	if bare := strings.Trim(chunk, `<>()[]{}"'.,;:!`); isAddress(bare) {
		return append(words, anAddress), links
	}
	return addPlain(words, chunk), links
}

// linkAt returns where a link begins in a chunk, or -1.
func linkAt(chunk string) int {
	if at := strings.Index(chunk, "://"); at > 0 {
		start := at
		for start > 0 && isLetter(chunk[start-1]) {
			start--
		}
		if start < at {
			return start
		}
	}
	low := strings.IndexByte(chunk, 'w')
	if low >= 0 && strings.HasPrefix(chunk[low:], "www.") && strings.ContainsRune(chunk[low:], '/') {
		return low
	}
	if bare := strings.Trim(chunk, `<>()[]{}"'.,;:!`); strings.IndexByte(bare, '/') > 0 {
		host, _, _ := strings.Cut(bare, "/")
		if kind := nameKind(strings.ToLower(host)); kind != "" && kind != anIP && !strings.ContainsAny(bare, "[]()<>@") {
			return strings.Index(chunk, bare)
		}
	}
	return -1
}

func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at >= 0 && len(s) > 2 && !strings.ContainsAny(s[at:], "<>()[]") || at > 0
}

// addPlain adds the words of a chunk that is no link and no address.
func addPlain(words []string, chunk string) []string {
	for chunk != "" {
		if at := strings.IndexByte(chunk, '@'); at >= 0 && strings.ContainsAny(chunk, "<>") {
			if open, end := strings.LastIndexByte(chunk[:at], '<'), strings.IndexByte(chunk[at:], '>'); open >= 0 && end > 0 {
				words = addPlain(words, chunk[:open])
				words = append(words, anAddress)
				chunk = chunk[at+end+1:]
				continue
			}
		}
		start := strings.IndexFunc(chunk, inWord)
		if start < 0 {
			break
		}
		chunk = chunk[start:]
		end := strings.IndexFunc(chunk, func(r rune) bool { return !inWord(r) && !joins(r) })
		if end < 0 {
			end = len(chunk)
		}
		words = addToken(words, strings.TrimRight(chunk[:end], ".:-_'"))
		chunk = chunk[end:]
	}
	return words
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == utf8.RuneError || unicode.Is(unicode.Mn, r)
}

// joins reports whether a sign may stand inside a word, an IP address or a
// host name.
func joins(r rune) bool {
	switch r {
	case '.', ':', '-', '_', '\'', '’':
		return true
	}
	return false
}

// addToken adds what has no space or bracket inside.
func addToken(words []string, token string) []string {
	if token == "" {
		return words
	}
	if isCode(token) {
		return words // where lines of a reply were joined
	}
	low := strings.ToLower(token)
	if kind := nameKind(low); kind != "" {
		return append(words, kind)
	}
	for _, part := range strings.FieldsFunc(low, func(r rune) bool { return strings.ContainsRune(".:-_", r) }) {
		words = addWord(words, part)
	}
	return words
}

// isCode reports whether a word is a reply code, an enhanced status code, or
// both, as at the beginning of a line.
func isCode(s string) bool {
	if code, rest, ok := strings.Cut(s, "-"); ok {
		return isCode(code) && (rest == "" || isEnhanced(rest))
	}
	return isEnhanced(s) || len(s) == 3 && ascii.Digits(s) && (s[0] == '4' || s[0] == '5')
}

// addWord adds one word, without accents and apostrophes. A sign of a script
// without spaces is a word of its own.
func addWord(words []string, word string) []string {
	if isPlain(word) {
		if ascii.Digits(word) {
			return append(words, aNumber)
		}
		return append(words, word)
	}
	var b strings.Builder
	digits := true
	for _, r := range word {
		if isIdeograph(r) {
			if b.Len() > 0 {
				words = append(words, b.String())
				b.Reset()
			}
			words = append(words, string(r))
			continue
		}
		if r == '\'' || r == '’' || r == utf8.RuneError || unicode.Is(unicode.Mn, r) {
			continue
		}
		digits = digits && '0' <= r && r <= '9'
		b.WriteString(plain(r))
	}
	switch {
	case b.Len() == 0:
	case digits:
		words = append(words, aNumber)
	default:
		words = append(words, b.String())
	}
	return words
}

// isPlain reports whether a word has nothing but letters of ASCII and digits.
func isPlain(word string) bool {
	for i := range len(word) {
		if c := word[i]; !isLetter(c) && (c < '0' || c > '9') {
			return false
		}
	}
	return word != ""
}

func isIdeograph(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
}

// plain returns a letter without its accent.
func plain(r rune) string {
	if r < 0x80 {
		return string(r)
	}
	const from, to = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿąćęłńśźżčďěňřšťůžőűё", "aaaaaaceeeeiiiinoooooouuuuyyacelnszzcdenrstuzoue"
	i := 0
	for _, accented := range from {
		if accented == r {
			return to[i : i+1]
		}
		i++
	}
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	}
	return string(r)
}

func isLetter(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }
