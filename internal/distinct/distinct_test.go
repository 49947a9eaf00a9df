package distinct

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"testing"
)

// twice gives a list to both readings and returns what the second one said of
// each name.
func twice(t *Twice, list []string) []bool {
	for _, name := range list {
		t.Note(name)
	}
	t.Read()
	said := make([]bool, len(list))
	for i, name := range list {
		said[i] = t.Before(name)
	}
	return said
}

// What comes again is found at any distance, and nothing else, whatever size was
// expected; a map is the judge.
func TestTwice(t *testing.T) {
	t.Parallel()
	for _, expected := range []int{-1, 0, 100, 20_000, 1_000_000} {
		const n = 20_000
		list := make([]string, 0, n)
		for i := range n {
			list = append(list, fmt.Sprintf("d%d.example", i))
		}
		for range 1000 {
			list[rand.IntN(n)] = list[rand.IntN(n)]
		}
		list[n-1] = list[0] // as far from each other as can be
		finder := NewTwice(expected)
		before := map[string]bool{}
		for i, said := range twice(finder, list) {
			if said != before[list[i]] {
				t.Fatalf("expected %d: number %d, %s, came before: %t; want %t", expected, i, list[i], said, before[list[i]])
			}
			before[list[i]] = true
		}
		if finder.Full() {
			t.Errorf("expected %d: it is full after %d names", expected, n)
		}
	}
}

// A filter of the right size keeps sums of few names only: that is what it is
// for.
func TestTwiceKeepsFew(t *testing.T) {
	t.Parallel()
	const n = 100_000
	finder := NewTwice(n)
	for i := range n {
		finder.Note(fmt.Sprintf("d%d.example", i))
	}
	if finder.again.n > n/50 {
		t.Errorf("%d sums of %d different names are kept; want at most one in 50", finder.again.n, n)
	}
	if bytes := len(finder.filter) * 8; bytes > n*bitsOfName/8+8 {
		t.Errorf("the filter has %d bytes for %d names", bytes, n)
	}
}

// However many names come again, there is a bound, and who asks is told.
func TestTwiceIsBounded(t *testing.T) {
	t.Parallel()
	finder := NewTwice(1 << 40)
	if bytes := len(finder.filter) * 8; bytes > mostBits/8 {
		t.Errorf("a filter of %d bytes", bytes)
	}
	finder = NewTwice(0)
	finder.most = 3 << 8
	n := finder.most + 1000
	for range 3 {
		for i := range n {
			finder.Note(fmt.Sprint(i))
		}
	}
	if finder.again.n != finder.most || !finder.Full() {
		t.Errorf("%d sums, full %t; want %d and true", finder.again.n, finder.Full(), finder.most)
	}
	if slots := len(finder.again.slots); slots > 1<<10 {
		t.Errorf("%d slots for %d sums", slots, finder.most)
	}
}

// The window finds what came soon enough, and never needs more than its room.
func TestWindow(t *testing.T) {
	t.Parallel()
	const most = 3 << 8
	w := Window{seed: maphash.MakeSeed(), most: most}
	for i := range 30 * most {
		if w.Before(fmt.Sprint(i)) {
			t.Fatalf("number %d came before", i)
		}
		if back := i - most + 1; back >= 0 && i%991 == 0 && !w.Before(fmt.Sprint(back)) {
			t.Fatalf("number %d is not found after number %d", back, i)
		}
		if len(w.newer.slots)+len(w.older.slots) > 1<<11 {
			t.Fatalf("%d slots", len(w.newer.slots)+len(w.older.slots))
		}
	}
	var usual Window
	if usual.Before("a") || !usual.Before("a") || usual.most != WindowNames {
		t.Errorf("a window as it is finds nothing, or has room for %d", usual.most)
	}
}
