package mailroom

import (
	"errors"
	"slices"
	"strings"

	"mxprobe/internal/letter"
	"mxprobe/internal/trace"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Limits on what is read of a message that has arrived.
const (
	maxArrivedHeader = 256 << 10
	maxArrived       = 32 << 20 // where attachments are compared
)

// inspect looks into what has come.
func (w *Watch) inspect(want *scenarios.Arrived, at *sighting) []judge.Judgement {
	out := []judge.Judgement{w.folder(want, at.Folder)}
	if len(want.Headers)+len(want.Auth) == 0 && want.Hop == (scenarios.Limit{}) && !want.Attachments {
		return out
	}
	w.Mailboxes.whole.Lock()
	defer w.Mailboxes.whole.Unlock()
	most := maxArrivedHeader
	if want.Attachments {
		most = maxArrived
	}
	raw, err := w.Post.read(w.Ctx, at.Message, most)
	if err == nil && want.Attachments && len(raw) == most {
		err = errors.New("the message is larger than 32 MiB, too large to compare its attachments")
	}
	if err != nil {
		return append(out, Unreadable(w.Ctx, err))
	}
	message := letter.Read(raw)
	for i := range want.Headers {
		out = append(out, w.header(&want.Headers[i], message.Header))
	}
	way := trace.Read(message.Header)
	if len(want.Auth) > 0 {
		out = append(out, w.authentications(want, way.Checks)...)
	}
	if want.Hop != (scenarios.Limit{}) {
		out = append(out, w.hops(want.Hop, way.Hops)...)
	}
	if want.Attachments {
		out = append(out, w.attachments(want.AttachmentsPos, message)...)
	}
	return out
}

// folder judges where the message is.
func (w *Watch) folder(want *scenarios.Arrived, folder string) judge.Judgement {
	expected := w.Post.place.Folder
	if folder == expected {
		return judge.Met()
	}
	at := want.Folder.Pos()
	if at == (scenarios.Pos{}) {
		at = w.Step.Mailbox.Pos
	}
	show := func(name string) string {
		if name == "" {
			return "the mailbox itself"
		}
		return result.Shown(name)
	}
	if expected == "" {
		j := judge.Failed(at, "it arrived, but in the folder %s", show(folder))
		j.Hint = "a filter took it for something else, for spam perhaps: its header says why (X-Spam-Status, Authentication-Results); folder: names where it should be"
		return j
	}
	return judge.Failed(at, "expected in the folder %s, but it arrived in %s", show(expected), show(folder))
}

// header judges one field. Of several with the name one has to fit.
func (w *Watch) header(want *scenarios.HeaderWant, h letter.Header) judge.Judgement {
	seen := ""
	for value := range h.All(want.Name) {
		decoded := letter.DecodeWords(value)
		for i := range want.Patterns {
			if want.Patterns[i].Match(value) || want.Patterns[i].Match(decoded) {
				return judge.Met()
			}
		}
		if seen == "" {
			seen = decoded
		}
	}
	if !h.Has(want.Name) {
		return judge.Failed(want.Pos, "the message has no %s", want.Name)
	}
	var patterns []string
	for i := range want.Patterns {
		patterns = append(patterns, want.Patterns[i].String())
	}
	return judge.Failed(want.Pos, "%s is %s, expected %s", want.Name, w.quoted(seen), w.quoted(strings.Join(patterns, " or ")))
}

// authentications judges what the server that received the message found out.
// Its own results are those under its name, or else the name that the uppermost
// field has: servers write theirs above what came with the message.
func (w *Watch) authentications(want *scenarios.Arrived, checks []trace.Check) []judge.Judgement {
	named, err := want.AuthServ.Expand(w.Lookup)
	if err != nil {
		return []judge.Judgement{judge.BadValue(err)}
	}
	named = strings.TrimSpace(named)
	own := checks
	if named != "" {
		own = of(named, checks)
	} else if len(checks) > 0 {
		own = of(checks[0].Server, checks)
		w.St.Note("what %s found counts, for its Authentication-Results stand uppermost; authserv names the server that is to be believed", orReceiver(checks[0].Server))
	}
	out := make([]judge.Judgement, 0, len(want.Auth))
	for i := range want.Auth {
		out = append(out, w.authenticated(&want.Auth[i], own, named))
	}
	return out
}

// of are the results of one server: the uppermost that bear its name, as far as
// they stand together. What is below the next Received was there before.
func of(server string, checks []trace.Check) []trace.Check {
	var out []trace.Check
	for _, c := range checks {
		if strings.EqualFold(c.Server, server) && (len(out) == 0 || out[0].Hops == c.Hops) {
			out = append(out, c)
		}
	}
	return out
}

// orReceiver is a server for people, which may have left out its name.
func orReceiver(server string) string {
	if server == "" {
		return "the server that received it"
	}
	return result.Shown(server)
}

// authenticated judges what a server found by one method; named is its name
// where the scenario gives it.
func (w *Watch) authenticated(want *scenarios.AuthWant, own []trace.Check, named string) judge.Judgement {
	if len(own) == 0 {
		by := ""
		if named != "" {
			by = " of " + result.Shown(named)
		}
		j := judge.Failed(want.Pos, "nobody says anything of %s: the message has no Authentication-Results%s", want.Method, by)
		j.Hint = "the server that receives the mail checks nothing, or does not write down what it finds (RFC 8601)"
		return j
	}
	found := results(want.Method, own)
	for i := range found {
		if slices.Contains(want.Values, found[i].Value) {
			return judge.Met()
		}
	}
	by := orReceiver(own[0].Server)
	if len(found) == 0 {
		return judge.Failed(want.Pos, "%s says nothing of %s", by, want.Method)
	}
	text := found[0].Value
	if found[0].Reason != "" {
		text += " (" + found[0].Reason + ")"
	}
	return judge.Failed(want.Pos, "expected %s to be %s, but %s says %s", want.Method, strings.Join(want.Values, " or "), by,
		result.Shown(text))
}

// results are what is said of a method. Of SPF that of the
// reverse-path counts, where it says so; a signature of several is enough.
func results(method string, checks []trace.Check) []trace.Result {
	var out []trace.Result
	for _, c := range checks {
		for _, r := range c.Results {
			if r.Method == method {
				out = append(out, r)
			}
		}
	}
	if method == "dkim" || len(out) == 0 {
		return out
	}
	if i := slices.IndexFunc(out, func(r trace.Result) bool { return r.Property("smtp.mailfrom") != "" }); method == "spf" && i >= 0 {
		return out[i : i+1]
	}
	return out[:1]
}

// quoted is a value of the message on one line.
func (w *Watch) quoted(s string) string {
	return `"` + result.Shown(s) + `"`
}
