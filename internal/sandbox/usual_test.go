package sandbox

import (
	"strings"
	"testing"
)

// say is a command and the beginning of the reply to it.
type say struct{ line, want string }

func TestUsualDialogue(t *testing.T) {
	t.Parallel()
	hi := say{"EHLO client.example", "250-mx1.example.test"}
	from := say{"MAIL FROM:<a@b.example>", "250 2.1.0"}
	to := say{"RCPT TO:<kate@example.test>", "250 2.1.5"}
	tests := []struct {
		name string
		says []say
	}{
		{"MAIL before EHLO", []say{{from.line, "503 5.5.1"}}},
		{"RCPT before MAIL", []say{hi, {to.line, "503 5.5.1"}}},
		{"DATA before MAIL", []say{hi, {"DATA", "503 5.5.1"}}},
		{"DATA without recipient", []say{hi, from, {"DATA", "554 5.5.1"}}},
		{"DATA with only refused recipients", []say{hi, from, {"RCPT TO:<no@example.test>", "550 5.1.1"}, {"DATA", "554 5.5.1"}}},
		{"MAIL twice", []say{hi, from, {from.line, "503 5.5.1"}}},
		{"RSET forgets", []say{hi, from, to, {"RSET", "250 2.0.0"}, {"DATA", "503"}, {to.line, "503"}, from}},
		{"EHLO forgets", []say{hi, from, to, hi, {to.line, "503"}}},
		{"RSET with argument", []say{{"RSET now", "501 5.5.4"}}},
		{"NOOP, HELP, VRFY", []say{{"NOOP x", "250"}, {"HELP", "214"}, {"VRFY kate", "252"}, {"VRFY", "501"}}},
		{"unknown", []say{{"FROBNICATE", "500 5.5.2"}, {"", "500"}, {"STARTTLS", "502"}, {"QUIT", "221 2.0.0"}}},
		{"verbs without case", []say{{"ehlo client.example", "250"}, {"mail from:<a@b.example>", "250"}, {"Rcpt To:<KATE@Example.TEST>", "250"}}},
		{"EHLO without name", []say{{"EHLO", "501 5.5.4"}}},
		{"EHLO literals", []say{{"EHLO [192.0.2.1]", "250"}, {"EHLO [IPv6:2001:db8::1]", "250"}, {"EHLO [2001:db8::1]", "501"}, {"EHLO [x]", "501"}, {"EHLO [192.0.2.1", "501"}}},
		{"HELO offers nothing", []say{{"HELO client.example", "250 mx1.example.test"}, {"MAIL FROM:<a@b.example> SIZE=1", "555 5.5.4"}, from}},
		{"null sender", []say{hi, {"MAIL FROM:<>", "250"}, to}},
		{"postmaster both ways", []say{hi, from, {"RCPT TO:<Postmaster>", "250"}, {"RCPT TO:<POSTMASTER@example.test>", "250"}, {"RCPT TO:<postmaster@other.test>", "554"}}},
		{"recipient without domain", []say{hi, from, {"RCPT TO:<kate>", "501 5.1.3"}}},
		{"foreign domain", []say{hi, from, {"RCPT TO:<kate@other.test>", "554 5.7.1"}}},
		{"percent hack", []say{hi, from, {"RCPT TO:<kate%other.test@example.test>", "550 5.1.1"}}},
		{"source route", []say{hi, from, {"RCPT TO:<@relay.test:kate@example.test>", "250"}}},
		{"quoted", []say{hi, {`MAIL FROM:<"a>b @\" c"@b.example> SIZE=10`, "250"}, {`RCPT TO:<"kate@example.test>`, "501"}}},
		{"blank after colon", []say{hi, {"MAIL FROM: <a@b.example>", "501 5.5.4"}, {"MAIL FROM:a@b.example", "501 5.5.4"}, {"MAIL", "501"}}},
		{"bad paths", []say{hi, {"MAIL FROM:<a b@c.example>", "501 5.1.7"}, {"MAIL FROM:<a..b@c.example>", "501"}, {"MAIL FROM:<a@-c.example>", "501"}, {"MAIL FROM:<@b.example>", "501"}, {"MAIL FROM:<a>", "501"}}},
		{"bad sender at RCPT", []say{hi, {"MAIL FROM:<nobody@invalid.invalid>", "250"}, {to.line, "550 5.1.8"}}},
		{"sender that only looks bad", []say{hi, {"MAIL FROM:<nobody@notinvalid>", "250"}, to}},
		{"SIZE", []say{hi, {"MAIL FROM:<a@b.example> SIZE=10485760", "250"}, {"RSET", "250"}, {"MAIL FROM:<a@b.example> SIZE=10485761", "552 5.3.4"}, {"MAIL FROM:<a@b.example> SIZE=x", "501"}}},
		{"DSN", []say{
			hi,
			{"MAIL FROM:<a@b.example> RET=HDRS ENVID=a+2Bb", "250"},
			{"RCPT TO:<kate@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;kate@example.test", "250"},
			{"RCPT TO:<kate@example.test> NOTIFY=NEVER,FAILURE", "501"},
			{"RCPT TO:<kate@example.test> ORCPT=kate@example.test", "501"},
			{"RSET", "250"},
			{"MAIL FROM:<a@b.example> ENVID=a=b", "501"},
			{"MAIL FROM:<a@b.example> ENVID=a+2b", "501"},
			{"MAIL FROM:<a@b.example> RET=ALL", "501"},
			{"MAIL FROM:<a@b.example> RET=FULL RET=FULL", "501"},
		}},
		{"unknown parameter", []say{hi, {"MAIL FROM:<a@b.example> AUTH=<>", "555"}, from, {"RCPT TO:<kate@example.test> X=1", "555"}}},
		{"SMTPUTF8", []say{hi, {"MAIL FROM:<jürgen@b.example>", "553 5.6.7"}, {"MAIL FROM:<jürgen@b.example> SMTPUTF8", "250"}}},
		{"line end", []say{{"NOOP\n", "500 5.5.2"}, {"NOOP " + strings.Repeat("x", 9000), "500 5.5.2"}, {"NOOP", "250"}}},
	}
	w := startOne(t, Server{Users: []string{"kate", "sales@example.test"}})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, w, "192.0.2.10:25")
			c.want("220 mx1.example.test ESMTP")
			for _, s := range tt.says {
				if strings.HasSuffix(s.line, "\n") {
					c.write(s.line)
					c.want(s.want)
					continue
				}
				c.say(s.line, s.want)
			}
		})
	}
}

