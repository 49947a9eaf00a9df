package deploytest

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// installed is a package, put into a root directory of its own.
type installed struct {
	root, plugin, zsh string
	systemd           bool
}

// TestPackages builds the packages and installs each into a root directory
// of its own, with the tool of its distribution where this machine has it.
func TestPackages(t *testing.T) {
	t.Parallel()
	if testing.Short() || runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("builds the program, and only root can install")
	}
	nfpm, out := foreign.Program(t, "deploy", "nfpm"), t.TempDir()
	cmd := foreign.Command(t, deployed(t, "package"), out)
	cmd.Env = append(os.Environ(), "NFPM="+nfpm, "VERSION=v1.2.3", "GOARCH="+runtime.GOARCH)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for name, install := range map[string]func(*testing.T, string) installed{"deb": installDeb, "rpm": installRPM, "apk": unpackAPK} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := filepath.Glob(filepath.Join(out, "mxprobe?1.2.3*."+name))
			if err != nil || len(files) != 1 {
				t.Fatalf("packages: %q", files)
			}
			i := install(t, files[0])
			i.hasItsFiles(t)
			i.runs(t)
			i.canBeRead(t)
			i.documentsAreLinked(t)
		})
	}
}

// TestPackageVersion: what one of the three systems cannot sort is refused
// before anything is built.
func TestPackageVersion(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"1.2.3", "v1.2", "v1.2.3-rc.1", "v1.2.3-devel", "v1.2.3 "} {
		cmd := foreign.Command(t, deployed(t, "package"), t.TempDir())
		cmd.Env = append(os.Environ(), "VERSION="+version, "NFPM=/bin/false")
		out, err := cmd.CombinedOutput()
		if status(t, err) != 2 || !strings.Contains(string(out), "VERSION is") {
			t.Errorf("%q: %v\n%s", version, err, out)
		}
	}
}

// TestPackageUsage: without one directory to write to it says what it wants.
func TestPackageUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--help"}, {t.TempDir(), "more"}} {
		cmd := foreign.Command(t, deployed(t, "package"), args...)
		cmd.Env = append(os.Environ(), "VERSION=v1.2.3", "NFPM=/bin/false")
		out, err := cmd.CombinedOutput()
		if status(t, err) != 2 || string(out) != "usage: VERSION=v1.2.3 deploy/package DIRECTORY\n" {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
	}
}

func tool(t *testing.T, path string, args ...string) string {
	t.Helper()
	out, err := foreign.Command(t, path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", path, args, err, out)
	}
	return string(out)
}

