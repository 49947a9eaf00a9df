package probe_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// A panic in a goroutine of a run would end the program on the spot, with the
// exit status 2 that a monitoring system reads as something else. It is raised
// where the results are taken.
func TestPanicIsRaisedWhereResultsAreTaken(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost+"mx1 A 192.0.2.11\n", sandbox.Server{})
	for _, where := range []string{"Start", "Play"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			defer func() {
				got := fmt.Sprint(recover())
				if !strings.Contains(got, "fell over in "+where) || !strings.Contains(got, "broken_test.go") {
					t.Errorf("recovered %s; want the value and where it was raised", got)
				}
			}()
			requests := slices.Values([]probe.Request{{Domain: "example.test", Checks: []probe.Check{falls(where)}}})
			for d := range runner(t, w).Run(t.Context(), requests) {
				t.Errorf("got %v of a run that is broken", d.Status)
			}
		})
	}
}

// falls is a check that panics in a method.
type falls string

func (f falls) Name() string    { return string(f) }
func (f falls) Ports() []uint16 { return nil }
func (f falls) Start(probe.Target, func(*result.Step)) probe.Trial {
	if f == "Start" {
		panic("fell over in Start")
	}
	return f
}
func (f falls) Play(context.Context) (time.Duration, bool) { panic("fell over in Play") }
func (f falls) Abandon(result.Reason)                      {}
func (f falls) Result() result.Check                       { return result.Check{} }
