package deploytest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// stages has BuildKit's parser and checks read a Dockerfile, and returns the
// instructions of each stage by its name.
func stages(t *testing.T, text string) (map[string][]string, string) {
	t.Helper()
	cmd := foreign.Command(t, foreign.Program(t, "deploy", "dockerfile"))
	cmd.Stdin = strings.NewReader(text)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if status(t, err) == 0 != (complaints.Len() == 0) {
		t.Errorf("%v, and says %q", err, complaints.String())
	}
	all, name := map[string][]string{}, ""
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, " \n")
		if m := regexp.MustCompile(`^FROM (\S+) AS ?(\S*)$`).FindStringSubmatch(line); m != nil {
			name = m[2]
			line = "FROM " + m[1]
		}
		all[name] = append(all[name], line)
	}
	return all, complaints.String()
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	text := read(t, deployed(t, "Dockerfile"))
	all, complaints := stages(t, text)
	if complaints != "" || len(all) != 5 {
		t.Errorf("%d stages; %s", len(all), complaints)
	}
	image := all[""] // the last one, without a name
	for _, want := range []string{"FROM scratch", "USER 65532:65532", `ENTRYPOINT ["/usr/bin/mxprobe"]`} {
		if !slices.Contains(image, want) {
			t.Errorf("the image lacks %q:\n%s", want, strings.Join(image, "\n"))
		}
	}
	if fleet := all["fleet"]; !slices.Contains(fleet, "USER 65532:65532") || !slices.Contains(fleet, `ENTRYPOINT ["/usr/bin/mxprobe-fleet"]`) {
		t.Errorf("the image of a worker is\n%s", strings.Join(fleet, "\n"))
	}
	if last := strings.LastIndex(text, "\nFROM "); !strings.HasPrefix(text[last:], "\nFROM scratch\n") {
		t.Error("the last stage, which is built where none is named, is not that from scratch")
	}
	// The version of Go is the module's.
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, filepath.Join(root(t), "go.mod")))
	if version == nil || !strings.Contains(text, "\nARG GO="+version[1]+"\n") {
		t.Errorf("the Dockerfile has another version of Go than %q", version)
	}
	// It would find something.
	if _, complaints := stages(t, strings.Replace(text, "USER", "USERS", 1)); complaints == "" {
		t.Error("an instruction that is not known passes")
	}
}

// TestImage builds as the Dockerfile says, in a copy of the tree without what
// .dockerignore names, and runs the program in what becomes the image.
func TestImage(t *testing.T) {
	t.Parallel()
	if testing.Short() || os.Geteuid() != 0 {
		t.Skip("builds the program, and needs root for chroot")
	}
	all, _ := stages(t, read(t, deployed(t, "Dockerfile")))
	src, image := buildContext(t), t.TempDir()
	out := filepath.Join(t.TempDir(), "mxprobe")
	for _, line := range all["build"] {
		if command, ok := strings.CutPrefix(line, "RUN "); ok {
			cmd := foreign.Command(t, "/bin/sh", "-c", strings.ReplaceAll(command, "/out/mxprobe", out))
			cmd.Dir = src
			cmd.Env = append(os.Environ(), "VERSION=v1.2.3", "TARGETOS=linux", "TARGETARCH=")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", command, err, text)
			}
		}
	}
	for _, line := range all[""] {
		m := regexp.MustCompile(`^COPY (?:--from=build )?(\S+) (\S+)$`).FindStringSubmatch(line)
		switch {
		case m == nil:
		case m[1] == "/out/mxprobe":
			install(t, out, filepath.Join(image, m[2]))
		case filepath.IsAbs(m[1]): // of the image of Go, which is a Debian as well
			install(t, m[1], filepath.Join(image, m[2]))
		default:
			install(t, filepath.Join(src, m[1]), filepath.Join(image, m[2]))
		}
	}
	for _, args := range [][]string{{"version"}, {"demo"}} {
		args = append([]string{"--userspec=65532:65532", image, "/usr/bin/mxprobe"}, args...)
		text, err := foreign.Command(t, "chroot", args...).CombinedOutput()
		if err != nil || len(text) == 0 {
			t.Errorf("%q: %v\n%s", args, err, text)
		}
	}
}

// buildContext copies the tree as docker build sends it, and checks that
// nothing is in it that the image is not built from.
func buildContext(t *testing.T) string {
	t.Helper()
	var names, patterns []string
	for line := range strings.Lines(read(t, filepath.Join(root(t), ".dockerignore"))) {
		switch line = strings.TrimSpace(line); {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "**/"):
			patterns = append(patterns, line[len("**/"):])
		default:
			names = append(names, line)
		}
	}
	src, files := t.TempDir(), 0
	err := filepath.WalkDir(root(t), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root(t), path)
		if err != nil {
			return err
		}
		ignored := slices.Contains(names, rel) || slices.ContainsFunc(patterns, func(p string) bool {
			ok, _ := filepath.Match(p, filepath.Base(rel))
			return ok
		})
		switch {
		case ignored && entry.IsDir():
			return fs.SkipDir
		case ignored || entry.IsDir():
			return nil
		}
		files++
		install(t, path, filepath.Join(src, rel))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(src, ".git")); err == nil || files < 100 {
		t.Errorf("%d files in the build context, history: %v", files, err == nil)
	}
	return src
}

// install copies a file to a path whose directories are made.
func install(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, []byte(read(t, from)), 0o755); err != nil {
		t.Fatal(err)
	}
}
