package ledger

import (
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// broken puts a line end behind every n bytes.
func broken(s string, n int) string {
	var out []string
	for len(s) > n {
		out, s = append(out, s[:n]), s[n:]
	}
	return strings.Join(append(out, s), "\r\n")
}

func quotedPrintable(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

// lowerHex is a text in which the digits of %XX are lower case.
func lowerHex(s string) string {
	return regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllStringFunc(s, strings.ToLower)
}

// TestTrap86SecretsInEveryForm: what programs, this one too, make of a secret.
func TestTrap86SecretsInEveryForm(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"c0rrect.h0rse+battery/staple?", "Pässwort mit (Klammer)*", `back\slash"quote%41`} {
		m := newMask(map[string]string{"s": secret})
		long := strings.Repeat("lorem ipsum ", 8) + secret + strings.Repeat(" dolor sit", 9)
		component := strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "+", "%20").Replace(url.QueryEscape(secret))
		python := strings.NewReplacer("%2F", "/", "+", "%20").Replace(url.QueryEscape(secret))
		for form, text := range map[string]string{
			"a regular expression":           "no line fits " + fmt.Sprintf("%q", regexp.QuoteMeta(secret)),
			"the same without quotes":        "no line fits /" + regexp.QuoteMeta("x"+secret) + "/",
			"base64 of 76 columns":           "Content-Transfer-Encoding: base64\r\n\r\n" + broken(base64.StdEncoding.EncodeToString([]byte(long)), 76) + "\r\n--b--\r\n",
			"base64 of few columns":          broken(base64.StdEncoding.EncodeToString([]byte("1"+long)), 9),
			"an encoded word":                "Subject: " + mime.QEncoding.Encode("utf-8", secret+" ü"),
			"encoded words":                  "Subject: " + mime.QEncoding.Encode("utf-8", strings.Repeat("ü", 17)+secret+strings.Repeat("ö", 20)),
			"quoted-printable":               quotedPrintable(long),
			"the name of an attachment":      mime.FormatMediaType("attachment", map[string]string{"filename": secret}),
			"encodeURIComponent":             "https://a.test/?p=" + component,
			"quote of Python":                "https://a.test/" + python,
			"a form":                         "p=" + url.QueryEscape(secret) + "&q",
			"a path":                         url.PathEscape(secret),
			"lower case":                     lowerHex(component),
			"xtext":                          "ORCPT=rfc822;" + smtpwire.EncodeXtext(secret),
			"two lines":                      secret[:9] + "\r\n" + secret[9:],
			"two lines of a reply":           "550-5.7.1 no " + secret[:9] + "\r\n550 5.7.1 " + secret[9:],
			"two lines of a reply, no codes": "550-no " + secret[:9] + "\r\n550 " + secret[9:],
			"a folded field":                 "X: " + secret[:9] + "\r\n\t" + secret[9:],
		} {
			out, _ := m.lines(text)
			shown := strings.Join(out, "\n")
			if rest := leftOf(shown, text, secret); rest != "" {
				t.Errorf("%s of %q: shows %q in\n%s", form, secret, rest, shown)
			}
			if !strings.Contains(shown, masked) {
				t.Errorf("%s of %q: nothing is hidden in\n%s", form, secret, shown)
			}
		}
	}
}

// leftOf returns four bytes in a row of what the secret was written as that are
// still shown: every view of the text that shows is looked at.
func leftOf(shown, text, secret string) string {
	readers := append(viewsOf(shown), bare(shown), view{text: []byte(shown)})
	for at := 0; at+5 <= len(secret); at++ {
		part := secret[at : at+5]
		for _, v := range readers {
			if strings.Contains(string(v.text), part) {
				return part
			}
		}
	}
	for word := range strings.FieldsSeq(shown) {
		if raw, err := base64.StdEncoding.DecodeString(word[:len(word)/4*4]); err == nil && len(raw) > 8 && strings.Contains(text, word) && strings.Contains(string(raw), secret[:5]) {
			return word
		}
	}
	return ""
}

// What only looks alike is not hidden.
func TestViewsHideNoMore(t *testing.T) {
	t.Parallel()
	m := newMask(map[string]string{"s": "hunter2"})
	for _, text := range []string{
		"50% of hunters", "a=b hunter", "hunt\r\n\r\ner2", "hunt\r\n--er2", "=?utf-8?q?hunt?= er2", "100%\r\n250-hunter\r\n250 3", "",
	} {
		if out, _ := m.lines(text); strings.Join(out, "\n") != text {
			t.Errorf("of %q is shown %q", text, out)
		}
	}
}

// A server splits a secret over two lines of its reply: the message shows only
// the first, and so do the transcript and the text.
func TestSecretOverTwoLinesOfAReply(t *testing.T) {
	t.Parallel()
	record := smtpwire.NewRecorder(0)
	account := NewAccount(NewSecrets(map[string]string{"s": "correct-horse"}), "s", 1, nil)
	l := new(Ledger)
	account.Attempt(l, "f.yaml", record)
	st := l.Begin(1, "one", 1, 1)
	st.Reply(&smtpwire.Reply{Code: 550, Raw: "550-5.7.1 no correct\r\n550 5.7.1 -horse\r\n"}, false)
	st.Close(&Outcome{Ruling: result.Ruling{Status: result.Fail, Message: "got 550 5.7.1 no correct"}, Unmet: true})
	l.Finish(&Seen{}, false)
	account.Take(l)
	c := account.Result()
	for _, text := range append(c.Steps[0].Text, c.Message, c.Steps[0].Message) {
		if strings.Contains(text, "correct") || strings.Contains(text, "horse") {
			t.Errorf("shows %q", text)
		}
	}
}
