package deploytest

import (
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func goreleaser(t *testing.T) map[string]any {
	t.Helper()
	return documents(t, read(t, filepath.Join(root(t), ".goreleaser.yaml")))[0]
}

func TestReleases(t *testing.T) {
	t.Parallel()
	doc := goreleaser(t)
	build := at(t, doc, "builds", 0)
	if got, want := words(t, at(t, build, "goos")), []string{"linux", "darwin", "windows", "freebsd"}; !slices.Equal(got, want) {
		t.Errorf("goos = %q; want %q", got, want)
	}
	if got, want := words(t, at(t, build, "goarch")), []string{"amd64", "arm64"}; !slices.Equal(got, want) {
		t.Errorf("goarch = %q; want %q", got, want)
	}
	if !slices.Contains(words(t, at(t, build, "env")), "CGO_ENABLED=0") {
		t.Errorf("the build has cgo")
	}
	other := at(t, doc, "builds", 1)
	if at(t, other, "main") != mxprobeFleet {
		t.Errorf("the other program is made of %s", at(t, other, "main"))
	}
	for _, key := range []string{"env", "goos", "goarch", "flags", "ldflags", "mod_timestamp"} {
		if diff := cmp.Diff(at(t, build, key), at(t, other, key)); diff != "" {
			t.Errorf("the two programs are built with another %s:\n%s", key, diff)
		}
	}
	follows(t, "goreleaser.json", doc, func() { build.(map[string]any)["ldflag"] = "-s" })
}

// TestReleasedPackagesAreThoseOfNfpm: GoReleaser cannot read another file.
func TestReleasedPackagesAreThoseOfNfpm(t *testing.T) {
	t.Parallel()
	nfpm := documents(t, read(t, deployed(t, "nfpm.yaml")))[0]
	released, ok := at(t, goreleaser(t), "nfpms", 0).(map[string]any)
	if !ok {
		t.Fatal("no packages are released")
	}
	for _, key := range []string{"section", "priority", "maintainer", "description", "license", "recommends"} {
		if diff := cmp.Diff(at(t, nfpm, key), at(t, released, key)); diff != "" {
			t.Errorf("%s (-nfpm.yaml +.goreleaser.yaml):\n%s", key, diff)
		}
	}
	// The programs themselves come from the builds there.
	contents, ok := at(t, nfpm, "contents").([]any)
	if !ok || at(t, contents, 0, "dst") != "/usr/bin/mxprobe" || at(t, released, "bindir") != "/usr/bin" {
		t.Fatal("the first content is not the program")
	}
	if at(t, contents, 1, "dst") != "/usr/bin/mxprobe-fleet" {
		t.Fatal("the second content is not the other program")
	}
	if diff := cmp.Diff(contents[2:], at(t, released, "contents")); diff != "" {
		t.Errorf("contents (-nfpm.yaml +.goreleaser.yaml):\n%s", diff)
	}
}

// TestEveryBuildIsTheSame: the tags halve the start-up time, and a build with
// cgo would need a C library.
func TestEveryBuildIsTheSame(t *testing.T) {
	t.Parallel()
	tags := regexp.MustCompile(`-tags[ =]urfave_cli_no_docs,urfave_cli_no_suggest,nethttpomithttp2\b`)
	for _, path := range []string{
		filepath.Join(root(t), "action.yml"), filepath.Join(root(t), ".goreleaser.yaml"), filepath.Join(root(t), "README.md"),
		deployed(t, "Dockerfile"), deployed(t, "package"),
	} {
		text := read(t, path)
		for what, re := range map[string]*regexp.Regexp{
			"the tags": tags, "-trimpath": regexp.MustCompile(`-trimpath\b`), "CGO_ENABLED=0": regexp.MustCompile(`CGO_ENABLED(=|: ')0`),
			"-s -w": regexp.MustCompile(`-s -w\b`),
		} {
			if !re.MatchString(text) {
				t.Errorf("%s builds without %s", path, what)
			}
		}
	}
}
