package cli

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"mxprobe/internal/sandbox"
)

// The canaries: secrets that must not come out anywhere. One begins like the
// other, and both have what encodings change.
const (
	canaryPassword = `cAnaRy"p\u00e4ss 100%+/=&?w\xC3\xB6rd` + "\u00e4\u00f6\u2122"
	canaryToken    = `cAnaRy"p\u00e4ss 100%+/=&?w\xC3\xB6rd` + "\u00e4\u00f6\u2122-and-a-tail"
	canaryUser     = "uSer-cAnArY-nAmE"
	// canaryLong is longer than what messages show of a line, so that it is
	// cut somewhere.
	canaryLong = "lOngcAnary0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" +
		"zyxwvutsrqponmlkjihgfedcba9876543210ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210mnbvcxylkjhgfdsaqwertzuiop" +
		"0246813579acegikmoqsuwybdfhjlnprtvxz"
)

func canaryEnv(name string) (string, bool) {
	values := map[string]string{
		"PASSWORD": canaryPassword, "TOKEN": canaryToken, "USER_NAME": canaryUser, "LONG": canaryLong,
		"MXPROBE_HELO": "probe.test",
	}
	v, ok := values[name]
	return v, ok
}

// window is how much of a secret, or of its base64, counts as a leak.
const window = 8

// pieces are all parts of the canaries and of their encodings that count as a
// leak, each with what it is a part of.
var pieces = sync.OnceValue(func() map[[window]byte]string {
	all := make(map[[window]byte]string)
	for _, canary := range []string{canaryPassword, canaryToken, canaryUser, canaryLong} {
		forms := []string{
			canary, url.QueryEscape(canary), url.PathEscape(canary), regexp.QuoteMeta(canary),
			inHex(canary, "%%%02x"), inHex(canary, "%%%02X"), inHex(canary, "=%02X"),
		}
		for before := range 3 {
			b := append(make([]byte, before), canary...)
			forms = append(forms, base64.StdEncoding.EncodeToString(b)[4:], base64.URLEncoding.EncodeToString(b)[4:])
		}
		for _, form := range forms {
			for at := 0; at+window <= len(form); at++ {
				all[[window]byte([]byte(form[at:at+window]))] = form
			}
		}
	}
	return all
})

// leak returns the part of an output that gives a canary away, or nothing.
// It is written without the program's own mask: it looks for each piece of a
// canary and of its encodings, and into everything that looks like base64.
func leak(output string) string {
	known := pieces()
	for at := 0; at+window <= len(output); at++ {
		if form, ok := known[[window]byte([]byte(output[at:at+window]))]; ok {
			return fmt.Sprintf("%q of %q", output[at:at+window], form)
		}
	}
	for _, word := range strings.FieldsFunc(output, func(r rune) bool { return !strings.ContainsRune(base64Digits, r) }) {
		for before := range min(4, len(word)) {
			text := word[before:]
			b, _ := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "=")) // as far as it goes
			for _, mark := range []string{canaryUser, "cAnaRy", "lOngcAn", ",p="} {
				if bytes.Contains(b, []byte(mark)) {
					return fmt.Sprintf("%q, which is %q", text, b)
				}
			}
			// The signature of a SCRAM server is base64 itself; an id of a run that
			// begins by chance as one is not.
			if sign, ok := bytes.CutPrefix(b, []byte("v=")); ok && len(sign) >= 8 && len(bytes.Trim(sign, base64Digits)) == 0 {
				return fmt.Sprintf("%q, which is %q", text, b)
			}
		}
	}
	return ""
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

// TestLeakFindsLeaks holds that the test below could fail.
func TestLeakFindsLeaks(t *testing.T) {
	t.Parallel()
	for _, leaking := range []string{
		"x " + canaryPassword, "550 lOngcAna", base64.StdEncoding.EncodeToString([]byte("\x00" + canaryUser + "\x00x")),
		url.QueryEscape(canaryToken), base64.StdEncoding.EncodeToString([]byte("c=biws,r=abc,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")),
		base64.StdEncoding.EncodeToString([]byte("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")),
	} {
		if leak(leaking) == "" {
			t.Errorf("no leak is found in %q", leaking)
		}
	}
	if found := leak("AUTH PLAIN *** (as ***) 334 VXNlcm5hbWU6 kate"); found != "" {
		t.Errorf("a leak where there is none: %s", found)
	}
}

