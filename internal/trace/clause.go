package trace

import "strings"

// clause is what follows a word such as "from" in a Received field (RFC 5321
// section 4.4), up to the next such word.
type clause struct {
	words   []string
	remarks []string
}

func (c *clause) first() string {
	if c == nil || len(c.words) == 0 {
		return ""
	}
	return c.words[0]
}

func (c *clause) text() string {
	if c == nil {
		return ""
	}
	return strings.Join(c.words, " ")
}

// maxTokens is how many words and remarks of a field are looked at.
const maxTokens = 200

// clauses takes a Received field apart.
func clauses(way string) map[string]*clause {
	found := make(map[string]*clause, 6)
	current := &clause{} // what stands before the first word of the grammar
	for range maxTokens {
		token, remark, rest := next(way)
		if token == "" && rest == "" {
			break
		}
		way = rest
		if remark {
			current.remarks = append(current.remarks, token)
			continue
		}
		if name := strings.ToLower(token); begins(name, found, current) {
			current = &clause{}
			found[name] = current
			continue
		}
		current.words = append(current.words, token)
	}
	return found
}

// begins reports whether a word begins a clause: each does once, and "from"
// and "by" in the text of another do not.
func begins(name string, found map[string]*clause, current *clause) bool {
	switch name {
	case "from":
		return found["from"] == nil && found["by"] == nil && found["with"] == nil
	case "by", "via", "with", "id", "for":
		return found[name] == nil && (len(current.words) > 0 || current.remarks != nil || len(found) == 0 || name == "by")
	}
	return false
}

// next returns the next word or remark of a text. A remark may hold others; an
// unclosed one goes to the end.
func next(s string) (token string, remark bool, rest string) {
	s = strings.TrimLeft(s, " \t\r\n")
	if s == "" {
		return "", false, ""
	}
	if s[0] != '(' {
		end := strings.IndexAny(s, " \t\r\n(")
		if end < 0 {
			return s, false, ""
		}
		return s[:end], false, s[end:]
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[1:i], true, s[i+1:]
			}
		}
	}
	return s[1:], true, ""
}
