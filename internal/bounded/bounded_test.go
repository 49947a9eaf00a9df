package bounded

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// soon is how long what must not wait may take, with room for a busy machine.
const soon = 5 * time.Second

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLimit(t *testing.T) {
	t.Parallel()
	name := write(t, "12345")
	if b, err := ReadFile(t.Context(), name, 5); err != nil || string(b) != "12345" {
		t.Errorf("5 of 5 bytes: %q, %v", b, err)
	}
	b, err := ReadFile(t.Context(), name, 4)
	if size, ok := errors.AsType[*SizeError](err); !ok || size.Limit != 4 || b != nil {
		t.Errorf("5 of 4 bytes: %q, %v; want a *SizeError", b, err)
	}
	if _, err := ReadFile(t.Context(), name+"none", 4); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := ReadFile(t.Context(), filepath.Dir(name), 4); err == nil {
		t.Error("a folder was read")
	}
}

func TestSizeForPeople(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[int]string{5: "5 bytes", 64 << 10: "64 KiB", 25 << 20: "25 MiB"} {
		if got := Size(bytes); got != want {
			t.Errorf("Size(%d) = %q; want %q", bytes, got, want)
		}
	}
}

// A reader that never answers is left behind.
func TestReaderEndsWithItsContext(t *testing.T) {
	t.Parallel()
	silent, w := io.Pipe()
	defer w.Close() // lets go of the read that was left behind
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	r := Reader(ctx, io.MultiReader(strings.NewReader("begun"), silent))
	b := make([]byte, 100)
	if n, err := r.Read(b); err != nil || string(b[:n]) != "begun" {
		t.Fatalf("what is there: %q, %v", b[:n], err)
	}
	time.AfterFunc(time.Millisecond, func() { cancel(enough) })
	for range 2 {
		_, err := r.Read(b)
		if late, ok := errors.AsType[*LateError](err); !ok || !errors.Is(late, enough) {
			t.Fatalf("%v; want a *LateError for %v", err, enough)
		}
	}
}

func TestReaderIsTheReader(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789", 10_000)
	for name, r := range map[string]io.Reader{
		"at once":   strings.NewReader(text),
		"by bytes":  iotest.OneByteReader(strings.NewReader(text[:100])),
		"with data": iotest.DataErrReader(strings.NewReader(text)),
	} {
		want := text
		if name == "by bytes" {
			want = text[:100]
		}
		if got, err := io.ReadAll(Reader(t.Context(), r)); err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, %v; want %d", name, len(got), err, len(want))
		}
	}
}
