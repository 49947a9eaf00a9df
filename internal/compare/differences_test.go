package compare

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
)

// server is what one address of a made-up domain says.
type server struct {
	host, ip string
	ehlo     string // keywords, with commas between them; "-" for no EHLO reply
	under    string // the same under TLS; empty for no TLS
	version  string
	cert     *result.Certificate
	chain    string
	days     int
	greeting int
	rcpt     string // code, enhanced status code and text of the reply to RCPT
	status   result.Verdict
	reason   result.Reason
	attempts []string // replies to RCPT of the attempts before the last
}

// facts are the facts of a step that sent a line.
func facts(line string) result.Facts {
	verb, _, _ := strings.Cut(line, " ")
	return result.Facts{Verb: strings.ToUpper(verb)}
}

func step(attempt, number int, sent, reply string) result.Step {
	code, text, _ := strings.Cut(reply, " ")
	s := result.Step{Attempt: attempt, Number: number, Name: sent, Sent: sent, Facts: facts(sent), Text: strings.Split(text, "|")}
	for _, c := range code {
		s.Code = s.Code*10 + int(c-'0')
	}
	if e, _, _ := strings.Cut(text, " "); strings.Count(e, ".") == 2 {
		s.Enhanced = e
	}
	if s.Code/100 == 4 {
		found := diagnosis.Diagnose(diagnosis.Seen{At: diagnosis.StageOf(s.Verb), Code: s.Code, Enhanced: s.Enhanced, Lines: s.Text})
		s.Cause, s.Whose = found.Cause.String(), found.Whose.String()
	}
	return s
}

func (s *server) check() result.Check {
	c := result.Check{Scenario: "talk", Status: s.status, Reason: s.reason, StepCount: 4, Attempts: len(s.attempts) + 1}
	if c.Status == result.NotRun {
		c.Status = result.Pass
	}
	for i, reply := range append(s.attempts, s.rcpt) {
		n := i + 1
		greeting := s.greeting
		if greeting == 0 {
			greeting = 220
		}
		if s.ehlo == "-" {
			c.Steps = append(c.Steps, result.Step{Attempt: n, Name: "connect"})
			continue
		}
		c.Steps = append(c.Steps, step(n, 0, "", "220 "+s.host+" ESMTP"))
		c.Steps[len(c.Steps)-1].Code = greeting
		c.Steps = append(c.Steps, step(n, 1, "EHLO probe.test", "250 "+s.host+" greets|"+strings.ReplaceAll(s.ehlo, ",", "|")))
		if s.under != "" {
			c.Steps = append(c.Steps, step(n, 2, "STARTTLS", "220 go"), step(n, 3, "EHLO probe.test", "250 "+s.host+"|"+strings.ReplaceAll(s.under, ",", "|")))
		}
		if reply != "" {
			c.Steps = append(c.Steps, step(n, 4, "RCPT TO:<kate@a.test>", reply))
		}
		c.Steps = append(c.Steps, step(n, 5, "QUIT", "221 "+s.host+" "+s.ip))
	}
	if s.under != "" || s.cert != nil {
		version := s.version
		if version == "" {
			version = "TLS 1.3"
		}
		c.TLS = &result.TLSState{Version: version, ChainFinding: s.chain, NameFinding: "ok", DatesFinding: "ok", DaysLeft: s.days}
		if s.chain == "" {
			c.TLS.ChainFinding = "ok"
		}
		if s.cert != nil {
			c.TLS.Chain = []result.Certificate{*s.cert}
		}
	}
	return c
}

func domainOf(servers ...server) *result.Domain {
	d := &result.Domain{Domain: "a.test", Origin: "mx", Status: result.Pass}
	for i := range servers {
		s := &servers[i]
		if n := len(d.Hosts); n == 0 || d.Hosts[n-1].Name != s.host {
			d.Hosts = append(d.Hosts, result.Host{Name: s.host, Preference: uint16(10 * (n + 1)), Status: result.Pass})
		}
		h := &d.Hosts[len(d.Hosts)-1]
		c := s.check()
		h.Addresses = append(h.Addresses, result.Address{IP: s.ip, Port: 25, Status: c.Status, Checks: []result.Check{c}})
		h.Status = result.Worst(h.Status, c.Status)
		d.Status = result.Worst(d.Status, c.Status)
	}
	return d
}

