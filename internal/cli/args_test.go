package cli

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// sample is a value that the option takes.
func sample(o *option) string {
	switch o.arg {
	case "":
		return "true"
	case "ID":
		return "mx.cname"
	case "ID=LEVEL":
		return "mx.cname=note"
	case "ZONE":
		return "bl.example.org"
	}
	switch o.name {
	case "allow-files":
		return "."
	case "column":
		return "domain"
	case "port", "dns-port", "smtp-port":
		return "2525"
	case "proxy":
		return "socks5://127.0.0.1:1080"
	case "proxy-protocol":
		return "v1"
	case "source", "proxy-source":
		return "127.0.0.1"
	case "dns":
		return "127.0.0.1:5353"
	case "connect-to":
		return "mx1.example.org=127.0.0.1:2525"
	case "server", "control":
		return "mx1.example.org:25"
	case "domain", "only", "skip-host":
		return "mx.example.org"
	case "to", "from":
		return "kate@example.org"
	case "require":
		return "any"
	case "tls":
		return "required"
	case "temporary":
		return "warn"
	case "format":
		return "jsonl"
	case "at":
		return "RCPT"
	case "color":
		return "never"
	case "retry", "jobs", "per-host", "per-provider", "provider-rate", "host-rate", "address-rate", "budget":
		return "3"
	case "warning", "critical", "max-time", "timeout", "connect-timeout", "retry-wait", "older-than":
		return "2s"
	case "var":
		return "a=b,c"
	case "slower":
		return "2.5"
	case "greylist-max":
		return "36h"
	case "fail-on":
		return "new"
	case "report":
		return "json=a,b"
	}
	return "value,with,commas"
}

