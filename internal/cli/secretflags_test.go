package cli

import (
	"regexp"
	"testing"
)

// TestNoFlagTakesASecret: the list of processes shows flags to every user of
// the machine. What is secret comes from a file, or from the environment.
func TestNoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(?i)\b(password|passwd|secret|token|key|credential)s?\b`)
	looked := 0
	for _, c := range commands() {
		options, _ := c.bind(program())
		for i := range options {
			o := &options[i]
			looked++
			// The proxy's help names the variable that has its password.
			if secret.MatchString(o.name+" "+o.arg) && o.arg != "FILE" {
				t.Errorf("mxprobe %s --%s %s takes a secret", c.name, o.name, o.arg)
			}
		}
	}
	if looked < 50 {
		t.Errorf("only %d flags were looked at", looked)
	}
	if err := checkProxy("socks5://kate:secret@proxy.example:1080"); err == nil {
		t.Error("--proxy takes a password")
	}
}
