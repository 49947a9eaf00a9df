package imap

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// script is what a server says: a greeting, and an answer for each verb, in
// which {tag} stands for the tag. Verbs that are missing are answered well.
type script struct {
	greeting string
	answers  map[string]string
	// endless is said over and over after the answer to that verb.
	endless map[string]string
}

// well is how a decent server answers. Its mailbox has the messages 7 and 9.
func well(verb string) string {
	answers := map[string]string{
		"CAPABILITY": "* CAPABILITY IMAP4rev1 UIDPLUS AUTH=PLAIN SASL-IR\r\n{tag} OK x\r\n",
		"EXAMINE":    "* FLAGS (\\Seen)\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 3] x\r\n* OK [UIDNEXT 7] x\r\n{tag} OK [READ-ONLY] x\r\n",
		"SEARCH":     "* SEARCH 7 9\r\n{tag} OK x\r\n",
		"HEADER":     "* 1 FETCH (UID 7 BODY[HEADER]<0> {6}\r\na: b\r\n)\r\n* 2 FETCH (BODY[HEADER]<0> \"c: d\" UID 9)\r\n{tag} OK x\r\n",
		"FETCH":      "* 1 FETCH (UID 7 BODY[]<0> {12}\r\na: b\r\n\r\ntext)\r\n{tag} OK x\r\n",
		"LOGOUT":     "* BYE x\r\n{tag} OK x\r\n",
	}
	if text, ok := answers[verb]; ok {
		return text
	}
	return "{tag} OK x\r\n"
}

// verbOf names what a command asks for.
func verbOf(line string) string {
	words := strings.Fields(line)
	switch {
	case len(words) > 1 && words[0] == "UID" && strings.Contains(line, "[HEADER]"):
		return "HEADER"
	case len(words) > 1 && words[0] == "UID":
		return words[1]
	case len(words) > 0:
		return words[0]
	}
	return ""
}

func (s *script) serve(nc net.Conn) {
	defer func() { _ = nc.Close() }()
	if s.greeting == "" {
		s.greeting = "* OK x\r\n"
	}
	say := func(verb, tag, text string) bool {
		_, err := io.WriteString(nc, strings.ReplaceAll(text, "{tag}", tag))
		for more := s.endless[verb]; more != "" && err == nil; {
			_, err = io.WriteString(nc, more)
		}
		return err == nil
	}
	if !say("greeting", "", s.greeting) {
		return
	}
	for in := bufio.NewReader(nc); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		tag, line, _ := strings.Cut(line, " ")
		verb := verbOf(line)
		answer, ok := s.answers[verb]
		if !ok {
			answer = well(verb)
		}
		if !say(verb, tag, answer) {
			return
		}
		if verb == "LOGOUT" && answer != "" {
			return
		}
	}
}

// visit does all that is ever done with a server, up to the first error.
func visit(ctx context.Context, s *script) (string, error) {
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() { s.serve(server); close(done) }()
	defer func() { _ = client.Close(); <-done }()
	c, err := New(ctx, client, nil)
	if err != nil {
		return "", err
	}
	if err := c.LogIn(ctx, "kate", "secret"); err != nil {
		return "", err
	}
	folder, err := c.Examine(ctx, "INBOX")
	if err != nil {
		return "", err
	}
	if err := c.Noop(ctx); err != nil {
		return "", err
	}
	uids, err := c.Since(ctx, folder.Next, 100, "")
	if err != nil {
		return "", err
	}
	headers, err := c.Header(ctx, uids, 4<<10)
	if err != nil {
		return "", err
	}
	message, err := c.Message(ctx, 7, 64<<10)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %d %v %q %q %q", folder.Validity, folder.Next, uids, headers[7], headers[9], message), c.LogOut(ctx)
}

// all is what a decent server shows.
const all = `3 7 [7 9] "a: b\r\n" "c: d" "a: b\r\n\r\ntext"`

