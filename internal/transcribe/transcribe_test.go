package transcribe_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"mxprobe/internal/transcribe"
)

// What is no session is refused with a message that says so.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"empty", "", "nothing in it looks like an SMTP session"},
		{"prose", "Dear all,\n\nthe server is down.\n", "nothing in it looks like an SMTP session"},
		{"binary", "220 x\nEHLO a\n\x00\x01", "line 3 holds a NUL"},
		{"utf-16", "\xff\xfe2\x002\x000\x00", "UTF-16"},
		{"large", strings.Repeat("220 x\n", transcribe.MaxSize/6+1), "larger than 1048576 bytes"},
		{"long line", "220 " + strings.Repeat("x", 1<<16) + "\n", "line 1 is longer than 65536 bytes"},
		{"commands only", "EHLO a\nQUIT\n", "no reply of a server"},
		{"replies only", "220 x\n250 a\n221 b\n", "none of the lines that were sent"},
		{"many steps", "220 x\n" + strings.Repeat("NOOP\n250 ok\n", 1001), "more than 1000 steps"},
		{"grows", "220 x\nDATA\n354 go\n\x01x\n" + strings.Repeat(" \u00ad\u00ad\u00ad\u00ad\u00ad\n", 80_000) + ".\n250 ok\n", "larger than 1048576 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := transcribe.Read("x", []byte(tt.src))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Read = %+v, %v; want an error with %q", got, err, tt.want)
			}
		})
	}
}

// Nothing that a login sent is in what comes out, in whatever way it was
// typed, and however the login ended.
func TestPasswordsStayOut(t *testing.T) {
	t.Parallel()
	const password = "pa55phrase"
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	plain := b64("\x00kate\x00" + password)
	tests := map[string]string{
		"PLAIN":               "AUTH PLAIN " + plain + "\n235 ok\n",
		"PLAIN in two":        "AUTH PLAIN\n334\n" + plain + "\n235 ok\n",
		"LOGIN":               "AUTH LOGIN\n334 VXNlcm5hbWU6\n" + b64("kate") + "\n334 UGFzc3dvcmQ6\n" + b64(password) + "\n535 no\n",
		"LOGIN ahead":         "AUTH LOGIN\n" + b64("kate") + "\n" + b64(password) + "\n334 a\n334 b\n235 ok\n",
		"typed in clear":      "AUTH LOGIN\n334 a\nkate\n334 b\n" + password + "\n501 no\n",
		"blanks in it":        "AUTH LOGIN\n334 a\nkate\n334 b\nMAIL " + password + "\n501 no\n",
		"AUTH=":               "AUTH=PLAIN " + plain + "\n504 no\n",
		"AUTH with a tab":     "AUTH\tPLAIN\t" + plain + "\n504 no\n",
		"AUTH forgotten":      "PLAIN " + plain + "\n500 what?\n",
		"AUTH and more":       "AUTHENTICATE x PLAIN " + plain + "\n500 what?\n",
		"nothing before it":   plain + "\n500 what?\n",
		"filled up":           b64(password) + "\n500 what?\n",
		"unknown mechanism":   "AUTH NTLM\n334 a\n" + b64(password) + "\n535 no\n",
		"no answer":           "AUTH PLAIN " + plain + "\n",
		"hung up":             "AUTH PLAIN " + plain + "\nConnection closed by foreign host.\n",
		"small letters":       "auth plain " + plain + "\n235 ok\n",
		"blank before":        " AUTH PLAIN " + plain + "\n235 ok\n",
		"in a group":          "NOOP\nAUTH PLAIN " + plain + "\nNOOP\n250 ok\n235 ok\n250 ok\n",
		"corrected":           "AUTH PLAIM^HN " + plain + "\n235 ok\n",
		"misspelt AUTH":       "AUHT PLAIN " + plain + "\n500 what?\n",
		"after a refusal":     "AUTH LOGIN\n504 no\n" + b64("kate") + "\n500 what?\n" + b64(password) + "\n500 what?\n",
		"misspelt mechanism":  "AUTH PLIAN " + plain + "\n504 no\n",
		"after a challenge":   "AUTH CRAM-MD5\n334 PDE+\n" + b64("kate "+password) + "\n235 ok\n",
		"XOAUTH2":             "AUTH XOAUTH2 " + b64("user=kate\x01auth=Bearer "+password+"\x01\x01") + "\n235 ok\n",
		"of another protocol": "NOOP\n250 ok\nPASS " + password + "\n530 no\n",
		"on the shell":        "QUIT\n221 bye\n$ swaks -a PLAIN -au kate -ap " + password + " --server x\nnonsense " + password + "\n",
	}
	for name, dialogue := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, marked := range []bool{false, true} {
				src := "220 x\nEHLO a\n250 AUTH PLAIN\n" + dialogue
				if marked {
					src = mark(src)
				}
				got, err := transcribe.Read("x", []byte(src))
				if err != nil {
					t.Fatal(err)
				}
				out := string(got.YAML) + fmt.Sprint(got.Remarks)
				for _, secret := range []string{password, plain, b64(password), b64("kate " + password), strings.TrimRight(b64(password), "=")} {
					if strings.Contains(out, secret) {
						t.Errorf("%q is in\n%s\n%v", secret, got.YAML, got.Remarks)
					}
				}
			}
		})
	}
}

// mark puts marks before the lines of a session.
func mark(src string) string {
	var b strings.Builder
	for line := range strings.Lines(src) {
		if len(line) > 3 && line[0] >= '2' && line[0] <= '5' && line[3] == ' ' {
			b.WriteString("S: " + line)
		} else {
			b.WriteString("C: " + line)
		}
	}
	return b.String()
}

// Remarks name the line that they are about.
func TestRemarksNameTheirLines(t *testing.T) {
	t.Parallel()
	src := "noise\n220 x\nHELO a\n250 b\nXYZZY\n500 what?\nMAIL FROM:<a@b>\n451 later\nNOOP\n"
	got, err := transcribe.Read("x", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, r := range got.Remarks {
		lines = append(lines, r.Line)
	}
	if fmt.Sprint(lines) != "[1 5 7 9]" {
		t.Errorf("remarks are %v; want some of lines 1, 5, 7 and 9", got.Remarks)
	}
}
