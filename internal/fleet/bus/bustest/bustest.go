// Package bustest starts NATS servers for tests, in this process and on
// loopback.
package bustest

import (
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
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { Stop(s) })
	if !s.ReadyForConnections(startTime) {
		t.Fatal("the NATS server does not start")
	}
	return s
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
