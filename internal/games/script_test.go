package games

import (
	"fmt"
	"strings"
)

// turn is a command of a scenario and the codes that meet it.
type turn struct {
	verb  string
	wants []string // code patterns as in expect
}

func (t turn) met(code int) bool {
	for _, want := range t.wants {
		text := fmt.Sprint(code)
		class := want[1] == 'x' && code != 221 // which is the answer to QUIT alone
		if len(text) == 3 && text[0] == want[0] && (class || text == want) {
			return true
		}
	}
	return false
}

// script is a scenario: as YAML, and as what is expected of each command.
type script struct {
	yaml  strings.Builder
	turns []turn
	quit  bool // QUIT is said
	// upgrades is true for tls: opportunistic.
	upgrades bool
}

// newScript makes a scenario up.
func newScript(c *choices) *script {
	s := &script{quit: true}
	s.yaml.WriteString("name: game\nsecrets: {token: {env: GAME_TOKEN}}\n")
	if c.once(4) {
		s.yaml.WriteString("quit: false\n")
		s.quit = false
	}
	if c.once(4) {
		s.yaml.WriteString("pipeline: auto\n")
	}
	if s.upgrades = c.tls.IntN(3) == 0; s.upgrades {
		s.yaml.WriteString("tls: opportunistic\n")
	}
	s.yaml.WriteString("steps:\n")
	s.line(c, "EHLO", "EHLO ${helo}", false)
	if c.once(3) && !s.upgrades {
		s.yaml.WriteString("  - starttls: {verify: false}\n")
		s.turns = append(s.turns, turn{"STARTTLS", []string{"220"}})
		s.line(c, "EHLO", "EHLO ${helo}", false)
	}
	for range 1 + c.below(2) {
		s.transaction(c)
	}
	if !s.quit && c.once(2) {
		s.yaml.WriteString("  - close: true\n")
	}
	return s
}

// transaction adds a mail transaction, or a part of one.
func (s *script) transaction(c *choices) {
	if c.once(3) {
		s.line(c, "NOOP", one(c, "NOOP", "NOOP ${token}"), true)
	}
	grouped := c.once(4)
	if grouped {
		s.yaml.WriteString("  - pipeline:\n")
	}
	s.grouped(c, grouped, "MAIL", "MAIL FROM:<${from}>")
	for range 1 + c.below(3) {
		s.grouped(c, grouped, "RCPT", "RCPT TO:<${to}>")
	}
	switch c.below(3) {
	case 0:
		s.line(c, "RSET", "RSET", true)
	case 1:
		s.yaml.WriteString("  - message: |\n      Subject: a game\n\n      of ${token}\n")
		s.turns = append(s.turns, turn{"DATA", []string{"354"}}, turn{"end-of-data", []string{"2xx"}})
	}
}

func (s *script) grouped(c *choices, grouped bool, verb, line string) {
	if grouped {
		s.yaml.WriteString("    ")
	}
	s.line(c, verb, line, true)
}

// line adds a command, which now and then must be refused.
func (s *script) line(c *choices, verb, line string, mayRefuse bool) {
	wants := []string{"2xx"}
	if mayRefuse && c.once(5) {
		wants = one(c, []string{"5xx"}, []string{"5xx", "4xx"}, []string{"250"}, []string{"2xx", "550"})
	}
	fmt.Fprintf(&s.yaml, "  - {send: %q, expect: [%s]}\n", line, strings.Join(wants, ", "))
	s.turns = append(s.turns, turn{verb, wants})
}
