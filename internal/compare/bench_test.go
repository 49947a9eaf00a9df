package compare

import "testing"

// BenchmarkDomain is what a domain of three addresses costs a list.
func BenchmarkDomain(b *testing.B) {
	one, two, three := usualServers()
	d := domainOf(one, three, two)
	o := &Options{Slower: 3}
	before := Remember(nil, d, o)
	b.ReportAllocs()
	for b.Loop() {
		Differences(d)
		Changes(before, d, o)
	}
}
