package dialogue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// chunking is a server that takes chunks and binary text.
func chunking(rules ...sandbox.Rule) sandbox.Server {
	return sandbox.Server{EHLO: []string{"PIPELINING", "8BITMIME", "CHUNKING", "BINARYMIME"}, Rules: rules}
}

// chunkCommands are the commands of the first session behind RCPT.
func chunkCommands(t *testing.T, w *sandbox.World) []string {
	t.Helper()
	lines := w.Sessions()[0].Commands
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "BDAT") || strings.HasPrefix(l, "QUIT") })
	return lines[at:]
}

// A message in chunks arrives as it is written: CR LF for line ends, and no
// dot doubled (RFC 3030 section 2).
func TestTrap47MessageInChunks(t *testing.T) {
	t.Parallel()
	const text = "Subject: x\r\n\r\n.12\r\n.\r\nend\r\n"
	for _, tc := range []struct {
		options string
		want    []string
	}{
		{"", []string{"BDAT 27 LAST", "QUIT"}},
		{"    chunk: 27\n", []string{"BDAT 27 LAST", "QUIT"}},
		{"    chunk: 26\n", []string{"BDAT 26", "BDAT 1 LAST", "QUIT"}},
		{"    chunk: [5, 10]\n", []string{"BDAT 5", "BDAT 10", "BDAT 10", "BDAT 2 LAST", "QUIT"}},
		{"    chunk: 20\n    last: false\n  - BDAT 0 LAST\n", []string{"BDAT 20", "BDAT 7", "BDAT 0 LAST", "QUIT"}},
	} {
		t.Run(tc.options, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, chunking())
			d := play(t, w, ask+fmt.Sprintf("  - bdat: %q\n    as_is: true\n", text)+tc.options)
			expect(t, only(t, &d), pass)
			if got := chunkCommands(t, w); !slices.Equal(got, tc.want) {
				t.Errorf("commands are %q; want %q", got, tc.want)
			}
			messages := w.Sessions()[0].Messages
			if len(messages) != 1 || string(messages[0].Data) != text {
				t.Errorf("messages are %q; want %q", messages, text)
			}
		})
	}
}

// Without as_is the text gets CR LF and the fields it lacks, as with message.
func TestTrap47TextGetsItsLineEnds(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, chunking())
	d := play(t, w, ask+"  - bdat: \"Subject: x\\n\\n.one\\ntwo\"\n    chunk: 50\n")
	expect(t, only(t, &d), pass)
	got := string(w.Sessions()[0].Messages[0].Data)
	if !strings.HasSuffix(got, "Subject: x\r\n\r\n.one\r\ntwo\r\n") || !strings.HasPrefix(got, "Date: ") || !strings.Contains(got, "\r\nAuto-Submitted: auto-generated\r\n") {
		t.Errorf("the message is %q; want the text with CR LF behind the added fields", got)
	}
}

// A chunk that is refused goes out whole all the same, is the last, and RSET
// follows it (RFC 3030 section 2).
func TestTrap47RefusedChunk(t *testing.T) {
	t.Parallel()
	refuse := func(on string) sandbox.Rule { return sandbox.Rule{On: on, Reply: "554 5.6.0 no"} }
	const chunks = "  - bdat: \"QUIT\\r\\nQUIT\\r\\n\"\n    as_is: true\n    chunk: 4\n"
	for _, tc := range []struct {
		name, more string
		rule       sandbox.Rule
		want       ending
		commands   []string
	}{
		{"the first", "", refuse("BDAT 4"), ending{result.Fail, result.Reply, 4, "554 5.6.0"}, []string{"BDAT 4", "RSET", "QUIT"}},
		{"the last", "", refuse("BDAT * LAST"), ending{result.Fail, result.Reply, 4, "554 5.6.0"}, []string{"BDAT 4", "BDAT 4", "BDAT 4 LAST", "RSET", "QUIT"}},
		{"the first, as expected", "    expect: 554\n  - MAIL FROM:<${from}>\n", refuse("BDAT 4"), pass, []string{"BDAT 4", "RSET", "MAIL FROM:<probe@example.net>", "QUIT"}},
		{"the last, as expected", "    expect: 554\n  - MAIL FROM:<${from}>\n", refuse("BDAT * LAST"), pass, []string{"BDAT 4", "BDAT 4", "BDAT 4 LAST", "RSET", "MAIL FROM:<probe@example.net>", "QUIT"}},
		{"none, though expected", "    expect: 554\n", refuse("NOOP"), ending{result.Fail, result.Reply, 4, "expected 554, got 250"}, []string{"BDAT 4", "BDAT 4", "BDAT 4 LAST", "QUIT"}},
		{"for a while", "", sandbox.Rule{On: "BDAT", Reply: "452 4.3.1 full"}, ending{result.Inconclusive, result.Temporary, 4, "452"}, []string{"BDAT 4", "RSET", "QUIT"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, chunking(tc.rule))
			d := play(t, w, ask+chunks+tc.more)
			expect(t, only(t, &d), tc.want)
			if got := chunkCommands(t, w); !slices.Equal(got, tc.commands) {
				t.Errorf("commands are %q; want %q", got, tc.commands)
			}
		})
	}
}

