package trace

import (
	"fmt"
	"strings"

	"mxprobe/internal/letter"
)

// maxLoops is how many loops are told of.
const maxLoops = 5

// findLoops finds what came by twice: a pair of servers that are two machines,
// and a mailbox that a message was delivered to again. A server that hands a
// message to its own filter and takes it back is no loop.
func (t *Trace) findLoops(h letter.Header) {
	seen := make(map[string]int)
	for i := range t.Hops {
		hop := &t.Hops[i]
		from, by := strings.ToLower(hop.From), strings.ToLower(hop.By)
		if from == "" || by == "" || from == by || isLocal(hop) {
			continue
		}
		seen[from+" "+by]++
		if seen[from+" "+by] == 2 && len(t.Loops) < maxLoops {
			t.Loops = append(t.Loops, fmt.Sprintf("%s had it from %s more than once", hop.By, hop.From))
		}
	}
	clear(seen)
	for value := range h.All("Delivered-To") {
		to := strings.ToLower(cut(strings.Trim(value, "<> ")))
		if seen[to]++; to != "" && seen[to] == 2 && len(t.Loops) < maxLoops {
			t.Loops = append(t.Loops, fmt.Sprintf("it was delivered to %s more than once", to))
		}
	}
}

// isLocal reports whether a server had the message from itself.
func isLocal(h *Hop) bool {
	return h.Address.IsLoopback() || strings.EqualFold(h.From, "localhost") || strings.HasPrefix(strings.ToLower(h.From), "localhost.") ||
		strings.HasPrefix(strings.ToLower(h.By), "localhost")
}
