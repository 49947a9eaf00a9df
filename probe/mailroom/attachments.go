package mailroom

import (
	"bytes"
	"crypto/sha256"
	"mime"
	"strings"

	"mxprobe/internal/letter"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Enclosure is what is known of an attachment that was sent.
type Enclosure struct {
	name string
	size int
	sum  [sha256.Size]byte
}

// Enclosures are the attachments of a message: its parts that have a name, or
// say that they are one (RFC 2183).
func Enclosures(message *letter.Message) []Enclosure {
	var out []Enclosure
	for i := range message.Parts {
		part := &message.Parts[i]
		disposition := strings.ToLower(part.Header.Get("Content-Disposition"))
		name := fileNameOf(part)
		if name == "" && !strings.HasPrefix(disposition, "attachment") {
			continue
		}
		content := part.Content()
		if strings.HasPrefix(part.Type, "text/") {
			// Servers may end lines as they like (RFC 2046 section 4.1.1).
			content = bytes.TrimRight(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), "\n")
		}
		out = append(out, Enclosure{name, len(content), sha256.Sum256(content)})
	}
	return out
}

// fileNameOf is the name of an attachment, as Content-Disposition or
// Content-Type has it.
func fileNameOf(part *letter.Part) string {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if name := params["filename"]; err == nil && name != "" {
		return name
	}
	return part.Params["name"]
}

// attachments judges whether all attachments came as they were sent.
func (w *Watch) attachments(pos scenarios.Pos, message *letter.Message) []judge.Judgement {
	sent, came := w.Handed.Enclosures, Enclosures(message)
	if len(sent) == 0 {
		return []judge.Judgement{{
			Status: result.Inconclusive, Reason: result.Local, Pos: pos,
			Message: "no attachment was sent, so there is none to compare",
		}}
	}
	var out []judge.Judgement
	for _, e := range sent {
		same, changed := false, -1
		for _, c := range came {
			same = same || c.sum == e.sum
			if c.name == e.name {
				changed = c.size
			}
		}
		name := result.Shown(e.name)
		switch {
		case same:
		case changed >= 0:
			out = append(out, judge.Failed(pos, "the attachment %s came changed: %d bytes were sent, %d came", name, e.size, changed))
		default:
			out = append(out, judge.Failed(pos, "the attachment %s did not come", name))
		}
	}
	return out
}
