// Package ledger is the only door through which text enters the result of a
// dialogue: steps, notes, messages, advice, what was captured, the transcript.
// It hides secrets, and makes harmless what a server sent, so that nobody
// before it and nobody behind it has to know either.
package ledger

import "mxprobe/probe/result"

// Secrets are what no output may show: the values of secrets, and what was made
// of them. The zero Secrets hides nothing.
type Secrets struct {
	mask *mask // nil hides nothing; a mask does not change
}

// NewSecrets hides each value, its base64 alone and inside other base64, and
// its forms in a URL, in xtext and between quotes.
func NewSecrets(values map[string]string) Secrets { return Secrets{newMask(values)} }

// Hide hides these values as well.
func (s *Secrets) Hide(values ...string) { s.mask = s.mask.with(values...) }

// HideNames hides these names of users as well, but where they are part of a
// mail address, which says no more than the address does.
func (s *Secrets) HideNames(names ...string) { s.mask = s.mask.withNames(names...) }

// HideLogin hides the base64 of a message of a login, and the values in it
// that are secret.
func (s *Secrets) HideLogin(message []byte, values []string) {
	s.mask = s.mask.learn(message, values)
}

// Show returns bytes without secrets and in a form that is harmless, as
// result.Printable has it, with the same limit. The secrets go first: an escape
// or a cut must not divide one.
func (s *Secrets) Show(b []byte, limit int) string { return s.mask.printable(b, limit) }

// text is Show of a text that is not cut.
func (s *Secrets) text(text string) string { return result.PrintableString(s.mask.text(text)) }

// short is Show of a text that is seldom longer than its limit.
func (s *Secrets) short(text string, limit int) string { return harmless(s.mask.text(text), limit) }

// harmless is a text without secrets in printable form, cut if it is longer than
// its limit.
func harmless(text string, limit int) string {
	if len(text) <= limit {
		return result.PrintableString(text)
	}
	return result.Printable([]byte(text), limit)
}
