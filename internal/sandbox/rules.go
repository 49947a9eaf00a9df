package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mxprobe/internal/glob"

	"mxprobe/internal/spelling"
)

// The places of a Rule that are no commands.
const (
	onConnect   = "connect"
	onEndOfData = "end-of-data"
)

// maxCounted is how many different clients, senders and recipients a rule
// counts before it forgets them all; a sandbox may run for days.
const maxCounted = 100_000

// event is a moment at which the server has to say something.
type event struct {
	stage string // onConnect, onEndOfData, or empty for a command
	line  string // the command line without CR LF
	verb  string // in upper case
	body  []byte // the message that has ended
	rcpt  string // the recipient an end of data is answered for, if for one
	key   string // client, sender and recipients, as far as they are known
}

// ruleBook holds the rules of a server and how often they were used.
type ruleBook struct {
	rules []Rule
	mu    sync.Mutex
	used  []map[string]int // by rule and key
}

func newRuleBook(rules []Rule) *ruleBook {
	return &ruleBook{rules: rules, used: make([]map[string]int, len(rules))}
}

// pick returns the rule for an event, nil for the usual behaviour.
func (b *ruleBook) pick(e event) *Rule {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.rules {
		r := &b.rules[i]
		if !r.fits(e) {
			continue
		}
		if r.Times == 0 {
			return r
		}
		if b.used[i] == nil || len(b.used[i]) >= maxCounted {
			b.used[i] = make(map[string]int)
		}
		if b.used[i][e.key] < r.Times {
			b.used[i][e.key]++
			return r
		}
	}
	return nil
}

func (r *Rule) fits(e event) bool {
	switch {
	case r.Holds != "" && !bytes.Contains(bytes.ToLower(e.body), []byte(strings.ToLower(r.Holds))):
		return false
	case e.rcpt != "" && glob.Match(r.On, e.stage+" <"+e.rcpt+">"):
		return true
	case e.stage != "":
		return strings.EqualFold(r.On, e.stage)
	case strings.EqualFold(r.On, onConnect), strings.EqualFold(r.On, onEndOfData):
		return false
	case !strings.ContainsAny(r.On, " *?<:"):
		return strings.EqualFold(r.On, e.verb)
	case glob.Match(r.On, e.line):
		return true
	}
	// Parameters stand behind the path, which ends with the first bracket.
	i := strings.IndexByte(e.line, '>')
	return i >= 0 && glob.Match(r.On, e.line[:i+1])
}

// silent reports whether the rule takes the answer away.
func (r *Rule) silent() bool {
	return r.Reply == "" && r.Raw == "" && (r.Close || r.Reset || r.Hang)
}

// checkRule says what is wrong with a rule, nil for nothing.
func checkRule(r Rule) error {
	switch {
	case r.On == "":
		return errors.New("a rule needs a place (on)")
	case r.Reply != "" && r.Raw != "":
		return errors.New("a rule has either a reply or raw bytes")
	case r.Times < 0 || r.Split < 0 || r.Delay < 0 || r.Drip < 0 || r.ExtraDelay < 0:
		return errors.New("the numbers and times of a rule cannot be negative")
	case r.Holds != "" && !strings.HasPrefix(strings.ToLower(r.On), onEndOfData):
		return errors.New("only what answers the end of a message (on: end-of-data) can look at what it holds")
	case r.ExtraDelay > 0 && r.Extra == "":
		return errors.New("a delay for extra bytes without extra bytes")
	}
	ends := 0
	for _, end := range []bool{r.Close, r.Reset, r.Hang} {
		if end {
			ends++
		}
	}
	if ends > 1 {
		return errors.New("a rule has only one of close, reset and hang")
	}
	if err := checkOn(r.On); err != nil {
		return err
	}
	return checkReply(r.Reply)
}

// checkOn finds slips of the pen: a place that is never met would make a
// world behave well without a word.
func checkOn(on string) error {
	places := []string{
		onConnect, onEndOfData, "ehlo", "helo", "mail", "rcpt", "data", "rset", "noop",
		"quit", "vrfy", "expn", "help", "starttls", "auth", "bdat",
	}
	word := strings.ToLower(on)
	if strings.ContainsAny(on, " *?<:") || slices.Contains(places, word) {
		return nil
	}
	if near := spelling.Nearest(word, places); near != "" || strings.Contains(on, "-") {
		return fmt.Errorf("%q is not a place of a rule (%s)", on, orAllowed(word, places))
	}
	return nil
}

// checkReply holds a reply to the form of RFC 5321 section 4.2, because what
// breaks it is to be written as raw bytes, knowingly.
func checkReply(text string) error {
	if text == "" {
		return nil
	}
	lines := strings.Split(string(replyBytes(text)), "\r\n")
	lines = lines[:len(lines)-1]
	for i, line := range lines {
		if len(line) < 3 || !isCode(line[:3]) {
			return fmt.Errorf("%q has no reply code; write broken replies as raw bytes", line)
		}
		last := i == len(lines)-1
		switch {
		case line[:3] != lines[0][:3]:
			return fmt.Errorf("%q has another code than %q; write broken replies as raw bytes", line, lines[0])
		case last && len(line) > 3 && line[3] != ' ':
			return fmt.Errorf("%q is the last line and needs a blank after its code", line)
		case !last && (len(line) == 3 || line[3] != '-'):
			return fmt.Errorf("%q is not the last line and needs a hyphen after its code", line)
		case strings.ContainsAny(line, "\r\x00"):
			return fmt.Errorf("%q has a CR or NUL in it; write broken replies as raw bytes", line)
		}
	}
	return nil
}

func isCode(s string) bool {
	return len(s) == 3 && s[0] >= '1' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9'
}
