//go:build linux

package interop

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
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
	build := exec.Command("go", "build", "-tags", "urfave_cli_no_docs", "-o", path, "mxprobe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// mailbox is a server that delivers to a file.
type mailbox func() (*mta.Process, error)

// awaitMail waits until the server has delivered a message with the mark in
// it, and wants the text in that message. Delivery happens after the 250.
func awaitMail(t *testing.T, p *mta.Process, mark string, texts ...string) string {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		mail, err := p.Mailbox()
		if err != nil {
			t.Fatal(err)
		}
		for _, message := range strings.Split("\n"+mail, "\nFrom ")[1:] {
			if !strings.Contains(message, mark) {
				continue
			}
			for _, text := range texts {
				if !strings.Contains(message, text) {
					t.Errorf("the delivered message lacks %q:\n%s", text, message)
				}
			}
			return message
		}
		if time.Now().After(deadline) {
			t.Fatalf("no message with %q was delivered; mailbox:\n%s", mark, mail)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
