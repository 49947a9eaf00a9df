package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"mxprobe/internal/letter"
	"mxprobe/internal/pasted"
	"mxprobe/internal/report"
	"mxprobe/internal/report/formats"
	"mxprobe/probe/causes"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
)

func explainCommand() command {
	return command{
		name:      "explain",
		arguments: "REPLY|FILE...",
		summary:   "say what an answer of a mail server means, or what a message went through",
		examples: []string{
			"mxprobe explain '550 5.7.1 Client host rejected: cannot find your hostname'",
			"mxprobe explain --at MAIL '501 5.5.4 Invalid argument'",
			"mxprobe explain - -f jsonl < /var/log/mail.log",
			"mxprobe explain bounce.eml",
			"mxprobe explain message.eml --dns 192.0.2.53 -f html > way.html",
		},
		notes: []string{
			"A FILE is a message, a mailbox file, a Maildir or a folder of messages: of a",
			"bounce it says who did not get it, why, and what to do; of any message its way,",
			"hop by hop, and who checked it. With - a message may come on standard input.",
			"A REPLY may also be a line of the log of Postfix, Exim, Sendmail or qmail, or a",
			"Diagnostic-Code field. With - each line of standard input is one; the lines",
			"550-... 550 ... of one reply are taken together.",
			"Exit status: 0 all explained, as far as it is known; 2 bad call, or a text",
			"without a reply.",
		},
		bind: func(p *Program) ([]option, action) {
			e := &explainer{p: p, format: formats.Text}
			return e.options(), func(args []string) (int, error) { return e.explain(args) }
		},
	}
}

// explainer says what answers mean.
type explainer struct {
	p      *Program
	format string
	dns    []string
	at     string
	none   []string // where no reply was found
	missed int
	told   int // replies explained
}

func (e *explainer) options() []option {
	return []option{
		{
			name: "at", arg: "COMMAND", set: setStage(&e.at), group: groupDialogue,
			help: "what was answered: " + strings.Join(diagnosis.StageNames(), ", "),
		},
		{
			name: "format", short: "f", arg: "FORMAT", env: "MXPROBE_FORMAT", set: setChoice(&e.format, formats.Text, formats.JSON, formats.JSONL, formats.HTML),
			group: groupOutput, def: formats.Text, help: "text, json, jsonl (an object a reply or message), or html (messages alone)",
		},
		keysOption(&e.dns),
	}
}

// keysOption is --dns, where nothing is looked up without it.
func keysOption(servers *[]string) option {
	o := dnsOption(servers)
	o.env, o.def, o.help = "", "none: no key is looked up", "DNS server to ask for the keys of DKIM signatures; several allowed"
	return o
}

func setStage(dst *string) func(string) error {
	choose := setChoice(dst, diagnosis.StageNames()...)
	return func(value string) error {
		for _, name := range diagnosis.StageNames() {
			if strings.EqualFold(name, value) {
				value = name
			}
		}
		return choose(value)
	}
}

func (e *explainer) explain(args []string) (int, error) {
	if len(args) == 0 {
		return 0, usagef("no reply: mxprobe explain '550 5.7.1 ...', a file with a message, or - for standard input")
	}
	out := bufio.NewWriter(e.p.Stdout)
	err := e.each(out, args)
	if err != nil {
		return 0, err
	}
	if err := out.Flush(); err != nil {
		return 0, err
	}
	if e.missed == 0 {
		return ExitOK, nil
	}
	for _, text := range e.none {
		say(e.p.Stderr, "%s", text)
	}
	if more := e.missed - len(e.none); more > 0 {
		say(e.p.Stderr, "nothing found in %d further places", more)
	}
	return ExitUsage, nil
}

// each explains the arguments: files, standard input, or replies.
func (e *explainer) each(out io.Writer, args []string) error {
	if len(args) == 1 && args[0] == "-" {
		return e.standardInput(out)
	}
	if areFiles(args) {
		return e.files(out, args)
	}
	where := ""
	switch {
	case len(args) == 1 && !strings.ContainsAny(args[0], " \t"):
		where = "no such file, and "
	case slices.ContainsFunc(args[1:], hasBlank):
		for _, reply := range args {
			if err := e.one(out, reply, ""); err != nil {
				return err
			}
		}
		return nil
	}
	// A reply that was not quoted comes as several words.
	return e.one(out, strings.Join(args, " "), where)
}

// hasBlank reports whether an argument was quoted, and so is a text of its own.
func hasBlank(arg string) bool { return strings.ContainsAny(strings.TrimSpace(arg), " \t\r\n") }

