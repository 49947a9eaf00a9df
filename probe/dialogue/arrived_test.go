package dialogue_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe/result"
)

// arriving plays a message whose deliveries are what put says, into a Maildir
// with folders for lists and spam. wants are keys of arrives.
func arriving(t *testing.T, put func(dir, id, text string), wants string) *result.Check {
	t.Helper()
	dir := sandboxtest.Maildir(t, t.TempDir())
	for _, sub := range []string{".Junk/new", ".Junk/tmp", ".Lists/new", ".Lists/tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w := afterText(t, func(id string, text []byte) { put(dir, id, strings.ReplaceAll(string(text), "\r\n", "\n")) })
	return playBox(t, t.Context(), w, dir, waiting(`
  - arrives: {maildir: "${box}", `+wants+`}
    within: 2s
`))
}

// afterText starts a world that tells of each message once its session is over.
func afterText(t *testing.T, then func(id string, text []byte)) *sandbox.World {
	t.Helper()
	return sandboxtest.Start(t, sandbox.Spec{
		Zones:   []sandbox.Zone{{Name: "example.test", Text: oneHost}},
		Servers: []sandbox.Server{{Name: "mx1.example.test", EHLO: []string{"DSN", "PIPELINING"}}},
		Ended: func(s sandbox.Session) {
			for _, m := range s.Messages {
				_, id, _ := strings.Cut(string(m.Data), "Message-ID: ")
				id, _, _ = strings.Cut(id, "\r\n")
				then(id, m.Data)
			}
		},
	})
}

// onTop delivers the message with a header before it.
func onTop(t *testing.T, header string) func(dir, id, text string) {
	return func(dir, _, text string) { deliver(t, dir, "1.it", header+text) }
}

const checked = "Received: from a by mx2.example.test; Mon, 7 Jan 2030 10:00:30 +0000\n" +
	"Authentication-Results: mx.example.test; spf=softfail smtp.mailfrom=a@b.test; spf=pass smtp.helo=b.test;\n dkim=fail header.d=b.test; dkim=pass header.d=c.test; dmarc=fail (p=none)\n" +
	"Received: from b by mx1.example.test; Mon, 7 Jan 2030 10:00:00 +0000\n" +
	"Authentication-Results: forged.example; dmarc=pass\n" +
	"X-Spam-Flag: NO\nX-Odd: =?utf-8?q?gr=C3=BCn?=\n"

// What has arrived is looked into: its fields, what the receiver found out,
// and how long the servers had it.
func TestTrap83WhatArrivedIsLookedInto(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header, wants string
		want          ending
	}{
		"fields": {checked, `headers: {X-Spam-Flag: "NO", Subject: [y, /^x$/], X-Odd: grün}`, ending{result.Pass, result.None, -1, ""}},
		"another value": {
			checked, `headers: {x-spam-flag: "YES"}`,
			ending{result.Fail, result.Reply, 5, `x-spam-flag is "NO", expected "YES"`},
		},
		"no field":              {checked, `headers: {X-Nothing: x}`, ending{result.Fail, result.Reply, 5, "the message has no X-Nothing"}},
		"a signature of two":    {checked, `auth: {dkim: pass}`, ending{result.Pass, result.None, -1, ""}},
		"SPF of the sender":     {checked, `auth: {spf: pass}`, ending{result.Fail, result.Reply, 5, "expected spf to be pass, but mx.example.test says softfail"}},
		"one of several":        {checked, `auth: {spf: [pass, softfail]}`, ending{result.Pass, result.None, -1, ""}},
		"not what was forged":   {checked, `auth: {dmarc: pass}`, ending{result.Fail, result.Reply, 5, "expected dmarc to be pass, but mx.example.test says fail"}},
		"not checked":           {checked, `auth: {arc: pass}`, ending{result.Fail, result.Reply, 5, "mx.example.test says nothing of arc"}},
		"the receiver, by name": {checked, `auth: {dmarc: fail}, authserv: MX.example.test`, ending{result.Pass, result.None, -1, ""}},
		"the receiver writes nothing": {
			checked, `auth: {dmarc: pass}, authserv: mx3.example.test`,
			ending{result.Fail, result.Reply, 5, "nobody says anything of dmarc: the message has no Authentication-Results of mx3.example.test"},
		},
		"forged in the receiver's name": {
			checked + "Authentication-Results: mx.example.test; arc=pass\n", `auth: {arc: pass}, authserv: mx.example.test`,
			ending{result.Fail, result.Reply, 5, "mx.example.test says nothing of arc"},
		},
		"nobody checks":         {"", `auth: {spf: pass}`, ending{result.Fail, result.Reply, 5, "the message has no Authentication-Results"}},
		"quick enough":          {checked, `hop_within: 30s`, ending{result.Pass, result.None, -1, ""}},
		"a slow hop":            {checked, `hop_within: 20s`, ending{result.Fail, result.Slow, 5, "it took 30s to mx2.example.test, the limit is 20s"}},
		"a slow hop warns":      {checked, `hop_within: {warn: 20s, fail: 1m}`, ending{result.Warn, result.Slow, 5, "it took 30s to mx2.example.test, the limit is 20s"}},
		"clocks that are wrong": {"Received: from c by mx3.example.test; Mon, 7 Jan 2030 09:00:00 +0000\n" + checked, `hop_within: 20s`, ending{result.Warn, result.Slow, 5, "the clocks on the way do not agree"}},
		"nothing to time":       {"", `hop_within: 1s`, ending{result.Pass, result.None, -1, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, arriving(t, onTop(t, test.header), test.wants), test.want)
		})
	}
}

