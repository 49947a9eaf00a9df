package scenarios

import "strings"

// Condition is one word of if or unless: tls, authenticated, ipv4 or ipv6 in
// Word, or else an EHLO keyword.
type Condition struct {
	Pos     Pos
	Word    string
	Keyword Keyword
}

// String returns the condition as written.
func (c *Condition) String() string {
	if c.Word != "" {
		return c.Word
	}
	return c.Keyword.String()
}

// parseCondition reads a word or an EHLO keyword.
func parseCondition(text string) (Condition, error) {
	switch word := strings.ToLower(text); word {
	case "tls", "authenticated", "ipv4", "ipv6":
		return Condition{Word: word}, nil
	}
	k, err := parseKeyword(text)
	return Condition{Keyword: k}, err
}