// standardInput explains a message, a mailbox, or lines with replies.
func (e *explainer) standardInput(out io.Writer) error {
	in := bufio.NewReaderSize(e.p.Stdin, peeked)
	begin, err := in.Peek(peeked)
	if err == nil || errors.Is(err, io.EOF) {
		if letter.IsMbox(begin) || letter.IsMessage(begin) {
			l, err := e.newLetters(out)
			if err != nil {
				return err
			}
			if err := l.read(in, begin, ""); err != nil {
				return err
			}
			return l.end()
		}
	}
	return e.stream(out, in, "standard input")
}

// stream explains each reply of a text.
func (e *explainer) stream(out io.Writer, in io.Reader, name string) error {
	lines := newReplyLines(in)
	first := true
	for {
		text, number, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return usagef("reading %s: %s", shown(name), cause(err))
		}
		first = false
		if err := e.one(out, text, fmt.Sprintf("line %d: ", number)); err != nil {
			return err
		}
	}
	if first {
		return usagef("%s is empty: there is no reply in it", shown(name))
	}
	return nil
}

// shownMisses is how many places where nothing was found are shown.
const shownMisses = 5

// one explains one text; where it stands is said if it has no reply.
func (e *explainer) one(out io.Writer, text, where string) error {
	if e.format == formats.HTML {
		return usagef("--format html is for messages; a reply is text, json or jsonl")
	}
	found, ok := pasted.Find(text)
	if !ok {
		e.miss("%sno reply found in: %s", where, shown(text))
		return nil
	}
	if at, ok := diagnosis.ParseStage(e.at); ok {
		found.At = at
	}
	d := diagnosis.Diagnose(found.Seen)
	if e.format != formats.Text {
		return writeExplained(out, &found, &d)
	}
	if e.told++; e.told > 1 {
		if _, err := io.WriteString(out, "\n"); err != nil {
			return err
		}
	}
	return e.text(out, &found, &d)
}

// miss remembers where nothing was found.
func (e *explainer) miss(format string, args ...any) {
	if e.missed++; len(e.none) < shownMisses {
		e.none = append(e.none, fmt.Sprintf(format, args...))
	}
}

// explained is the object of a reply in JSON Lines.
type explained struct {
	Reply     string `json:"reply"`
	At        string `json:"at,omitempty"`
	Code      int    `json:"code"`
	Enhanced  string `json:"enhanced"`
	Cause     string `json:"cause"`
	Whose     string `json:"whose"`
	Temporary bool   `json:"temporary"`
	Hint      string `json:"hint"`
	Source    string `json:"source"`
}

func writeExplained(out io.Writer, found *pasted.Answer, d *diagnosis.Diagnosis) error {
	to := json.NewEncoder(out)
	to.SetEscapeHTML(false)
	return to.Encode(explained{
		Reply: result.PrintableString(found.Reply), At: found.At.String(), Code: found.Code, Enhanced: d.Enhanced,
		Cause: d.Cause.String(), Whose: d.Whose.String(), Temporary: d.Temporary, Hint: d.Advice, Source: d.Source,
	})
}

// text writes what a reply means for people.
func (e *explainer) text(out io.Writer, found *pasted.Answer, d *diagnosis.Diagnosis) error {
	const indent = "        "
	width := columns(e.p.Stdout)
	row := func(name, value string) {
		if value != "" && width > 0 {
			value = strings.Join(report.Wrap(value, width-len(indent)), "\n"+indent)
		}
		if value != "" {
			fmt.Fprintf(out, "%-7s %s\n", name, value)
		}
	}
	fmt.Fprintln(out, result.PrintableString(found.Reply))
	if found.Code != 0 && found.Code < 400 {
		row("cause", "none: the server agreed, there is nothing to explain")
		return nil
	}
	row("cause", d.Cause.String())
	row("whose", whoseWords(d))
	if d.Cause == causes.Unknown {
		row("do", "nothing is known of this reply; the log of the server says which rule it comes from")
		return nil
	}
	row("means", d.Cause.Means())
	row("do", d.Cause.Next())
	row("source", d.Source)
	return nil
}

// whoseWords says whose matter it is and whether it may pass.
func whoseWords(d *diagnosis.Diagnosis) string {
	whose := d.Whose.String()
	switch {
	case d.Cause == causes.Unknown && !d.Temporary:
		return "unknown"
	case d.Temporary:
		return whose + "; temporary: the same may succeed later"
	}
	return whose + "; permanent: the same will not succeed later"
}
