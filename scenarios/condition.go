package scenarios

import (
	"fmt"
	"strings"
)

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
	switch first, _, _ := strings.Cut(strings.ToLower(text), " "); first {
	case "not", "and", "or":
		return Condition{}, fmt.Errorf("%q is no EHLO keyword: conditions have no operators; unless: is the opposite of if:, and a list means all", text)
	}
	k, err := parseKeyword(text)
	return Condition{Keyword: k}, err
}
