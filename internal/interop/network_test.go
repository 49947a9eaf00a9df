//go:build linux

package interop

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
	"mxprobe/probe/result"
)

// Here the program is played in a network of its own, which the kernel makes as bad as
// it is told to: nothing is sent beyond it, for it has no device but loopback.
//
// What is not installed is a failure where everything is required; what the
// kernel does not have, or does not let this user do, is not, since no package
// brings it: the test is skipped and says why.

// inNetwork runs a script of the shell in a network namespace of its own, with
// loopback up. Its arguments are $@; mxprobe is in PATH.
func inNetwork(t *testing.T, setup, script string) (stdout string, ok bool) {
	t.Helper()
	for _, name := range []string{"unshare", "ip", "tc", "bash"} {
		foreign.Program(t, "", name)
	}
	path, err := buildProgram()
	if err != nil {
		t.Fatal(err)
	}
	const refused = "kernel: "
	whole := "ip link set lo up && { " + setup + "; } 2>setup.err || { echo '" + refused + "'$(head -1 setup.err); exit 99; }\n" + script
	cmd := foreign.Command(t, "unshare", "--user", "--map-root-user", "--net", "bash", "-c", whole)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(path)+":"+os.Getenv("PATH")+":/usr/sbin:/sbin", "MXPROBE_HELO=probe.sender.test", "MXPROBE_FROM=probe@sender.test")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch text := string(out); {
	case strings.HasPrefix(text, refused):
		t.Skipf("skipped: %s: %s", setup, strings.TrimSpace(text))
	case err != nil && strings.HasPrefix(stderr.String(), "unshare: "):
		t.Skipf("skipped: no network namespaces: %s", strings.TrimSpace(stderr.String()))
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("--- stdout\n%s\n--- stderr\n%s", out, stderr.String())
		}
	})
	return string(out), err == nil
}

// withSandbox starts a mail world in the same network, and ends it.
const withSandbox = `
cat >world.yaml <<'END'
zones:
  example.test: |
    @    MX 10 mx1
    mx1  A 192.0.2.10
servers:
  - {name: mx1.example.test, tls: good}
END
cat >message.yaml <<'END'
name: over a bad network
steps:
  - EHLO ${helo}
  - STARTTLS
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<kate@example.test>
  - message: {file: long.eml}
END
{ echo 'Subject: long'; echo; for n in $(seq 2000); do echo "line $n of a message that is longer than any packet"; done; } >long.eml
exec 3< <(exec mxprobe sandbox --dns-port 5353 --smtp-port 2525 world.yaml)
sandbox=$!
while read -r line <&3 && [ "$line" != 'Ctrl-C ends it.' ]; do :; done
mxprobe run message.yaml -H 127.0.0.1:2525 --to kate@example.test -f json
status=$?
kill $sandbox
exit $status
`

// TestBadNetworks: TCP puts right what a network does to packets. A verdict
// must not depend on how often it had to.
func TestBadNetworks(t *testing.T) {
	t.Parallel()
	for name, setup := range map[string]string{
		"as it is": "true",
		// What there is no room for in the queue is dropped, and sent again.
		"a slow line with a short queue": "ip link set lo mtu 576 && tc qdisc add dev lo root tbf rate 1mbit burst 1600 limit 2400",
		"a small MTU":                    "ip link set lo mtu 576",
		"a delay":                        "tc qdisc add dev lo root netem delay 60ms 30ms",
		"loss":                           "tc qdisc add dev lo root netem loss 8%",
		"reordering":                     "tc qdisc add dev lo root netem delay 10ms reorder 40% 50%",
		"doubles":                        "tc qdisc add dev lo root netem duplicate 30%",
		"all of these":                   "ip link set lo mtu 576 && tc qdisc add dev lo root netem delay 10ms 5ms loss 3% duplicate 10% reorder 20% 50%",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, ok := inNetwork(t, setup, withSandbox)
			var run result.Run
			if err := json.Unmarshal([]byte(out), &run); err != nil || !ok || run.End.Status != result.Pass {
				t.Errorf("the message did not pass: %v, %v", run.End.Status, err)
			}
		})
	}
}

// TestMissingRoutes: what the kernel of this machine says of a way that it does
// not know is no word of the server; what it says of a host that cannot be
// reached is.
func TestMissingRoutes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		setup, server string
		status        result.Verdict
		reason        result.Reason
		exit          string
	}{
		"no IPv6":        {"ip addr del ::1/128 dev lo", "[2001:db8::1]:25", result.Inconclusive, result.NoRoute, "3"},
		"no IPv4":        {"ip addr del 127.0.0.1/8 dev lo", "192.0.2.1:25", result.Inconclusive, result.NoRoute, "3"},
		"no route":       {"true", "192.0.2.1:25", result.Inconclusive, result.NoRoute, "3"},
		"unreachable":    {"ip route add unreachable 192.0.2.0/24 && ip route add default dev lo", "192.0.2.1:25", result.Fail, result.Unreachable, "1"},
		"forbidden":      {"ip route add prohibit 192.0.2.0/24", "192.0.2.1:25", result.Inconclusive, result.Local, "3"},
		"nobody at IPv6": {"true", "[::1]:25", result.Fail, result.Refused, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, _ := inNetwork(t, tt.setup, "mxprobe run @rcpt -H '"+tt.server+"' --to kate@example.test -f json; echo exit $?")
			document, exit, _ := strings.Cut(strings.TrimSpace(out), "\nexit ")
			var run result.Run
			if err := json.Unmarshal([]byte(document), &run); err != nil {
				t.Fatal(err)
			}
			c := run.Domains[0].Hosts[0].Addresses[0].Checks[0]
			if c.Status != tt.status || c.Reason != tt.reason || exit != tt.exit {
				t.Errorf("%v, %q, exit status %s: %s\nwant %v, %q, %s", c.Status, c.Reason, exit, c.Message, tt.status, tt.reason, tt.exit)
			}
		})
	}
}
