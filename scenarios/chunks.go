package scenarios

import (
	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// maxChunk is the largest chunk, in octets.
const maxChunk = 100 << 20

// chunks reads the size of chunks, or a list of sizes.
func (p *parser) chunks(n *yaml.Node) []int {
	var out []int
	for _, e := range p.list(n, "chunk") {
		out = append(out, p.number(e, "chunk", 1, maxChunk))
	}
	if emptyList(n) {
		p.fail(yamlnode.Deref(n), "", "chunk is an empty list")
	}
	return out
}

// unmixed refuses DATA in a transaction in which chunks were sent (RFC 3030
// section 2), unless the step wants to see it refused.
func (p *parser) unmixed(steps []Step) {
	chunks := false
	for i := range steps {
		s := &steps[i]
		switch {
		case s.Action == BDAT:
			chunks = s.NotLast
		case s.Action == Raw, s.Action == Bytes, s.Action == Pipeline, s.Action == StartTLS, s.Action == Send && s.Verb == "":
			chunks = false // what they say is not known
		case s.Action == Send && s.Verb != "DATA" && s.Verb != "NOOP" && s.Verb != "VRFY" && s.Verb != "EXPN" && s.Verb != "HELP":
			chunks = false
		case chunks && (s.Action == Message || s.Action == Send && s.Verb == "DATA") && !s.Expect.mayBeRefused():
			p.failAt(s.Pos, 1, "end it with bdat or RSET, or write expect: 503 to see it refused",
				"DATA cannot follow chunks in one transaction (RFC 3030 section 2)")
			return
		}
	}
}

// mayBeRefused reports whether a step says that a refusal would be fine.
func (e *Expect) mayBeRefused() bool {
	c := &e.Codes
	return c.Any || c.None || len(c.vars) > 0 || c.HasClass(5)
}
