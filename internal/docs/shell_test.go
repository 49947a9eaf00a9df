package docs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
)

// shell is a bash that plays the reader of a page: what one block sets or
// writes is there in the next. Its mxprobe is built for it, its folder stands
// for the root of the reader's machine, and everything it looks up is
// answered by a world on loopback.
type shell struct {
	dir    string
	stdin  io.Writer
	stdout *bufio.Reader
	world  *sandbox.World
	// there turns what the page says into what is so here, and here the other
	// way round.
	there, here [][2]string
}

const mark = "end of the command, status"

// newShell starts a shell for a page. Its programs are in bin.
func newShell(t *testing.T, bin string) *shell {
	t.Helper()
	s := &shell{dir: t.TempDir()}
	for _, folder := range []string{"var/lib/mxprobe", "var/lib/prometheus/node-exporter", "srv/www", "usr/lib/nagios", "work"} {
		if err := os.MkdirAll(filepath.Join(s.dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(bin, filepath.Join(s.dir, "usr/lib/nagios/plugins")); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"/var/lib/", "/srv/www/", "/usr/lib/nagios/"} {
		s.there = append(s.there, [2]string{folder, s.dir + folder})
	}
	s.there = append(s.there, [2]string{"/usr/local/bin/", bin + "/"}, [2]string{"/usr/bin/mxprobe", bin + "/mxprobe"})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, "bash", "--noprofile", "--norc")
	cmd.Dir = filepath.Join(s.dir, "work")
	cmd.Env = []string{
		"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "LC_ALL=C",
		"MXPROBE_HELO=probe.example.net",
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
		cancel()
	})
	s.stdin, s.stdout = stdin, bufio.NewReader(stdout)
	return s
}

// run runs a command as the page has it and returns what it prints, as the
// page would have it, and its exit status.
func (s *shell) run(t *testing.T, command string) (string, int) {
	t.Helper()
	for _, r := range s.there {
		command = strings.ReplaceAll(command, r[0], r[1])
	}
	for _, r := range s.here {
		if strings.HasSuffix(r[1], ":25") {
			command = strings.ReplaceAll(command, r[1], r[0])
		}
	}
	_, err := fmt.Fprintf(s.stdin, "{ %s\n} < /dev/null 2>&1; status=$?; printf '\\n%s %%d\\n' $status; (exit $status)\n", command, mark)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for {
		line, err := s.stdout.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: the shell ended: %v\n%s", command, err, out.String())
		}
		if status, ok := strings.CutPrefix(line, mark+" "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(status))
			if err != nil {
				t.Fatal(err)
			}
			return s.asOnPage(strings.TrimSuffix(out.String(), "\n")), n
		}
		out.WriteString(line)
	}
}

// asOnPage takes out of an output what is so only in this test.
func (s *shell) asOnPage(text string) string {
	if s.world != nil {
		port := strconv.Itoa(int(s.world.SMTPPort()))
		text = strings.ReplaceAll(text, fmt.Sprintf(" --dns %s -p %s --helo probe.example.net", s.world.DNS(), port), "")
		text = strings.ReplaceAll(text, ", at port "+port+".", ".") // it stands for 25 there
		text = regexp.MustCompile(` --ca-file \S+`).ReplaceAllString(text, "")
	}
	for _, r := range s.here {
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	for _, r := range s.there {
		text = strings.ReplaceAll(text, r[1], r[0])
	}
	return text
}

// enter puts a world in place of the network of the reader. A second one
// takes the place of the first, on the same port.
func (s *shell) enter(t *testing.T, world string) {
	t.Helper()
	spec, err := sandbox.ParseSpec("world.yaml", []byte(world))
	if err != nil {
		t.Fatal(err)
	}
	spec.Loopback = true
	if s.world != nil {
		spec.SMTPPort = s.world.SMTPPort()
		if err := s.world.Close(); err != nil {
			t.Fatal(err)
		}
		s.world = nil
	}
	w, err := sandbox.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	s.world = w
	s.here = nil
	for _, ip := range regexp.MustCompile(`\b(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+`).FindAllString(world, -1) {
		at := w.Addr(ip)
		s.here = append(s.here, [2]string{at.String(), ip + ":25"}, [2]string{at.Addr().String() + "\n", ip + "\n"})
	}
	authority := filepath.Join(s.dir, "ca.pem")
	if err := os.WriteFile(authority, w.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	s.newTerminal(t)
}

// newTerminal forgets what the page told the shell about its sandbox.
func (s *shell) newTerminal(t *testing.T) {
	t.Helper()
	authority := ""
	if s.world.CA() != nil {
		authority = filepath.Join(s.dir, "ca.pem")
	}
	s.run(t, fmt.Sprintf("cd %s/work; export MXPROBE_DNS=%s MXPROBE_PORT=%d MXPROBE_HELO=probe.example.net MXPROBE_CA_FILE=%s",
		s.dir, s.world.DNS(), s.world.SMTPPort(), authority))
}

// serve starts `mxprobe sandbox` as the page does, but on free ports, and
// returns what it prints. The page knows it as 127.0.0.1:5300 and port 2525.
func (s *shell) serve(t *testing.T, bin string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, "mxprobe"), "sandbox")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	var out strings.Builder
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		out.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "Ctrl-C") {
			break
		}
	}
	m := regexp.MustCompile(`DNS server +(\S+)\nmail servers +port (\d+)`).FindStringSubmatch(out.String())
	if m == nil {
		t.Fatalf("the sandbox prints\n%s", out.String())
	}
	if _, _, err := net.SplitHostPort(m[1]); err != nil {
		t.Fatal(err)
	}
	s.there = append(s.there, [2]string{"127.0.0.1:5300", m[1]}, [2]string{"2525", m[2]})
	return s.asOnPage(out.String())
}