// installDeb installs with dpkg, whose database is in the root as well.
func installDeb(t *testing.T, path string) installed {
	dpkg, root := foreign.Program(t, "", "dpkg"), t.TempDir()
	for _, dir := range []string{"updates", "info"} {
		if err := os.MkdirAll(filepath.Join(root, "var", "lib", "dpkg", dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "var", "lib", "dpkg"), "status", "")
	tool(t, dpkg, "--root="+root, "--log=/dev/null", "--install", path)
	if out := tool(t, dpkg, "--root="+root, "--verify", "mxprobe"); out != "" {
		t.Errorf("dpkg --verify: %s", out)
	}
	if out := tool(t, dpkg, "--root="+root, "--status", "mxprobe"); !strings.Contains(out, "Status: install ok installed\n") || !strings.Contains(out, "\nVersion: 1.2.3\n") {
		t.Errorf("dpkg --status:\n%s", out)
	}
	t.Cleanup(func() {
		tool(t, dpkg, "--root="+root, "--log=/dev/null", "--purge", "mxprobe")
		if left, err := os.ReadDir(filepath.Join(root, "usr")); err == nil {
			t.Errorf("left when it is removed: %v", left)
		}
	})
	return installed{root: root, plugin: "/usr/lib/nagios/plugins/check_mxprobe", zsh: "/usr/share/zsh/vendor-completions/_mxprobe", systemd: true}
}

func installRPM(t *testing.T, path string) installed {
	rpm, root := foreign.Program(t, "", "rpm"), t.TempDir()
	if out := tool(t, rpm, "-qp", "--qf", "%{NAME} %{VERSION} %{LICENSE} [%{RECOMMENDNAME} ]", path); out != "mxprobe 1.2.3 MIT ca-certificates " {
		t.Errorf("rpm -qp: %s", out)
	}
	// Debian's rpm does not have what a Red Hat would say it provides.
	tool(t, rpm, "--root", root, "--install", "--nodeps", path)
	if out := tool(t, rpm, "--root", root, "--verify", "--nodeps", "mxprobe"); out != "" {
		t.Errorf("rpm --verify: %s", out)
	}
	return installed{root: root, plugin: "/usr/lib64/nagios/plugins/check_mxprobe", zsh: "/usr/share/zsh/site-functions/_mxprobe", systemd: true}
}

// unpackAPK unpacks only: Debian does not have the tool of Alpine.
func unpackAPK(t *testing.T, path string) installed {
	root := t.TempDir()
	tool(t, "tar", "-xzf", path, "-C", root, "--warning=no-unknown-keyword")
	info := read(t, filepath.Join(root, ".PKGINFO"))
	for _, want := range []string{"pkgname = mxprobe\n", "pkgver = 1.2.3\n", "license = MIT\n"} {
		if !strings.Contains(info, want) {
			t.Errorf(".PKGINFO lacks %q:\n%s", want, info)
		}
	}
	return installed{root: root, plugin: "/usr/lib/monitoring-plugins/check_mxprobe", zsh: "/usr/share/zsh/site-functions/_mxprobe"}
}

// hasItsFiles compares kind and mode of the files that a system looks for,
// and finds files that only this machine has.
func (i installed) hasItsFiles(t *testing.T) {
	t.Helper()
	want := map[string]os.FileMode{
		"/usr/bin/mxprobe": 0o755, "/usr/bin/mxprobe-fleet": 0o755, "/etc/mxprobe": os.ModeDir | 0o755, i.plugin: os.ModeSymlink | 0o777,
		"/usr/share/man/man1/mxprobe.1.gz": 0o644, "/usr/share/man/man5/mxprobe-scenario.5.gz": 0o644, "/usr/share/doc/mxprobe/copyright": 0o644,
	}
	for path, mode := range want {
		info, err := os.Lstat(filepath.Join(i.root, path))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != mode {
			t.Errorf("%s is %v; want %v", path, info.Mode(), mode)
		}
	}
	_, err := os.Stat(filepath.Join(i.root, "/usr/lib/systemd/system/mxprobe@.timer"))
	if (err == nil) != i.systemd {
		t.Errorf("units of systemd: %v; want %t", err, i.systemd)
	}
	for _, link := range strings.Fields(tool(t, "find", i.root+"/usr", "-type", "l", "-printf", "%l\n")) {
		if link != "/usr/bin/mxprobe" {
			t.Errorf("a link leads to %s", link)
		}
	}
}

// runs calls the program as the system would, with nothing else around it.
func (i installed) runs(t *testing.T) {
	t.Helper()
	if out := tool(t, "chroot", i.root, "/usr/bin/mxprobe", "version"); !strings.HasPrefix(out, "mxprobe v1.2.3\n") {
		t.Errorf("version:\n%s", out)
	}
	if out := tool(t, "chroot", i.root, "/usr/bin/mxprobe-fleet", "version"); !strings.HasPrefix(out, "mxprobe-fleet v1.2.3\n") {
		t.Errorf("version:\n%s", out)
	}
	out, err := foreign.Command(t, "chroot", i.root, i.plugin, "--help").CombinedOutput()
	if status(t, err) != 3 || !strings.Contains(string(out), "check_mxprobe") && !strings.Contains(string(out), "mxprobe run") {
		t.Errorf("%s --help: %v; want 3, as of a plugin\n%s", i.plugin, err, out)
	}
}

// canBeRead has the manual pages and the completions read by what they are
// for.
func (i installed) canBeRead(t *testing.T) {
	t.Helper()
	mandoc := foreign.Program(t, "", "mandoc")
	for page, heading := range map[string]string{"man1/mxprobe.1.gz": "MXPROBE(1)", "man5/mxprobe-scenario.5.gz": "MXPROBE-SCENARIO(5)"} {
		text := tool(t, mandoc, "-T", "ascii", "-W", "warning", i.root+"/usr/share/man/"+page)
		if !strings.HasPrefix(text, heading) {
			t.Errorf("%s begins with %.40q", page, text)
		}
	}
	bash := tool(t, "/bin/bash", "-c", `source "$1"; complete -p mxprobe`, "bash", i.root+"/usr/share/bash-completion/completions/mxprobe")
	if !regexp.MustCompile(`^complete -F \w+ mxprobe\n$`).MatchString(bash) {
		t.Errorf("bash says %q", bash)
	}
	tool(t, foreign.Program(t, "", "fish"), "--no-execute", i.root+"/usr/share/fish/vendor_completions.d/mxprobe.fish")
	// compinit takes what it has autoloaded by the first line of the file.
	zsh := tool(t, foreign.Program(t, "", "zsh"), "-fc", `fpath=("$1" $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[mxprobe]`, "zsh", filepath.Dir(i.root+i.zsh))
	if !slices.Contains(strings.Fields(zsh), "_mxprobe") {
		t.Errorf("zsh says %q", zsh)
	}
}
