package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/dkim"
	"mxprobe/internal/letter"
	"mxprobe/internal/pasted"
	"mxprobe/internal/report/formats"
	"mxprobe/internal/report/message"
	"mxprobe/probe/diagnosis"
)

// letters explains messages.
type letters struct {
	e      *explainer
	out    io.Writer
	lookup dkim.Lookup // nil where no key is looked up
	ctx    context.Context
	many   bool
	count  int
	page   []*message.Message // kept for a page
}

// maxOnPage bounds how many messages a page shows.
const maxOnPage = 500

// areFiles reports whether all arguments name files or folders, so that they
// are messages and not the words of a reply.
func areFiles(args []string) bool {
	for _, arg := range args {
		if _, err := os.Stat(arg); err != nil {
			return false
		}
	}
	return true
}

// files explains what is in files and folders: messages, mailboxes, or lines
// with replies.
func (e *explainer) files(out io.Writer, args []string) error {
	l, err := e.newLetters(out)
	if err != nil {
		return err
	}
	l.many = len(args) > 1
	for _, arg := range args {
		if err := l.path(arg); err != nil {
			return err
		}
	}
	return l.end()
}

func (e *explainer) newLetters(out io.Writer) (*letters, error) {
	l := &letters{e: e, out: out, ctx: context.Background()}
	if len(e.dns) == 0 {
		return l, nil
	}
	resolver, err := newResolver(e.dns, false)
	if err != nil {
		return nil, err
	}
	l.lookup = keys(resolver)
	return l, nil
}

// keys looks keys of DKIM up.
func keys(r *dnsmx.Resolver) dkim.Lookup {
	return func(ctx context.Context, name string) ([]string, error) {
		found, err := r.TXT(ctx, name)
		var failed *dnsmx.Error
		if errors.As(err, &failed) && (failed.Kind == dnsmx.NoName || failed.Kind == dnsmx.NoData) {
			return nil, nil
		}
		return found.Records, err
	}
}

// path explains a file, or what is in a folder.
func (l *letters) path(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return usagef("%s: %s", shown(path), cause(err))
	}
	if !info.IsDir() {
		return l.file(path, false)
	}
	l.many = true
	folders := []string{path}
	if isMaildir(path) {
		folders = []string{filepath.Join(path, "new"), filepath.Join(path, "cur")}
	}
	found := false
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return usagef("%s: %s", shown(path), cause(err))
			case entry.IsDir() && path != folder:
				return fs.SkipDir
			case !entry.Type().IsRegular():
				return nil
			}
			found = true
			return l.file(path, true)
		})
		if err != nil {
			return err
		}
	}
	if !found {
		return usagef("%s: there is no message in the folder", shown(path))
	}
	return nil
}

// isMaildir reports whether a folder has the parts of a Maildir.
func isMaildir(path string) bool {
	for _, part := range [...]string{"new", "cur"} {
		if info, err := os.Stat(filepath.Join(path, part)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// file explains a file. One of a folder is a message, if anything.
func (l *letters) file(path string, ofFolder bool) error {
	f, err := os.Open(path)
	if err != nil {
		return usagef("%s: %s", shown(path), cause(err))
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, peeked)
	begin, err := in.Peek(peeked)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return usagef("%s: %s", shown(path), cause(err))
	case letter.IsMbox(begin) || letter.IsMessage(begin) || ofFolder && letter.BeginsWithField(begin):
		return l.read(in, begin, path)
	case ofFolder:
		l.e.miss("%s is no message", shown(path))
		return nil
	}
	return l.e.stream(l.out, in, path)
}

// peeked is how much of a stream is looked at to see what it is.
const peeked = 64 << 10

// read explains one message, or those of a mailbox file.
func (l *letters) read(in io.Reader, begin []byte, name string) error {
	if !letter.IsMbox(begin) {
		raw, err := io.ReadAll(io.LimitReader(in, letter.MaxMessage))
		if err != nil {
			return usagef("%s: %s", shown(name), cause(err))
		}
		return l.message(raw, name)
	}
	var last []byte
	n := 0
	for raw, err := range letter.Mbox(in) {
		if err != nil {
			return usagef("%s: %s", shown(name), cause(err))
		}
		if n++; n == 1 {
			last = raw
			continue
		}
		if n == 2 {
			l.many = true
			if err := l.message(last, numbered(name, 1)); err != nil {
				return err
			}
		}
		if err := l.message(raw, numbered(name, n)); err != nil {
			return err
		}
	}
	if n == 1 {
		return l.message(last, name)
	}
	return nil
}

func numbered(name string, n int) string {
	if name == "" {
		name = "-"
	}
	return name + ":" + strconv.Itoa(n)
}

// message explains one message.
func (l *letters) message(raw []byte, name string) error {
	var signatures []dkim.Result
	if l.lookup != nil {
		ctx, cancel := context.WithTimeout(l.ctx, maxKeyTime)
		signatures = dkim.Verify(ctx, raw, l.lookup, time.Now())
		cancel()
		if signatures == nil {
			signatures = []dkim.Result{}
		}
	}
	m := message.Make(name, raw, meaning, signatures)
	l.count++
	switch {
	case l.e.format == formats.HTML:
		if len(l.page) < maxOnPage {
			l.page = append(l.page, m)
		}
		return nil
	case l.e.format == formats.JSON && l.many:
		if _, err := io.WriteString(l.out, map[bool]string{true: "[\n", false: ",\n"}[l.count == 1]); err != nil {
			return err
		}
		return m.WriteJSON(l.out, true)
	case l.e.format == formats.JSON:
		return m.WriteJSON(l.out, true)
	case l.e.format == formats.JSONL:
		return m.WriteJSON(l.out, false)
	case l.many:
		return m.WriteLine(l.out)
	}
	return m.WriteText(l.out, columns(l.e.p.Stdout))
}

// maxKeyTime bounds the look-ups for one message.
const maxKeyTime = 20 * time.Second

// end writes what comes last.
func (l *letters) end() error {
	switch {
	case l.e.format == formats.HTML && l.count > 0:
		return message.WriteHTML(l.out, l.page)
	case l.e.format == formats.JSON && l.many && l.count > 0:
		_, err := io.WriteString(l.out, "]\n")
		return err
	}
	return nil
}

// meaning looks up what the status and the diagnostic text of a recipient
// mean.
func meaning(status, diagnostic string) message.Meaning {
	seen := diagnosis.Seen{Lines: []string{diagnostic}}
	reply := ""
	if found, ok := pasted.Find(diagnostic); ok {
		seen, reply = found.Seen, found.Reply
	}
	if !strings.HasSuffix(status, ".0.0") && seen.Enhanced == "" {
		seen.Enhanced = status
	}
	d := diagnosis.Diagnose(seen)
	return message.Meaning{Reply: reply, Cause: d.Cause.String(), Whose: d.Whose.String(), Temporary: d.Temporary, Hint: d.Advice}
}
