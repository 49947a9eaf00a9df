//go:build linux

package interop

import (
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"mxprobe/internal/interop/mta"
)

// The addresses of the world; testdata/world.zone gives them their names.
const (
	ipPostfix       = "127.0.0.2"
	ipExim          = "127.0.0.3"
	ipAiosmtpd      = "127.0.0.4"
	ipDead          = "127.0.0.5"
	ipPostfixGrey   = "127.0.0.6"
	ipPostfixBusy   = "127.0.0.7"
	ipPostfixClosed = "127.0.0.8"
	ipEximGrey      = "127.0.0.9"
	ipEximBusy      = "127.0.0.10"
	ipEximClosed    = "127.0.0.11"
	ipMute          = "127.0.0.12"
	ipEximLate      = "127.0.0.13"
	ipPostfixBare   = "127.0.0.14"
	ipOpen          = "127.0.0.15"
	ipPostfixStrict = "127.0.0.16"
	ipPostfixSound  = "127.0.0.17"
	ipOpenSMTPD     = "127.0.0.18"
	ipSendmail      = "127.0.0.19"
	ipMisfit        = "127.0.0.20"

	ipPostfixXClient = "127.0.0.61"
	ipPostfixProxied = "127.0.0.62"
	ipPostfixScreen  = "127.0.0.63"
)

//go:embed testdata/world.zone
var zone string

// world is everything the tests talk to. Its servers are started when the
// first test asks for them and stopped when all tests are done.
type world struct {
	dir  string
	port int    // of every mail server
	ipv6 string // ::1, or empty where this machine has none

	postfix, exim, busyExim, aiosmtpd, open, openSMTPD, sendmail func() (*mta.Process, error)

	knot func() (*mta.Knot, error)

	policy *policyServer
	mu     sync.Mutex
	stops  []func()
}

// newWorld makes the world in dir. Nothing is started yet but two listeners
// of our own: one that never says anything, and the greylist Postfix asks.
func newWorld(dir string) (*world, error) {
	w := &world{dir: dir, ipv6: loopback6()}
	ips := []string{
		ipPostfix, ipExim, ipAiosmtpd, ipDead, ipPostfixGrey, ipPostfixBusy, ipPostfixClosed,
		ipEximGrey, ipEximBusy, ipEximClosed, ipMute, ipEximLate, ipPostfixBare, ipOpen, ipPostfixStrict, ipPostfixXClient, ipPostfixProxied, ipPostfixScreen,
		ipPostfixSound, ipOpenSMTPD, ipSendmail, ipMisfit,
	}
	if w.ipv6 != "" {
		ips = append(ips, w.ipv6)
	}
	var err error
	if w.port, err = mta.FreePort(ips...); err != nil {
		return nil, err
	}
	mute, err := net.Listen("tcp", w.addr(ipMute))
	if err != nil {
		return nil, err
	}
	w.stops = append(w.stops, func() { _ = mute.Close() })
	if w.policy, err = startPolicyServer(); err != nil {
		return nil, err
	}
	w.stops = append(w.stops, w.policy.stop)

	w.postfix = server(w, "postfix", w.startPostfix)
	w.exim = server(w, "exim", w.startExim)
	w.busyExim = server(w, "busy-exim", w.startBusyExim)
	w.aiosmtpd = server(w, "aiosmtpd", w.startAiosmtpd)
	w.open = server(w, "open", func(dir string) (*mta.Process, error) {
		return mta.StartAiosmtpd(dir, mta.AiosmtpdConfig{
			Addr: ipOpen, Port: w.port, Domains: []string{"open.aiosmtpd.test"}, Open: true,
		})
	})
	w.openSMTPD = server(w, "opensmtpd", w.startOpenSMTPD)
	w.sendmail = server(w, "sendmail", w.startSendmail)
	w.knot = server(w, "knot", func(dir string) (*mta.Knot, error) {
		return mta.StartKnot(dir, zone, "broken.test")
	})
	return w, nil
}

// server returns a function that starts a server once, in a directory of its
// own, and has it stopped at the end.
func server[S interface{ Stop() }](w *world, name string, start func(dir string) (S, error)) func() (S, error) {
	return sync.OnceValues(func() (S, error) {
		dir := filepath.Join(w.dir, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			var none S
			return none, err
		}
		s, err := start(dir)
		if err == nil {
			w.mu.Lock()
			w.stops = append(w.stops, s.Stop)
			w.mu.Unlock()
		}
		return s, err
	})
}

