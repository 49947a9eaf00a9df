package transcribe

import "testing"

func TestOnTerminal(t *testing.T) {
	t.Parallel()
	tests := []struct{ raw, want string }{
		{"HELO x\r", "HELO x"},
		{"250 ok\r\r", "250 ok"},
		{"250 ok^M", "250 ok"},
		{"HELO prbo\b \b\b \bobe\r", "HELO probe"}, // as a terminal echoes it
		{"MIAL\b\b\bAIL", "MAIL"},                  // overwritten
		{"HELOO\b\r", "HELO"},                      // rubbed out at the end
		{"\b\b\bRSET", "RSET"},
		{"prompt> \rNOOP    ", "NOOP    "},
		{"\x1b[1mNOOP\x1b[0m", "NOOP"},
		{"\x1b[?2004h\x1b]0;title\aNOOP", "NOOP"},
		{"\x1b]0;title\x1b\\NOOP\x1b(B", "NOOP"},
		{"NOOX\x1b[DP", "NOOP"},
		{"RCPTT TO\x1b[4D\x1b[P", "RCPT TO"},
		{"RCPTT TO\x1b[4D\x1b[P TO", "RCPT TO"},
		{"RSET garbage\x1b[8D\x1b[K", "RSET"},
		{"xNOOP\x1b[1G\x1b[PNOOP", "NOOP"},
		{"NO\x07OP\x7f", "NOOP"},
		{"j\u00f6rg\b\b\b\u00fcrg", "j\u00fcrg"},
		{"cut\x1b", "cut"},
		{"cut\x1b[12", "cut"},
		{"a\x1b[99999999999999999999Db", "ab"}, // a number that means nothing
	}
	for _, tt := range tests {
		if got := onTerminal(tt.raw); got != tt.want {
			t.Errorf("onTerminal(%q) = %q; want %q", tt.raw, got, tt.want)
		}
	}
}

// What is written bare is read back as it is, and everything else is in
// quotes; a dollar sign never begins a variable.
func TestScalar(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"EHLO probe.test", "EHLO probe.test"},
		{"MAIL FROM:<a@b>", "MAIL FROM:<a@b>"},
		{"MAIL FROM: <a@b>", `"MAIL FROM: <a@b>"`},
		{"MAIL FROM:", `"MAIL FROM:"`},
		{"NOOP # no remark", `"NOOP # no remark"`},
		{"NOOP #", `"NOOP #"`},
		{"NOOP ", `"NOOP "`},
		{"- x", `"- x"`},
		{"", `""`},
		{`say "x\y"`, `say "x\y"`},
		{`"x\y"`, `"\"x\\y\""`},
		{"a\tb\r\n\x00\x7f", `"a\tb\r\n\x00\x7f"`},
		{"\u00e4\u202e\ufeff\U000e0001", `"` + "\u00e4" + `\u202e\ufeff\U000e0001"`},
	}
	for _, tt := range tests {
		if got := scalar(tt.text); got != tt.want {
			t.Errorf("scalar(%q) = %s; want %s", tt.text, got, tt.want)
		}
	}
	for text, want := range map[string]string{"$": "$", "$5": "$5", "${x}": "$${x}", "$$": "$$$", "a$${": "a$$$${"} {
		if got := literal(text); got != want {
			t.Errorf("literal(%q) = %q; want %q", text, got, want)
		}
	}
}