// canaryServers are one domain each: servers that are sound, wrong, broken,
// and some that give back whatever they are told.
func canaryServers() map[string]sandbox.Server {
	auth := func(fault sandbox.AuthFault) *sandbox.Auth {
		return &sandbox.Auth{
			Users:      map[string]string{canaryUser: canaryPassword, "kate": canaryPassword},
			Tokens:     map[string]string{canaryUser: canaryToken},
			Mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS"},
			Clear:      true, Fault: fault,
		}
	}
	out := map[string]sandbox.Server{"noauth": {}}
	for _, fault := range []sandbox.AuthFault{
		sandbox.WrongSignature, sandbox.NoSignature, sandbox.NotBase64, sandbox.Endless, sandbox.TakesAll, sandbox.Echoes,
	} {
		out[string(fault)] = sandbox.Server{Auth: auth(fault)}
	}
	out["sound"] = sandbox.Server{Auth: auth(sandbox.AuthSound)}
	tell := func(before string) sandbox.Server {
		say := func(c *sandbox.Conn, line string) {
			decoded := ""
			for word := range strings.FieldsSeq(line) {
				b, _ := base64.StdEncoding.DecodeString(word)
				decoded += string(b)
			}
			decoded = strings.NewReplacer("\x00", " ", "\r", "", "\n", "").Replace(decoded)
			_, _ = c.Write([]byte(before + line + " " + decoded + "\r\n"))
		}
		return sandbox.Server{Rules: []sandbox.Rule{{On: "AUTH", Func: say}, {On: "NOOP", Func: say}, {On: "MAIL", Func: say}}}
	}
	out["echo-refusal"] = tell("550 5.7.1 ")
	out["echo-yes"] = tell("235 ")
	out["echo-broken"] = tell("what is ")
	out["echo-cut"] = tell("550 " + strings.Repeat("x", 150))
	out["echo-endless"] = tell("550 " + strings.Repeat("y", 9000))
	return out
}

// canaryScenarios are logins of every mechanism, and lines that use secrets in
// other ways.
func canaryScenarios() map[string]string {
	head := "secrets:\n  password: {env: PASSWORD}\n  token: {env: TOKEN}\n  user: {env: USER_NAME}\n  long: {env: LONG}\n"
	out := map[string]string{}
	for _, mech := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS"} {
		for _, password := range []string{"password", "token", "long"} {
			if password == "long" && mech != "PLAIN" && mech != "LOGIN" {
				continue
			}
			out[strings.ToLower(mech)+"-"+password] = head + "name: " + mech + " as ${user} with ${" + password + "}\nsteps:\n  - EHLO ${helo}\n" +
				"  - {auth: " + mech + ", user: \"${user}\", authzid: \"\", password: \"${" + password + "}\", allow_clear: true}\n"
		}
	}
	lines := map[string]string{
		"typed":     "- AUTH PLAIN ${blob|base64}",
		"typed-two": "- AUTH LOGIN\n  - send: ${user|base64}\n    expect: any\n  - send: ${long|base64}\n    expect: any",
		"line":      "- NOOP ${password} ${token|xtext} ${long}",
		"captured":  "- send: NOOP ${long}\n    expect: any\n    capture: {all: /(.*)/}\n  - NOOP ${all}",
		"expected":  "- name: ${password}\n    send: NOOP\n    text: [\"${token}\"]",
		"lines":     "- send: NOOP ${user}\n    expect: any\n    lines: [\"250 ${long}\"]",
		"keyword":   "- send: EHLO ${helo}\n    offers: ${password}",
		"codes":     "- send: NOOP\n    expect: ${token}",
		"sender":    "- MAIL FROM:<${user}>\n  - RCPT TO:<${password}@x.test>",
		"pipeline":  "- pipeline:\n    - NOOP ${long}\n    - MAIL FROM:<${user}>",
		"raw":       "- raw: \"NOOP ${long}\\r\\n\"\n    expect: any",
		"message":   "- MAIL FROM:<>\n  - RCPT TO:<kate@sound.test>\n  - message: |\n      Subject: ${password}\n\n      ${long}",
	}
	for name, text := range lines {
		out[name] = head + "name: " + name + "\nvars:\n  blob: \"${user}$${x}${password}\"\nsteps:\n  - EHLO ${helo}\n  " + text + "\n"
	}
	return out
}