func TestUsualKeywords(t *testing.T) {
	t.Parallel()
	c := connect(t, startOne(t, Server{}), "192.0.2.10:25")
	c.want("220 ")
	c.write("EHLO c.example\r\n")
	want := "250-mx1.example.test greets c.example\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n" +
		"250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-SMTPUTF8\r\n250 HELP\r\n"
	if got := c.read(); got != want {
		t.Errorf("EHLO = %q; want %q", got, want)
	}
}

func TestServerSettings(t *testing.T) {
	t.Parallel()
	const from, to = "MAIL FROM:<nobody@x.invalid>", "RCPT TO:<kate@example.test>"
	tests := []struct {
		name   string
		server Server
		says   []say
	}{
		{"bad sender at MAIL", Server{BadSender: BadSenderAtMail}, []say{{from, "550 5.1.8"}, {"MAIL FROM:<a@b.example>", "250"}}},
		{"bad sender accepted", Server{BadSender: BadSenderAccepted}, []say{{from, "250"}, {to, "250"}}},
		{"open relay", Server{Relay: true}, []say{{"MAIL FROM:<>", "250"}, {"RCPT TO:<x@other.test>", "250"}, {"RCPT TO:<x@example.test>", "550"}}},
		{"everybody", Server{Users: []string{"*"}}, []say{{"MAIL FROM:<>", "250"}, {"RCPT TO:<x@example.test>", "250"}}},
		{"nobody", Server{Users: []string{}}, []say{{"MAIL FROM:<>", "250"}, {to, "550 5.1.1"}, {"RCPT TO:<postmaster>", "250"}}},
		{"domains", Server{Domains: []string{"other.test"}}, []say{{"MAIL FROM:<>", "250"}, {to, "554"}, {"RCPT TO:<kate@other.test>", "250"}}},
		{"few recipients", Server{Recipients: 1}, []say{{"MAIL FROM:<>", "250"}, {to, "250"}, {to, "452 4.5.3"}}},
		{"no DSN", Server{EHLO: []string{"SIZE 100"}}, []say{{"MAIL FROM:<> RET=FULL", "555"}, {"MAIL FROM:<> SIZE=100", "250"}}},
		{"no limit", Server{Size: -1}, []say{{"MAIL FROM:<> SIZE=99999999", "555"}, {"MAIL FROM:<>", "250"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := hello(t, startOne(t, tt.server))
			for _, s := range tt.says {
				c.say(s.line, s.want)
			}
		})
	}
}
