package trace

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/letter"
)

// shown is a hop on one line: from, HELO, address, by, with, TLS, cipher, id,
// for, software.
func shown(h *Hop) string {
	addr := ""
	if h.Address.IsValid() {
		addr = h.Address.String()
	}
	return strings.Join([]string{h.From, h.HELO, addr, h.By, h.With, h.TLS, h.Cipher, h.ID, h.For, h.Software}, "|")
}

// The forms that programs write, with names of our own.
func TestReceivedForms(t *testing.T) {
	t.Parallel()
	const date = "; Thu, 1 Jan 2030 00:00:00 +0000"
	for _, c := range []struct{ name, value, want string }{
		{
			"Postfix", "from helo.test (mx.sender.test [192.0.2.1]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits)) (No client certificate requested) by mx.example.org (Postfix) with ESMTPS id 4Abc for <joe@example.org>" + date,
			"mx.sender.test|helo.test|192.0.2.1|mx.example.org|ESMTPS|TLS 1.3|TLS_AES_256_GCM_SHA384|4Abc|joe@example.org|Postfix",
		},
		{"Postfix, no reverse DNS", "from helo.test (unknown [IPv6:2001:db8::1]) by mx.example.org (Postfix) with SMTP id 1" + date, "helo.test||2001:db8::1|mx.example.org|SMTP|||1||Postfix"},
		{"Postfix, from a program", "by mx.example.org (Postfix, from userid 33) id 2" + date, "|||mx.example.org||||2||Postfix"},
		{
			"Sendmail", "from helo.test (root@mx.sender.test [192.0.2.1] (may be forged)) (authenticated bits=0) by mx.example.org (8.17.1/8.17.1) with ESMTPSA id 0A1 (version=TLSv1.2 cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256 verify=NO)" + date,
			"mx.sender.test|helo.test|192.0.2.1|mx.example.org|ESMTPSA|TLS 1.2|ECDHE-RSA-AES256-GCM-SHA384|0A1||Sendmail",
		},
		{"Sendmail, from a program", "(from root@localhost) by mx.example.org (8.17.1/8.17.1/Submit) id 0A2" + date, "|||mx.example.org||||0A2||Sendmail"},
		{
			"Sendmail, the address as HELO", "from [198.51.100.9] (mx.sender.test [192.0.2.1]) by mx.example.org (8.15.2/8.15.2) with SMTP id 3" + date,
			"mx.sender.test|198.51.100.9|192.0.2.1|mx.example.org|SMTP|||3||Sendmail",
		},
		{
			"Exim", "from mx.sender.test ([192.0.2.1]:4711 helo=helo.test) by mx.example.org with esmtps (TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256) (Exim 4.96) (envelope-from <kate@sender.test>) id 1x-2y for joe@example.org" + date,
			"mx.sender.test|helo.test|192.0.2.1|mx.example.org|esmtps|TLS 1.3|ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM|1x-2y|joe@example.org|Exim",
		},
		{"Exim, no reverse DNS", "from [192.0.2.1] (helo=helo.test) by mx.example.org with smtp (Exim 4.94) id 1" + date, "helo.test||192.0.2.1|mx.example.org|smtp|||1||Exim"},
		{"Exim, local", "from kate by mx.example.org with local (Exim 4.94) (envelope-from <kate@sender.test>) id 1" + date, "kate|||mx.example.org|local|||1||Exim"},
		{
			"Exchange", "from A.EURPRD.PROD.OUTLOOK.COM (2603:10a6::1) by B.EURPRD.PROD.OUTLOOK.COM (2603:10a6::2) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.1.2 via Frontend Transport" + date,
			"A.EURPRD.PROD.OUTLOOK.COM||2603:10a6::1|B.EURPRD.PROD.OUTLOOK.COM|Microsoft SMTP Server|TLS 1.2|TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384|15.20.1.2||Microsoft 365",
		},
		{"Exchange, at home", "from EX1.corp.test (10.0.0.1) by EX2.corp.test (10.0.0.2) with mapi id 14.03.0123" + date, "EX1.corp.test||10.0.0.1|EX2.corp.test|mapi|||14.03.0123||Exchange"},
		{"Gmail, within", "by 2002:a05:6000:1::x with SMTP id a1csp2" + date, "|||2002:a05:6000:1::x|SMTP|||a1csp2||Gmail"},
		{
			"Gmail", "from mx.sender.test (mx.sender.test. [192.0.2.1]) by mx.google.com with ESMTPS id a1 for <joe@example.com> (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128)" + date,
			"mx.sender.test||192.0.2.1|mx.google.com|ESMTPS|TLS 1.3|TLS_AES_128_GCM_SHA256|a1|joe@example.com|Gmail",
		},
		{"qmail", "from unknown (HELO helo.test) (192.0.2.1) by mx.example.org with SMTP; 1 Jan 2030 00:00:00 -0000", "helo.test||192.0.2.1|mx.example.org|SMTP|||||qmail"},
		{"qmail, with reverse DNS and TLS", "from mx.sender.test (HELO helo.test) (kate@192.0.2.1) by mx.example.org with (TLSv1.2 encrypted) SMTP; 1 Jan 2030 00:00:00 -0000", "mx.sender.test|helo.test|192.0.2.1|mx.example.org|SMTP|TLS 1.2||||qmail"},
		{"qmail, from a program", "(qmail 12345 invoked by uid 89); 1 Jan 2030 00:00:00 -0000", "|||||||||qmail"},
		{"EHLO in brackets", "from 192.0.2.1 (EHLO helo.test) ([192.0.2.1]) by mx.example.org with SMTP" + date, "helo.test||192.0.2.1|mx.example.org|SMTP|||||"},
		{"amavis", "from mx.example.org ([127.0.0.1]) by localhost (mx.example.org [127.0.0.1]) (amavisd-new, port 10024) with ESMTP id x1 for <joe@example.org>" + date, "mx.example.org||127.0.0.1|localhost|ESMTP|||x1|joe@example.org|amavis"},
		{"OpenSMTPD", "from mx.sender.test (mx.sender.test [192.0.2.1]) by mx.example.org (OpenSMTPD) with ESMTPS id 7 (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) for <joe@example.org>" + date, "mx.sender.test||192.0.2.1|mx.example.org|ESMTPS|TLS 1.3|TLS_AES_256_GCM_SHA384|7|joe@example.org|OpenSMTPD"},
		{"Dovecot", "from mx.example.org ([192.0.2.2]) by imap.example.org with LMTP id aB (envelope-from <kate@sender.test>) (Dovecot)" + date, "mx.example.org||192.0.2.2|imap.example.org|LMTP|||aB||Dovecot"},
		{"Haraka", "from helo.test (mx.sender.test [192.0.2.1]) by mx.example.org (Haraka/3.0.0) with ESMTPS id A.1 envelope-from <kate@sender.test> tls TLS_AES_256_GCM_SHA384 (authenticated bits=0)" + date, "mx.sender.test|helo.test|192.0.2.1|mx.example.org|ESMTPS|TLS||A.1||Haraka"},
		{"HTTP", "from [192.0.2.1] by webmail.example.org via HTTP" + date, "192.0.2.1||192.0.2.1|webmail.example.org|HTTP|||||"},
		{"Proofpoint", "from pps.reinject (m1.ppops.net [127.0.0.1]) by m1.ppops.net (8.17.1.24/8.17.1.24) with ESMTP id a" + date, "m1.ppops.net|pps.reinject|127.0.0.1|m1.ppops.net|ESMTP|||a||Proofpoint"},
		{"no date", "from a.test by b.test", "a.test|||b.test||||||"},
		{"nothing", "", "|||||||||"},
		{"an unclosed remark", "from a.test (((( by b.test" + date, "a.test|||||||||"},
		{"words of the grammar within", "from with.test by for.test with id id from for by; Thu, 1 Jan 2030 00:00:00 +0000", "with.test|||for.test|id|||from|by|"},
	} {
		h := ReadHop(c.value)
		if got := shown(&h); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if wantTime := c.name != "nothing" && c.name != "no date"; h.At.IsZero() == wantTime {
			t.Errorf("%s: at %v", c.name, h.At)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Thu, 31 Jan 2030 23:59:58 +0100":          "2030-01-31T23:59:58+01:00",
		" 1 Feb 2030 03:04:05 -0000 ":              "2030-02-01T03:04:05Z",
		"Thu, 31 Jan 2030 23:59 GMT":               "2030-01-31T23:59:00Z",
		"Thu, 31 Jan 30 23:59:58 PST":              "2030-01-31T23:59:58-08:00",
		"31 Jan 99 23:59:58 EST":                   "1999-01-31T23:59:58-05:00",
		"31 Jan 101 23:59:58 +0000":                "2001-01-31T23:59:58Z",
		"Thu Jan 31 23:59:58 2030":                 "2030-01-31T23:59:58Z no zone",
		"Thu Jan 31 23:59:58 CET 2030":             "2030-01-31T23:59:58+01:00",
		"Thu Jan 31 23:59:58 2030 +0200 (EET)":     "2030-01-31T23:59:58+02:00",
		"2030-01-31 23:59:58.123 +05:30":           "2030-01-31T23:59:58+05:30",
		"2030-01-31T23:59:58Z":                     "2030-01-31T23:59:58Z",
		"Thursday, 31-Jan-2030 23:59:58 UT":        "2030-01-31T23:59:58Z",
		"Thu, 31 Jan 2030 11:59:58 PM GMT+2":       "2030-01-31T23:59:58+02:00",
		"Thu, 31 Jan 2030 23:59:60 +0000 (leap)":   "2030-02-01T00:00:00Z",
		"Thu,\t31\tJan\t2030\t23:59:58\t-0330":     "2030-01-31T23:59:58-03:30",
		"Thu, 31 Jan 2030 23:59:58":                "2030-01-31T23:59:58Z no zone",
		"Thu, 31 January 2030 23:59:58 +0000":      "2030-01-31T23:59:58Z",
		"Thu, 31 Foo 2030 23:59:58 +0000":          "",
		"Thu, 31 Jan 2030 25:59:58 +0000":          "",
		"Thu, 31 Jan 2030":                         "",
		"":                                         "",
		"Thu, 31 Jan 99999999999999999999 1:1 +01": "",
	} {
		at, missing, ok := ParseDate(text)
		got := ""
		if ok {
			got = at.Format(time.RFC3339)
			if missing {
				got += " no zone"
			}
		}
		if got != want {
			t.Errorf("%q is %q; want %q", text, got, want)
		}
	}
}

func header(lines ...string) letter.Header {
	h, _ := letter.ReadHeader([]byte(strings.Join(lines, "\n") + "\n\n"))
	return h
}

// Hops come in the order of the way, each with the time since the one before.
func TestHopsInOrder(t *testing.T) {
	t.Parallel()
	tr := Read(header(
		"Received: from b.test (b.test [192.0.2.2]) by c.test; Thu, 1 Jan 2030 00:10:00 +0000",
		"Received: by nowhen.test",
		"Received: from a.test (a.test [192.0.2.1]) by b.test; Thu, 1 Jan 2030 01:00:07 +0100",
		"Received: from kate.test (kate.test [192.0.2.9]) by a.test; Thu, 1 Jan 2030 00:00:10 +0000",
	))
	var got []string
	for i := range tr.Hops {
		h := &tr.Hops[i]
		got = append(got, fmt.Sprintf("%s %v %v %v", h.By, h.Timed, h.Delay, h.Skewed()))
	}
	want := []string{"a.test false 0s false", "b.test true -3s true", "nowhen.test false 0s false", "c.test true 9m53s false"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the hops are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if tr.Slowest != 3 || tr.Took != 9*time.Minute+50*time.Second || tr.Loops != nil {
		t.Errorf("slowest %d, took %v, loops %q", tr.Slowest, tr.Took, tr.Loops)
	}
}

func TestLoops(t *testing.T) {
	t.Parallel()
	again := "Received: from a.test (a.test [192.0.2.1]) by b.test; Thu, 1 Jan 2030 00:00:00 +0000"
	back := "Received: from b.test (b.test [192.0.2.2]) by a.test; Thu, 1 Jan 2030 00:00:00 +0000"
	filter := "Received: from localhost (localhost [127.0.0.1]) by b.test; Thu, 1 Jan 2030 00:00:00 +0000"
	if got := Read(header(again, back, again)).Loops; len(got) != 1 || !strings.Contains(got[0], "b.test had it from a.test") {
		t.Errorf("a loop is %q", got)
	}
	if got := Read(header(filter, filter, back, again)).Loops; got != nil {
		t.Errorf("a filter of the server itself is a loop: %q", got)
	}
	if got := Read(header("Delivered-To: Joe@example.org", "Delivered-To: joe@example.org")).Loops; len(got) != 1 {
		t.Errorf("delivered twice is %q", got)
	}
}

func FuzzReadHop(f *testing.F) {
	f.Add("from a (b [192.0.2.1]) (using TLSv1.3 with cipher X (1/1 bits)) by c (Postfix) with ESMTPS id d for <e@f>; Thu, 1 Jan 2030 00:00:00 +0000")
	f.Add("from [1.2.3.4]:25 (helo=x) by (8.1/8.1) with (tls1) id via; 1")
	f.Add("(qmail 1 invoked by uid 1); 1 Jan 2030 00:00:00 -0000")
	f.Add("by 10.0.0.1 with SMTP; Jan 1 00:00 2030 am")
	f.Fuzz(func(t *testing.T, value string) {
		h := ReadHop(value)
		for _, s := range []string{h.From, h.HELO, h.By, h.With, h.TLS, h.Cipher, h.ID, h.For, h.Software} {
			if len(s) > maxValue {
				t.Errorf("a value of %d bytes", len(s))
			}
		}
		if y := h.At.Year(); !h.At.IsZero() && (y < 1969 || y > 10000) {
			t.Errorf("at %v", h.At)
		}
	})
}

// Fields that were made to be hard to read are read within bounds.
func TestHostileFieldsEnd(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"remarks": strings.Repeat("(", letter.MaxValue), "tls": strings.Repeat("tls", letter.MaxValue/3), "words": strings.Repeat("from ", letter.MaxValue/5),
		"semicolons": strings.Repeat("; 1 Jan", letter.MaxValue/7), "versions": "by x " + strings.Repeat("(8.", letter.MaxValue/3),
	} {
		begin := time.Now()
		h := ReadHop(value)
		ReadCheck(value)
		if took := time.Since(begin); took > 2*time.Second || len(h.With) > maxValue {
			t.Errorf("%s take %v", name, took)
		}
	}
}
