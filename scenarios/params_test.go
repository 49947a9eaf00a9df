package scenarios_test

import (
	"strings"
	"testing"

	"mxprobe/scenarios"
)

// A parameter of DSN that no server can take is a mistake in the file, unless
// the step wants to see it refused (RFC 3461 sections 4.1, 4.2 and 4.4).
func TestTrap51ParametersNoServerCanTake(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 101)
	for _, tc := range []struct{ name, step, want string }{
		{"NEVER alone", "RCPT TO:<a@b.test> NOTIFY=NEVER", ""},
		{"NEVER with others", "rcpt to:<a@b.test> notify=success,never", "NEVER stands alone"},
		{"NEVER with others, refused", "{send: 'RCPT TO:<a@b.test> NOTIFY=NEVER,DELAY', expect: 501}", ""},
		{"NEVER with others, taken", "{send: 'RCPT TO:<a@b.test> NOTIFY=NEVER,DELAY', expect: 250}", "NEVER stands alone"},
		{"ENVID of 100", "MAIL FROM:<> ENVID=" + long[1:], ""},
		{"ENVID of 101", "MAIL FROM:<> ENVID=" + long, "100 characters"},
		{"ENVID of 101, any answer", "{send: 'MAIL FROM:<> ENVID=" + long + "', expect: any}", ""},
		{"ORCPT of 500", "RCPT TO:<a@b.test> ORCPT=" + strings.Repeat("rfc822;x+2", 50), ""},
		{"ORCPT of 501", "RCPT TO:<a@b.test> ORCPT=" + strings.Repeat("rfc822;x+2", 50) + "B", "500 characters"},
		{"a variable", "RCPT TO:<a@b.test> NOTIFY=NEVER,${more:-DELAY}", ""},
		{"in the path", "RCPT TO:<\"NOTIFY=NEVER,DELAY\"@b.test>", ""},
		{"another command", "NOOP <> NOTIFY=NEVER,DELAY", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := scenarios.Parse("test.yaml", []byte("steps:\n  - "+tc.step+"\n"))
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("error is %v; want none", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("error is %v; want one with %q", err, tc.want)
			}
		})
	}
}