func cert(sha256, until string, names ...string) *result.Certificate {
	end, err := time.Parse(time.DateOnly, until)
	if err != nil {
		panic(err)
	}
	return &result.Certificate{Subject: "CN=x", Issuer: "CN=CA", Names: names, NotAfter: end, SHA256: sha256 + strings.Repeat("0", 64-len(sha256))}
}

// said returns the differences as "property: message".
func said(d *result.Domain) []string {
	var out []string
	for _, f := range Differences(d) {
		out = append(out, f.Property+": "+f.Message)
	}
	return out
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	const usual = "PIPELINING,SIZE 1000,STARTTLS"
	a := server{host: "mx1", ip: "192.0.2.1", ehlo: usual, rcpt: "250 2.1.5 Ok"}
	b := server{host: "mx1", ip: "2001:db8::1", ehlo: usual, rcpt: "250 2.1.5 Ok"}
	c := server{host: "mx2", ip: "192.0.2.2", ehlo: usual, rcpt: "250 2.1.5 Ok"}
	e := server{host: "mx3", ip: "192.0.2.3", ehlo: usual, rcpt: "250 2.1.5 Ok"}
	with := func(s server, change func(*server)) server { change(&s); return s }
	for _, tt := range []struct {
		name    string
		servers []server
		want    []string
	}{
		{"all the same", []server{a, b, c, e}, nil},
		{"a single address", []server{a}, nil},
		{"the odd one is named", []server{a, b, c, with(e, func(s *server) { s.ehlo = "PIPELINING,SIZE 1000" })}, []string{
			"keyword STARTTLS: mx3 192.0.2.3:25 does not offer STARTTLS, the other 3 do",
		}},
		{"the odd one is alone in offering", []server{a, b, c, with(e, func(s *server) { s.ehlo += ",DSN" })}, []string{
			"keyword DSN: mx3 192.0.2.3:25 offers DSN, the other 3 do not",
		}},
		{"keywords that the same place lacks are one", []server{a, c, with(e, func(s *server) { s.ehlo = "SIZE 1000" })}, []string{
			"keywords PIPELINING, STARTTLS: mx3 192.0.2.3:25 does not offer PIPELINING and STARTTLS, the other 2 do",
		}},
		{"a tie names both", []server{a, with(c, func(s *server) { s.ehlo = "PIPELINING,SIZE 1000" })}, []string{
			"keyword STARTTLS: mx1 192.0.2.1:25 offers STARTTLS, mx2 192.0.2.2:25 does not offer STARTTLS",
		}},
		{"a whole host is named once", []server{with(a, func(s *server) { s.ehlo = "PIPELINING,SIZE 1000" }), with(b, func(s *server) { s.ehlo = "PIPELINING,SIZE 1000" }), c, c, e}, []string{
			"keyword STARTTLS: mx1 (2 addresses) does not offer STARTTLS, the other 3 do",
		}},
		{"half a host is not", []server{a, with(b, func(s *server) { s.ehlo = "PIPELINING,SIZE 1000" }), c}, []string{
			"keyword STARTTLS: mx1 [2001:db8::1]:25 does not offer STARTTLS, the other 2 do",
		}},
		{"size", []server{a, b, with(c, func(s *server) { s.ehlo = "PIPELINING,SIZE 500,STARTTLS" })}, []string{
			"keyword SIZE: mx2 192.0.2.2:25 offers SIZE 500, the other 2 offer SIZE 1000",
		}},
		{"size without a value", []server{a, b, with(c, func(s *server) { s.ehlo = "PIPELINING,SIZE,STARTTLS" })}, []string{
			"keyword SIZE: mx2 192.0.2.2:25 offers SIZE without a value, the other 2 offer SIZE 1000",
		}},
		{"three sizes", []server{a, b, with(c, func(s *server) { s.ehlo = "PIPELINING,SIZE 500,STARTTLS" }), with(e, func(s *server) { s.ehlo = "PIPELINING,SIZE 700,STARTTLS" })}, []string{
			"keyword SIZE: mx2 192.0.2.2:25 offers SIZE 500, mx3 192.0.2.3:25 offers SIZE 700, the other 2 offer SIZE 1000",
		}},
		{"mechanisms are a set, in any case and in the old form", []server{
			with(a, func(s *server) { s.ehlo = "AUTH PLAIN LOGIN" }), with(c, func(s *server) { s.ehlo = "auth login plain,AUTH=LOGIN PLAIN" }),
		}, nil},
		{"a mechanism less", []server{
			with(a, func(s *server) { s.ehlo = "AUTH PLAIN LOGIN" }), with(b, func(s *server) { s.ehlo = "AUTH PLAIN LOGIN" }), with(c, func(s *server) { s.ehlo = "AUTH PLAIN" }),
		}, []string{"keyword AUTH: mx2 192.0.2.2:25 offers AUTH PLAIN, the other 2 offer AUTH LOGIN PLAIN"}},
		{"under TLS apart from before", []server{
			with(a, func(s *server) { s.under = "AUTH PLAIN" }), with(b, func(s *server) { s.under = "AUTH PLAIN" }), with(c, func(s *server) { s.under = "SIZE 1" }),
		}, []string{
			"keyword AUTH under TLS: mx2 192.0.2.2:25 does not offer AUTH under TLS, the other 2 do",
			"keyword SIZE under TLS: mx2 192.0.2.2:25 offers SIZE under TLS, the other 2 do not",
		}},
		{"who could not be spoken to says nothing", []server{a, c, with(e, func(s *server) { s.ehlo, s.rcpt, s.status, s.reason = "-", "", result.Fail, result.Refused })}, nil},
		{"TLS version", []server{
			with(a, func(s *server) { s.under = "DSN" }), with(b, func(s *server) { s.under = "DSN" }), with(c, func(s *server) { s.under, s.version = "DSN", "TLS 1.2" }),
		}, []string{"TLS version: mx2 192.0.2.2:25 speaks TLS 1.2, the other 2 speak TLS 1.3"}},
		{"certificates of hosts of their own names", []server{
			with(a, func(s *server) { s.cert, s.days = cert("aa", "2027-01-01", "mx1"), 60 }), with(c, func(s *server) { s.cert, s.days = cert("bb", "2027-01-02", "mx2"), 61 }),
		}, nil},
		{"two certificates of one host", []server{
			with(a, func(s *server) { s.cert, s.days = cert("aa", "2027-01-01", "mx1"), 60 }), with(b, func(s *server) { s.cert, s.days = cert("bb", "2027-02-02", "mx1"), 90 }),
			with(c, func(s *server) { s.cert, s.days = cert("cc", "2027-01-01", "mx2"), 60 }),
		}, []string{"certificate: mx1 192.0.2.1:25 shows the certificate aa00000000000000... (until 2027-01-01), mx1 [2001:db8::1]:25 shows the certificate bb00000000000000... (until 2027-02-02)"}},
		{"one certificate for all, renewed here and not there", []server{
			with(a, func(s *server) { s.cert, s.days = cert("aa", "2027-01-01", "mx1", "mx2"), 60 }), with(b, func(s *server) { s.cert, s.days = cert("aa", "2027-01-01", "mx2", "mx1"), 60 }),
			with(c, func(s *server) { s.cert, s.days = cert("bb", "2026-12-30", "mx1", "mx2"), 58 }),
		}, []string{"certificate: mx2 192.0.2.2:25 shows the certificate bb00000000000000... (until 2026-12-30), the other 2 show the certificate aa00000000000000... (until 2027-01-01)"}},
		{"one that nobody renewed", []server{
			with(a, func(s *server) { s.cert, s.days = cert("aa", "2027-01-01", "mx1"), 60 }), with(c, func(s *server) { s.cert, s.days = cert("bb", "2026-11-11", "mx2"), 6 }),
			with(e, func(s *server) { s.cert, s.days = cert("cc", "2027-01-01", "mx3"), 70 }),
		}, []string{"certificate days left: mx2 192.0.2.2:25 shows a certificate that ends in 6 days, the other 2 show a certificate that lasts 21 days and more"}},
		{"both end soon", []server{
			with(a, func(s *server) { s.cert, s.days = cert("aa", "2027-01-01", "mx1"), 6 }), with(c, func(s *server) { s.cert, s.days = cert("bb", "2026-11-11", "mx2"), 14 }),
		}, nil},
		{"a chain that is not good; who was not asked says nothing", []server{
			with(a, func(s *server) { s.cert, s.days = cert("aa", "2027-01-01", "mx1"), 60 }), with(b, func(s *server) { s.cert, s.days, s.chain = cert("aa", "2027-01-01", "mx1"), 60, "not checked" }),
			with(c, func(s *server) { s.cert, s.days, s.chain = cert("bb", "2027-01-01", "mx2"), 60, "self-signed" }), with(e, func(s *server) { s.cert, s.days = cert("cc", "2027-01-01", "mx3"), 60 }),
		}, []string{"certificate chain: mx2 192.0.2.2:25 shows a certificate whose chain is not good, the other 2 show a certificate with a good chain"}},
		{"greeting", []server{a, b, with(c, func(s *server) { s.greeting, s.status = 554, result.Fail })}, []string{
			"reply to the connection: mx2 192.0.2.2:25 greets with 554, the other 2 greet with 220",
		}},
		{"refused here, taken there", []server{a, b, with(c, func(s *server) { s.rcpt, s.status, s.reason = "550 5.7.1 policy", result.Fail, result.Reply })}, []string{
			"reply to RCPT TO:<kate@a.test>: mx2 192.0.2.2:25 answers RCPT TO:<kate@a.test> with 550 5.7.1, the other 2 answer RCPT TO:<kate@a.test> with 250",
		}},
		{"refused everywhere, for other reasons", []server{with(a, func(s *server) { s.rcpt = "550 5.1.1 no" }), with(b, func(s *server) { s.rcpt = "550 5.1.1 none" }), with(c, func(s *server) { s.rcpt = "550 5.7.1 no" })}, []string{
			"reply to RCPT TO:<kate@a.test>: mx2 192.0.2.2:25 answers RCPT TO:<kate@a.test> with 550 5.7.1, the other 2 answer RCPT TO:<kate@a.test> with 550 5.1.1",
		}},
		{"acceptance in other words", []server{a, with(c, func(s *server) { s.rcpt = "251 forwarded, queued as 4711" })}, nil},
		{"greylisting here and not there", []server{a, b, with(c, func(s *server) {
			s.rcpt, s.status, s.reason = "451 4.7.1 Greylisted", result.Inconclusive, result.Temporary
		})}, []string{"greylisting: mx2 192.0.2.2:25 greylists this sender, the other 2 do not"}},
		{"greylisting that passed in the run", []server{a, b, with(c, func(s *server) { s.attempts = []string{"450 4.2.0 Greylisted, see http"} })}, []string{
			"greylisting: mx2 192.0.2.2:25 greylists this sender, the other 2 do not",
		}},
		{"all greylist", []server{with(a, func(s *server) { s.attempts = []string{"450 4.2.0 Greylisted"} }), with(c, func(s *server) { s.attempts = []string{"450 4.2.0 Greylisted"} })}, nil},
		{"a verdict that no reply explains", []server{a, b, with(c, func(s *server) { s.status, s.reason = result.Fail, result.Reply })}, []string{
			`verdict of talk: mx2 192.0.2.2:25 fails "talk", the other 2 pass`,
		}},
		{"skipped says nothing of replies", []server{a, b, with(c, func(s *server) { s.rcpt, s.status = "550 5.7.1 no", result.Skip })}, nil},
		{"many places are counted", []server{
			a, with(b, func(s *server) { s.host, s.ip = "m4", "192.0.2.4" }), with(c, func(s *server) { s.host, s.ip = "m5", "192.0.2.5" }), with(c, func(s *server) { s.host, s.ip = "m6", "192.0.2.6" }),
			with(c, func(s *server) { s.host, s.ip = "m7", "192.0.2.7" }), with(c, func(s *server) { s.ehlo = "SIZE 1000" }), with(c, func(s *server) { s.host, s.ip, s.ehlo = "m8", "192.0.2.8", "SIZE 1000" }),
			with(c, func(s *server) { s.host, s.ip, s.ehlo = "m9", "192.0.2.9", "SIZE 1000" }), with(c, func(s *server) { s.host, s.ip, s.ehlo = "m10", "192.0.2.10", "SIZE 1000" }),
		}, []string{"keywords PIPELINING, STARTTLS: mx2 192.0.2.2:25, m8 192.0.2.8:25 and 2 more do not offer PIPELINING and STARTTLS, the other 5 do"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, said(domainOf(tt.servers...))); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestValuesNameEveryPlace: the message may be short, the values are complete
// and the most common comes first.
func TestValuesNameEveryPlace(t *testing.T) {
	t.Parallel()
	d := domainOf(server{host: "mx1", ip: "192.0.2.1", ehlo: "SIZE 5"}, server{host: "mx2", ip: "192.0.2.2", ehlo: "SIZE 9"}, server{host: "mx3", ip: "192.0.2.3", ehlo: "SIZE 9"})
	want := []result.Difference{{
		Property: "keyword SIZE", Message: "mx1 192.0.2.1:25 offers SIZE 5, the other 2 offer SIZE 9",
		Values: []result.Variant{
			{Value: "SIZE 9", Where: []string{"mx2 192.0.2.2:25", "mx3 192.0.2.3:25"}},
			{Value: "SIZE 5", Where: []string{"mx1 192.0.2.1:25"}},
		},
	}}
	if diff := cmp.Diff(want, Differences(d)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOnlyLikeIsCompared: ports are services of their own, and what two
// scenarios show is told once.
func TestOnlyLikeIsCompared(t *testing.T) {
	t.Parallel()
	d := domainOf(server{host: "mx1", ip: "192.0.2.1", ehlo: "SIZE 5"}, server{host: "mx2", ip: "192.0.2.2", ehlo: "SIZE 9"})
	d.Hosts[1].Addresses[0].Port = 587
	if got := said(d); got != nil {
		t.Errorf("two ports: %q", got)
	}
	d.Hosts[1].Addresses[0].Port = 25
	d.Hosts[1].Addresses[0].Checks[0].Scenario = "another"
	if got := said(d); got != nil {
		t.Errorf("two scenarios: %q", got)
	}
	for i := range d.Hosts {
		c := &d.Hosts[i].Addresses[0].Checks
		(*c)[0].Scenario = "talk"
		*c = append(*c, (*c)[0])
		(*c)[1].Scenario = "another"
	}
	if got := said(d); len(got) != 1 {
		t.Errorf("the same in two scenarios: %q", got)
	}
}

// TestHelloThatIsNotUnderstood: a server that takes HELO alone offers nothing.
func TestHelloThatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	d := domainOf(server{host: "mx1", ip: "192.0.2.1", ehlo: "DSN"}, server{host: "mx2", ip: "192.0.2.2", ehlo: "DSN"}, server{host: "mx3", ip: "192.0.2.3", ehlo: ""})
	s := &d.Hosts[2].Addresses[0].Checks[0].Steps[1]
	s.Sent, s.Text = "HELO probe.test", []string{"mx3"}
	s.Verb, s.FellBack = "HELO", true
	want := []string{"keyword DSN: mx3 192.0.2.3:25 does not offer DSN, the other 2 do"}
	if diff := cmp.Diff(want, said(d)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHostileKeywordsAreBounded: a server that answers EHLO with something
// else each time must not fill the report.
func TestHostileKeywordsAreBounded(t *testing.T) {
	t.Parallel()
	var servers []server
	for i := range 5 {
		var words []string
		for k := range 1000 {
			words = append(words, strings.Repeat("X", (i+k)%40)+string(rune('A'+k%26))+" "+strings.Repeat("y", 900+i))
		}
		servers = append(servers, server{host: "mx" + string(rune('1'+i)), ip: "192.0.2.1", ehlo: strings.Join(words, ",")})
	}
	d := domainOf(servers...)
	for _, service := range Remember(nil, d, &Options{}).Hosts["mx3"].Addresses["192.0.2.1"].Ports {
		if n := len(service.Keywords); n > maxKeywords {
			t.Errorf("%d keywords are remembered; want at most %d", n, maxKeywords)
		}
	}
	all := Differences(d)
	if len(all) == 0 || len(all) > maxDifferences {
		t.Errorf("%d differences; want 1 to %d", len(all), maxDifferences)
	}
	for _, d := range all {
		if len(d.Message) > 3000 || len(d.Values) < 2 {
			t.Errorf("%d bytes, %d values: %.200s", len(d.Message), len(d.Values), d.Message)
		}
	}
}
