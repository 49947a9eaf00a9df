package bounce

import (
	"slices"
	"strings"

	"mxprobe/internal/ascii"
)

// recipients returns those that the text names, each with what it says of
// them. own are the addresses of the bounce itself, failed those of its field
// X-Failed-Recipients.
func (t *text) recipients(own map[string]bool, failed []string) []Recipient {
	if r := t.fields(); len(r) > 0 {
		return r
	}
	all := t.named(own)
	for _, address := range failed {
		all = append(all, named{address: address, line: -1, rank: fielded})
	}
	best := notOne
	for i := range all {
		best = max(best, all[i].rank)
	}
	if best == notOne {
		return nil
	}
	var list []Recipient
	seen := make(map[string]bool)
	chosen := t.choose(all, best, own)
	alone := !slices.ContainsFunc(chosen, func(n named) bool { return !strings.EqualFold(n.address, chosen[0].address) })
	for i := range chosen {
		key := strings.ToLower(chosen[i].address)
		if seen[key] || len(list) >= MaxRecipients {
			continue
		}
		seen[key] = true
		list = append(list, t.recipient(chosen[i], chosen, alone))
	}
	return list
}

// choose keeps the addresses of the best rank, each where it is said most
// about; those of the bounce itself only where there are no others.
func (t *text) choose(all []named, best rank, own map[string]bool) []named {
	others := false
	for i := range all {
		others = others || all[i].rank == best && !own[strings.ToLower(all[i].address)]
	}
	var chosen []named
	for _, n := range all {
		if n.rank != best || others && own[strings.ToLower(n.address)] {
			continue
		}
		if n.line < 0 {
			n.line, n.at = t.place(n.address, all)
		}
		chosen = append(chosen, n)
	}
	return chosen
}

// place finds the line that is about an address, -1 if there is none.
func (t *text) place(address string, all []named) (line int, at span) {
	line = -1
	best := notOne
	for _, n := range all {
		if n.line >= 0 && n.rank > best && strings.EqualFold(n.address, address) {
			line, at, best = n.line, n.at, n.rank
		}
	}
	return line, at
}

// named finds the addresses in the text.
func (t *text) named(own map[string]bool) []named {
	var all []named
	for i, line := range t.lines {
		for _, at := range addressesIn(line) {
			n := named{address: line[at.from:at.to], line: i, at: at, rank: shape(line, at)}
			lower := strings.ToLower(n.address)
			if own[lower] && n.rank < labelled {
				continue
			}
			if n.rank != notOne && len(all) < 10*MaxRecipients {
				all = append(all, n)
			}
		}
	}
	return all
}

// isDaemon reports whether an address is that of a mail system.
func isDaemon(lower string) bool {
	local, _, _ := strings.Cut(lower, "@")
	switch strings.Trim(local, `"<`) {
	case "mailer-daemon", "mailer_daemon", "postmaster", "mdaemon", "mail-daemon", "mailerdaemon":
		return true
	}
	return false
}

// maxBlock is how many lines are read about a recipient.
const maxBlock = 15

// recipient says what the text says about an address. Where it is the only
// one, a reply elsewhere in the text is about it too.
func (t *text) recipient(n named, all []named, alone bool) Recipient {
	to := Recipient{Final: keep(n.address), Action: t.action()}
	about := t.block(n, all)
	_, code := replyIn(about)
	if code == "" || statusIn(about) == "" {
		if line := t.replyTo(n.address, alone); line != "" {
			if about != "" && code == "" {
				about += " / "
			}
			if code == "" {
				about += line
			}
		}
	}
	about = strings.TrimSpace(about)
	to.Diagnostic, to.Status, to.Remote = keep(about), statusIn(about), remoteIn(about)
	if to.Original = expandedFrom(about); to.Original != "" && to.Final == to.Original {
		to.Original = ""
	}
	if to.Remote == "" && alone {
		to.Remote = t.remote()
	}
	return to
}

// remote finds the server that spoke anywhere in the text; the one that wrote
// it does not count.
func (t *text) remote() string {
	for i, lower := range t.lower[:min(len(t.lower), 60)] {
		if hasAny(lower, "program at ", "system at ") {
			continue
		}
		if name := remoteIn(t.lines[i]); name != "" {
			return name
		}
	}
	return ""
}

// expandedFrom finds the address that a recipient was made of.
func expandedFrom(about string) string {
	lower := ascii.Lower(about)
	for _, mark := range [...]string{"expanded from", "generated from"} {
		i := strings.Index(lower, mark)
		if i < 0 {
			continue
		}
		rest := about[i+len(mark):]
		for _, at := range addressesIn(rest[:min(len(rest), 300)]) {
			return keep(rest[at.from:at.to])
		}
	}
	return ""
}

// block joins what follows an address, up to the next.
func (t *text) block(n named, all []named) string {
	if n.line < 0 {
		return ""
	}
	var b strings.Builder
	add := func(s string) {
		if s = strings.TrimSpace(s); strings.Trim(s, "=-*#_ ") != "" && b.Len() < MaxValue {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(s)
		}
	}
	if n.rank < leading {
		add(strings.TrimLeft(t.lines[n.line], "<>* \t")) // what is said stands around it
	} else {
		add(strings.TrimLeft(t.lines[n.line][n.at.to:], ">:.;, \t\"'"))
	}
	blank := false
	for i := n.line + 1; i < len(t.lines) && i <= n.line+maxBlock; i++ {
		line := t.lines[i]
		if line == "" {
			blank = true
			continue
		}
		indented := line[0] == ' ' || line[0] == '\t'
		if beginsAt(all, i, n.address) || blank && b.Len() > 0 && !indented {
			break
		}
		add(line)
	}
	return b.String()
}

// beginsAt reports whether one of the addresses stands on a line, but the one
// that is given.
func beginsAt(all []named, line int, but string) bool {
	for i := range all {
		if all[i].line == line && !strings.EqualFold(all[i].address, but) {
			return true
		}
	}
	return false
}

// replyTo finds the reply of a server on a line that names an address, or any
// reply where no other recipient could be meant.
func (t *text) replyTo(address string, alone bool) string {
	address = strings.ToLower(address)
	other := ""
	for i, lower := range t.lower {
		line := strings.TrimSpace(t.lines[i])
		at, code := replyIn(line)
		if code == "" {
			continue
		}
		line = line[at:]
		if strings.Contains(lower, address) {
			return line
		}
		if other == "" {
			other = line
		}
	}
	if alone {
		return other
	}
	return ""
}

// action is delayed where the text says that it is still being tried.
func (t *text) action() string {
	for i, lower := range t.lower {
		if i > 40 || hasAny(lower, "permanent", "giving up", "given up", "not be retried", "will not be") {
			break
		}
		if hasAny(lower, "will be retried", "will continue", "keep trying", "just a warning", "a warning", "warning message", "still be",
			"not yet been delivered", "has been delayed", "no action is required", "not required to take any action", "will retry",
			"attempts will", "continue trying", "will try again", "is trying to deliver", "will keep") &&
			!hasAny(lower, "you can", "please", "you may", "you should") {
			return "delayed"
		}
	}
	return "failed"
}

// fields reads fields of a report that stand within the text.
func (t *text) fields() []Recipient {
	for i, lower := range t.lower {
		if strings.HasPrefix(lower, "final-recipient:") || strings.HasPrefix(lower, "action:") {
			from := i
			for from > 0 && t.lower[from-1] != "" && strings.Contains(t.lower[from-1], ":") {
				from--
			}
			return readStatus([]byte(strings.Join(t.lines[from:], "\n"))).Recipients
		}
	}
	return nil
}
