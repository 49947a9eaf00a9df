package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// ports reads a port or a list of ports.
func (p *parser) ports(n *yaml.Node) []Text {
	var out []Text
	var seen []uint16
	for _, e := range p.list(n, "port") {
		t := p.line(e, "port")
		if t.IsZero() {
			continue
		}
		if literal, ok := t.Literal(); ok {
			number, err := parsePort(literal)
			if err == nil {
				err = p.reach.checkPort(number)
			}
			switch {
			case err != nil:
				p.fail(yamlnode.Deref(e), "", "%v", err)
				continue
			case slices.Contains(seen, number):
				p.fail(yamlnode.Deref(e), "keep one of them", "port %d is given twice", number)
				continue
			}
			seen = append(seen, number)
		}
		out = append(out, t)
	}
	if emptyList(n) {
		p.fail(yamlnode.Deref(n), "", "port is an empty list")
	}
	return out
}

func parsePort(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 || text[0] == '+' {
		return 0, fmt.Errorf("port is a whole number from 1 to 65535, not %q", text)
	}
	return uint16(n), nil
}

// PortList returns the ports that the scenario names, each once, with their
// variables put in; one variable may stand for several, with commas or blanks
// between them. Nothing means the usual port. The error is a *TextError.
func (s *Scenario) PortList(lookup Lookup) ([]uint16, error) {
	var out []uint16
	for i := range s.Ports {
		t := &s.Ports[i]
		value, err := t.Expand(lookup)
		if err != nil {
			return nil, err
		}
		words := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
		if len(words) == 0 {
			return nil, &TextError{Pos: t.pos, Text: t.source, Message: "stands for nothing, where a port is wanted"}
		}
		for _, word := range words {
			number, err := parsePort(word)
			if err == nil {
				err = s.files().checkPort(number)
			}
			if err != nil {
				return nil, &TextError{Pos: t.pos, Text: t.source, Message: "stands for something wrong: " + err.Error()}
			}
			if !slices.Contains(out, number) {
				out = append(out, number)
			}
		}
	}
	return out, nil
}

// ports checks the ports of the scenario: they must be known before there is a
// connection.
func (c *checker) ports() {
	for i := range c.s.Ports {
		t := &c.s.Ports[i]
		c.unknown = false
		if _, known := c.value(t); !known {
			if c.unknown {
				c.fail(t.pos, t.source, "is not known before the connection, which needs the port")
			}
			return
		}
	}
	if _, err := c.s.PortList(c.lookup); err != nil {
		c.textError(err)
	}
}
