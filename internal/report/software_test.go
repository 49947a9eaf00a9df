package report

import (
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// TestSoftware: greetings as servers send them.
func TestSoftware(t *testing.T) {
	t.Parallel()
	for greeting, want := range map[string]string{
		"mx.google.com ESMTP a640c23a62f3a-a9e12345si123 - gsmtp":                                           "Google",
		"mx.google.com ESMTP u8sm1933267tia.26":                                                             "Google",
		"mx1.example.org ESMTP Postfix (Debian/GNU)":                                                        "Postfix",
		"mail.example.org ESMTP Exim 4.96 Sat, 22 Nov 2025 10:00:00 +0000":                                  "Exim",
		"AM4PEPF00025F98.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Sat, 22 Nov":     "Exchange Online",
		"ex1.example.org Microsoft ESMTP MAIL Service ready at Sat, 22 Nov 2025 10:00:00 +0000":             "Exchange",
		"web1.example.org Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready at Sat, 22 Nov 2025": "IIS",
		"mx.example.net ESMTP Sendmail 8.17.1/8.17.1; Sat, 22 Nov 2025":                                     "Sendmail",
		"mx.example.net ESMTP OpenSMTPD":                                                                    "OpenSMTPD",
		"redcross ESMTP Haraka 2.8.8 ready":                                                                 "Haraka",
		"mx0b-00164701.pphosted.com ESMTP mfa-m0046761":                                                     "Proofpoint",
		"us-smtp-inbound-1.mimecast.com ESMTP; Sat, 22 Nov 2025 09:26:38 +0100":                             "Mimecast",
		"mtaproxy121.aol.mail.ne1.yahoo.com ESMTP ready":                                                    "Yahoo",
		"d12345a.ess.barracudanetworks.com ESMTP (0a8d40ef45300cc1bd0f16ced5c9e6f1)":                        "Barracuda",
		"filter.example.org ESMTP (0a8d40ef45300cc1bd0f16ced5c9e6f1)":                                       "Barracuda",
		"gmx.net (mxgmx103) Nemesis ESMTP Service ready":                                                    "Nemesis",
		"163.com Anti-spam GT for Coremail System (163com[20141201])":                                       "Coremail",
		"inbound-smtp.eu-west-1.amazonaws.com ESMTP SimpleEmailService-d-3ABC":                              "Amazon SES",
		"fm.example.org ESMTP Smtpd; Mon, 4 Jan 2021 10:00:00 +0100":                                        "FortiMail",
		"ak47 ESMTP ready": "Mailgun",
		"mail.example.org ESMTP Service (HCL Domino Release 12.0.2) ready at Sat, 22 Nov 2025":            "Domino",
		"mail.example.org (PowerMTA(TM) v5.0r8) ESMTP service ready":                                      "PowerMTA",
		"mail.example.org ESMTP CommuniGate Pro 6.3.39":                                                   "CommuniGate",
		"mail.example.org <1700.2@mail.example.org> [XMail 1.27 ESMTP Server] service ready; Sat, 22 Nov": "XMail",
		"mail.example.org Mercury/32 v4.80 ESMTP server ready.":                                           "Mercury",
		"****************************************2******0****":                                            "Cisco ASA",
		"mail.example.org ESMTP Hi, I'm a Mail-in-a-Box (Ubuntu/Postfix; see https://mailinabox.email/)":  "Postfix",
		// What no software can be told from.
		"":                                           notNamed,
		"mail.example.org":                           notNamed,
		"ESMTP ready":                                notNamed,
		"mail.example.org ESMTP":                     notNamed,
		"mail.mailgun.example ESMTP ready":           notNamed,
		"eximius.example.org ESMTP":                  notNamed,
		"postfix.example.org ESMTP ready":            notNamed,
		"mail-postfix ESMTP ready":                   notNamed,
		"mx-exim.example.org ESMTP":                  notNamed,
		"google.com.example.org ESMTP":               notNamed,
		"notyahoo.com ESMTP ready":                   notNamed,
		"mx.example.org ESMTP at exim.example.org":   notNamed,
		"mx.example.org ESMTP <exim@mx.example.org>": notNamed,
		"mx.example.org ESMTP of James and Maddy Halon, momentum unknown": "maddy",
		"mx.example.org ESMTP eximius":                                    notNamed,
		"ec2-192-0-2-1.eu-west-1.compute.amazonaws.com ESMTP":             notNamed,
		"ec2-192-0-2-1.eu-west-1.compute.amazonaws.com ESMTP Exim 4.96":   "Exim",
	} {
		if got := softwareOf([]string{greeting}); got != want {
			t.Errorf("%q is %q; want %q", greeting, got, want)
		}
	}
}

// Of a greeting of several lines, what is no greeting counts for nothing.
func TestSoftwareOfLines(t *testing.T) {
	t.Parallel()
	for want, lines := range map[string][]string{
		"Exim":    {"mx.example.org ESMTP Exim 4.96 #2 Sat, 22 Nov 2025 10:00:00 +0000", "We do not authorize the use of this system", "and/or bulk e-mail by Postfix over SMTP."},
		"Postfix": {"laposte", "lpn-prd-vrin019 ESMTP Postfix (Ubuntu)"},
		notNamed:  {"mx.example.org ESMTP", "No sendmail here, letters come by courier"},
	} {
		if got := softwareOf(lines); got != want {
			t.Errorf("%q is %q; want %q", lines, got, want)
		}
	}
}

// Whatever a server says, the software is one of the table: names cannot be
// made up, nor fill a memory.
func FuzzSoftware(f *testing.F) {
	f.Add("mx.example.org ESMTP Postfix", "second")
	f.Add("esmtp smtpd;/", "*****")
	f.Add("\xff-exim.", strings.Repeat("postfix", 200))
	f.Fuzz(func(t *testing.T, first, second string) {
		got := softwareOf([]string{first, second})
		if got == "" || len(got) > 20 || result.PrintableString(got) != got {
			t.Errorf("%q is %q", first, got)
		}
	})
}

func BenchmarkOverview(b *testing.B) {
	d := &result.Domain{Domain: "example.org", Status: result.Fail, Reason: result.Policy, Hosts: []result.Host{{
		Name: "mx1.provider.example.org", Status: result.Fail, Addresses: []result.Address{{
			IP: "192.0.2.1", Port: 25, Status: result.Fail, Checks: []result.Check{{
				Status: result.Fail, Reason: result.Policy, Blame: result.Blame{Cause: "relay-denied"},
				Steps: []result.Step{{Code: 220, Text: []string{"mx1.provider.example.org ESMTP ready; Sat, 22 Nov 2025 10:00:00 +0000"}}},
			}},
		}},
	}}}
	o := NewOverview(0)
	b.ReportAllocs()
	for b.Loop() {
		o.Add(d)
	}
}
