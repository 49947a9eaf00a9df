package scenarios

import (
	"strings"
	"testing"
)

// What people write out of habit gets the words that the language has for it.
func TestHabitsAreAnsweredWithTheWordsOfTheLanguage(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, place, message, hint string }{
		{
			"a message behind DATA", "steps:\n  - DATA\n  - |\n    Subject: x\n\n    body\n    .\n", "3:5",
			"a text behind DATA is no line to send", "body: | before it",
		},
		{"a message under DATA", "steps:\n  - DATA: |\n      Subject: x\n\n      body\n", "2:5", `unknown key "DATA"`, "write message: |"},
		{"a session in a block", "steps:\n  - |\n    EHLO a\n    QUIT\n", "2:5", "the step is one line, not a block", "a step of each line"},
		{"a line end in quotes", `steps: ["a\nb"]`, "1:9", "not CRLF", "between two commands"},
		{"starttls: yes", "steps:\n  - starttls: yes\n", "2:15", "starttls is a map of settings", "- STARTTLS"},
		{"starttls: required", "steps:\n  - starttls: required\n", "2:15", "starttls is a map of settings", "- STARTTLS"},
		{"${sender}", "steps: [\"MAIL FROM:<${sender}>\"]", "1:21", "the built-in ${from} is the sender", ""},
		{"${recipient}", "steps: [\"RCPT TO:<${recipient}>\"]", "1:19", "the built-in ${to} is the recipient", ""},
		{"${MAIL_FROM}", "steps: [\"MAIL FROM:<${MAIL_FROM}>\"]", "1:21", "the built-in ${from}", ""},
		{"${TO}", "steps: [\"RCPT TO:<${TO}>\"]", "1:19", `did you mean "to"?`, ""},
		{"${hostname}", "steps: [\"EHLO ${hostname}\"]", "1:15", "the built-in ${helo}", ""},
		{"${domian}", "steps: [\"EHLO ${domian}\"]", "1:15", `did you mean "domain"?`, ""},
	}
	for _, tt := range tests {
		err := new(Loader).Mistakes(t.Context(), "x.yaml", []byte(tt.src), nil)
		if len(err) != 1 {
			t.Errorf("%s: mistakes are\n%v\nwant one", tt.name, err)
			continue
		}
		text := err[0].Error()
		if !strings.HasPrefix(text, "x.yaml:"+tt.place+": ") || !strings.Contains(err[0].Message, tt.message) || !strings.Contains(err[0].Hint, tt.hint) {
			t.Errorf("%s: %s\nwant %q with the hint %q at %s", tt.name, text, tt.message, tt.hint, tt.place)
		}
	}
}