// TestTrap82HostileServers plays servers that are broken or mean. Each ends at
// once, or with the time that there is, in little memory. It runs alone, since
// it looks at the memory of the whole program.
func TestTrap82HostileServers(t *testing.T) {
	deep := strings.Repeat("(", 3<<20)
	before := func(text, verb string) map[string]string { return map[string]string{verb: text + well(verb)} }
	for name, test := range map[string]struct {
		script
		says string // part of the error, or "" where all is found in spite of it
	}{
		"a decent one":              {},
		"nesting before the login":  {script{greeting: "* OK x\r\n", answers: before("* 1 FETCH (BODYSTRUCTURE "+deep+"\r\n", "CAPABILITY")}, "capability: the server sends a line of more than"},
		"nesting as the greeting":   {script{greeting: "* 1 FETCH (BODYSTRUCTURE " + deep}, "greeting: the server sends a line of more than"},
		"nesting within the bounds": {script{answers: before("* 1 FETCH (BODYSTRUCTURE "+deep[:200_000]+"\r\n", "NOOP")}, ""},
		"nesting in what was asked for": {
			script{answers: before("* 1 FETCH (BODYSTRUCTURE "+deep[:200_000]+" UID 7 BODY[HEADER] \"x\")\r\n", "HEADER")}, "",
		},
		"nesting that ends, before what was asked for": {script{answers: map[string]string{
			"HEADER": "* 1 FETCH (X " + deep[:90_000] + strings.Repeat(")", 90_000) + " UID 7 BODY[HEADER] {6}\r\na: b\r\n)\r\n* 2 FETCH (UID 9 BODY[HEADER] {4}\r\nc: d)\r\n{tag} OK x\r\n",
		}}, ""},
		"literal of 4 GiB unasked":    {script{answers: map[string]string{"NOOP": "* X {4294967295}\r\nabc"}}, "NOOP: the answer of the server does not end"},
		"literal of no size":          {script{answers: map[string]string{"NOOP": "* X {99999999999999999999999}\r\nabc"}}, "NOOP: the answer of the server does not end"},
		"literal of minus one":        {script{answers: before("* X {-1}\r\n", "NOOP")}, ""},
		"literal in a text":           {script{answers: before("* OK see {12}\r\n* NO [ALERT] full {3}\r\n", "NOOP")}, ""},
		"literal that is cut":         {script{answers: map[string]string{"HEADER": "* 1 FETCH (UID 7 BODY[HEADER] {100}\r\na: b\r\n)\r\n"}}, "fetch: no answer in"},
		"message larger than asked":   {script{answers: map[string]string{"FETCH": "* 1 FETCH (UID 7 BODY[] {70000}\r\n" + strings.Repeat("x", 70_000) + ")\r\n{tag} OK x\r\n"}}, "fetch: the server sends more of a message than was asked for"},
		"message nobody asked for":    {script{answers: before("* 3 FETCH (UID 8 BODY[] \"other\")\r\n", "FETCH")}, ""},
		"header for the message":      {script{answers: before("* 3 FETCH (UID 7 BODY[HEADER] \"other\")\r\n", "FETCH")}, ""},
		"FETCH of no shape":           {script{answers: before("* 3 FETCH\r\n* 3 FETCH UID 7\r\n* 3 FETCH (UID x BODY[] \"a\")\r\n* 3 FETCH (UID\r\n* FETCH (\r\n* 3 FETCH (UID 7 BODY[] \"\r\n", "FETCH")}, ""},
		"endless line":                {script{endless: map[string]string{"NOOP": "* x"}, answers: map[string]string{"NOOP": ""}}, "NOOP: the server sends a line of more than"},
		"endless greeting":            {script{greeting: "* OK ", endless: map[string]string{"greeting": strings.Repeat("x", 1000)}}, "greeting: the server sends a line of more than"},
		"endless responses":           {script{endless: map[string]string{"NOOP": strings.Repeat("* 1 EXPUNGE\r\n", 100)}, answers: map[string]string{"NOOP": ""}}, "NOOP: the answer of the server does not end"},
		"endless literals":            {script{endless: map[string]string{"NOOP": strings.Repeat("* X {9}\r\n123456789\r\n", 100)}, answers: map[string]string{"NOOP": ""}}, "NOOP: the answer of the server does not end"},
		"endless literal of one line": {script{endless: map[string]string{"NOOP": strings.Repeat("{9}\r\n123456789", 100)}, answers: map[string]string{"NOOP": "* X "}}, "NOOP: the answer of the server does not end"},
		"endless challenges":          {script{endless: map[string]string{"AUTHENTICATE": "+ \r\n"}, answers: map[string]string{"AUTHENTICATE": ""}}, "login: "},
		"endless empty lines":         {script{endless: map[string]string{"EXAMINE": "\r\n"}, answers: map[string]string{"EXAMINE": ""}}, "mailbox: the server answers another command"},
		"a byte now and then":         {script{answers: map[string]string{"NOOP": "*"}}, "NOOP: no answer in"},
		"no greeting":                 {script{greeting: " "}, "no answer in"},
		"another protocol":            {script{greeting: "220 mx ESMTP\r\n"}, "greeting: this is no server of IMAP"},
		"goodbye at once":             {script{greeting: "* BYE too many of you\r\n"}, "greeting: the server says BYE too many of you"},
		"goodbye in between":          {script{answers: map[string]string{"SEARCH": "* BYE going down\r\n"}}, "search: the server says BYE going down"},
		"silence at SEARCH":           {script{answers: map[string]string{"SEARCH": ""}}, "search: no answer in"},
		"silence at LOGOUT":           {script{answers: map[string]string{"LOGOUT": ""}}, "logout: no answer in"},
		"another's tag":               {script{answers: map[string]string{"NOOP": "m99 OK x\r\n"}}, "NOOP: the server answers another command"},
		"neither yes nor no":          {script{answers: map[string]string{"NOOP": "{tag} MAYBE x\r\n"}}, "NOOP: the answer of the server says neither OK nor NO"},
		"asks for more":               {script{answers: map[string]string{"NOOP": "+ go on\r\n"}}, "NOOP: the server asks for more where nothing is missing"},
		"too many found":              {script{answers: map[string]string{"SEARCH": "* SEARCH" + strings.Repeat(" 9", 200) + "\r\n{tag} OK x\r\n"}}, "search: the server finds too many messages"},
		"billions found":              {script{answers: map[string]string{"SEARCH": "* ESEARCH (TAG \"{tag}\") UID ALL 1:4294967295\r\n{tag} OK x\r\n"}}, "search: the server finds too many messages"},
		"found backwards":             {script{answers: map[string]string{"SEARCH": "* ESEARCH (TAG \"{tag}\") UID ALL 9:9,7:1\r\n{tag} OK x\r\n"}}, ""},
		"found no numbers":            {script{answers: map[string]string{"SEARCH": "* SEARCH 7 eight\r\n{tag} OK x\r\n"}}, "search: the server lists what is no number"},
		"many words":                  {script{answers: map[string]string{"CAPABILITY": "* CAPABILITY" + strings.Repeat(" X", 100_000) + "\r\n{tag} OK x\r\n"}}, ""},
		"no way to log in":            {script{greeting: "* OK [CAPABILITY LOGINDISABLED AUTH=X-OWN] x\r\n"}, "login: the server offers no way to log in"},
		"challenge that is no base64": {script{greeting: "* OK [CAPABILITY AUTH=CRAM-MD5 LOGINDISABLED] x\r\n", answers: map[string]string{"AUTHENTICATE": "+ ***\r\n"}}, "login: the challenge of the server is not base64"},
		"an answer of NULs":           {script{answers: map[string]string{"NOOP": "\x00\x00\r\n"}}, "NOOP: the server answers another command"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			if !strings.Contains(test.says, "no answer") {
				cancel() // these need no deadline to end
				ctx, cancel = context.WithTimeout(t.Context(), 25*time.Second)
			}
			defer cancel()
			var memory, after runtime.MemStats
			runtime.ReadMemStats(&memory)
			began := time.Now()
			got, err := visit(ctx, &test.script)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			switch {
			case test.says == "" && (err != nil || got != all):
				t.Errorf("found %s, %v; want %s", got, err, all)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
				t.Errorf("%v; want %q", err, test.says)
			}
			if took > 20*time.Second { // of a machine that does much else
				t.Errorf("it took %v", took)
			}
			if used := after.TotalAlloc - memory.TotalAlloc; used > 64<<20 {
				t.Errorf("it made %d MiB of memory, garbage included", used>>20)
			}
		})
	}
}

// The end of a run ends a read at once, whatever its deadline is.
func TestCancelEndsAReadAtOnce(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"CAPABILITY", "AUTHENTICATE", "EXAMINE", "NOOP", "SEARCH", "HEADER", "FETCH", "LOGOUT"} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &script{answers: map[string]string{verb: ""}}
		stop := time.AfterFunc(50*time.Millisecond, cancel)
		began := time.Now()
		_, err := visit(ctx, s)
		if err == nil || ctx.Err() == nil {
			t.Errorf("%s: %v; want an error that comes of the end", verb, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: it took %v", verb, took)
		}
		stop.Stop()
		cancel()
	}
}
