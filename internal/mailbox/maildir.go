package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// OpenMaildir opens a Maildir: a folder with the folders new and cur. What is
// in it already is passed over. Links are not followed. The error wraps
// ErrFinal where there is no such folder.
//
// Of a folder named beside it, and of that for spam, what comes is shown too
// (Maildir++: folders whose names begin with a dot).
func OpenMaildir(folder string, look Look) (Box, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, final(fmt.Errorf("%s: %w", folder, cause(err)))
	}
	m := &maildir{folder: folder, look: look, root: root, seen: make(map[string]bool), folders: []string{""}}
	if look.Folder != "" {
		m.folders = append(m.folders, look.Folder)
	}
	m.addJunk()
	if err := m.begin(); err != nil {
		_ = root.Close()
		return nil, final(err)
	}
	return m, nil
}

// begin takes down what is there already.
func (m *maildir) begin() error {
	is := false
	for _, sub := range m.subs() {
		info, err := m.root.Lstat(sub)
		is = is || err == nil && info.IsDir()
		names, err := m.names(sub)
		if err != nil {
			return err
		}
		for _, name := range names {
			m.seen[uniqueName(name)] = !m.look.Marked
		}
	}
	if !is {
		return fmt.Errorf("%s is not a Maildir: it has neither new nor cur", m.folder)
	}
	return nil
}

// addJunk adds the folder for spam, if there is one.
func (m *maildir) addJunk() {
	for _, name := range []string{"Junk", "Spam", "INBOX.Junk", "INBOX.Spam"} {
		if info, err := m.root.Lstat(within(name, "new")); err == nil && info.IsDir() && !slices.Contains(m.folders, name) {
			m.folders = append(m.folders, name)
		}
	}
}

// within is the path of one of the three parts of a folder.
func within(folder, part string) string {
	if folder == "" {
		return part
	}
	return path.Join("."+strings.ReplaceAll(folder, "/", "."), part)
}

// subs are the directories of messages. What is being delivered is in tmp and
// not looked at.
func (m *maildir) subs() []string {
	var out []string
	for _, folder := range m.folders {
		out = append(out, within(folder, "new"), within(folder, "cur"))
	}
	return out
}

type maildir struct {
	folder string
	look   Look
	root   *os.Root
	// folders are those that are looked into; the first is the Maildir itself.
	folders []string
	seen    map[string]bool // by unique name
	read    int
}

// maxEntries bounds the files of a Maildir.
const maxEntries = 1_000_000

// Next implements Box. A message moves from new to cur, and its name gets
// flags, while it is looked for: what is gone now is found the next time.
func (m *maildir) Next(ctx context.Context) ([]Message, error) {
	var out []Message
	for _, sub := range m.subs() {
		names, err := m.names(sub)
		if err != nil {
			return out, err
		}
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return out, err
			}
			msg, ok, err := m.inspect(sub, name)
			if err != nil {
				return out, err
			}
			if ok {
				out = append(out, msg)
			}
		}
	}
	return out, nil
}

func (m *maildir) names(sub string) ([]string, error) {
	dir, err := m.root.Open(sub)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, m.wrap(sub, err)
	}
	defer func() { _ = dir.Close() }()
	names, err := dir.Readdirnames(maxEntries)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, m.wrap(sub, err)
	}
	if len(names) == maxEntries {
		return nil, final(fmt.Errorf("%s has more than %d files", filepath.Join(m.folder, sub), maxEntries))
	}
	return names, nil
}

// inspect reads one file that was not looked at before.
func (m *maildir) inspect(sub, name string) (Message, bool, error) {
	unique := uniqueName(name)
	if m.seen[unique] || strings.HasPrefix(name, ".") {
		return Message{}, false, nil
	}
	place := path.Join(sub, name)
	info, err := m.root.Lstat(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Message{}, false, nil
	case err != nil:
		return Message{}, false, m.wrap(place, err)
	case !info.Mode().IsRegular():
		m.seen[unique] = true
		return Message{}, false, nil
	}
	if m.read++; m.read > m.look.most() {
		return Message{}, false, m.look.flooded()
	}
	raw, err := m.content(place, maxMessage)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Message{}, false, nil
	case err != nil:
		return Message{}, false, m.wrap(place, err)
	}
	m.seen[unique] = true
	msg := Parse(raw)
	msg.Place, msg.id = filepath.Join(m.folder, sub, name), unique
	msg.Folder = m.folders[slices.IndexFunc(m.folders, func(f string) bool { return path.Dir(within(f, "new")) == path.Dir(sub) })]
	return msg, m.look.shows(&msg), nil
}

func (m *maildir) content(place string, most int) ([]byte, error) {
	file, err := m.root.OpenFile(place, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, int64(most)))
}

// Read implements Box.
func (m *maildir) Read(_ context.Context, msg *Message, most int) ([]byte, error) {
	place, err := m.find(msg)
	if err != nil {
		return nil, err
	}
	raw, err := m.content(place, most)
	return raw, m.wrap(place, err)
}

// Delete implements Box.
func (m *maildir) Delete(_ context.Context, messages ...*Message) error {
	for _, msg := range messages {
		place, err := m.find(msg)
		if err == nil {
			err = m.wrap(place, m.root.Remove(place))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// find returns where a message is now: readers move it, and set flags.
func (m *maildir) find(msg *Message) (string, error) {
	for _, sub := range m.subs() {
		names, err := m.names(sub)
		if err != nil {
			return "", err
		}
		for _, name := range names {
			if uniqueName(name) == msg.id {
				return path.Join(sub, name), nil
			}
		}
	}
	return "", ErrGone
}

// Close implements Box.
func (m *maildir) Close() error { return m.root.Close() }

func (m *maildir) wrap(place string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", filepath.Join(m.folder, filepath.FromSlash(place)), cause(err))
}

// cause leaves out the path that the os package puts before an error: the
// whole path stands there already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// uniqueName is what stays of a file name when flags are set.
func uniqueName(name string) string {
	unique, _, _ := strings.Cut(name, ":")
	return unique
}
