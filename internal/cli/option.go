package cli

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxprobe/internal/hostname"

	"mxprobe/internal/spelling"
)

// option is one flag of a command. One table of them serves the parser, the
// help and the environment, so that these cannot differ.
type option struct {
	name  string // long name without hyphens
	short string // one letter, or empty
	// arg is what the help calls the value; empty for a switch.
	arg string
	// env is the environment variable that stands in where the flag is not
	// given; empty if there is none.
	env  string
	help string
	// def is the default as the help shows it; empty if there is none.
	def string
	// group is the heading of the help that the option stands under.
	group string
	// repeat is true if the option can be given more than once. Its
	// environment variable then holds several values, separated by blanks.
	repeat bool
	// again is true if a closer look at a failure needs the option again: it
	// shapes what is done at a host.
	again bool
	// set takes one value. The error says what is wrong with the value; the
	// name of the flag is put before it.
	set func(value string) error
}

// isSwitch reports whether the option takes no value.
func (o *option) isSwitch() bool { return o.arg == "" }

// flags returns the option as it is typed, such as "-d, --domain D".
func (o *option) flags() string {
	out := "    --" + o.name
	if o.short != "" {
		out = "-" + o.short + ", --" + o.name
	}
	if o.arg != "" {
		out += " " + o.arg
	}
	return out
}

// find returns the option of that long or short name.
func find(options []option, name string) *option {
	for i := range options {
		if options[i].name == name || (options[i].short != "" && options[i].short == name) {
			return &options[i]
		}
	}
	return nil
}

func setSwitch(dst *bool) func(string) error {
	return func(value string) error {
		on, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is not true or false", value)
		}
		*dst = on
		return nil
	}
}

// setCount counts how often a switch is given.
func setCount(dst *int) func(string) error {
	return func(value string) error {
		if value != "true" {
			return fmt.Errorf("the switch takes no value")
		}
		*dst++
		return nil
	}
}

func setText(dst *string) func(string) error {
	return func(value string) error {
		if value == "" {
			return fmt.Errorf("the value is empty")
		}
		*dst = value
		return nil
	}
}

func setList(dst *[]string, check func(string) error) func(string) error {
	return func(value string) error {
		if value == "" {
			return fmt.Errorf("the value is empty")
		}
		if check != nil {
			if err := check(value); err != nil {
				return err
			}
		}
		*dst = append(*dst, value)
		return nil
	}
}

func setNumber(dst *int, least int) func(string) error {
	return func(value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > 1_000_000 {
			return fmt.Errorf("%q is not a number from %d to 1000000", value, least)
		}
		*dst = n
		return nil
	}
}

func setPort(dst *uint16) func(string) error {
	return func(value string) (err error) {
		*dst, err = parsePort(value)
		return err
	}
}

func setPorts(dst *[]uint16) func(string) error {
	return func(value string) (err error) {
		*dst, err = parsePorts(value)
		return err
	}
}

func setChoice(dst *string, choices ...string) func(string) error {
	return func(value string) error {
		for _, c := range choices {
			if value == c {
				*dst = value
				return nil
			}
		}
		return &choiceError{value, choices}
	}
}

// choiceError is for a value that is none of a list.
type choiceError struct {
	value   string
	choices []string
}

func (e *choiceError) Error() string {
	return fmt.Sprintf("%q is none of %s%s", e.value, strings.Join(e.choices, ", "), spelling.DidYouMean(e.value, e.choices))
}

// setTime takes a time with its unit that is not zero.
func setTime(dst *time.Duration, parse func(string) (time.Duration, error)) func(string) error {
	return func(value string) error {
		d, err := parse(value)
		if err == nil && d == 0 {
			err = fmt.Errorf("%q is no time at all", value)
		}
		if err != nil {
			return err
		}
		*dst = d
		return nil
	}
}

func setAddr(dst *netip.Addr) func(string) error {
	return func(value string) error {
		addr, ok := hostname.Addr(value)
		if !ok {
			return fmt.Errorf("%q is not an address (192.0.2.1, 2001:db8::1)", value)
		}
		*dst = addr
		return nil
	}
}
