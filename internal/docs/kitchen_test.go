package docs

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/cli"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe/result"
)

// kitchen is a folder with the files of a recipe, and a world to try it on.
type kitchen struct {
	dir   string
	world *sandbox.World
}

// cooked is what became of a command.
type cooked struct {
	exit    int
	printed string
	run     *result.Run // nil for commands other than run
}

// usualZone is the domain of a recipe that needs one host only.
const usualZone = "zones:\n  example.org: |\n    @ MX 10 mx1\n    mx1 A 192.0.2.10\n"

func newKitchen(t *testing.T, r *recipe, world string) *kitchen {
	t.Helper()
	k := &kitchen{dir: t.TempDir()}
	if !strings.Contains(world, "zones:") {
		world = usualZone + world
	}
	spec, err := sandbox.ParseSpec("world.yaml", []byte(k.moved(world)))
	if err != nil {
		t.Fatal(err)
	}
	spec.Loopback = true
	k.world, err = sandbox.Start(spec)
	if err != nil && runtime.GOOS != "linux" {
		t.Skip("skipped: only 127.0.0.1 is there: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.world.Close(); err != nil {
			t.Error(err)
		}
	})
	k.furnish(t, r)
	for _, c := range r.calls {
		if strings.HasPrefix(c.commands[0], "head ") {
			k.head(t, strings.Fields(c.commands[0]))
		}
	}
	return k
}

