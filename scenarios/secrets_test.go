package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretsAreFetched(t *testing.T) {
	t.Parallel()
	all, err := parseFile(t, "testdata/good/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) (string, bool) { return "from " + name, name == "A_SECRET" }
	got, err := all[0].LoadSecrets(t.Context(), getenv)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"fromenv": "from A_SECRET", "fromfile": "sesame", "fromlist": "a b", "fromwords": "abc"}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("secret %s = %q; want %q", name, got[name], w)
		}
	}
}

func TestSecretsThatAreNotToBeHad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "newline": "\n", "two": "a\r\n\n", "long": strings.Repeat("x", maxSecret+1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src := `secrets:
  unset: {env: UNSET}
  empty: {env: EMPTY}
  missing: {file: missing}
  blank: {file: empty}
  newline: {file: newline}
  two: {file: two}
  long: {file: long}
  none: {command: [mxprobe-no-such-program]}
  failing: {command: [sh, -c, "echo locked >&2; exit 3"]}
  silent: {command: "true"}
  endless: {command: ["yes"]}
steps: [NOOP]
`
	all, err := Parse(filepath.Join(dir, "s.yaml"), []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) (string, bool) { return "", name == "EMPTY" }
	got, err := all[0].LoadSecrets(t.Context(), getenv)
	if err == nil || got != nil {
		t.Fatalf("LoadSecrets = %v, %v; want an error alone", got, err)
	}
	for _, want := range []string{
		`:2:3: error: secret "unset": environment variable "UNSET" is not set`,
		`:3:3: error: secret "empty": environment variable "EMPTY" is empty`,
		`:4:3: error: secret "missing": there is no file `,
		`:5:3: error: secret "blank": file "empty" is empty`,
		`:6:3: error: secret "newline": file "newline" is empty`,
		`:8:3: error: secret "long": `,
		`:9:3: error: secret "none": running "mxprobe-no-such-program"`,
		`:10:3: error: secret "failing": running "sh": exit status 3: locked`,
		`error: secret "endless": output of "yes" is longer than `,
		`:11:3: error: secret "silent": output of "true" is empty`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("LoadSecrets does not say %s", want)
		}
	}
	if strings.Contains(err.Error(), `"two"`) || strings.Contains(err.Error(), "xxx") {
		t.Errorf("LoadSecrets says too much:\n%v", err)
	}
	if got := cutLineEnd("a\r\n\n"); got != "a\r\n" {
		t.Errorf("cutLineEnd cuts more than one line end off: %q", got)
	}
}

// A command may ask its user something: once, not for each row.
func TestCommandRunsOnceForAllRows(t *testing.T) {
	t.Parallel()
	count := filepath.Join(t.TempDir(), "count")
	src := "secrets: {p: {command: [sh, -c, 'echo x >>" + count + "; echo s']}}\neach: [{a: b}, {a: c}]\nsteps: [NOOP]\n"
	for _, s := range mustParse(t, src) {
		if got, err := s.LoadSecrets(t.Context(), noEnv); err != nil || got["p"] != "s" {
			t.Errorf("LoadSecrets = %v, %v", got, err)
		}
	}
	if got, err := os.ReadFile(count); err != nil || string(got) != "x\n" {
		t.Errorf("the command left %q, %v; want one line", got, err)
	}
}

func TestScenarioWithoutSecretsNeedsNone(t *testing.T) {
	t.Parallel()
	if got, err := one(t, "  - NOOP\n").LoadSecrets(t.Context(), nil); got != nil || err != nil {
		t.Errorf("LoadSecrets = %v, %v", got, err)
	}
}

// What stands in place of a secret is not repeated in an error.
func TestLiteralSecretIsNotShown(t *testing.T) {
	t.Parallel()
	_, err := Parse("x.yaml", []byte("secrets:\n  password:\n    hunter2\nsteps: [NOOP]\n"))
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Parse = %v; want an error without the secret", err)
	}
}