// close stops every server that was started.
func (w *world) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, stop := range w.stops {
		stop()
	}
	w.stops = nil
}

func (w *world) addr(ip string) string { return net.JoinHostPort(ip, strconv.Itoa(w.port)) }

func (w *world) startPostfix(dir string) (*mta.Process, error) {
	domains := []string{
		"postfix.test", "grey.postfix.test", "busy.postfix.test", "closed.postfix.test", "bare.postfix.test",
		"strict.postfix.test", "sound.postfix.test", "six.postfix.test", "several.test", "partly.test", "lastdead.test", "twofaced.test", "implicit.test",
		"cnamed.test", "aliased.test", "halfgone.test", "halfbroken.test",
	}
	var recipients []string
	for _, domain := range domains {
		recipients = append(recipients, "postmaster@"+domain, "kate@"+domain)
	}
	return mta.StartPostfix(dir, mta.PostfixConfig{
		Port: w.port, Plain: ipPostfix, IPv6: w.ipv6, Greylist: ipPostfixGrey, Busy: ipPostfixBusy,
		Closed: ipPostfixClosed, Bare: ipPostfixBare, Strict: ipPostfixStrict, Sound: ipPostfixSound, XClient: ipPostfixXClient, Proxied: ipPostfixProxied, Screen: ipPostfixScreen, Policy: w.policy.addr(),
		Domains: domains, Recipients: recipients, BadSenders: []string{"invalid.invalid", ".invalid"},
	})
}

func (w *world) startExim(dir string) (*mta.Process, error) {
	return mta.StartExim(dir, mta.EximConfig{
		Port: w.port, Plain: ipExim, LateSender: ipEximLate, Greylist: ipEximGrey, Closed: ipEximClosed,
		Domains:    []string{"exim.test", "grey.exim.test", "closed.exim.test", "late.exim.test", "several.test"},
		Users:      []string{"postmaster", "kate"},
		BadSenders: []string{"invalid", "*.invalid"},
	})
}

// startBusyExim starts an Exim of its own, since its limit counts the
// connections of all its listeners together.
func (w *world) startBusyExim(dir string) (*mta.Process, error) {
	return mta.StartExim(dir, mta.EximConfig{
		Port: w.port, Plain: ipEximBusy, MaxConnections: 1,
		Domains: []string{"busy.exim.test"}, Users: []string{"postmaster", "kate"},
	})
}

func (w *world) startAiosmtpd(dir string) (*mta.Process, error) {
	return mta.StartAiosmtpd(dir, mta.AiosmtpdConfig{
		Addr: ipAiosmtpd, Port: w.port,
		Domains: []string{"aiosmtpd.test", "several.test"}, Users: []string{"postmaster", "kate"},
	})
}

// need starts a server if it does not run yet, and has its log shown if the
// test fails. Where the server is not installed, the test is skipped, or
// fails if everything is required.
func need[S interface {
	Stop()
	Log() string
}](t *testing.T, get func() (S, error),
) S {
	t.Helper()
	s, err := get()
	var missing *mta.MissingError
	switch {
	case errors.As(err, &missing) && os.Getenv("MXPROBE_INTEROP") != "require":
		t.Skipf("skipped: %v", missing)
	case err != nil:
		t.Fatal(err)
	}
	before := len(s.Log())
	t.Cleanup(func() {
		if t.Failed() {
			log := s.Log()
			t.Logf("log since the start of this test:\n%s", log[min(before, len(log)):])
		}
	})
	return s
}

// loopback6 returns ::1 if this machine has it.
func loopback6() string {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		return ""
	}
	_ = l.Close()
	return "::1"
}

// needIPv6 skips a test on machines without IPv6, as many containers are.
func needIPv6(t *testing.T, w *world) {
	t.Helper()
	if w.ipv6 == "" {
		t.Skip("skipped: no IPv6 on loopback")
	}
}

func makeWorld() (*world, func(), error) {
	dir, err := os.MkdirTemp("", "mxprobe-interop-")
	if err != nil {
		return nil, nil, fmt.Errorf("temporary directory: %w", err)
	}
	// The servers have identities of their own and must get to their files.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, nil, err
	}
	w, err := newWorld(dir)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return w, func() {
		w.close()
		_ = os.RemoveAll(dir)
	}, nil
}
