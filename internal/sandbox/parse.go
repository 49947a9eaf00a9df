package sandbox

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// maxFile is the largest world file in bytes.
const maxFile = 1 << 20

// ParseSpec reads a world file, as the package comment describes it. The
// error is Problems with every mistake of the file; the Spec is then of no
// use. A Spec without error is accepted by Start, but for what the system
// refuses.
func ParseSpec(file string, src []byte) (Spec, error) {
	r := &fileReader{file: file, lines: strings.Split(string(src), "\n")}
	if len(src) > maxFile {
		r.failAt(1, 1, "file is larger than 1 MiB")
		return Spec{}, r.problems
	}
	var spec Spec
	if top := r.document(src); top != nil {
		spec = r.world(top)
	}
	if len(r.problems) > 0 {
		r.problems.sort()
		return Spec{}, r.problems
	}
	return spec, nil
}

// document returns the top of the only document, nil if it is empty or no
// YAML.
func (r *fileReader) document(src []byte) *yaml.Node {
	docs, err := yamlnode.Decode(string(src))
	if err != nil {
		message, line := yamlnode.Message(err)
		r.failAt(line, 1, "not YAML: %s", message)
		return nil
	}
	if len(docs) > 1 {
		r.fail(docs[1], "a world file has one document")
	}
	if len(docs) == 0 || len(docs[0].Content) == 0 || docs[0].Content[0].Tag == "!!null" {
		return nil
	}
	return docs[0].Content[0]
}

func (r *fileReader) world(top *yaml.Node) Spec {
	var spec Spec
	var zones, faults, servers, authentic *yaml.Node
	r.mapping(top, "world", []string{"authentic", "zones", "dns", "servers"}, func(key string, v *yaml.Node) {
		switch key {
		case "authentic":
			authentic = v
		case "zones":
			zones = v
		case "dns":
			faults = v
		case "servers":
			servers = v
		}
	})
	// Servers may leave to the zones what their addresses are.
	spec.Zones = r.zones(zones)
	r.authentic(authentic, &spec)
	spec.Faults = r.faults(faults)
	spec.Servers = r.servers(servers, spec)
	return spec
}

// authentic reads which zones are answered with the AD bit: true for all of
// them, or a list.
func (r *fileReader) authentic(n *yaml.Node, spec *Spec) {
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		spec.Authentic = r.boolean(n)
		return
	}
	r.each(n, func(n *yaml.Node) {
		name := r.domain(n)
		i := slices.IndexFunc(spec.Zones, func(z Zone) bool { return dns.CanonicalName(z.Name) == dns.CanonicalName(name) })
		if i < 0 {
			r.fail(n, "%q is none of the zones", name)
			return
		}
		spec.Zones[i].Authentic = true
	})
}

func (r *fileReader) zones(n *yaml.Node) []Zone {
	var out []Zone
	seen := make(map[string]bool)
	r.entries(n, "zones", func(k, v *yaml.Node) {
		z := Zone{Name: k.Value, Text: r.text(v)}
		built, err := newZone(z)
		mistakes, inText := errors.AsType[zoneErrors](err)
		for _, m := range mistakes {
			line, col := r.zoneLine(v, m.line)
			r.failAt(line, col, "zone %q: %v", z.Name, m.err)
		}
		switch {
		case inText:
		case err != nil:
			r.fail(k, "%v", err)
			return
		case seen[built.name]:
			r.fail(k, "zone %q is described twice", z.Name)
			return
		}
		seen[built.name] = true
		if !inText {
			out = append(out, z)
		}
		for _, a := range built.addresses() {
			if !isDoc(a) {
				_, err := docAddr(a.String())
				line, col := r.zoneLine(v, lineOf(z.Text, a))
				r.failAt(line, col, "zone %q: %v", z.Name, err)
			}
		}
	})
	return out
}

// zoneLine returns the place in the file of a line of a zone's text.
func (r *fileReader) zoneLine(v *yaml.Node, line int) (int, int) {
	if v.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return v.Line, v.Column
	}
	line += v.Line
	if line > len(r.lines) {
		return line, 1
	}
	text := r.lines[line-1]
	return line, 1 + len(text) - len(strings.TrimLeft(text, " \t"))
}

// lineOf returns the line of a zone's text that speaks of an address.
func lineOf(text string, a netip.Addr) int {
	for i, line := range strings.Split(text, "\n") {
		for field := range strings.FieldsSeq(line) {
			if got, err := netip.ParseAddr(field); err == nil && got == a {
				return i + 1
			}
		}
	}
	return 1
}

func (r *fileReader) faults(n *yaml.Node) []Fault {
	var out []Fault
	r.items(n, "dns", func(n *yaml.Node) {
		before := len(r.problems)
		var f Fault
		r.mapping(n, "dns entry", []string{"name", "type", "answer", "times", "delay"}, func(key string, v *yaml.Node) {
			switch key {
			case "name":
				f.Name = r.text(v)
			case "type":
				f.Type = r.text(v)
			case "answer":
				f.Answer = Answer(r.word(v, "servfail", "bogus", "refused", "silence", "truncate", "zone"))
			case "times":
				f.Times = int(r.number(v))
			case "delay":
				f.Delay = r.duration(v)
			}
		})
		if err := checkFault(f); err != nil && len(r.problems) == before {
			r.fail(n, "%v", err)
		}
		out = append(out, f)
	})
	return out
}
