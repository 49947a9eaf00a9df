package targets_test

import (
	"net/netip"
	"testing"

	"mxprobe/bench/targets"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: "127.16.0.0", 1: "127.16.0.1", 255: "127.16.0.255", 256: "127.16.1.0", 999_999: "127.31.66.63", targets.Most - 1: "127.254.255.255",
	} {
		got := targets.Address(n)
		if got.String() != want {
			t.Errorf("Address(%d) = %s; want %s", n, got, want)
		}
		if back, ok := targets.Number(got); back != n || !ok {
			t.Errorf("Number(%s) = %d, %t; want %d", got, back, ok, n)
		}
	}
	for _, foreign := range []string{"127.15.255.255", "127.255.0.0", "192.0.2.1", "::1"} {
		if n, ok := targets.Number(netip.MustParseAddr(foreign)); ok {
			t.Errorf("Number(%s) = %d; want none", foreign, n)
		}
	}
}

// TestFaultsAreSpread holds that as many targets are ill as was asked for, that
// every fault has its share, and that each has a name of its own.
func TestFaultsAreSpread(t *testing.T) {
	t.Parallel()
	const total, every = 1_000_000, 100
	count := map[targets.Fault]int{}
	for n := range total {
		count[targets.Of(n, every)]++
		if targets.Of(n, 0) != targets.None {
			t.Fatalf("target %d is ill where none is to be", n)
		}
	}
	if ill := total - count[targets.None]; ill < 9_500 || ill > 10_500 {
		t.Errorf("%d of %d are ill; want about 10000", ill, total)
	}
	names := map[string]bool{targets.None.String(): true}
	for _, f := range targets.Faults() {
		if count[f] < 800 || count[f] > 1_200 {
			t.Errorf("%d have the fault %s; want about 1000", count[f], f)
		}
		if names[f.String()] {
			t.Errorf("two faults are called %s", f)
		}
		names[f.String()] = true
	}
}
