//go:build linux

package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reuses hangs on the domain and has its connection used for others.
const reuses = `name: ask
reuse: true
vars: {at: postfix.test}
hosts:
  - match: mx.exim.test
    vars: {at: exim.test}
steps:
  - EHLO ${helo}
  - MAIL FROM:<${domain}@sender.test>
  - RCPT TO:<kate@${at}>
`

// The verdicts of many domains are the same over one connection and over one each.
func TestReuseWithRealServers(t *testing.T) {
	postfix := need(t, theWorld.postfix)
	need(t, theWorld.exim)
	file := filepath.Join(t.TempDir(), "reuse.yaml")
	list := manyDomains(t, 11)
	for name, src := range map[string]string{
		"some fail":  strings.Replace(reuses, "match: mx.exim.test", "match: mx.nobody.test", 1), // so that Exim is asked to relay
		"pipelining": strings.Replace(reuses, "reuse: true", "reuse: true\npipeline: auto", 1),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
				t.Fatal(err)
			}
			const line = "disconnect from"
			before := strings.Count(postfix.Log(), line)
			together, _ := verdicts(play(t, file, "-d", "@"+list))
			used := strings.Count(postfix.Log(), line) - before
			alone, _ := verdicts(play(t, file, "-d", "@"+list, "--no-share"))
			if len(together) != 22 || len(alone) != 22 {
				t.Fatalf("%d and %d verdicts", len(together), len(alone))
			}
			for i := range alone {
				if together[i] != alone[i] {
					t.Errorf("reused:  %s\nalone:   %s", together[i], alone[i])
				}
			}
			if used > 8 {
				t.Errorf("Postfix saw %d connections for 11 domains", used)
			}
		})
	}
}