// program returns a Program without an environment that writes to nowhere.
func program() *Program {
	return &Program{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
		Environ:   func() []string { return nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
}

// TestEveryFlagOfEveryCommandInEveryPlace gives each flag before the command,
// before the arguments and behind them, and holds that its value and the
// arguments arrive each time. The flag library alone loses those behind.
func TestEveryFlagOfEveryCommandInEveryPlace(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, c := range commands() {
		p := program()
		options, _ := c.bind(p)
		for i := range options {
			seen++
			o := &options[i]
			t.Run(c.name+" --"+o.name, func(t *testing.T) {
				t.Parallel()
				for _, flag := range spellings(o) {
					for _, argv := range [][]string{
						slices.Concat(flag, []string{c.name, "one", "two"}),
						slices.Concat([]string{c.name}, flag, []string{"one", "two"}),
						slices.Concat([]string{c.name, "one"}, flag, []string{"two"}),
						slices.Concat([]string{c.name, "one", "two"}, flag),
					} {
						checkFlag(t, c, o.name, argv)
					}
				}
			})
		}
	}
	if seen < 45 {
		t.Errorf("only %d flags were tried", seen)
	}
}

// spellings are all ways to give an option.
func spellings(o *option) [][]string {
	if o.isSwitch() {
		all := [][]string{{"--" + o.name}, {"-" + o.name}}
		if o.short != "" {
			all = append(all, []string{"-" + o.short})
		}
		return all
	}
	v := sample(o)
	all := [][]string{{"--" + o.name, v}, {"--" + o.name + "=" + v}, {"-" + o.name, v}}
	if o.short != "" {
		all = append(all, []string{"-" + o.short, v}, []string{"-" + o.short + "=" + v})
	}
	return all
}

// checkFlag runs argv with a command that only notes what reaches it.
func checkFlag(t *testing.T, c command, name string, argv []string) {
	t.Helper()
	p := program()
	found, rest, err := findCommand(argv)
	if err != nil || found == nil || found.name != c.name {
		t.Errorf("%q: findCommand = %v, %v; want %s", argv, found, err, c.name)
		return
	}
	options, _ := c.bind(p)
	var got, arguments []string
	for i := range options {
		set := options[i].set
		if options[i].name == name {
			options[i].set = func(v string) error { got = append(got, v); return set(v) }
		}
	}
	given, err := arrange(rest, options)
	if err == nil {
		_, err = p.parse(&c, options, func(a []string) (int, error) { arguments = a; return 0, nil }, given)
	}
	if err != nil {
		t.Errorf("%q: %v", argv, err)
		return
	}
	want := "true"
	if o := find(options, name); !o.isSwitch() {
		want = sample(o)
	}
	if !slices.Equal(got, []string{want}) {
		t.Errorf("%q: --%s got %q; want %q once", argv, name, got, want)
	}
	if !slices.Equal(arguments, []string{"one", "two"}) {
		t.Errorf("%q: arguments = %q; want one two", argv, arguments)
	}
}

func TestOptionNamesAreUniqueAndExplained(t *testing.T) {
	t.Parallel()
	for _, c := range commands() {
		options, _ := c.bind(program())
		names := map[string]bool{"h": true, "V": true, "help": true, "version": true}
		for i := range options {
			o := &options[i]
			for _, n := range []string{o.name, o.short} {
				if n != "" && names[n] {
					t.Errorf("%s: the flag %q is there twice", c.name, n)
				}
				names[n] = true
			}
			if o.help == "" || o.group == "" || o.set == nil {
				t.Errorf("%s --%s lacks help, group or set", c.name, o.name)
			}
		}
	}
}

func TestArrange(t *testing.T) {
	t.Parallel()
	s := newSettings()
	options := s.options()
	tests := []struct {
		in        string
		flags     string
		arguments string
	}{
		{"a -vv b", "--verbose --verbose", "a b"},
		{"-nv a", "--dry-run --verbose", "a"},
		{"-4vp25 a", "--ipv4 --verbose --port=25", "a"},
		{"a -t5", "--max-time=5", "a"},
		{"-d@list a", "--domain=@list", "a"},
		{"-d - a", "--domain=-", "a"},
		{"a -- -v --nope", "", "a -v --nope"},
		{"- -v", "--verbose", "-"},
		{"--fail-fast=false a", "--fail-fast=false", "a"},
		{"--retry -1", "--retry=-1", ""},
		{"--var a=b=c,d", "--var=a=b=c,d", ""},
		{"--name -x-", "--name=-x-", ""},
	}
	for _, tt := range tests {
		got, err := arrange(strings.Fields(tt.in), options)
		if err != nil {
			t.Errorf("arrange(%q): %v", tt.in, err)
			continue
		}
		if f, a := strings.Join(got.flags, " "), strings.Join(got.arguments, " "); f != tt.flags || a != tt.arguments {
			t.Errorf("arrange(%q) = %q, %q; want %q, %q", tt.in, f, a, tt.flags, tt.arguments)
		}
	}
}

func TestArrangeRefuses(t *testing.T) {
	t.Parallel()
	options := newSettings().options()
	tests := []struct{ in, want string }{
		{"--domian x", "unknown flag --domian (did you mean \"--domain\"?)"},
		{"-domian x", "unknown flag --domian (did you mean \"--domain\"?)"},
		{"-z", "unknown flag -z"},
		{"-s mx.example.org", "unknown flag -s (write --server HOST)"},
		{"--auth PLAIN", "unknown flag --auth (write auth: in a scenario; mxprobe init @submission makes one to start from)"},
		{"--header X:y", "unknown flag --header (write message: in a scenario; mxprobe init @send makes"},
		{"--body x", "unknown flag --body (write message: in a scenario;"},
		{"--attach x", "unknown flag --attach (write attach: beside message: in a scenario;"},
		{"a --helo", "--helo needs a value (--helo NAME)"},
		{"-vz", "unknown flag -vz"},
		{"--d x", "unknown flag --d"},
		{"a -d", "-d needs a value (-d, --domain D)"},
		{"-d -v a", "-d needs a value, but the flag -v follows"},
		{"-d --dns=1 a", "-d needs a value, but the flag --dns=1 follows"},
		{"--helo -- a", "--helo needs a value, but the flag -- follows"},
		{"-dexample.org", "unknown flag -dexample.org (a value follows its flag after a blank: -d example.org)"},
		{"-\x1b[31m", `unknown flag "-\x1b[31m"`},
	}
	for _, tt := range tests {
		_, err := arrange(strings.Fields(tt.in), options)
		if _, ok := errors.AsType[*usageError](err); !ok || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("arrange(%q) = %v; want a usage error %q", tt.in, err, tt.want)
		}
	}
}

// TestEnvironmentStandsInForFlags holds the precedence for every option with
// a variable: the flag, then the environment; an empty variable is none.
func TestEnvironmentStandsInForFlags(t *testing.T) {
	t.Parallel()
	c := runCommand()
	all, _ := c.bind(program())
	for i := range all {
		if all[i].env == "" {
			continue
		}
		name, env := all[i].name, all[i].env
		for _, tt := range []struct {
			value string
			flag  bool
			want  string
		}{
			{sample(&all[i]), false, sample(&all[i])},
			{"", false, ""},
			{"\x00 never looked at", true, sample(&all[i])},
		} {
			p := program()
			p.LookupEnv = func(n string) (string, bool) { return tt.value, n == env }
			options, _ := c.bind(p)
			got := ""
			o := find(options, name)
			o.set = func(v string) error { got += v; return nil }
			var argv []string
			if tt.flag {
				argv = []string{"--" + name + "=" + sample(o)}
			}
			given, err := arrange(argv, options)
			if err == nil {
				_, err = p.parse(&c, options, func([]string) (int, error) { return 0, nil }, given)
			}
			if err != nil || got != tt.want {
				t.Errorf("%s=%q, flag given %t: --%s = %q, %v; want %q", env, tt.value, tt.flag, name, got, err, tt.want)
			}
		}
	}
}

func TestRepeatedFlagThatTakesOneValueIsRefused(t *testing.T) {
	t.Parallel()
	p := program()
	var stderr bytes.Buffer
	p.Stderr = &stderr
	if got := p.Main([]string{"run", "@rcpt", "-H", "a.example", "-H", "b.example"}); got != ExitUsage {
		t.Errorf("status = %d; want %d", got, ExitUsage)
	}
	if want := "mxprobe: --server is given twice\n"; stderr.String() != want {
		t.Errorf("stderr = %q; want %q", stderr.String(), want)
	}
}

// The flag library is told of the flags that a call has, each once, of the
// hundred that a command has.
func TestOptionsOfAnArrangedCall(t *testing.T) {
	t.Parallel()
	options := []option{{name: "domains"}, {name: "domain", arg: "D", short: "d"}, {name: "quiet", short: "q"}, {name: "dom"}, {name: "to", arg: "A"}}
	given, err := arrange([]string{"--to", "a@example.org", "-d", "quiet=dom", "file", "-qq", "--to=dom"}, options)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := given.options, []*option{&options[4], &options[1], &options[2]}; !slices.Equal(got, want) {
		t.Errorf("%d options are given: %+v", len(got), got)
	}
}
