package dialogue

import (
	"fmt"
	"strings"
	"testing"
)

// A panic on a stack of its own would end the program, and nobody could say so.
func TestAsideRaisesAPanicWhereItIsWaitedFor(t *testing.T) {
	t.Parallel()
	done := false
	aside(func() { done = true })
	if !done {
		t.Error("aside did not wait")
	}
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "fell over") || !strings.Contains(got, "aside_test.go") {
			t.Errorf("recovered %s; want the value and where it was raised", got)
		}
	}()
	aside(func() { panic("fell over") })
	t.Error("aside returned after a panic")
}
