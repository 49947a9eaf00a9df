package mailbox

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"mxprobe/internal/sandbox/sandboxtest"
)

// Messages of the probe that are there already are shown, and no others; what
// is removed is removed from among them.
func TestTrap84OnlyMarkedMessages(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"mark@x":   "X-Mxprobe: run1.1\nDate: Mon, 7 Jan 2030 10:00:00 +0000\n\ntext\n",
		"second@x": "Date: none\nX-MXPROBE: run2.1\n\ntext\n",
		"other@x":  "Subject: X-Mxprobe: run1.1\n\nX-Mxprobe: run1.1\n",
		"empty@x":  "X-Mxprobe:\n\ntext\n",
	}
	for name, open := range map[string]func(t *testing.T) (Box, func() int){
		"Maildir": func(t *testing.T) (Box, func() int) {
			dir := sandboxtest.Maildir(t, t.TempDir())
			for id, text := range texts {
				put(t, filepath.Join(dir, "cur", id+":2,S"), "Message-ID: <"+id+">\n"+text)
			}
			b, err := OpenMaildir(dir, Look{Marked: true})
			if err != nil {
				t.Fatal(err)
			}
			return b, func() int { left, _ := filepath.Glob(filepath.Join(dir, "cur", "*")); return len(left) }
		},
		"IMAP": func(t *testing.T) (Box, func() int) {
			s := serve(t, nil)
			for id, text := range texts {
				s.put(t, "Message-ID: <"+id+">\n"+text)
			}
			config := s.login()
			config.Marked = true
			return openIMAP(t, config), func() int {
				status, err := s.user.Status("INBOX", &imap.StatusOptions{NumMessages: true})
				if err != nil {
					t.Fatal(err)
				}
				return int(*status.NumMessages)
			}
		},
		"POP3": func(t *testing.T) (Box, func() int) {
			s, config := servePOP3(t)
			for id, text := range texts {
				s.add(id, text)
			}
			config.Marked = true
			return openPOP3(t, config), func() int { return len(s.messages) }
		},
		"Mailpit": func(t *testing.T) (Box, func() int) {
			p, config := servePit(t)
			for id, text := range texts {
				p.add(id, strings.ReplaceAll(text, "\n", "\r\n"))
			}
			config.Marked = true
			b, err := OpenMailpit(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			return b, func() int { return len(p.messages) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, left := open(t)
			got, err := b.Next(t.Context())
			if err != nil || len(got) != 2 {
				t.Fatalf("%d messages, %v; want the 2 that are marked", len(got), err)
			}
			for i := range got {
				sent := time.Time{}
				if got[i].MessageID == "<mark@x>" {
					sent = time.Date(2030, 1, 7, 10, 0, 0, 0, time.UTC)
				}
				if !strings.HasPrefix(got[i].Mark, "run") || !got[i].Sent.Equal(sent) {
					t.Errorf("%s is marked %q and was sent %v; want a mark, and %v", got[i].MessageID, got[i].Mark, got[i].Sent, sent)
				}
			}
			if err := b.Delete(t.Context(), &got[0], &got[1]); err != nil {
				t.Error(err)
			}
			if n := left(); n != 2 {
				t.Errorf("%d messages are left; want the 2 that are not marked", n)
			}
		})
	}
}
