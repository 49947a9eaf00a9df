package cli

import (
	"errors"
	"slices"
	"strings"

	"mxprobe/internal/spelling"
)

// Sent is a call of run or check as one machine sends it to another: the flags
// that matter, and scenarios by what they hold.
type Sent struct {
	Command string // run or check
	// Files are the scenarios of run, in order.
	Files []SentFile
	// Flags are those of the sender, Own those of the machine that plays, which
	// are stronger: each as --NAME=VALUE.
	Flags, Own []string
	// Domains is how many there are.
	Domains int
}

// SentFile is a scenario file. The name of a built-in begins with @.
type SentFile struct {
	Name string
	Text []byte
}

// A flag that is sent means the same on every machine: it names no file, and
// nothing of the machine itself. A flag of the machine that plays says how that
// machine reaches others.
func sentFlags(command string) []string {
	both := []string{
		"allow-loopback", "ipv4", "ipv6", "dns", "connect-to", "helo", "from", "port", "timeout", "connect-timeout",
		"jobs", "per-host", "per-provider", "provider-rate", "host-rate", "address-rate", "only", "verbose",
	}
	if command == checkName {
		return append(both, "skip", "severity", "selector", "dnsbl", "dnsbl-names", "self", "submission", "tls-versions", "quick")
	}
	return append(both, "skip-host", "to", "var", "tls", "insecure", "tag", "skip-tag", "name", "untrusted", "retry", "retry-wait",
		"require", "temporary", "control", "fail-on-skip", "no-share")
}

func ownFlags(command string) []string {
	both := []string{"connect-to", "allow-loopback", "source", "ipv4", "ipv6", "dns", "helo", "from", "ca-file", "jobs", "exclude"}
	if command == checkName {
		return both
	}
	return append(both, "proxy", "proxy-protocol", "proxy-source", "client-cert", "client-key", "control", "untrusted")
}

// optionsOf returns the flags of a command of which others may send some.
func optionsOf(command string) []option {
	if command == checkName {
		return newCheckSettings().options()
	}
	return newSettings().options()
}

// SentFlag says what is wrong with the name of a flag that is to be sent.
func SentFlag(command, name string) error {
	o := find(optionsOf(command), name)
	switch {
	case o != nil && o.name == name && slices.Contains(sentFlags(command), name):
		return nil
	case o != nil && o.name == name:
		return usagef("%s is no flag of a job: it is about one machine, or one report", name)
	case o != nil:
		return usagef("unknown flag %s (did you mean %q?)", shown(name), o.name)
	}
	return usagef("%s has no flag %s%s", command, shown(name), spelling.DidYouMean(name, sentFlags(command)))
}

// SentValue says what is wrong with the value of such a flag.
func SentValue(command, name, value string) error {
	o := find(optionsOf(command), name)
	switch {
	case o == nil:
		return SentFlag(command, name)
	case name == "to" && strings.HasPrefix(value, "@"):
		return errors.New("a list of recipients in a file is not sent; name them one by one")
	}
	return o.set(value)
}

// OwnFlags returns the flags of run with which a machine that plays for others
// says how it reaches servers. They are collected as Sent.Own has them; those that
// check does not have are left out there.
func OwnFlags(dst *[]string) []Flag {
	var all []Flag
	for _, o := range newSettings().options() {
		if !slices.Contains(ownFlags(runName), o.name) {
			continue
		}
		f, check := flagOf(&o), o.set
		f.Env = "" // it is looked at where the call is prepared
		f.Set = func(value string) error {
			if err := check(value); err != nil {
				return err
			}
			*dst = append(*dst, "--"+f.Name+"="+value)
			return nil
		}
		all = append(all, f)
	}
	return all
}

// words returns what is given to a command: the own flags last, which win where
// a flag can be given once.
func (c *Sent) words() []string {
	own := map[string]bool{}
	var words []string
	for _, flag := range c.Own {
		if name := nameOf(flag); slices.Contains(ownFlags(c.Command), name) {
			own[name] = true
			words = append(words, flag)
		}
	}
	for _, flag := range c.Flags {
		if !own[nameOf(flag)] {
			words = append(words, flag)
		}
	}
	for i := range c.Files {
		words = append(words, c.Files[i].Name)
	}
	return words
}

func nameOf(flag string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
	return name
}

// parseSent parses a call that was sent and does something with its settings,
// which are those of check too if that is what was called. Flags that may not be
// sent are unknown.
func (p *Program) parseSent(c *Sent, do func(s *settings, check *checkSettings) error) error {
	for _, flag := range c.Flags {
		if err := SentFlag(c.Command, nameOf(flag)); err != nil {
			return err
		}
	}
	var s *settings
	var check *checkSettings
	var options []option
	if c.Command == checkName {
		check = newCheckSettings()
		s, options = check.settings, check.options()
	} else {
		s = newSettings()
		options = s.options()
	}
	options = slices.DeleteFunc(options, func(o option) bool {
		return !slices.Contains(sentFlags(c.Command), o.name) && !slices.Contains(ownFlags(c.Command), o.name)
	})
	given, err := arrange(c.words(), options)
	if err != nil {
		return err
	}
	s.domains = []string{"-"}
	_, err = p.parse(commandNamed(c.Command), options, func([]string) (int, error) { return 0, do(s, check) }, given)
	return err
}
