package scenarios_test

import (
	"fmt"

	"mxprobe/scenarios"
)

func ExampleParse() {
	src := "name: hello\nsteps:\n  - EHLO ${helo}\n  - send: RCPT TO:<${to}>\n    expect: [250, 251]\n"
	all, err := scenarios.Parse("hello.yaml", []byte(src))
	if err != nil {
		fmt.Println(err)
		return
	}
	s := all[0]
	lookup := s.Lookup(&scenarios.Bindings{Builtin: func(name string) (string, bool) {
		return "my." + name, true
	}})
	for i := range s.Steps {
		line, err := s.Steps[i].Text.Expand(lookup)
		fmt.Println(line, err)
	}
	fmt.Println(s.Steps[1].Expect.Codes.String())
	// Output:
	// EHLO my.helo <nil>
	// RCPT TO:<my.to> <nil>
	// 250 or 251
}

func ExampleParse_mistakes() {
	src := "steps:\n  - RCPT TO: <postmaster@example.org>\n  - send: QUIT\n    expects: 221\n"
	_, err := scenarios.Parse("send.yaml", []byte(src))
	fmt.Println(err)
	// Output:
	// send.yaml:2:13: error: the blank after "RCPT TO:" makes this a YAML key
	//   2 |   - RCPT TO: <postmaster@example.org>
	//     |             ^ remove it, or quote the whole line
	// send.yaml:4:5: error: unknown key "expects" (did you mean "expect"?)
	//   4 |     expects: 221
	//     |     ^^^^^^^
}

func ExampleParseCodes() {
	c, err := scenarios.ParseCodes("25x, 551")
	fmt.Println(c.Match(252), c.Match(550), err)
	_, err = scenarios.ParseCodes("25y")
	fmt.Println(err)
	// Output:
	// true false <nil>
	// "25y" is not a reply code (250, 25x, 2xx, [250, 251], eof, silence, none, any)
}
