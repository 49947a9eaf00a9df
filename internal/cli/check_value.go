package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
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
	if value == "-" || strings.HasPrefix(value, "@") {
		return nil
	}
	if why := domainFault(value); why != "" {
		return fmt.Errorf("%q is not a domain: %s", value, why)
	}
	return nil
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

// checkGlob looks at a pattern for host names. Brackets mean nothing in it,
// so that a pattern that relies on them would quietly fit no host.
func checkGlob(value string) error {
	if i := strings.IndexAny(value, "[]{}\\, /"); i >= 0 {
		return fmt.Errorf("%q is not a pattern of host names: only * and ? have a meaning, %q has none", value, value[i])
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
