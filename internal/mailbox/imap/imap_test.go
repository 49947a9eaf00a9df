package imap

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lines returns what a client says to a server that answers each line as it
// is told to, and the error.
func lines(t *testing.T, greeting string, answers []string, do func(context.Context, *Conn) error) ([]string, error) {
	t.Helper()
	client, server := net.Pipe()
	var said []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = server.Close() }()
		if _, err := server.Write([]byte(greeting)); err != nil {
			return
		}
		tag := ""
		in := bufio.NewReader(server)
		for _, answer := range answers {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimRight(line, "\r\n")
			said = append(said, line)
			if first, _, ok := strings.Cut(line, " "); ok && strings.HasPrefix(first, "m") {
				tag = first
			}
			if _, err := server.Write([]byte(strings.ReplaceAll(answer, "{tag}", tag))); err != nil {
				return
			}
		}
	}()
	c, err := New(t.Context(), client, nil)
	if err == nil {
		err = do(t.Context(), c)
	}
	_ = client.Close()
	<-done
	return said, err
}

// A login is sent the way that the server offers, once, and never with what a
// quoted string cannot carry.
func TestLoginIsSentAsOffered(t *testing.T) {
	t.Parallel()
	const ok = "{tag} OK x\r\n"
	for name, test := range map[string]struct {
		caps, user, password string
		answers, want        []string
	}{
		"LOGIN": {"IMAP4rev1", "kate", `a"b\c`, []string{ok}, []string{`m1 LOGIN "kate" "a\"b\\c"`}},
		"literal": {
			"IMAP4rev1", "kate", "gr\u00fcn",
			[]string{"+ go\r\n", ok},
			[]string{`m1 LOGIN "kate" {5}`, "gr\u00fcn"},
		},
		"two literals": {
			"IMAP4rev1", "k\r", "p\n",
			[]string{"+\r\n", "+ x\r\n", "", ok},
			[]string{"m1 LOGIN {2}", "k\r {2}", "p", ""},
		},
		"initial response": {"AUTH=PLAIN SASL-IR LOGINDISABLED", "kate", "pw", []string{ok}, []string{"m1 AUTHENTICATE PLAIN AGthdGUAcHc="}},
		"no initial response": {
			"AUTH=PLAIN", "kate", "pw",
			[]string{"+ \r\n", ok},
			[]string{"m1 AUTHENTICATE PLAIN", "AGthdGUAcHc="},
		},
		"mechanism LOGIN": {
			"AUTH=LOGIN LOGINDISABLED", "kate", "pw",
			[]string{"+ VXNlcm5hbWU6\r\n", "+ UGFzc3dvcmQ6\r\n", ok},
			[]string{"m1 AUTHENTICATE LOGIN", "a2F0ZQ==", "cHc="},
		},
		"in any case": {"auth=plain sasl-ir", "kate", "pw", []string{ok}, []string{"m1 AUTHENTICATE PLAIN AGthdGUAcHc="}},
	} {
		said, err := lines(t, "* OK [CAPABILITY "+test.caps+"] x\r\n", test.answers, func(ctx context.Context, c *Conn) error {
			return c.LogIn(ctx, test.user, test.password)
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if test.want != nil {
			if diff := cmp.Diff(test.want, said); diff != "" {
				t.Errorf("%s: -want +got:\n%s", name, diff)
			}
		}
	}
	said, err := lines(t, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\r\n", []string{"{tag} NO [AUTHENTICATIONFAILED] no\r\n", ok}, func(ctx context.Context, c *Conn) error {
		return c.LogIn(ctx, "kate", "pw")
	})
	var no *StatusError
	if !errors.As(err, &no) || no.Kind != "NO" || no.Code != "AUTHENTICATIONFAILED" || no.What != "login" || len(said) != 1 {
		t.Errorf("a login that is refused: %v after %q; want one command and its code", err, said)
	}
}

// What comes in clear behind the consent to TLS may be anybody's.
func TestTextBehindSTARTTLS(t *testing.T) {
	t.Parallel()
	_, err := lines(t, "* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n", []string{"{tag} OK go\r\n* CAPABILITY IMAP4rev1\r\n"}, func(ctx context.Context, c *Conn) error {
		return c.StartTLS(ctx, nil)
	})
	if err == nil || !strings.Contains(err.Error(), "behind its consent to TLS") {
		t.Errorf("%v; want an error", err)
	}
}

// Modified UTF-7 (RFC 3501 section 5.1.3, whose example the first is).
func TestNamesOfMailboxes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e": "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
		"INBOX":               "INBOX",
		"A & B":               "A &- B",
		"Entw\u00fcrfe":       "Entw&APw-rfe",
		"\U0001f4e8":          "&2D3c6A-",
		"\u00fc\u00fc&\u00fc": "&APwA,A-&-&APw-",
	} {
		if got := EncodeName(name); got != want {
			t.Errorf("EncodeName(%q) = %q; want %q", name, got, want)
		}
	}
}

