package smtpwire

import "iter"

// EnhancedCode returns the enhanced status code at the beginning of a
// reply's text, such as 5.1.1. RFC 3463 section 2: class 2, 4 or 5, subject
// and detail of one to three digits without leading zeros; RFC 2034 section
// 4: a space, or the end of the line, follows.
func EnhancedCode(text string) (code string, ok bool) {
	if len(text) < 5 || text[1] != '.' || (text[0] != '2' && text[0] != '4' && text[0] != '5') {
		return "", false
	}
	end := number(text, 2)
	if end == 0 || end == len(text) || text[end] != '.' {
		return "", false
	}
	end = number(text, end+1)
	if end == 0 || (end < len(text) && text[end] != ' ') {
		return "", false
	}
	return text[:end], true
}

// number returns where the number ends that begins at i, 0 if there is none
// of one to three digits without a leading zero.
func number(s string, i int) int {
	end := i
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n := end - i
	if n < 1 || n > 3 || (n > 1 && s[i] == '0') {
		return 0
	}
	return end
}

// Enhanced returns the enhanced status code of the first line. If that code
// is of another class than the reply, the reply's own code decides: then ok
// is false and mismatch is true. A greeting and the reply to EHLO or HELO
// never have one (RFC 2034 section 4), which the caller has to know.
func (r *Reply) Enhanced() (code string, ok, mismatch bool) {
	code, ok = EnhancedCode(r.FirstText())
	if ok && !r.sameClass(code) {
		return "", false, true
	}
	return code, ok, false
}

// EnhancedCodes yields the enhanced status codes of all lines that have one
// of the reply's class.
func (r *Reply) EnhancedCodes() iter.Seq[string] {
	return func(yield func(string) bool) {
		for text := range r.TextLines() {
			code, ok := EnhancedCode(text)
			if ok && r.sameClass(code) && !yield(code) {
				return
			}
		}
	}
}

func (r *Reply) sameClass(code string) bool { return int(code[0]-'0') == r.Class() }
