package dnsmx

import (
	"net/netip"
	"testing"
)

// BenchmarkRoute asks three questions over the network; the work of the server
// is in the figures.
func BenchmarkRoute(b *testing.B) {
	w := exampleWorld(b)
	r := mustNew(b, Config{Servers: []netip.AddrPort{serve(b, w)}, CacheSize: -1})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Route(b.Context(), "example.test"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRouteCached is a domain all of whose answers are known.
func BenchmarkRouteCached(b *testing.B) {
	r := mustNew(b, Config{Servers: []netip.AddrPort{serve(b, exampleWorld(b))}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Route(b.Context(), "example.test"); err != nil {
			b.Fatal(err)
		}
	}
}
