package manners

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"mxprobe/internal/fleet/bus/bustest"
)

// TestMoreWorkersAreNoFasterWhereAProviderBinds: one, two and four workers share a
// list of domains whose servers are those of one provider. bench/provider.sh plays
// a long one and prints what it took.
func TestMoreWorkersAreNoFasterWhereAProviderBinds(t *testing.T) {
	sessions, numbers, ttl := 40, []int{1, 3}, 2*time.Second
	if text := os.Getenv("MXPROBE_BENCH_SESSIONS"); text == "" {
		t.Parallel()
	} else {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		sessions, numbers, ttl = n, []int{1, 2, 4}, DefaultTTL
	}
	const takes = 50 * time.Millisecond
	for name, set := range map[string]Settings{"sessions at once: 8": {Sessions: 8}, "connections a second: 100": {Sessions: 100, Rate: 100}} {
		set.TTL = ttl
		alone := time.Duration(0)
		for _, n := range numbers {
			took, e, writes := together(t, n, sessions, set, takes)
			_, most, total := e.seen()
			if most > set.Sessions || total != sessions/n*n {
				t.Errorf("%s, %d workers: %d at once, %d in all; want at most %d, and %d", name, n, most, total, set.Sessions, sessions/n*n)
			}
			least := time.Duration(total/set.Sessions) * takes
			if set.Rate > 0 {
				least = time.Duration(float64(total-2*n) / set.Rate * float64(time.Second))
			}
			if took < least-least/20 {
				t.Errorf("%s: %d workers took %s; the limit asks for %s", name, n, took, least)
			}
			if n == 1 {
				alone = took
			}
			fmt.Printf("| %s | %d | %d | %.2f | %.2f | %.3f |\n", name, n, sessions, took.Seconds(), took.Seconds()/alone.Seconds(), float64(writes)/float64(sessions))
		}
	}
}

// together has workers share domains evenly, and returns how long they took and
// how often they wrote.
func together(t *testing.T, n, sessions int, set Settings, takes time.Duration) (time.Duration, *exchangers, int) {
	t.Helper()
	url, e := bustest.Start(t), listen(t, takes)
	var workers []*worker
	for range n {
		workers = append(workers, hire(t, url, set))
	}
	began := time.Now()
	var all sync.WaitGroup
	for i, w := range workers {
		all.Go(func() { w.run(t.Context(), e, i*sessions/n, sessions/n) })
	}
	all.Wait()
	took := time.Since(began)
	writes := 0
	for _, w := range workers {
		writes += w.Writes()
		w.dismiss()
	}
	return took, e, writes
}
