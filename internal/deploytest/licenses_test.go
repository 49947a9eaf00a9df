package deploytest

import (
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

var update = flag.Bool("update", false, "write THIRD_PARTY_LICENSES again")

const buildTags = "urfave_cli_no_docs,urfave_cli_no_suggest,nethttpomithttp2"

// The programs of this module, as go list has them.
const (
	mxprobe      = "."
	mxprobeFleet = "./cmd/mxprobe-fleet"
)

// modules returns where the modules are of which something is linked into the
// programs on any of the systems that they are released for, by their paths.
func modules(t *testing.T, programs ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, goos := range words(t, at(t, goreleaser(t), "builds", 0, "goos")) {
		cmd := foreign.Command(t, "go", "list", "-deps", "-tags", buildTags, "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}")
		cmd.Args = append(cmd.Args, programs...)
		cmd.Dir, cmd.Env = root(t), append(os.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list for %s: %v", goos, err)
		}
		for line := range strings.Lines(string(out)) {
			if path, dir, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
				found[path] = dir
			}
		}
	}
	return found
}

// licenses is the text of THIRD_PARTY_LICENSES.
func licenses(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Of these libraries something is linked into mxprobe or mxprobe-fleet. Their own licence is in the file LICENSE.\n")
	all := modules(t, mxprobe, mxprobeFleet)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		writeLicense(t, &b, path, all[path])
	}
	writeLicense(t, &b, "The standard library of Go", strings.TrimSpace(tool(t, "go", "env", "GOROOT")))
	return b.String()
}

// writeLicense adds the files that say under which conditions a library may be
// passed on.
func writeLicense(t *testing.T, b *strings.Builder, name, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	wanted, found := regexp.MustCompile(`^(?i:licen[cs]e|copying|copyright|notice)(\.(txt|md))?$`), false
	for _, e := range entries {
		if wanted.MatchString(e.Name()) {
			found = true
			text := strings.ReplaceAll(read(t, filepath.Join(dir, e.Name())), "\r\n", "\n")
			fmt.Fprintf(b, "\n%s\n%s (%s)\n%[1]s\n\n%[4]s\n", strings.Repeat("=", 80), name, e.Name(), strings.TrimRight(text, "\n"))
		}
	}
	if !found {
		t.Errorf("%s has no licence in %s", name, dir)
	}
}

// TestThirdPartyLicenses: every library that is linked is named with its
// licence, and no other is.
func TestThirdPartyLicenses(t *testing.T) {
	t.Parallel()
	path, want := filepath.Join(root(t), "THIRD_PARTY_LICENSES"), licenses(t)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got := read(t, path); got != want {
		t.Errorf("%s is not what is linked: go test ./internal/deploytest -run TestThirdPartyLicenses -update, and read the difference", path)
	}
}

// TestOnlyTheFleetLinksNATS: who has one machine pays nothing for a fleet.
func TestOnlyTheFleetLinksNATS(t *testing.T) {
	t.Parallel()
	fleet := modules(t, mxprobeFleet)
	if fleet["github.com/nats-io/nats.go"] == "" {
		t.Error("mxprobe-fleet does not link github.com/nats-io/nats.go, so that this test sees nothing")
	}
	for path := range modules(t, mxprobe) {
		if strings.HasPrefix(path, "github.com/nats-io/") || path == "github.com/klauspost/compress" {
			t.Errorf("mxprobe links %s", path)
		}
	}
	for path := range fleet {
		if path == "github.com/nats-io/nats-server/v2" {
			t.Errorf("mxprobe-fleet links %s, which is for tests", path)
		}
	}
}

// TestBillOfMaterials: the list that is released with a program has what the
// program says it is made of, and each part has its licence.
func TestBillOfMaterials(t *testing.T) {
	t.Parallel()
	dir, generator := t.TempDir(), foreign.Program(t, "deploy", "cyclonedx-gomod")
	program, document := filepath.Join(dir, "mxprobe"), filepath.Join(dir, "mxprobe.cdx.json")
	tool(t, filepath.Join(root(t), ".ci", "build"), program)
	values := strings.NewReplacer("$artifact", program, "$document", document, "{{ .Version }}", "1.2.3")
	var args []string
	for _, arg := range words(t, at(t, goreleaser(t), "sboms", 0, "args")) {
		args = append(args, values.Replace(arg))
	}
	tool(t, generator, args...)
	var bom struct {
		BOMFormat  string
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal([]byte(read(t, document)), &bom); err != nil || bom.BOMFormat != "CycloneDX" {
		t.Fatalf("the format is %q: %v", bom.BOMFormat, err)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, m := range info.Deps {
		want = append(want, m.Path+" "+m.Version)
	}
	texts := read(t, filepath.Join(root(t), "THIRD_PARTY_LICENSES"))
	for _, c := range bom.Components {
		got = append(got, c.Name+" "+c.Version)
		if !strings.Contains(texts, "\n"+c.Name+" (") {
			t.Errorf("%s has no licence in THIRD_PARTY_LICENSES", c.Name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) < 5 || !slices.Equal(got, want) {
		t.Errorf("the list has %q; want %q", got, want)
	}
}

// TestTwoBuildsAreTheSame: the same sources make the same bytes, wherever they
// lie. The cache is that of the machine: where a build holds a path, it makes
// nothing that another could use.
func TestTwoBuildsAreTheSame(t *testing.T) {
	t.Parallel()
	var built []string
	for _, place := range []string{"a", "another/and deeper"} {
		dir := filepath.Join(t.TempDir(), place)
		if err := os.CopyFS(dir, os.DirFS(root(t))); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "mxprobe")
		tool(t, filepath.Join(dir, ".ci", "build"), out)
		built = append(built, read(t, out))
	}
	if built[0] != built[1] {
		t.Error("two builds from two folders are not the same")
	}
	if strings.Contains(built[0], "another/and deeper") || strings.Contains(built[0], t.TempDir()) {
		t.Error("the program holds a path of the machine that built it")
	}
}
