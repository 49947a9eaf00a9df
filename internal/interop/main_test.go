//go:build linux

package interop

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/interop/mta"
)

// theWorld is set by TestMain before any test runs, and never changes.
var theWorld *world

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	w, done, err := makeWorld()
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		return 1
	}
	defer done()
	// A test run that is told to end takes its servers with it.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		done()
		os.Exit(1)
	}()
	theWorld = w
	return m.Run()
}

// buildProgram builds mxprobe once, as it is shipped.
var buildProgram = sync.OnceValues(func() (string, error) {
	path := filepath.Join(theWorld.dir, "mxprobe")
	build := exec.Command("go", "build", "-tags", "urfave_cli_no_docs,urfave_cli_no_suggest,nethttpomithttp2", "-o", path, "mxprobe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// mailbox is a server that delivers to a file.
type mailbox func() (*mta.Process, error)

// awaitMail waits until the server has delivered a message with the mark and
// all the texts in it, and returns it. Delivery happens after the 250, and a
// message may be seen while it is being written.
func awaitMail(t *testing.T, p *mta.Process, mark string, texts ...string) string {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		mail, err := p.Mailbox()
		if err != nil {
			t.Fatal(err)
		}
		message := marked(mail, mark)
		missing := lacking(message, append([]string{mark}, texts...))
		if len(missing) == 0 {
			return message
		}
		if time.Now().After(deadline) {
			t.Fatalf("the message with %q lacks %q:\n%s", mark, missing, message)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// marked returns the message of an mbox file that has the mark in it.
func marked(mail, mark string) string {
	for message := range strings.SplitSeq("\n"+mail, "\nFrom ") {
		if strings.Contains(message, mark) {
			return message
		}
	}
	return ""
}

// lacking returns those of the texts that are not in the message.
func lacking(message string, texts []string) []string {
	return slices.DeleteFunc(texts, func(text string) bool { return strings.Contains(message, text) })
}
