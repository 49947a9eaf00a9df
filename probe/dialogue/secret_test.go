package dialogue_test

import (
	"encoding/json"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/dialogue"
)

// secretive plays a scenario whose secrets are in the environment, and fails
// if a piece of one is anywhere in the result.
func secretive(t *testing.T, w *sandbox.World, env map[string]string, src string, pieces ...string) {
	t.Helper()
	set := settings(w)
	set.Transcript = dialogue.TranscriptAlways
	set.Getenv = func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "***") {
		t.Errorf("nothing is hidden in %s", b)
	}
	for _, piece := range pieces {
		if at := strings.Index(string(b), piece); at >= 0 {
			t.Errorf("%q shows in ...%s", piece, b[max(0, at-80):at+len(piece)])
		}
	}
}

// The base64 of a text that holds a secret shows the secret, at whichever of
// three places in a group of bytes it begins; so does its xtext.
func TestSecretIsHiddenInEncodedText(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"abc", "ab", "a"} {
		secretive(t, with(t), map[string]string{"PW": "hunter2+secret="}, `name: x
secrets:
  pw: {env: PW}
vars:
  plain: "`+user+`${pw}:end"
steps:
  - EHLO ${helo}
  - {send: "NOOP ${plain|base64}", expect: any}
  - {send: "NOOP ${plain|xtext}", expect: any}
`, "odW50ZXIyK3NlY3JldD", "h1bnRlcjIrc2VjcmV0P", "dW50ZXIyK3NlY3JldD", "1bnRlcjIrc2VjcmV0P", "VudGVyMitzZWNyZXQ9", "hunter", "2Bsecret")
	}
}

// A secret that begins with another one is hidden as a whole.
func TestLongestSecretIsHiddenFirst(t *testing.T) {
	t.Parallel()
	for range 10 { // the order of a map is another each time
		secretive(t, with(t), map[string]string{"A": "hunter", "B": "hunter-two"}, `name: x
secrets:
  a: {env: A}
  b: {env: B}
steps:
  - EHLO ${helo}
  - {send: "NOOP ${b}", expect: any}
`, "hunter", "-two")
	}
}

// What a server repeats is cut to a length, and a secret that is cut in two
// must not show its first half.
func TestSecretIsHiddenWhereRepliesAreCut(t *testing.T) {
	t.Parallel()
	const pw = "hunter2-and-a-lot-of-further-secret-text"
	for name, rule := range map[string]sandbox.Rule{
		"a refusal":          {On: "NOOP", Reply: "500 " + strings.Repeat("x", 180) + pw},
		"half a reply":       {On: "NOOP", Raw: "500-" + strings.Repeat("x", 100) + pw, Close: true},
		"no reply at all":    {On: "NOOP", Raw: "foo " + strings.Repeat("x", 40) + pw + "\r\n"},
		"nothing to capture": {On: "NOOP", Reply: "250 " + strings.Repeat("x", 180) + pw},
		"unasked":            {On: "EHLO", Extra: "250 " + strings.Repeat("x", 95) + pw + "\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			secretive(t, with(t, rule), map[string]string{"PW": pw}, `name: x
secrets:
  pw: {env: PW}
steps:
  - EHLO ${helo}
  - send: NOOP ${pw}
    capture: {id: /queued as (.*)/}
`, "hunter")
		})
	}
}

// A secret in a place where it makes no sense shows in no error about that.
func TestSecretIsHiddenInErrors(t *testing.T) {
	t.Parallel()
	secretive(t, with(t), map[string]string{"PW": `hunter"and\two`}, `name: x
secrets:
  pw: {env: PW}
steps:
  - {send: "EHLO ${helo}", expect: "${pw}"}
`, "hunter")
}

// A secret of several lines, such as a key, is hidden line by line as well.
func TestSecretOfSeveralLinesIsHiddenInTranscripts(t *testing.T) {
	t.Parallel()
	secretive(t, with(t), map[string]string{"KEY": "first-of-key\r\nsecond-of-key\nthird-of-key"}, `name: x
secrets:
  key: {env: KEY}
steps:
  - EHLO ${helo}
  - {raw: "${key}\r\n", expect: any}
`, "-of-key")
}
