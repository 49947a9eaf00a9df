package message

import (
	"fmt"
	"io"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/internal/trace"
)

// style is all the page depends on.
const style = `body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}th{font-weight:600;white-space:nowrap}
.bar{background:#1f6fb2;height:.7rem;min-width:1px}.slow{background:#b3261e}.failed{color:#b3261e}
@media (prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}th,td{border-color:#444}.bar{background:#6fb3e8}.slow,.failed{color:#ff8a80}.slow{background:#ff8a80}}`

// WriteHTML writes a page without script, and without anything it would have
// to fetch: a bar a hop, as long as it took.
func WriteHTML(w io.Writer, messages []*Message) error {
	h := html{escape: strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")}
	h.raw(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>mxprobe explain</title><style>` + style + "</style></head><body>\n")
	for _, m := range messages {
		h.message(m)
	}
	h.raw("</body></html>\n")
	_, err := io.WriteString(w, h.b.String())
	return err
}

// html is a page that is being written.
type html struct {
	b      strings.Builder
	escape *strings.Replacer
}

func (h *html) raw(s string) { h.b.WriteString(s) }

// text writes foreign text: what means something in HTML is escaped.
func (h *html) text(s string) { h.raw(h.escape.Replace(s)) }

func (h *html) row(name, value string) {
	if value == "" {
		return
	}
	h.raw("<tr><th>")
	h.text(name)
	h.raw("</th><td>")
	h.text(value)
	h.raw("</td></tr>\n")
}

func (h *html) message(m *Message) {
	h.raw("<h1>")
	h.text(m.headline())
	h.raw("</h1>\n<table>\n")
	h.row("file", m.Name)
	h.row("from", m.From)
	h.row("to", m.To)
	h.row("subject", m.Subject)
	h.row("date", m.Date)
	if m.Bounce != nil {
		h.row("reported by", m.Bounce.By)
		h.row("about", m.Bounce.MessageID)
	}
	h.raw("</table>\n")
	for i := range m.Recipients {
		h.recipient(&m.Recipients[i])
	}
	h.hops(m.Trace)
	h.checks(m)
}

func (h *html) recipient(r *Recipient) {
	class := ""
	if r.Action == "failed" {
		class = ` class="failed"`
	}
	h.raw("<h2" + class + ">")
	h.text(r.Address() + ": " + outcome(r.Action))
	h.raw("</h2>\n<table>\n")
	h.row("status", r.Status)
	h.row("remote", r.Remote)
	h.row("reply", r.Diagnostic)
	if r.Action == "failed" || r.Action == "delayed" {
		h.row("cause", r.Cause)
		h.row("whose", r.Whose)
		h.row("what to do", r.Hint)
	}
	h.raw("</table>\n")
}

func (h *html) hops(t *trace.Trace) {
	h.raw("<h2>Hops</h2>\n")
	if len(t.Hops) == 0 {
		h.raw("<p>There is no Received field.</p>\n")
		return
	}
	longest := int64(1)
	for i := range t.Hops {
		longest = max(longest, delay(&t.Hops[i]))
	}
	h.raw("<table><tr><th>hop</th><th>way</th><th>how</th><th>at</th><th>took</th><th>share</th></tr>\n")
	for i := range t.Hops {
		h.hop(i, &t.Hops[i], longest, i == t.Slowest)
	}
	h.raw("</table>\n")
	for _, loop := range t.Loops {
		h.raw(`<p class="failed">A loop: `)
		h.text(loop)
		h.raw("</p>\n")
	}
}

func (h *html) hop(i int, hop *trace.Hop, longest int64, slowest bool) {
	h.raw(fmt.Sprintf("<tr><td>%d</td><td>", i+1))
	from := hop.From
	if hop.Address.IsValid() && from != hop.Address.String() {
		from = strings.TrimSpace(from + " [" + hop.Address.String() + "]")
	}
	if from != "" {
		h.text(from + " \u2192 ")
	}
	h.text(named(hop))
	h.raw("</td><td>")
	h.text(strings.Join(strings.Fields(hop.With+" "+hop.TLS+" "+hop.Software), " "))
	h.raw("</td><td>")
	if !hop.At.IsZero() {
		h.text(when(hop.At))
	}
	h.raw("</td><td>")
	if hop.Timed {
		h.text(report.Duration(hop.Delay))
		if hop.Skewed() {
			h.text(" (one of two clocks is wrong)")
		}
	}
	class := "bar"
	if slowest {
		class = "bar slow"
	}
	h.raw(fmt.Sprintf(`</td><td style="width:30%%"><div class="%s" style="width:%d%%"></div></td></tr>`+"\n", class, max(0, delay(hop))*100/longest))
}

func (h *html) checks(m *Message) {
	t := m.Trace
	h.raw("<h2>Checks</h2>\n<table>\n")
	for i := range t.Checks {
		c := &t.Checks[i]
		h.row("checked by "+c.Server, results(c))
	}
	for i := range t.Seals {
		s := &t.Seals[i]
		h.row(fmt.Sprintf("ARC %d %s", s.Instance, s.Domain), "chain "+s.Chain+"; "+results(&s.Check))
	}
	for _, s := range m.Signatures {
		value := string(s.Value)
		if value == "" {
			value = "not checked"
		}
		if s.Reason != "" {
			value += ", " + s.Reason
		}
		h.row("DKIM "+s.Domain, value)
	}
	h.row("DMARC", m.alignment())
	h.row("unsubscribe", strings.Join(t.Unsubscribe.Links, ", "))
	for _, f := range t.Filters {
		h.row(f.Name, f.Value)
	}
	h.raw("</table>\n")
}