// The mailbox for spam is the one that is marked, else one that is called so.
func TestMailboxForSpam(t *testing.T) {
	t.Parallel()
	const ok = "{tag} OK x\r\n"
	for name, test := range map[string]struct {
		caps    string
		answers []string
		want    string
	}{
		"marked":      {"SPECIAL-USE", []string{"* LIST (\\HasNoChildren \\Junk) \"/\" \"Unsolicited &APw-\"\r\n" + ok}, "Unsolicited &APw-"},
		"named":       {"X", []string{"* LIST () \"/\" Sent\r\n* LIST () \"/\" spam\r\n" + ok}, "spam"},
		"below INBOX": {"X", []string{"* LIST () \".\" \"INBOX.Junk\"\r\n" + ok}, "INBOX.Junk"},
		"not marked":  {"SPECIAL-USE", []string{ok, "* LIST () NIL {4}\r\nJunk\r\n" + ok}, "Junk"},
		"no mailbox":  {"X", []string{"* LIST (\\Noselect) \"/\" Junk\r\n" + ok}, ""},
		"of no shape": {"X", []string{"* LIST\r\n* LIST (\r\n* LIST () \"/\" \"Ju\r\n" + ok}, ""},
		"deeper":      {"X", []string{"* LIST () \"/\" Old/Junk\r\n" + ok}, ""},
		"none":        {"X", []string{ok}, ""},
	} {
		var got string
		_, err := lines(t, "* OK [CAPABILITY "+test.caps+"] x\r\n", test.answers, func(ctx context.Context, c *Conn) (err error) {
			got, err = c.Junk(ctx)
			return err
		})
		if err != nil || got != test.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, test.want)
		}
	}
}

func TestSequenceSets(t *testing.T) {
	t.Parallel()
	for want, uids := range map[string][]uint32{"1": {1}, "1:3,7,9:10": {1, 2, 3, 7, 9, 10}, "4294967294:4294967295": {4294967294, 4294967295}} {
		if got := set(uids); got != want {
			t.Errorf("set(%v) = %q; want %q", uids, got, want)
		}
	}
}

func TestFetchedData(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`(UID 7 BODY[] "x")`:                                "x",
		`(BODY[]<0> "a\"b" FLAGS (\Seen $X) UID 7)`:         `a"b`,
		"(UID 7 FLAGS () BODY[] {3}\r\na)b MODSEQ (12))":    "a)b",
		"(UID 7 BODY[] ~{3}\r\nabc)":                        "abc",
		"(UID 7 body[] {0}\r\n)":                            "",
		`(UID 7 BODY[] NIL)`:                                "",
		`(ENVELOPE ("x" (("(" NIL)) ")") UID 7 BODY[] "y")`: "y",
	} {
		uid, text, ok := fetched([]byte(data), "BODY[]")
		if !ok || uid != 7 || string(text) != want {
			t.Errorf("fetched(%q) = %d, %q, %t; want 7, %q", data, uid, text, ok, want)
		}
	}
	for _, data := range []string{"", "(", "()", `(UID 7)`, `(BODY[] "x")`, `(UID 7 BODY[HEADER] "x")`, `(UID 7 BODY[] {9}` + "\r\nabc)", `(UID 7 BODY[] x)`} {
		if uid, text, ok := fetched([]byte(data), "BODY[]"); ok {
			t.Errorf("fetched(%q) = %d, %q; want nothing", data, uid, text)
		}
	}
}

// FuzzServer plays a server that says anything: the client ends, without a
// panic, and gives out no more than it was asked for.
func FuzzServer(f *testing.F) {
	f.Add("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\r\n+ \r\nm1 OK x\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 2] x\r\nm2 OK x\r\nm3 OK x\r\n" +
		"* SEARCH 2\r\nm4 OK x\r\n* 1 FETCH (UID 2 BODY[HEADER] {4}\r\na: b)\r\nm5 OK x\r\n")
	f.Add("* PREAUTH x\r\n* ESEARCH (TAG \"m3\") UID ALL 1:4\r\n")
	f.Add("* OK [CAPABILITY X] {3}\r\nm1 BAD ((((\r\n* X {2}\r\nab {3}\r\nabc\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		client, server := net.Pipe()
		go func() {
			_, _ = server.Write([]byte(text))
			_ = server.Close()
		}()
		// What the client says goes nowhere: the server has said all.
		nc := struct{ readOnly }{readOnly{client}}
		defer func() { _ = client.Close() }()
		c, err := New(t.Context(), nc, nil)
		if err != nil {
			return
		}
		_ = c.LogIn(t.Context(), "kate", "secret")
		folder, _ := c.Examine(t.Context(), "INBOX")
		_ = c.Noop(t.Context())
		uids, _ := c.Since(t.Context(), folder.Next, 10, "")
		if len(uids) > 10 {
			t.Errorf("%d messages are found; want at most 10", len(uids))
		}
		headers, _ := c.Header(t.Context(), []uint32{2, 3}, 8)
		for uid, header := range headers {
			if uid != 2 && uid != 3 || len(header) > 8 {
				t.Errorf("message %d has a header of %d bytes", uid, len(header))
			}
		}
		_ = c.Delete(t.Context(), 2)
		_ = c.LogOut(t.Context())
	})
}

// readOnly is a connection that swallows what is written.
type readOnly struct{ net.Conn }

func (readOnly) Write(p []byte) (int, error) { return len(p), nil }

// FuzzLexer holds that a response is taken apart to its end, and in step.
func FuzzLexer(f *testing.F) {
	f.Add([]byte("(UID 7 BODY[HEADER.FIELDS (A \"b\")]<0> {3}\r\nabc FLAGS (\\Seen) X ((\"\\\"\")))"))
	f.Add([]byte("\"\\"))
	f.Add([]byte("~{1}\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := lexer{data}
		for left := len(l.rest); ; left = len(l.rest) {
			token := l.next()
			if token.kind == end {
				break
			}
			if len(l.rest) >= left {
				t.Fatalf("a token %v takes nothing of %q", token, l.rest)
			}
		}
		_, text, ok := fetched(data, "BODY[]")
		if ok && len(text) > len(data) {
			t.Errorf("%d bytes come of %d", len(text), len(data))
		}
		_ = extended(data)
		r := parseResponse(data)
		r.code()
	})
}
