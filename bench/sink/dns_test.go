//go:build linux

package main

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"mxprobe/bench/targets"
	"mxprobe/dnsmx"
)

// TestNames holds that a domain leads to its target, and to no other address.
func TestNames(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); answerQuestions(conn) }()
	t.Cleanup(func() { conn.Close(); <-ended })
	server := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	r, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{netip.AddrPortFrom(server.Addr().Unmap(), server.Port())}, AllowLoopback: true})
	if err != nil {
		t.Fatal(err)
	}
	route, err := r.Route(t.Context(), "d70000.bench.example")
	if err != nil {
		t.Fatal(err)
	}
	want := targets.Address(70000)
	if len(route.Hosts) != 1 || route.Hosts[0].Name != "mx70000.bench.example" || !slices.Equal(route.Hosts[0].Addrs, []netip.Addr{want}) {
		t.Errorf("route %+v; want mx70000.bench.example at %s alone", route, want)
	}
}

// TestAnswerBearsWithAnything holds that no message ends the server.
func TestAnswerBearsWithAnything(t *testing.T) {
	t.Parallel()
	question := []byte("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02d7\x05bench\x07example\x00\x00\x0f\x00\x01")
	if answer(question) == nil {
		t.Fatal("no answer to a question")
	}
	for n := range len(question) {
		if got := answer(question[:n]); got != nil {
			t.Errorf("an answer to the first %d bytes: %q", n, got)
		}
		for _, b := range []byte{0, 1, 63, 0xc0, 0xff} {
			other := append([]byte(nil), question...)
			other[n] = b
			answer(other)
		}
	}
}
