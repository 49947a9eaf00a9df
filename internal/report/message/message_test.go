package message

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	htmlparser "golang.org/x/net/html"

	"mxprobe/internal/dkim"
)

const bounced = `Return-Path: <>
Received: from b.test (b.test [192.0.2.2]) by c.test (Postfix) with ESMTPS id 3; Thu, 1 Jan 2030 00:10:00 +0000
Received: from a.test (a.test [192.0.2.1]) by b.test (Postfix) with ESMTP id 2; Thu, 1 Jan 2030 00:00:07 +0000
Received: by a.test (Postfix) id 1; Thu, 1 Jan 2030 00:00:10 +0000
Authentication-Results: c.test; spf=pass smtp.mailfrom=a.test; dkim=pass header.d=other.test
DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=x
From: MAILER-DAEMON@a.test (Mail Delivery System)
To: kate@sender.test
Subject: =?utf-8?q?Undelivered=E2=80=A6?=
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; a.test

Final-Recipient: rfc822; joe@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 no such user

Final-Recipient: rfc822; ann@example.net
Action: delivered
Status: 2.0.0

--b
Content-Type: text/rfc822-headers

Message-ID: <sent@sender.test>

--b--
`

func explain(status, diagnostic string) Meaning {
	return Meaning{Reply: diagnostic, Cause: "cause of " + status, Whose: "theirs", Hint: "look closer"}
}

func text(t *testing.T, raw string, signatures []dkim.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := Make("in.eml", []byte(raw), explain, signatures).WriteText(&b, 0); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextOfABounce(t *testing.T) {
	t.Parallel()
	want := `A report of 2 recipients
file        in.eml
from        MAILER-DAEMON@a.test (Mail Delivery System)
to          kate@sender.test
subject     Undelivered…
reported by a.test
about       <sent@sender.test>

recipient   joe@example.net
action      failed 5.1.1
remote      mx.example.net
reply       550 5.1.1 no such user
cause       cause of 5.1.1
whose       theirs
what to do  look closer

recipient   ann@example.net
action      delivered 2.0.0

hops        3, 9m50s in all; slowest: c.test, 9m53s
   1        a.test, Postfix, 2030-01-01 00:00:10 UTC
   2        a.test [192.0.2.1] -> b.test, ESMTP, Postfix, 2030-01-01 00:00:07 UTC, -3.00s
   3        b.test [192.0.2.2] -> c.test, ESMTPS TLS, Postfix, 2030-01-01 00:10:00 UTC, +9m53s
clock       hop 2 is 3.00s before hop 1: one of the two clocks is wrong, and with it the delays

checked by  c.test: spf=pass smtp.mailfrom=a.test; dkim=pass header.d=other.test
DKIM        a.test, selector x, rsa-sha256: not checked (--dns looks the key up)
DMARC       a.test goes with spf a.test (strict, says c.test)
`
	if got := text(t, bounced, nil); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTextOfOtherMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw        string
		signatures []dkim.Result
		want       []string
	}{
		"nothing in it": {"", nil, []string{"A message, and no bounce", "hops        none: there is no Received field"}},
		"checked signatures": {
			"From: Kate <kate@news.sender.test>\n\n",
			[]dkim.Result{{Domain: "sender.test", Selector: "x", Algorithm: "a", Value: dkim.Pass}, {Domain: "o.test", Value: dkim.Fail, Reason: "the body was changed"}},
			[]string{"DKIM        sender.test, selector x, a: pass", "fail, the body was changed", "DMARC       news.sender.test goes with dkim sender.test (relaxed, says mxprobe)"},
		},
		"nothing that goes with From": {
			"From: kate@sender.test\nAuthentication-Results: c.test; spf=pass smtp.mailfrom=other.test; dkim=fail header.d=sender.test\n\n", nil,
			[]string{"DMARC       nothing that was verified goes with From, sender.test"},
		},
		"in words": {
			"Return-Path: <>\nFrom: MAILER-DAEMON@a.test\nSubject: failure notice\n\n<joe@example.net>:\n550 5.1.1 no such user\n", nil,
			[]string{"joe@example.net: the message was not delivered", "form        in words: there is no report"},
		},
		"a list, a filter, ARC and a loop": {
			"List-Unsubscribe: <https://l.test/off>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nX-Spam-Status: Yes\nARC-Seal: i=1; d=r.test; cv=none\nDelivered-To: a@b\nDelivered-To: a@b\n" +
				"ARC-Authentication-Results: i=1; r.test; spf=fail\nReceived: by c.test\n\n", nil,
			[]string{"list        unsubscribe: https://l.test/off (one click)", "filter      X-Spam-Status: Yes", "ARC 1       r.test, chain none: spf=fail", "loop        it was delivered to a@b more than once", "   1        c.test, no date"},
		},
	} {
		got := text(t, c.raw, c.signatures)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: there is no %q in\n%s", name, want, got)
			}
		}
	}
}

