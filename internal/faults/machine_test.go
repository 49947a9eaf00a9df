//go:build linux

package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"mxprobe/internal/sandbox"
)

// machines are the faults of this side: signals, files, disks, and what the
// machine has too little of.
func machines() []fault {
	const noop = "\n  - EHLO ${helo}\n  - NOOP\n"
	hang := on("NOOP", sandbox.Rule{Hang: true})
	notPlayed := func(says string) want { return want{"", "", "", 2, says} }
	fifo := func(name string) func(string) error {
		return func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, name), 0o600) }
	}
	deliverFile := func(name string) string { return steps(ask + "  - message: {file: " + name + "}\n") }
	return []fault{
		{name: "SIGINT", rules: hang, scenario: steps(noop), signal: os.Interrupt, want: want{"inconclusive", "interrupted", "", 130, ""}},
		{name: "SIGTERM", rules: hang, scenario: steps(noop), signal: syscall.SIGTERM, want: want{"inconclusive", "interrupted", "", 143, ""}},
		{name: "the time of the run is over", rules: hang, scenario: steps(noop), args: "--max-time 1s", want: want{"inconclusive", "deadline", "", 3, ""}},
		{name: "the report goes to a full disk", args: "--report html=/dev/full", unwritten: true, want: want{"pass", "", "", 3, ""}},
		{name: "the report goes where nothing can be written", args: "--report html=/proc/none/x.html", want: notPlayed("/proc/none/x.html")},
		{name: "the baseline goes where nothing can be written", args: "--baseline /proc/none/x.json", want: notPlayed("/proc/none/x.json")},
		{name: "the baseline is no baseline", args: "--baseline x.json", setup: write("x.json", "{}"), want: notPlayed("x.json")},
		{name: "the baseline is cut off", args: "--baseline x.json", setup: write("x.json", `{"v": 1, "type": "mxprobe base`), want: notPlayed("x.json")},
		{name: "the state is no state", args: "--state x.json", setup: write("x.json", `{"v": 1, "type": "mxprobe baseline", "domains": {}}`), want: notPlayed("x.json")},
		{name: "the message is not there", scenario: deliverFile("none.eml"), want: notPlayed("none.eml")},
		{name: "the message is a folder", scenario: deliverFile("x.eml"), setup: func(dir string) error { return os.Mkdir(filepath.Join(dir, "x.eml"), 0o700) }, want: notPlayed("x.eml")},
		{name: "the message is larger than a file may be", scenario: deliverFile("x.eml"), setup: func(dir string) error {
			f, err := os.Create(filepath.Join(dir, "x.eml"))
			if err != nil {
				return err
			}
			defer f.Close()
			return f.Truncate(26 << 20)
		}, want: notPlayed("x.eml")},
		{name: "the message is a FIFO that nobody writes to", scenario: deliverFile("x.eml"), setup: fifo("x.eml"), args: "--max-time 2s", want: notPlayed("x.eml")},
		{name: "the authorities are endless", args: "--ca-file /dev/zero", want: notPlayed("/dev/zero")},
		{name: "the authorities are none", args: "--ca-file x.pem", setup: write("x.pem", "none\n"), want: notPlayed("x.pem")},
		{name: "the secret is not there", scenario: "secrets: {p: {env: FAULT_NONE}}\n" + steps("\n  - NOOP ${p}\n"), want: notPlayed("FAULT_NONE")},
		{name: "the secret's command prints without end", scenario: "secrets: {p: {command: [yes]}}\n" + steps("\n  - NOOP ${p}\n"), want: notPlayed("yes")},
		{name: "the secret's command fails", scenario: "secrets: {p: {command: [\"false\"]}}\n" + steps("\n  - NOOP ${p}\n"), want: notPlayed("false")},
		{name: "the scenario is no YAML", scenario: "steps: [", want: notPlayed("fault.yaml")},
		{name: "the list is a file that is not there", args: "-d @none.txt", want: notPlayed("none.txt")},
		{name: "the list is in Latin-1", args: "-d @x.txt", setup: write("x.txt", "gr\xfcn.test\n"), want: notPlayed("x.txt")},
		{name: "the list has nothing in it", args: "-d @x.txt", setup: write("x.txt", "# nobody\n"), want: notPlayed("x.txt")},
		{name: "too few descriptors", limits: "-n 12", want: passes, within: waiting},
		{
			name: "a reply of 100 KiB to every command, tried again ten times", args: "--retry 10 --retry-wait 1ms", within: time.Minute, want: later(""),
			rules: []sandbox.Rule{{On: "RCPT", Raw: long("450", 100)}, {On: "EHLO", Raw: long("250", 100)}, {On: "MAIL", Raw: long("250", 100)}},
		},
		{
			name: "100 exchanges, each with a reply of 100 KiB to every command", within: time.Minute, want: refused(""), zone: hundred(),
			rules: []sandbox.Rule{{On: "RCPT", Raw: long("550", 100)}, {On: "EHLO", Raw: long("250", 100)}, {On: "MAIL", Raw: long("250", 100)}},
		},
		{name: "a message of 21 MB that nobody reads", memory: 160, scenario: steps(ask + "  - {message: {file: x.eml}, timeout: 2s}\n"), within: waiting, setup: write("x.eml", strings.Repeat("a line of a large message\r\n", 800_000)), rules: speaks("DATA", func(c *sandbox.Conn) { _ = c.Reply("354 go on"); c.Sleep(20 * time.Second) }), want: silent},
	}
}

// long is a reply of so many lines of 1 KiB.
func long(code string, lines int) string {
	return strings.Repeat(code+"-"+strings.Repeat("x", 1000)+"\r\n", lines) + code + " end\r\n"
}

// hundred is a domain whose hundred exchanges have one address.
func hundred() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "@ MX 10 m%d\nm%d A 192.0.2.10\n", i, i)
	}
	return b.String() + "mx1 A 192.0.2.10\n"
}
