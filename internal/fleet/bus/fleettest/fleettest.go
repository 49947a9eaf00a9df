// Package fleettest opens fleets for tests.
package fleettest

import (
	"testing"

	"mxprobe/internal/fleet/bus"
)

// Setup connects to a NATS server until the test ends, and sets up the streams of a
// fleet there.
func Setup(t *testing.T, url string) *bus.Fleet {
	t.Helper()
	b, err := bus.Connect(t.Context(), &bus.Settings{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	f, err := b.Setup(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
