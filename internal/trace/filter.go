package trace

import (
	"strings"

	"mxprobe/internal/letter"
)

// Filter is what a spam filter wrote into a message.
type Filter struct {
	// Name is the field, Value what it says.
	Name, Value string
}

// filterFields are the fields of common filters, in lower case, and what wrote
// them.
func isFilterField(lower string) bool {
	switch lower {
	case "x-spam-status", "x-spam-flag", "x-spam-score", "x-spam-level", "x-spam-bar", "x-spam-action", "x-spamd-bar", "x-spamd-result",
		"x-rspamd-action", "x-rspamd-score", "x-virus-scanned", "x-virus-status", "x-amavis-alert",
		"x-ms-exchange-organization-scl", "x-forefront-antispam-report", "x-microsoft-antispam",
		"x-barracuda-spam-score", "x-barracuda-spam-status", "x-proofpoint-spam-details", "x-proofpoint-spam-reason",
		"x-mimecast-spam-score", "x-ironport-anti-spam-result", "x-ironport-av", "x-bogosity", "x-dspam-result", "x-dspam-confidence",
		"x-mailscanner", "x-mailscanner-spamcheck", "x-mailscanner-spamscore", "x-gmx-antispam", "x-vr-status", "x-vr-score",
		"x-spam-flag2", "x-sophos-spam", "x-cloudmark-score", "x-cnfs-analysis", "x-tmase-result", "x-hmailserver-spam",
		"x-fe-policy-id", "x-antiabuse", "x-greylist", "x-policyd-weight":
		return true
	}
	return false
}

func (t *Trace) readFilters(h letter.Header) {
	for i := range h {
		if isFilterField(strings.ToLower(h[i].Name)) && len(t.Filters) < maxChecks {
			t.Filters = append(t.Filters, Filter{h[i].Name, cut(h[i].Value)})
		}
	}
}

// Unsubscribe is how one leaves a list (RFC 2369, RFC 8058).
type Unsubscribe struct {
	// Links are those of List-Unsubscribe.
	Links []string
	// OneClick reports whether List-Unsubscribe-Post offers to leave with one
	// request.
	OneClick bool
}

const maxLinks = 10

func (t *Trace) readUnsubscribe(h letter.Header) {
	rest := h.Get("List-Unsubscribe")
	for len(t.Unsubscribe.Links) < maxLinks {
		_, after, ok := strings.Cut(rest, "<")
		link, more, closed := strings.Cut(after, ">")
		if !ok || !closed {
			break
		}
		t.Unsubscribe.Links = append(t.Unsubscribe.Links, cut(strings.TrimSpace(link)))
		rest = more
	}
	t.Unsubscribe.OneClick = strings.EqualFold(strings.TrimSpace(h.Get("List-Unsubscribe-Post")), "List-Unsubscribe=One-Click")
}
