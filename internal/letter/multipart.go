package letter

import (
	"bytes"
	"mime"
	"strings"
)

// split returns the parts between the boundaries of a body (RFC 2046 section
// 5.1.1), nil where it has none. The last part need not be closed. Where the
// boundary that was announced never comes, or none was, the first line that
// looks like one is taken for it.
func split(body []byte, boundary string) [][]byte {
	parts := between(body, boundary)
	if parts == nil {
		if guess := guessBoundary(body); guess != boundary {
			parts = between(body, guess)
		}
	}
	return parts
}

func between(body []byte, boundary string) (parts [][]byte) {
	if boundary == "" {
		return nil
	}
	from := -1
	for at := 0; at < len(body); {
		end := lineEnd(body, at)
		if rest, ok := bytes.CutPrefix(body[at:end], []byte("--"+boundary)); ok {
			closing := bytes.HasPrefix(rest, []byte("--"))
			if tail := bytes.TrimSpace(bytes.TrimPrefix(rest, []byte("--"))); len(tail) == 0 {
				if from >= 0 {
					parts = append(parts, body[from:at])
				}
				if from = end; closing {
					from = -1
				}
				if len(parts) >= maxParts {
					return parts
				}
			}
		}
		at = end
	}
	if from >= 0 && from < len(body) {
		parts = append(parts, body[from:])
	}
	return parts
}

// guessBoundary returns the boundary that a body seems to have: from a line
// that begins with two dashes and is followed by a field of a part.
func guessBoundary(body []byte) string {
	for at := 0; at < len(body); {
		end := lineEnd(body, at)
		line := bytes.TrimSpace(body[at:end])
		if bytes.HasPrefix(line, []byte("--")) && len(line) > 2 && len(line) <= 72 &&
			hasPrefixFold(body[end:], "content-") {
			return string(line[2:])
		}
		at = end
	}
	return ""
}

func hasPrefixFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(string(text[:len(prefix)]), prefix)
}

// mediaType reads a Content-Type. A parameter that is not in order, or a remark,
// must not hide what the part is.
func mediaType(value string) (kind string, params map[string]string) {
	if value == "" {
		return "", nil
	}
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params
	}
	kind, rest, _ := strings.Cut(value, ";")
	kind, _, _ = strings.Cut(strings.ToLower(uncommented(kind)), " ")
	params = make(map[string]string)
	for part := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(uncommented(part), "=")
		if value = strings.Trim(strings.TrimSpace(value), `"`); value != "" {
			params[strings.ToLower(strings.TrimSpace(name))] = value
		}
	}
	return kind, params
}

// uncommented takes a remark off: "5.1.1 (no such user)".
func uncommented(value string) string {
	value, _, _ = strings.Cut(value, "(")
	return strings.TrimSpace(value)
}
