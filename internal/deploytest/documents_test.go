package deploytest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ofTheSource reports whether a link is to what only the source has: how the
// program is built, packaged and changed.
func ofTheSource(path string) bool {
	switch path {
	case "ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE", "action.yml", ".goreleaser.yaml",
		"bench/oneshot.sh", "deploy/Dockerfile", "deploy/github/run", "deploy/man", "deploy/nfpm.yaml", "deploy/package", "deploy/prepare", "deploy/tools/go.mod":
		return true
	}
	return false
}

// documentsAreLinked: what the installed documents lead to is installed, too,
// but for what only the source has; and there are scenarios to begin with.
func (i installed) documentsAreLinked(t *testing.T) {
	t.Helper()
	top := filepath.Join(i.root, "usr", "share", "doc", "mxprobe")
	link := regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	followed := 0
	for _, document := range strings.Fields(tool(t, "find", top, "-name", "*.md")) {
		for _, m := range link.FindAllStringSubmatch(read(t, document), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			followed++
			target := filepath.Join(filepath.Dir(document), m[1])
			rest, err := filepath.Rel(top, target)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(target); err != nil && !ofTheSource(rest) {
				t.Errorf("%s leads to %s, which is not in the package", document, m[1])
			}
		}
	}
	if followed < 60 {
		t.Errorf("%d links are followed; the test cannot read the documents", followed)
	}
	if _, err := os.Stat(filepath.Join(top, "examples", "rcpt.yaml")); err != nil {
		t.Error(err)
	}
}
