//go:build linux

package interop

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// keywords greets, takes TLS where it is offered, and asks for nothing: it
// passes whatever is lost.
const keywords = `name: keywords
steps:
  - EHLO ${helo}
  - if: STARTTLS
    starttls: {verify: false}
  - if: tls
    send: EHLO ${helo}
`

// TestBaselineOfPostfix: a Postfix loses STARTTLS between two runs. Every
// scenario passes, and the baseline tells.
func TestBaselineOfPostfix(t *testing.T) {
	const ip = "127.0.0.42"
	port, err := mta.FreePort(ip)
	if err != nil {
		t.Fatal(err)
	}
	root := issue(t, nil, "baseline root", isCA)
	leaf := issue(t, root, "server", forHost("mx.a.test"))
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // Postfix reads it under identities of its own
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	postfix := need(t, func() (*mta.Process, error) {
		p, err := mta.StartPostfix(dir, mta.PostfixConfig{
			Port: port, Domains: []string{"a.test"}, Recipients: []string{"kate@a.test"}, CA: certPEM(root),
			TLS: []mta.TLSListener{{IP: ip, PEM: pemOf(t, leaf, leaf)}},
		})
		if err == nil {
			t.Cleanup(p.Stop)
		}
		return p, err
	})
	scenario := filepath.Join(t.TempDir(), "keywords.yaml")
	if err := os.WriteFile(scenario, []byte(keywords), 0o600); err != nil {
		t.Fatal(err)
	}
	baseline := filepath.Join(t.TempDir(), "baseline.json")
	at := net.JoinHostPort(ip, strconv.Itoa(port))
	run := func(flags ...string) *outcome {
		o := execute(t, append([]string{"run", scenario, "--server", at, "--helo", "probe.sender.test", "--baseline", baseline}, flags...)...)
		if len(flags) > 0 && flags[0] == "-f" {
			if err := json.Unmarshal([]byte(o.stdout), &o.run); err != nil {
				t.Fatalf("%v in %s", err, o.stdout)
			}
		}
		return o
	}
	if o := run("-q"); o.exit != 0 || o.stdout != "" {
		t.Errorf("the first run: status %d, %q", o.exit, o.stdout)
	}
	if o := run("-q"); o.exit != 0 || o.stdout != "" || o.stderr != "" {
		t.Errorf("nothing changed: status %d, %q, %q", o.exit, o.stdout, o.stderr)
	}

	master := filepath.Join(dir, "master.cf")
	b, err := os.ReadFile(master)
	if err != nil {
		t.Fatal(err)
	}
	without := strings.ReplaceAll(string(b), "smtpd_tls_security_level=may", "smtpd_tls_security_level=none")
	if err := os.WriteFile(master, []byte(without), 0o644); err != nil || without == string(b) {
		t.Fatalf("master.cf: %v", err)
	}
	if out, err := exec.Command("postfix", "-c", dir, "reload").CombinedOutput(); err != nil {
		t.Fatalf("postfix reload: %v\n%s\n%s", err, out, postfix.Log())
	}
	for deadline := time.Now().Add(20 * time.Second); offersSTARTTLS(t, at); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("Postfix goes on to offer STARTTLS\n%s", postfix.Log())
		}
	}

	o := run("-f", "json")
	changes := o.run.Domains[0].Changes
	if o.exit != 0 || len(changes) != 1 || changes[0].Kind != result.ChangeKeywordLost || changes[0].Before != "STARTTLS" || !changes[0].Regression {
		t.Errorf("STARTTLS is lost: status %d, changes %+v", o.exit, changes)
	}
	if o := run("-f", "json", "--fail-on", "regression"); o.exit != 1 || o.run.Domains[0].Reason != result.Regression {
		t.Errorf("a regression: status %d, reason %q", o.exit, o.run.Domains[0].Reason)
	}
	if o := run("-q", "--update-baseline"); o.exit != 0 || !strings.Contains(o.stdout, "no longer offers STARTTLS") {
		t.Errorf("told from cron: status %d, %q", o.exit, o.stdout)
	}
	if o := run("-q", "--update-baseline"); o.exit != 0 || o.stdout != "" {
		t.Errorf("told once more: status %d, %q", o.exit, o.stdout)
	}
}

// offersSTARTTLS says EHLO by itself: the program is not to be its own proof.
func offersSTARTTLS(t *testing.T, at string) bool {
	t.Helper()
	nc, err := net.DialTimeout("tcp", at, 5*time.Second)
	if err != nil {
		return true // not yet back
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := nc.Write([]byte("EHLO probe.sender.test\r\nQUIT\r\n")); err != nil {
		return true
	}
	found, whole := false, false
	for lines := bufio.NewScanner(nc); lines.Scan(); {
		found = found || strings.Contains(lines.Text(), "STARTTLS")
		whole = whole || strings.HasPrefix(lines.Text(), "221")
	}
	return found || !whole
}

// TestStateWithGreylists: two runs finish what one cannot.
func TestStateWithGreylists(t *testing.T) {
	for _, at := range greylists {
		t.Run(at.domain, func(t *testing.T) {
			need(t, at.get(theWorld))
			state := filepath.Join(t.TempDir(), "state.json")
			flags := []string{"@rcpt", "-d", at.domain, "--to", "kate@" + at.domain, "--from", newSender(), "--retry", "0", "--state", state}
			play(t, flags...).exits(3)
			b, err := os.ReadFile(state)
			if err != nil || !strings.Contains(string(b), `"greylisting": true`) {
				t.Fatalf("the state is %s, %v", b, err)
			}
			// As if an hour had passed.
			var file struct {
				V       int              `json:"v"`
				Type    string           `json:"type"`
				Waiting []map[string]any `json:"waiting"`
			}
			if err := json.Unmarshal(b, &file); err != nil || len(file.Waiting) != 1 {
				t.Fatalf("the state is %s, %v", b, err)
			}
			file.Waiting[0]["first"] = time.Now().Add(-time.Hour)
			if b, err = json.Marshal(&file); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(state, b, 0o600); err != nil {
				t.Fatal(err)
			}
			second := play(t, flags...)
			second.exits(0)
			c := second.check(at.ip)
			if delay := c.DelayMillis.Duration(); delay < 50*time.Minute || delay > 2*time.Hour || !strings.Contains(strings.Join(c.Notes, " "), "and taken now") {
				t.Errorf("delay %s, notes %q", delay, c.Notes)
			}
		})
	}
}