// TestNoCanary plays logins that pass, fail and break, and looks for the
// secrets in every output of every format: none.
func TestNoCanary(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range canaryScenarios() {
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	spec := sandbox.Spec{Loopback: true}
	var args []string
	n := 0
	for name, server := range canaryServers() {
		n++
		spec.Zones = append(spec.Zones, sandbox.Zone{Name: name + ".test", Text: fmt.Sprintf("@ MX 10 mx\nmx A 192.0.2.%d\n", n)})
		server.Name = "mx." + name + ".test"
		spec.Servers = append(spec.Servers, server)
		args = append(args, "-d", name+".test")
	}
	world, err := sandbox.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	args = append(args, "--dns", world.DNS().String(), "-p", fmt.Sprint(world.SMTPPort()), "--timeout", "500ms", "--per-host", "8")
	for _, format := range [][]string{
		{"run"},
		{"run", "-v"},
		{"run", "-vv"},
		{"run", "-q"},
		{"run", "-vv", "--color", "always"},
		{"run", "-f", "json"},
		{"run", "-f", "json", "-vv"},
		{"run", "-f", "jsonl"},
		{"run", "-f", "jsonl", "-vv"},
		{"run", "--dry-run"},
		{"run", "--retry", "1", "--retry-wait", "1ms", "-f", "jsonl"},
	} {
		t.Run(strings.Join(format, " "), func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			p := program()
			p.Stdout, p.Stderr, p.LookupEnv = &stdout, &stderr, canaryEnv
			status := p.Main(append(append([]string{format[0], dir}, format[1:]...), args...))
			if out := stdout.String(); status == ExitOK && !strings.Contains(strings.Join(format, " "), "dry") || len(out) < 1000 && format[len(format)-1] != "-q" {
				t.Errorf("exit status %d, %d bytes and %q: that is no run with failures", status, len(out), stderr.String())
			}
			for name, output := range map[string]string{"stdout": stdout.String(), "stderr": stderr.String()} {
				for line := range strings.Lines(output) {
					if found := leak(line); found != "" {
						t.Errorf("%s shows %s: %.400s", name, found, line)
					}
				}
			}
		})
	}
}

// TestNoCanaryInMistakes looks for secrets in what is said of a scenario that
// cannot be played.
func TestNoCanaryInMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte(canaryPassword+"\nand a second line"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"line end":    "secrets: {p: {file: secret}}\nsteps: [\"NOOP ${p}\"]",
		"not a code":  "secrets: {p: {env: PASSWORD}}\nsteps: [{send: NOOP, expect: \"${p}\"}]",
		"mechanism":   "secrets: {p: {env: PASSWORD}}\nsteps: [{auth: \"${p}\", user: u, password: \"${p}\", allow_clear: true}]",
		"in clear":    "secrets: {p: {env: PASSWORD}}\nsteps: [{auth: PLAIN, user: u, password: \"${p}\"}]",
		"not there":   "secrets: {p: {env: PASSWORD}, q: {env: NOT_THERE}}\nsteps: [NOOP]",
		"command":     "secrets: {p: {env: PASSWORD}, q: {command: [\"false\"]}}\nsteps: [NOOP]",
		"not allowed": "secrets: {p: {file: secret}}\nsteps: [{auth: SCRAM-SHA-256, user: u, password: \"${p}\", allow_clear: true}]",
	} {
		path := filepath.Join(dir, "s.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"run", "-H", "127.0.0.1:1", "-d", "x.test"}, {"run", "-n", "-H", "127.0.0.1:1", "-d", "x.test"}, {"validate"}} {
			var out bytes.Buffer
			p := program()
			p.Stdout, p.Stderr, p.LookupEnv = &out, &out, canaryEnv
			p.Main(append(args, path))
			if found := leak(out.String()); found != "" {
				t.Errorf("%s, %s: shows %s:\n%s", name, args[0], found, out.String())
			}
		}
	}
}
