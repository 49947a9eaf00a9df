//go:build linux

package faults

import (
	"fmt"
	"strings"
	"time"

	"mxprobe/internal/sandbox"
)

// lookups are the faults of the DNS.
func lookups() []fault {
	mx := func(answer sandbox.Answer) []sandbox.Fault {
		return []sandbox.Fault{{Name: "example.test", Type: "MX", Answer: answer}}
	}
	zone := func(name, text string, w want) fault { return fault{name: name, zone: text, want: w} }
	dns := func(says string) want { return want{"fail", "dns", "", 1, says} }
	resolver := want{"inconclusive", "resolver", "", 3, ""}
	return []fault{
		{name: "the domain does not exist", args: "-d nowhere.test", want: dns("does not exist")},
		zone("no MX record and no address", "other A 192.0.2.10\n", dns("")),
		zone("a null MX", "@ MX 0 .\n", want{"fail", "null_mx", "", 1, ""}),
		zone("a null MX beside another", "@ MX 0 .\n@ MX 10 mx1\nmx1 A 192.0.2.10\n", passes),
		zone("an exchange without an address", "@ MX 10 mx9\nmx9 TXT x\n", dns("")),
		zone("an exchange that does not exist", "@ MX 10 mx9\n", dns("does not exist")),
		zone("an exchange that is an address", "@ MX 10 192.0.2.10.\n", dns("")),
		zone("an exchange that is an alias", "@ MX 10 mx9\nmx9 CNAME mx1\nmx1 A 192.0.2.10\n", passes),
		zone("an exchange that is an alias in a circle", "@ MX 10 mx8\nmx8 CNAME mx9\nmx9 CNAME mx8\n", dns("")),
		zone("a domain that is an alias in a circle", "a CNAME b\nb CNAME a\n", dns("")),
		zone("aliases without end", aliases(40), dns("")),
		zone("a hundred exchanges that do not exist", exchanges(100), dns("")),
		{name: "SERVFAIL for the domain", names: mx(sandbox.ServFail), want: dns("")},
		{name: "SERVFAIL that DNSSEC explains", names: mx(sandbox.Bogus), want: dns("DNSSEC")},
		{name: "REFUSED", names: mx(sandbox.Refused), want: resolver},
		{name: "no answer for the domain", names: mx(sandbox.Silence), within: time.Minute, want: dns("")},
		{name: "no answer for the domain when the time is over", names: mx(sandbox.Silence), args: "--max-time 1s", want: want{"inconclusive", "deadline", "", 3, ""}},
		{name: "no answer at all", names: []sandbox.Fault{{Name: "*", Answer: sandbox.Silence}}, within: time.Minute, want: resolver},
		{name: "no answer the first time", names: []sandbox.Fault{{Name: "example.test", Type: "MX", Answer: sandbox.Silence, Times: 1}}, want: passes},
		{name: "truncated over UDP", names: mx(sandbox.Truncate), want: passes},
		{name: "SERVFAIL for the address of the exchange", names: []sandbox.Fault{{Name: "mx1.example.test", Answer: sandbox.ServFail}}, want: dns("")},
		{name: "nothing listens where the resolver should", args: "--dns 127.0.0.1:1", want: resolver},
		{name: "answers to another question", dns: answering(func(m []byte) { m[13]++ }), args: "--max-time 3s", want: want{"inconclusive", "deadline", "", 3, ""}},
		{name: "answers with another id", dns: answering(func(m []byte) { m[0]++ }), args: "--max-time 3s", want: want{"inconclusive", "deadline", "", 3, ""}},
		{name: "answers that are questions", dns: answering(func(m []byte) { m[2] &^= 0x80 }), args: "--max-time 3s", want: want{"inconclusive", "deadline", "", 3, ""}},
		{name: "answers that are cut off", dns: func(q []byte) [][]byte { return [][]byte{answer(q, 0)[:7]} }, args: "--max-time 3s", want: want{"inconclusive", "deadline", "", 3, ""}},
		{name: "answers whose counts lie", dns: answering(func(m []byte) { m[6], m[7] = 0xff, 0xff }), within: time.Minute, want: resolver},
		{name: "truncated over UDP, and nothing over TCP", dns: answering(func(m []byte) { m[2] |= 0x02 }), within: time.Minute, want: resolver},
		{name: "a thousand wrong answers for each question", dns: func(q []byte) [][]byte {
			var all [][]byte
			for range 1000 {
				m := answer(q, 0)
				m[0]++
				all = append(all, m)
			}
			return all
		}, args: "--max-time 3s", want: want{"inconclusive", "deadline", "", 3, ""}},
		{name: "NOTIMP to everything", dns: func(q []byte) [][]byte { return [][]byte{answer(q, 4)} }, want: resolver},
		{name: "FORMERR to everything", dns: func(q []byte) [][]byte { return [][]byte{answer(q, 1)} }, want: resolver},
		{name: "a lame server: neither an answer nor a word why", dns: func(q []byte) [][]byte {
			m := answer(q, 0)
			m[3] &^= 0x80 // it does not resolve for others
			return [][]byte{m}
		}, want: want{"inconclusive", "resolver", "", 3, ""}},
	}
}

// answer is an answer without records to a question: the same bytes but for
// the flags, with RA and a response code.
func answer(question []byte, rcode byte) []byte {
	m := append([]byte(nil), question...)
	m[2] |= 0x80
	m[3] = 0x80 | rcode
	return m
}

// answering changes the answers.
func answering(change func(m []byte)) func([]byte) [][]byte {
	return func(q []byte) [][]byte {
		m := answer(q, 0)
		change(m)
		return [][]byte{m}
	}
}

// aliases is an exchange behind n aliases.
func aliases(n int) string {
	var b strings.Builder
	b.WriteString("@ MX 10 a0\n")
	for i := range n {
		fmt.Fprintf(&b, "a%d CNAME a%d\n", i, i+1)
	}
	fmt.Fprintf(&b, "a%d A 192.0.2.10\n", n)
	return b.String()
}

func exchanges(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "@ MX 10 mx%d-none\n", i)
	}
	return b.String()
}
