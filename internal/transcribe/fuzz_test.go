package transcribe_test

import (
	"strings"
	"testing"

	"mxprobe/internal/transcribe"
	"mxprobe/scenarios"
)

// FuzzRead holds Read to what it says: no panic, and whatever comes out is a
// file of scenarios.
func FuzzRead(f *testing.F) {
	for _, src := range sessions(f) {
		f.Add(src)
	}
	for _, seed := range []string{
		"220 x\r\nEHLO a\r\n250 ok", "220 x\nDATA\n354 go\n.\n250 ok\n", "220 x\nDATA\n354 go\n\n \n.\n250 ok\n",
		"220 x\nAUTH PLAIN =\n334\n\n535 no\n", "S: 220 x\nC: AUTH XOAUTH2 \xff\nS: 235 5.\n", "220 x\n\x1b[5D\x1b]0;t\a\b\b^H\n250 x\n",
		"220 x\nBDAT 3 LAST\nab\n250 ok\n", "250-x\n250-y\nNOOP\n", "220 x\nSTARTTLS x: y # z\n220 go\n", "220 x\n- a: {b\n500 5.0.0\n",
		"220 x\nMAIL FROM:<> ENVID=" + strings.Repeat("x", 101) + "\n250 ok\n", "220 x\n\u202e${x}$$\u2028\n250 2.01.1\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := transcribe.Read("fuzz", src)
		if got == nil || (err == nil) != (len(got.YAML) > 0) {
			t.Fatalf("Read = %+v, %v", got, err)
		}
		if err != nil {
			return
		}
		all, err := scenarios.Parse("fuzz.yaml", got.YAML)
		if err != nil {
			t.Fatalf("%v in\n%s", err, got.YAML)
		}
		for _, s := range all {
			if problems := s.UndefinedIn(nil, func(string) (string, bool) { return "", false }); len(problems) > 0 {
				t.Fatalf("%v in\n%s", problems, got.YAML)
			}
		}
	})
}
