//go:build linux

package interop

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/bounce"
	"mxprobe/internal/interop/mta"
	"mxprobe/internal/letter"
)

// What Exim writes has a report, whose fields do not say why; its text does.
// Without the report it is a bounce in words.
func TestBounceOfExim(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for at := dir; at != filepath.Dir(os.TempDir()) && at != os.TempDir(); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const message = "From: sender@here.test\nTo: joe@gone.test\nSubject: x\nMessage-ID: <sent@here.test>\n\nhello\n"
	text, err := mta.EximBounce(dir, message, "550 5.2.2 mailbox is full", "joe@gone.test", "ann@gone.test")
	var missing *mta.MissingError
	switch {
	case errors.As(err, &missing) && os.Getenv("MXPROBE_INTEROP") != "require":
		t.Skipf("skipped: %v", missing)
	case err != nil:
		t.Fatal(err)
	}
	report, words, ok := strings.Cut(string(text), "Content-type: message/delivery-status")
	if !ok {
		t.Fatalf("Exim writes no report:\n%s", text)
	}
	_, words, _ = strings.Cut(words, "\n--")
	for form, written := range map[bounce.Form]string{
		bounce.Standard: string(text),
		bounce.Words:    report + "Content-type: text/x-nothing\n\n--" + words,
	} {
		r := bounce.Read(letter.Read([]byte(written)))
		if r == nil || r.Form != form || r.MessageID != "<sent@here.test>" || len(r.Recipients) != 2 {
			t.Errorf("%s: is %+v", form, r)
			continue
		}
		for i := range r.Recipients {
			if to := &r.Recipients[i]; to.Action != "failed" || !strings.HasSuffix(to.Final, "@gone.test") || !strings.Contains(to.Diagnostic, "mailbox is full") {
				t.Errorf("%s: a recipient is %+v", form, to)
			}
		}
	}
}
