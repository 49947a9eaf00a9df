package bounce

import "strings"

// span is where something stands in a line.
type span struct{ from, to int }

// maxFound is how many addresses of a line are looked at.
const maxFound = 50

// addressesIn finds what looks like mail addresses in a line.
func addressesIn(line string) []span {
	var found []span
	for at := 0; at < len(line) && len(found) < maxFound; {
		i := strings.IndexByte(line[at:], '@')
		if i < 0 {
			break
		}
		i += at
		from, to := i, i+1
		for from > at && isLocal(line[from-1]) {
			from--
		}
		if from > at && line[from-1] == '"' {
			if q := strings.LastIndexByte(line[at:from-1], '"'); q >= 0 {
				from = at + q
			}
		}
		for from < i && strings.IndexByte("='`{|/*?!&#~.", line[from]) >= 0 {
			from++
		}
		for _, kind := range [...]string{"smtp=", "SMTP="} {
			if strings.HasPrefix(line[from:i], kind) {
				from += len(kind)
			}
		}
		if to < len(line) && line[to] == '[' {
			if end := strings.IndexByte(line[to:], ']'); end > 0 {
				to += end + 1
			}
		} else {
			for to < len(line) && (isAlnum(line[to]) || line[to] >= 0x80 || strings.IndexByte(".-_", line[to]) >= 0) {
				to++
			}
			for to > i+1 && strings.IndexByte(".-_", line[to-1]) >= 0 {
				to--
			}
		}
		if from < i && to > i+1 {
			found = append(found, span{from, to})
		}
		at = max(to, i+1)
	}
	return found
}

func isLocal(c byte) bool {
	return isAlnum(c) || c >= 0x80 || strings.IndexByte(".!#$%&'*+/=?^_`{|}~-", c) >= 0
}