// furnish writes the files, and what a command needs that is in no recipe.
func (k *kitchen) furnish(t *testing.T, r *recipe) {
	t.Helper()
	files := map[string]string{"ca.pem": string(k.world.CA()), "s1.pem": signingKey(t)}
	for _, f := range r.files {
		files[f.mark] = k.moved(f.text)
	}
	if k.world.CA() != nil { // there is an authority
		cert, key, err := k.world.ClientPair()
		if err != nil {
			t.Fatal(err)
		}
		files["probe.pem"], files["probe-key.pem"] = string(cert), string(key)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(k.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(k.dir, "var/lib/mxprobe"), 0o700); err != nil {
		t.Fatal(err)
	}
	sandboxtest.Maildir(t, filepath.Join(k.dir, "home/probe"))
	k.mailbox(t)
}

// signingKey makes a key for DKIM.
func signingKey(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// mailbox makes the mailbox of probe@example.org the one that recipes name.
func (k *kitchen) mailbox(t *testing.T) {
	t.Helper()
	at := k.world.Maildir("probe@example.org")
	if at == "" {
		return
	}
	home := filepath.Join(k.dir, "home/probe/Maildir")
	if err := os.RemoveAll(home); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(at, home); err != nil {
		t.Fatal(err)
	}
}

// moved puts paths of a real machine into the kitchen, and makes what waits
// for mail to arrive wait seconds in place of minutes.
func (k *kitchen) moved(text string) string {
	text = strings.NewReplacer("MAILDIR", k.dir+"/mail", "/home/", k.dir+"/home/", "/var/lib/", k.dir+"/var/lib/").Replace(text)
	return strings.ReplaceAll(text, "within: {warn: 1m, fail: 5m}", "within: {warn: 2s, fail: 3s}")
}

// cook runs a command of the page as it stands there, but for the way to the
// world.
func (k *kitchen) cook(t *testing.T, command string) cooked {
	t.Helper()
	words := strings.Fields(k.moved(command))
	if words[0] != "mxprobe" {
		t.Fatalf("%q does not call mxprobe", command)
	}
	args := words[1:]
	for i, word := range args {
		args[i] = k.placed(strings.Trim(word, "'"))
	}
	report := filepath.Join(k.dir, "report.json")
	if args[0] == "run" {
		args = k.wayToTheWorld(args, report)
	}
	loopbackOnly(t, args)
	var printed bytes.Buffer
	p := cli.Program{
		Stdin: strings.NewReader(""), Stdout: &printed, Stderr: &printed,
		Environ: func() []string { return nil }, LookupEnv: accounts,
	}
	out := cooked{exit: p.Main(args), printed: strings.Join(args, " ") + "\n" + printed.String()}
	if text, err := os.ReadFile(report); err == nil {
		out.run = new(result.Run)
		if err := json.Unmarshal(text, out.run); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// accounts is the environment of the recipes.
func accounts(name string) (string, bool) {
	switch name {
	case "KATE_PASSWORD", "SCANNER_PASSWORD", "GONE_PASSWORD":
		return strings.ToLower(name), true
	}
	return "", false
}

// placed makes a file of a word one in the kitchen, and a documentation
// address that of the server behind it.
func (k *kitchen) placed(word string) string {
	at := strings.LastIndexAny(word, "=@") + 1
	name := word[at:]
	if regexp.MustCompile(`^[a-z0-9-]+\.(yaml|csv|txt|json|xml|pem|bin)$`).MatchString(name) {
		return word[:at] + filepath.Join(k.dir, name)
	}
	if addr, err := netip.ParseAddrPort(name); err == nil && at > 0 {
		return word[:at] + k.world.Addr(addr.Addr().String()).String()
	}
	return word
}

// loopbackOnly stops a test that would connect elsewhere.
func loopbackOnly(t *testing.T, args []string) {
	t.Helper()
	for _, arg := range args {
		_, to, _ := strings.Cut(arg, "=")
		if addr, err := netip.ParseAddrPort(to); err == nil && !addr.Addr().IsLoopback() {
			t.Fatalf("%s leads out of the world", arg)
		}
	}
}

// wayToTheWorld adds what leads to the world, and takes out ports, since all
// servers of the world have the same one.
func (k *kitchen) wayToTheWorld(args []string, report string) []string {
	for _, flag := range []string{"-p", "--port"} {
		if i := slices.Index(args, flag); i >= 0 {
			args = slices.Delete(args, i, i+2)
		}
	}
	if i := slices.Index(args, "-H"); i >= 0 {
		args[i+1], _, _ = strings.Cut(args[i+1], ":")
	}
	args = append(args, "--dns", k.world.DNS().String(), "-p", strconv.Itoa(int(k.world.SMTPPort())),
		"--helo", "probe.example.net", "--report", "json="+report, "--retry-wait", "20ms", "--connect-timeout", "5s")
	if to := k.world.Addr("192.0.2.12"); to.IsValid() {
		args = append(args, "--connect-to", "mta-sts.example.org="+to.String())
	}
	if k.world.CA() != nil && !slices.Contains(args, "--ca-file") {
		args = append(args, "--ca-file", filepath.Join(k.dir, "ca.pem"))
	}
	return args
}

// head does what `head -c SIZE /dev/zero > FILE` does.
func (k *kitchen) head(t *testing.T, words []string) {
	t.Helper()
	if len(words) != 6 || words[1] != "-c" || words[3] != "/dev/zero" || words[4] != ">" {
		t.Fatalf("%q is not a command that the test knows", words)
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(k.placed(words[5]), make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
}

// compare holds a run against what the page promises.
func (k *kitchen) compare(t *testing.T, got cooked, want promise) {
	t.Helper()
	exits := map[result.Verdict]int{
		result.Pass: cli.ExitOK, result.Warn: cli.ExitOK, result.Skip: cli.ExitOK,
		result.Inconclusive: cli.ExitInconclusive, result.Fail: cli.ExitFailed,
	}
	if got.run == nil || got.run.End.Status != want.status || got.exit != exits[want.status] {
		t.Fatalf("exit status %d; want %v\n%s", got.exit, want.status, got.printed)
	}
	found := false
	for _, d := range got.run.Domains {
		for _, h := range d.Hosts {
			for _, a := range h.Addresses {
				for _, c := range a.Checks {
					if c.Status != want.status {
						continue
					}
					if want.host != "" && h.Name != want.host {
						t.Errorf("%v of %s; want it of %s alone", c.Status, h.Name, want.host)
					}
					found = found || want.fits(&c)
				}
			}
		}
	}
	if !found {
		t.Errorf("no dialogue has the status %v, the reason %q and the step %d\n%s", want.status, want.reason, want.step, got.printed)
	}
}

func (p *promise) fits(c *result.Check) bool {
	return c.Reason == p.reason && (p.step < 0 || c.FailedStep != nil && *c.FailedStep == p.step)
}
