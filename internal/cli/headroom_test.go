package cli

import (
	"runtime"
	"runtime/metrics"
	"testing"
)

// While there is headroom, a collection aims at twice its size at least: GOGC is
// 100, and the memory counts as held.
func TestHeadroom(t *testing.T) {
	release := headroom()
	runtime.GC()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}, {Name: "/gc/gogc:percent"}}
	metrics.Read(goal)
	release()
	if goal[1].Value.Uint64() == 100 && goal[0].Value.Uint64() < 2*headroomSize {
		t.Errorf("the next collection begins at %d bytes; want %d at least", goal[0].Value.Uint64(), 2*headroomSize)
	}
}
