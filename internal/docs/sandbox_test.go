package docs

import (
	"os"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
)

// The world that the document shows is one that can be served.
func TestSandboxDocumentShowsAWorld(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	_, world, _ := strings.Cut(string(text), "```\nauthentic:")
	world, _, ok := strings.Cut("authentic:"+world, "```")
	if !ok {
		t.Fatal("the document shows no world")
	}
	spec, err := sandbox.ParseSpec("sandbox.md", []byte(world))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sandbox.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}