// A server that closes over a long chunk before it has read it has said why.
func TestTrap47RefusalBeforeALongChunkIsRead(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, chunking(sandbox.Rule{On: "RCPT", Func: func(c *sandbox.Conn, _ string) {
		_ = c.Reply("250 2.1.5 Ok")
		_, _ = c.NetConn().Read(make([]byte, 10))
		_ = c.Reply("552 5.3.4 too much")
		c.Close()
	}}))
	text := strings.Repeat("x", 70)
	d := play(t, w, ask+"  - bdat: |\n"+strings.Repeat("      "+text+"\n", 5000))
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 4, "552 5.3.4 too much"})
}

// Chunks go only where CHUNKING is offered: other servers take the octets for
// commands. 8-bit and binary text is held against what MAIL declared.
func TestTrap47ChunksOnlyWhereOffered(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, ask+"  - bdat: x\n")
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 4, "does not offer CHUNKING"})
	if got := chunkCommands(t, w); !slices.Equal(got, []string{"QUIT"}) {
		t.Errorf("commands are %q; want no BDAT", got)
	}
}

// BINARYMIME is for chunks alone, and what only it can carry is noted where
// it was not declared (RFC 3030 section 3).
func TestTrap47BinaryText(t *testing.T) {
	t.Parallel()
	const mail = "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>%s\n  - RCPT TO:<${to}>\n"
	for _, tc := range []struct {
		name, params, step string
		want               ending
		note               string
	}{
		{"declared", " BODY=BINARYMIME", "  - bdat: \"a\\0b\\nc\\xe9\"\n    as_is: true\n", pass, ""},
		{"not declared", " BODY=8BITMIME", "  - bdat: \"a\\0b\"\n    as_is: true\n", pass, "does not say BODY=BINARYMIME"},
		{"lone LF", "", "  - bdat: \"a\\nb\"\n    as_is: true\n", pass, "does not say BODY=BINARYMIME"},
		{"with DATA", " BODY=BINARYMIME", "  - message: x\n", ending{result.Fail, result.Reply, 4, "503"}, "goes with bdat"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, chunking())
			d := play(t, w, fmt.Sprintf(mail, tc.params)+tc.step)
			c := only(t, &d)
			expect(t, c, tc.want)
			notesAre(t, step(t, c, 4), tc.note)
		})
	}
}

// may_fail holds for the last chunk, whether or not it ends the message.
func TestChunkMayFail(t *testing.T) {
	t.Parallel()
	for _, last := range []string{"true", "false"} {
		w := start(t, oneHost, chunking(sandbox.Rule{On: "BDAT", Reply: "554 5.6.0 no"}))
		d := play(t, w, ask+"  - {bdat: \"Subject: x\\n\\nx\\n\", last: "+last+", may_fail: known to refuse}\n")
		expect(t, only(t, &d), ending{result.Warn, result.Reply, 4, "known to refuse: expected"})
	}
}
