package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"mxprobe/internal/hostname"
	"mxprobe/scenarios"
)

// checked looks at a value before set takes it.
func checked(set, check func(string) error) func(string) error {
	return func(value string) error {
		if value != "" {
			if err := check(value); err != nil {
				return err
			}
		}
		return set(value)
	}
}

// checkDomainArgument looks at a domain; the @FILE and - forms are looked at
// when they are opened.
func checkDomainArgument(value string) error {
	if _, isScenario := scenarios.Builtin(value); isScenario {
		return fmt.Errorf("%s is a scenario: mxprobe run %s -d DOMAIN plays it", excerpt(value), value)
	}
	switch {
	case value == "@":
		return errors.New("@ stands before the name of a file of domains, as in -d @domains.txt")
	case value == "-" || strings.HasPrefix(value, "@"):
		return nil
	}
	if why := domainFault(value); why != "" {
		return fmt.Errorf("%s is not a domain: %s", excerpt(value), why)
	}
	return nil
}

func checkSpokenTo(value string) error {
	_, _, err := parseSpokenTo(value)
	return err
}

func checkServer(value string) error {
	_, _, err := parseServer(value)
	return err
}

func checkNameServer(value string) error {
	_, err := parseAddrPort(value, 53)
	return err
}

func checkRedirect(value string) error {
	_, err := parseRedirect(value)
	return err
}

// checkHosts looks at an address, or a pattern for host names. Brackets mean
// nothing in a pattern, so that one that relies on them would quietly fit no
// host.
func checkHosts(value string) error {
	if _, ok := hostname.Addr(value); ok {
		return nil
	}
	if i := strings.IndexAny(value, "[]{}\\, /:"); i >= 0 {
		return fmt.Errorf("%q is neither an address nor a pattern of host names: only * and ? have a meaning, %q has none", value, value[i])
	}
	return nil
}

func checkRegexp(value string) error {
	_, err := regexp.Compile(value)
	var syntax interface{ Error() string }
	if errors.As(err, &syntax) {
		return fmt.Errorf("%q is not a regular expression: %s", value,
			strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
}

func checkAssignment(value string) error {
	name, _, ok := strings.Cut(value, "=")
	if !ok || !isVariableName(name) {
		return fmt.Errorf("%q is not NAME=VALUE (a name is letters, digits, _ and ., and begins with a letter or _)", value)
	}
	return nil
}

// isVariableName reports whether a scenario can refer to the name.
func isVariableName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !isLetter(c) && c != '_' && (i == 0 || c < '0' || c > '9') && (i == 0 || c != '.') {
			return false
		}
	}
	return name != ""
}

// checkHello looks at a name for EHLO: a name or an address literal, without
// what would end the command (RFC 5321 section 4.1.1.1). Odd names are let
// through, since to try them is what a tester may want.
func checkHello(value string) error {
	if i := strings.IndexFunc(value, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return fmt.Errorf("%q is not a name for EHLO: it holds %q", value, value[i])
	}
	return nil
}
