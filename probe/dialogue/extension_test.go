package dialogue_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// Some sets of keywords that servers offer.
var (
	sevenBit = []string{"PIPELINING"}
	eightBit = []string{"8BITMIME", "SIZE 1000"}
	utf8Mail = []string{"8BITMIME", "SMTPUTF8"}
)

// A message with 8-bit text does not go to a server that never said it takes
// any, unless the scenario gives it byte by byte; and what MAIL should have
// declared is noted (RFC 6152 section 3, RFC 6531 section 3.4).
func TestTrap49EightBitText(t *testing.T) {
	t.Parallel()
	stopped := func(why string) ending { return ending{result.Fail, result.Reply, 4, why} }
	const text, header = "  - message: Grüße\n", "  - message: \"Subject: Grüße\\n\\nhello\\n\"\n"
	for _, tc := range []struct {
		name, mail, step string
		ehlo             []string
		want             ending
		note             string
	}{
		{"ASCII anywhere", "", "  - message: hello\n", sevenBit, pass, ""},
		{"stopped", "", text, sevenBit, stopped("does not offer 8BITMIME"), ""},
		{"as it is", "", text + "    as_is: true\n", sevenBit, pass, "does not offer 8BITMIME"},
		{"not declared", "", text, eightBit, pass, "BODY=8BITMIME"},
		{"declared", " BODY=8BITMIME", text, eightBit, pass, ""},
		{"header stopped", " BODY=8BITMIME", header, eightBit, stopped("does not offer SMTPUTF8"), ""},
		{"header not declared", " BODY=8BITMIME", header, utf8Mail, pass, "does not say SMTPUTF8"},
		{"header declared", " BODY=8BITMIME SMTPUTF8", header, utf8Mail, pass, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{EHLO: tc.ehlo})
			src := "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>" + tc.mail + "\n  - RCPT TO:<${to}>\n" + tc.step
			d := play(t, w, src)
			c := only(t, &d)
			expect(t, c, tc.want)
			notesAre(t, step(t, c, 4), tc.note)
			if stops := tc.want.status == result.Fail; stops == slices.Contains(w.Sessions()[0].Commands, "DATA") {
				t.Errorf("commands are %q; DATA wanted: %t", w.Sessions()[0].Commands, !stops)
			}
		})
	}
}

// notesAre holds the notes of a step: one with a text in it, or none.
func notesAre(t *testing.T, s *result.Step, want string) {
	t.Helper()
	switch {
	case want == "" && len(s.Notes) == 0:
	case want != "" && len(s.Notes) == 1 && strings.Contains(s.Notes[0], want):
	default:
		t.Errorf("notes of %s are %q; want one with %q", s.Name, s.Notes, want)
	}
}

// A domain outside ASCII goes over the wire in A-labels, so that no server
// needs SMTPUTF8 for it (RFC 6531 section 3.7.1).
func TestTrap50DomainNeedsNoSMTPUTF8(t *testing.T) {
	t.Parallel()
	w := sandboxtest.Start(t, sandbox.Spec{
		Zones:   []sandbox.Zone{{Name: "xn--bcher-kva.test", Text: oneHost}},
		Servers: []sandbox.Server{{Name: "mx1.xn--bcher-kva.test", EHLO: sevenBit}},
	})
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{w.DNS()}})
	if err != nil {
		t.Fatal(err)
	}
	set := settings(w)
	set.HELO, set.From, set.To = "sondé.test", "probe@sondé.test", ""
	src := ask + "  - RCPT TO:<kate@${domain}>\n"
	r := &probe.Runner{Resolver: resolver}
	request := probe.Request{Domain: "bücher.test", Checks: checks(t, set, src)}
	for d := range r.Run(t.Context(), slices.Values([]probe.Request{request})) {
		expect(t, only(t, &d), pass)
	}
	want := []string{
		"EHLO xn--sond-epa.test", "MAIL FROM:<probe@xn--sond-epa.test>", "RCPT TO:<postmaster@xn--bcher-kva.test>",
		"RCPT TO:<kate@xn--bcher-kva.test>", "QUIT",
	}
	if got := commands(t, w); !slices.Equal(got, want) {
		t.Errorf("the server got %q; want %q", got, want)
	}
}

// An address outside ASCII is noted where the server or the MAIL line does
// not say SMTPUTF8 (RFC 6531 section 3.4); it goes out as it is written.
func TestTrap50AddressOutsideASCII(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, mail string
		ehlo       []string
		want       ending
		note       string
	}{
		{"not offered", "MAIL FROM:<jörg@example.net>", sevenBit, ending{result.Fail, result.Reply, 2, "553"}, "does not offer SMTPUTF8"},
		{"not declared", "MAIL FROM:<jörg@example.net>", utf8Mail, ending{result.Fail, result.Reply, 2, "553"}, "does not say SMTPUTF8"},
		{"declared", "MAIL FROM:<jörg@example.net> SMTPUTF8", utf8Mail, pass, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{EHLO: tc.ehlo})
			d := play(t, w, "steps:\n  - EHLO ${helo}\n  - "+tc.mail+"\n")
			c := only(t, &d)
			expect(t, c, tc.want)
			notesAre(t, step(t, c, 2), tc.note)
		})
	}
}

