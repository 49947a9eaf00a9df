package dnsmx_test

import (
	"testing"

	"mxprobe/dnsmx"
)

// A domain goes over the wire in A-labels (RFC 6531 section 3.7.1); what is
// ASCII is not touched, case and all, and what is no name is left as it is.
func TestTrap50DomainInALabels(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"bücher.test":         "xn--bcher-kva.test",
		"mail.Bücher.test":    "mail.xn--bcher-kva.test",
		"Example.TEST":        "Example.TEST",
		"[192.0.2.1]":         "[192.0.2.1]",
		"":                    "",
		"bücher..test":        "bücher..test",
		"\xff\xfe.test":       "\xff\xfe.test",
		"kate@bücher.test":    "kate@bücher.test",
		"例え.test":             "xn--r8jz45g.test",
		"under_score.bü.test": "under_score.xn--b-eha.test",
	} {
		if got := dnsmx.ASCII(in); got != want {
			t.Errorf("ASCII(%q) = %q; want %q", in, got, want)
		}
	}
}