// A message in the folder for spam has arrived, and in the wrong place: that
// is told from one that is lost.
func TestTrap83WhereItArrived(t *testing.T) {
	t.Parallel()
	into := func(folder string) func(dir, id, text string) {
		return func(dir, _, text string) { deliver(t, filepath.Join(dir, folder), "1.it", text) }
	}
	for name, test := range map[string]struct {
		folder, wants string
		want          ending
	}{
		"spam":              {".Junk", "delete: true", ending{result.Fail, result.Reply, 5, "it arrived, but in the folder Junk"}},
		"spam, as expected": {".Junk", "folder: Junk", ending{result.Pass, result.None, -1, ""}},
		"a list":            {".Lists", "folder: Lists", ending{result.Pass, result.None, -1, ""}},
		"not in the list":   {"", "folder: Lists", ending{result.Fail, result.Reply, 5, "expected in the folder Lists, but it arrived in the mailbox itself"}},
		"spam, not a list":  {".Junk", "folder: Lists", ending{result.Fail, result.Reply, 5, "expected in the folder Lists, but it arrived in Junk"}},
		"nobody looks":      {".Lists", "delete: false", ending{result.Fail, result.Timeout, 5, "not seen in the mailbox within 2s"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, arriving(t, into(test.folder), test.wants), test.want)
		})
	}
}

// How often a message came is known at the end of the time.
func TestTrap83Copies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		come  int
		wants string
		want  ending
		left  int
	}{
		"one":          {1, "copies: 1, delete: true", ending{result.Pass, result.None, -1, ""}, 0},
		"two for one":  {2, "copies: 1, delete: true", ending{result.Fail, result.Reply, 5, "expected 1 copy, got 2"}, 2},
		"one for two":  {1, "copies: 2", ending{result.Fail, result.Reply, 5, "expected 2 copies, got 1"}, 1},
		"two":          {2, "copies: 2, delete: true", ending{result.Pass, result.None, -1, ""}, 0},
		"none for one": {0, "copies: 1", ending{result.Fail, result.Timeout, 5, "not seen in the mailbox"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var box atomic.Value // the server's goroutine tells where it is
			box.Store("")
			c := arriving(t, func(dir, _, text string) {
				box.Store(dir)
				for i := range test.come {
					deliver(t, dir, string(rune('1'+i))+".it", text)
				}
			}, test.wants)
			expect(t, c, test.want)
			if files, _ := filepath.Glob(filepath.Join(box.Load().(string), "new", "*")); len(files) != test.left {
				t.Errorf("%d files are left; want %d", len(files), test.left)
			}
		})
	}
}

// Attachments are the same bytes, however they were encoded on the way.
func TestTrap83Attachments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(text string) string
		want   ending
	}{
		"as sent":   {func(s string) string { return s }, ending{result.Pass, result.None, -1, ""}},
		"rewrapped": {func(s string) string { return strings.ReplaceAll(s, "AAECAwQF", "AAEC\nAwQF") }, ending{result.Pass, result.None, -1, ""}},
		"changed":   {func(s string) string { return strings.ReplaceAll(s, "AAECAwQF", "AAECAwQG") }, ending{result.Fail, result.Reply, 5, "the attachment a.bin came changed: 6 bytes were sent, 6 came"}},
		"renamed":   {func(s string) string { return strings.ReplaceAll(s, "a.bin", "b.bin") }, ending{result.Pass, result.None, -1, ""}},
		"taken out": {func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, "a.bin", "virus.txt"), "AAECAwQF", "cmVtb3ZlZA==")
		}, ending{result.Fail, result.Reply, 5, "the attachment a.bin did not come"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := sandboxtest.Maildir(t, t.TempDir())
			w := afterText(t, func(_ string, text []byte) {
				deliver(t, dir, "1.it", test.change(strings.ReplaceAll(string(text), "\r\n", "\n")))
			})
			file := filepath.Join(t.TempDir(), "a.bin")
			if err := os.WriteFile(file, []byte{0, 1, 2, 3, 4, 5}, 0o600); err != nil {
				t.Fatal(err)
			}
			src := strings.Replace(waiting(`
  - arrives: {maildir: "${box}", attachments: true}
    within: 2s
`), "\n  - arrives", "\n    attach: "+file+"\n  - arrives", 1)
			expect(t, playBox(t, t.Context(), w, dir, src), test.want)
		})
	}
	expect(t, arriving(t, onTop(t, ""), "attachments: true"), ending{result.Inconclusive, result.Local, 5, "no attachment was sent"})
}
