package letter

import (
	"strconv"
	"strings"
)

// Plain returns the text of a part as lines to read: that of HTML without its
// tags.
func (p *Part) Plain() string {
	text := p.Text()
	if p.Type == "text/html" || p.Type == "text/plain" && startsHTML(text) {
		return fromHTML(text)
	}
	return text
}

// startsHTML reports whether a text that is said to be plain is HTML.
func startsHTML(text string) bool {
	text = strings.TrimLeft(text[:min(len(text), 200)], " \t\r\n")
	return hasPrefixFold([]byte(text), "<html") || hasPrefixFold([]byte(text), "<!doctype html")
}

// fromHTML drops tags, and what stands in scripts and styles.
func fromHTML(text string) string {
	var b strings.Builder
	for text != "" {
		before, rest, ok := strings.Cut(text, "<")
		b.WriteString(entities(before))
		if !ok {
			break
		}
		if isAddress, n := bracketed(rest); isAddress {
			b.WriteString("<" + rest[:n])
			text = rest[n:]
			continue
		}
		tag, after, _ := strings.Cut(rest, ">")
		name := tagName(tag)
		switch name {
		case "br", "p", "/p", "div", "/div", "tr", "/tr", "li", "/li", "table", "/table", "h1", "h2", "h3", "/h1", "/h2", "/h3", "hr", "pre", "/pre", "blockquote", "/blockquote":
			b.WriteByte('\n')
		case "td", "/td", "th", "/th":
			b.WriteByte(' ')
		case "script", "style", "title":
			after = behind(after, "</"+name)
		}
		text = after
	}
	return b.String()
}

// maxAddress is the longest address with its brackets (RFC 5321 section 4.5.3.1.3).
const maxAddress = 256

// bracketed reports whether a mail address stands behind a bracket that was
// not written as &lt;, and its length with the closing bracket.
func bracketed(rest string) (ok bool, length int) {
	end := strings.IndexAny(rest[:min(len(rest), maxAddress)], "> \t\r\n\"=/")
	if end <= 0 || rest[end] != '>' || !strings.Contains(rest[:end], "@") {
		return false, 0
	}
	return true, end + 1
}

func tagName(tag string) string {
	end := strings.IndexAny(tag, " \t\r\n")
	if end < 0 {
		end = len(tag)
	}
	if end > 1 && tag[end-1] == '/' {
		end--
	}
	return strings.ToLower(tag[:min(end, 12)])
}

// behind returns a text from a closing tag on; nothing where it never comes.
func behind(text, tag string) string {
	for i := strings.Index(text, "</"); i >= 0; {
		if text = text[i:]; len(text) >= len(tag) && strings.EqualFold(text[:len(tag)], tag) {
			return text
		}
		if i = strings.Index(text[2:], "</"); i >= 0 {
			i += 2
		}
	}
	return ""
}

// entities undoes what HTML writes for marks of its own.
func entities(text string) string {
	if !strings.Contains(text, "&") {
		return text
	}
	var b strings.Builder
	for text != "" {
		before, rest, ok := strings.Cut(text, "&")
		b.WriteString(before)
		if !ok {
			break
		}
		if end := strings.IndexByte(rest[:min(len(rest), 10)], ';'); end > 0 {
			if r := entity(rest[:end]); r != 0 {
				b.WriteRune(r)
				text = rest[end+1:]
				continue
			}
		}
		b.WriteByte('&')
		text = rest
	}
	return b.String()
}

func entity(name string) rune {
	switch strings.ToLower(name) {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "quot":
		return '"'
	case "apos":
		return '\''
	case "nbsp":
		return ' '
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0
	}
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 20)
	if err != nil || n < ' ' && n != '\n' {
		return 0
	}
	return rune(n)
}
