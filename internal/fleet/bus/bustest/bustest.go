// Package bustest starts NATS servers for tests, in this process and on
// loopback.
package bustest

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// startTime is how long a server may take to be ready.
const startTime = 30 * time.Second

// Options returns the settings of a server with JetStream whose files lie in a
// folder of the test.
func Options(t testing.TB) *server.Options {
	t.Helper()
	return &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true,
		JetStream: true, StoreDir: t.TempDir(),
	}
}

// Start starts a server that ends with the test, and returns its URL.
func Start(t testing.TB) string {
	t.Helper()
	return StartWith(t, Options(t)).ClientURL()
}

// StartWith starts a server with these settings.
func StartWith(t testing.TB, options *server.Options) *server.Server {
	t.Helper()
	s := begin(t, options)
	if !s.ReadyForConnections(startTime) {
		t.Fatal("the NATS server does not start")
	}
	return s
}

// begin starts a server and does not wait for it.
func begin(t testing.TB, options *server.Options) *server.Server {
	t.Helper()
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { Stop(s) })
	return s
}

// freeAddress is an address of loopback that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Serve starts a server that keeps its files in a folder and ends when what is
// deferred runs. It returns its URL.
func Serve(t testing.TB, folder string, later func(func())) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: folder,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	later(func() { Stop(s) })
	if !s.ReadyForConnections(startTime) {
		t.Fatal("the NATS server does not start")
	}
	return s.ClientURL()
}

// Stop ends a server and waits for it.
func Stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// Cluster starts servers that know each other, and waits until they have chosen a
// leader.
func Cluster(t testing.TB, n int) []*server.Server {
	t.Helper()
	var routes []*url.URL
	for range n {
		routes = append(routes, &url.URL{Scheme: "nats", Host: freeAddress(t)})
	}
	var all []*server.Server
	for i := range n {
		options := Options(t)
		options.ServerName, options.Cluster.Name, options.Routes = "s"+strconv.Itoa(i), "test", routes
		at := netip.MustParseAddrPort(routes[i].Host)
		options.Cluster.Host, options.Cluster.Port = at.Addr().String(), int(at.Port())
		all = append(all, begin(t, options))
	}
	for _, s := range all {
		if !s.ReadyForConnections(startTime) {
			t.Fatal("the NATS server does not start")
		}
	}
	for until := time.Now().Add(startTime); ; time.Sleep(20 * time.Millisecond) {
		leads := func(s *server.Server) bool { return s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == n }
		if slices.ContainsFunc(all, leads) {
			return all
		}
		if time.Now().After(until) {
			t.Fatalf("no leader of %d servers", n)
		}
	}
}