// What a server says of its limits in the reply to EHLO is held against what
// the scenario sends (RFC 1870 section 4, RFC 9422 section 3).
func TestTrap54LimitsOfTheServer(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{EHLO: []string{"LIMITS mailmax=1 RCPTMAX=1 RCPTDOMAINMAX=5", "SIZE 1000"}, Size: 1000})
	d := play(t, w, `steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}> SIZE=1000
  - RCPT TO:<${to}>
  - RCPT TO:<postmaster@${domain}>
  - RSET
  - send: MAIL FROM:<${from}> SIZE=1001
    expect: 552
  - EHLO ${helo}
  - pipeline:
      - MAIL FROM:<${from}>
      - RCPT TO:<${to}>
`)
	c := only(t, &d)
	expect(t, c, pass)
	for number, notes := range map[int][]string{
		2: nil, 3: nil, 4: {"RCPTMAX"}, 6: {"SIZE=1001 is over the 1000", "MAIL number 2"}, 8: {"MAIL number 3"}, 9: nil,
	} {
		s := step(t, c, number)
		if len(s.Notes) != len(notes) {
			t.Errorf("notes of step %d are %q; want %q", number, s.Notes, notes)
			continue
		}
		for i := range notes {
			if !strings.Contains(s.Notes[i], notes[i]) {
				t.Errorf("notes of step %d are %q; want %q", number, s.Notes, notes)
			}
		}
	}
}

// The size of a message is counted with CR LF and without the dots that are
// doubled (RFC 1870 section 5).
func TestTrap48SizeIsCountedAsSIZEDoes(t *testing.T) {
	t.Parallel()
	// "Subject: x", an empty line, ".12" and a last line without its end.
	const text, octets = "Subject: x\n\n.12\n.", 12 + 2 + 5 + 3
	for _, tc := range []struct {
		limit, declared int
		note            string
	}{
		{octets, octets, ""},
		{octets - 1, octets - 1, fmt.Sprintf("has %d octets, and the server takes %d", octets, octets-1)},
		{octets, octets - 1, fmt.Sprintf("has %d octets, more than SIZE=%d", octets, octets-1)},
	} {
		t.Run(tc.note, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{EHLO: []string{fmt.Sprintf("SIZE %d", tc.limit)}})
			d := play(t, w, fmt.Sprintf("steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}> SIZE=%d\n  - RCPT TO:<${to}>\n  - message: %q\n    as_is: true\n", tc.declared, text))
			c := only(t, &d)
			expect(t, c, pass)
			notes := step(t, c, 4).Notes
			if (tc.note == "") != (len(notes) == 0) || tc.note != "" && !strings.Contains(notes[0], tc.note) {
				t.Errorf("notes are %q; want %q", notes, tc.note)
			}
			if got := len(w.Sessions()[0].Messages[0].Data); got != octets {
				t.Errorf("the server got %d octets; the test counts %d", got, octets)
			}
		})
	}
}

// A MAIL that is refused inside a transaction does not end it: a recipient
// that was accepted before is still one, so no lone dot may end the DATA
// that was left open.
func TestTrap38RefusedMailEndsNoTransaction(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, ask+"  - send: MAIL FROM:<other@example.net>\n    expect: 503\n  - DATA\n  - expect: 250\n    timeout: 100ms\n")
	expect(t, only(t, &d), ending{result.Fail, result.Timeout, 6, ""})
	if s := w.Sessions()[0]; len(s.Messages) > 0 {
		t.Errorf("the server took %d messages; want none", len(s.Messages))
	}
}

// REQUIRETLS needs a session that is encrypted, and the keyword in the reply
// to EHLO under TLS; the one before does not count (RFC 8689 sections 2, 4).
func TestTrap53REQUIRETLS(t *testing.T) {
	t.Parallel()
	const mail = "  - send: MAIL FROM:<${from}> REQUIRETLS\n    expect: any\n"
	offered := sandbox.Rule{On: "EHLO", Reply: "250-mx1\n250-STARTTLS\n250 REQUIRETLS"}
	lost := sandbox.Rule{On: "EHLO", Times: 1, Reply: "250-mx1\n250-STARTTLS\n250 REQUIRETLS"}
	for _, tc := range []struct {
		name, src string
		rule      sandbox.Rule
		note      string
	}{
		{"in clear", "steps:\n  - EHLO ${helo}\n" + mail, offered, "before TLS"},
		{"under TLS", "steps:\n  - EHLO ${helo}\n  - STARTTLS\n  - EHLO ${helo}\n" + mail, offered, ""},
		{"offered in clear alone", "steps:\n  - EHLO ${helo}\n  - STARTTLS\n  - EHLO ${helo}\n" + mail, lost, "does not offer REQUIRETLS"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := secureWorld(t, &sandbox.TLS{}, tc.rule)
			d := playWith(t, t.Context(), runner(t, w), checks(t, trusting(t, w), tc.src))
			c := only(t, &d)
			expect(t, c, pass)
			notesAre(t, step(t, c, c.StepCount), tc.note)
		})
	}
}