// Names of JSON are a promise.
func TestJSONOfABounce(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Make("", []byte(bounced), explain, nil).WriteJSON(&b, false); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type       string
		Recipients []map[string]any
		Hops       []map[string]any
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || strings.Count(b.String(), "\n") != 1 {
		t.Fatalf("%v in %s", err, b.String())
	}
	if got.Type != "bounce" || len(got.Recipients) != 2 || len(got.Hops) != 3 {
		t.Fatalf("%s", b.String())
	}
	for key, want := range map[string]any{
		"recipient": "joe@example.net", "action": "failed", "status": "5.1.1", "remote": "mx.example.net", "reply": "550 5.1.1 no such user",
		"cause": "cause of 5.1.1", "whose": "theirs", "temporary": false, "hint": "look closer",
	} {
		if got.Recipients[0][key] != want {
			t.Errorf("%s of the recipient is %v; want %v", key, got.Recipients[0][key], want)
		}
	}
	for key, want := range map[string]any{
		"from": "b.test", "by": "c.test", "with": "ESMTPS", "tls": "TLS", "at": "2030-01-01T00:10:00Z", "delay_ms": 593000.0,
	} {
		if got.Hops[2][key] != want {
			t.Errorf("%s of the hop is %v; want %v", key, got.Hops[2][key], want)
		}
	}
	if got.Hops[0]["delay_ms"] != nil {
		t.Errorf("the first hop took %v", got.Hops[0]["delay_ms"])
	}
}

// hostile is a message whose every value tries to be something else.
func hostile() string {
	const bad = "<script>alert(1)</script>\"'&\x1b[31m\x9b"
	return strings.NewReplacer("BAD", bad).Replace("From: BAD@BAD\nTo: BAD\nSubject: BAD\nReturn-Path: <>\nReceived: from BAD (BAD [192.0.2.1]) by BAD (BAD) with BAD id BAD; x\n" +
		"Authentication-Results: BAD; spf=BAD smtp.BAD=BAD\nDKIM-Signature: d=BAD; s=BAD; a=BAD\nX-Spam-Status: BAD\nList-Unsubscribe: <BAD\">\nARC-Seal: i=1; d=BAD\n" +
		"Delivered-To: BAD\nDelivered-To: BAD\nContent-Type: message/delivery-status\n\nReporting-MTA: BAD\nFinal-Recipient: x; BAD\nAction: BAD\nStatus: BAD\nRemote-MTA: x;BAD\nDiagnostic-Code: x;BAD\n")
}

func TestHostileMessageIsHarmless(t *testing.T) {
	t.Parallel()
	m := Make("<script>", []byte(hostile()), explain, nil)
	var page, plain, object bytes.Buffer
	if err := WriteHTML(&page, []*Message{m}); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteText(&plain, 60); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteJSON(&object, true); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{"page": page.String(), "text": plain.String(), "JSON": object.String()} {
		if strings.ContainsAny(s, "\x1b\u009b") {
			t.Errorf("the %s has an escape", name)
		}
	}
	if elements := elementsOf(t, &page); elements["h1"] != 1 || elements["div"] != 1 {
		t.Errorf("the elements are %v", elements)
	}
}

// elementsOf counts the elements of a page, which are those that it is made of,
// and none that leads anywhere or runs.
func elementsOf(t *testing.T, page io.Reader) map[string]int {
	t.Helper()
	known := []string{"html lang", "head", "meta charset", "meta name content", "meta http-equiv content", "title", "style", "body", "h1", "h2", "h2 class", "p", "p class", "table", "tr", "th", "td", "td style", "td class", "th class", "tr class", "div class style"}
	elements := map[string]int{}
	for z := htmlparser.NewTokenizer(page); ; {
		switch z.Next() {
		case htmlparser.ErrorToken:
			return elements
		case htmlparser.StartTagToken, htmlparser.SelfClosingTagToken:
			token := z.Token()
			elements[token.Data]++
			tag := token.Data
			for _, a := range token.Attr {
				tag += " " + a.Key
			}
			if !slices.Contains(known, tag) {
				t.Errorf("the page has the element %q", tag)
			}
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		bounced: "in.eml: bounce: joe@example.net failed 5.1.1 cause of 5.1.1; ann@example.net delivered 2.0.0 cause of 2.0.0\n",
		"From: kate@sender.test\nReceived: by a.test; Thu, 1 Jan 2030 00:00:03 +0000\nReceived: by b.test; Thu, 1 Jan 2030 00:00:00 +0000\n\n": "in.eml: message from kate@sender.test, hops 2, 3.00s, slowest a.test 3.00s\n",
	} {
		var b bytes.Buffer
		if err := Make("in.eml", []byte(raw), explain, nil).WriteLine(&b); err != nil || b.String() != want {
			t.Errorf("%v, %q; want %q", err, b.String(), want)
		}
	}
}

func FuzzMake(f *testing.F) {
	f.Add([]byte(bounced))
	f.Add([]byte(hostile()))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Make("x", raw, explain, nil)
		var page, plain, object bytes.Buffer
		if WriteHTML(&page, []*Message{m}) != nil || m.WriteText(&plain, 40) != nil || m.WriteJSON(&object, false) != nil || m.WriteLine(&plain) != nil {
			t.Error("it is not written")
		}
		if elements := elementsOf(t, &page); elements["h1"] > 1 || elements["title"] > 1 || elements["style"] > 1 {
			t.Errorf("the elements are %v", elements)
		}
		if !json.Valid(object.Bytes()) {
			t.Errorf("no JSON: %s", object.String())
		}
		for _, c := range plain.Bytes() {
			if c < ' ' && c != '\n' || c == 0x7f {
				t.Errorf("a control character in %q", plain.String())
			}
		}
	})
}
