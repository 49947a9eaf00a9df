package manners

import (
	"encoding/json"
	"testing"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/bus/bustest"
	polite "mxprobe/probe/manners"
)

func TestHowLongAProviderIsLeftAlone(t *testing.T) {
	t.Parallel()
	written := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, tt := range []struct {
		asked int
		wait  time.Duration
		after time.Duration
		want  time.Duration // 0 for no longer
	}{
		{1, 30 * time.Second, 10 * time.Second, 20 * time.Second},
		{1, 30 * time.Second, 30 * time.Second, 0},
		{2, time.Minute, 2 * time.Minute, 0},
		{polite.MaxRefusals, time.Minute, 50 * time.Minute, 10 * time.Minute},
		{polite.MaxRefusals, time.Minute, time.Hour, 0},
	} {
		value, err := json.Marshal(asking{version, "a.test", tt.asked, tt.wait.Milliseconds()})
		if err != nil {
			t.Fatal(err)
		}
		e := &entry{key: "a.test", value: value, written: written}
		one, ok := aloneAt(e, written.Add(tt.after))
		if ok != (tt.want > 0) || ok && (one.For != tt.want || one.Asked != tt.asked || one.Provider != "a.test") {
			t.Errorf("%d times, %s, after %s: %+v, %t; want %s", tt.asked, tt.wait, tt.after, one, ok, tt.want)
		}
		if e.key = "b.test"; tt.want > 0 {
			if one, ok := aloneAt(e, written); ok {
				t.Errorf("%+v stands under the name of another", one)
			}
		}
	}
}

// What one worker was asked for can be seen by whoever looks, and by nobody before.
func TestWhoIsLeftAlone(t *testing.T) {
	t.Parallel()
	b, err := bus.Connect(t.Context(), &bus.Settings{URL: bustest.Start(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if all, err := LeftAlone(t.Context(), b.JetStream()); err != nil || len(all) != 0 {
		t.Errorf("LeftAlone = %v, %v; want nothing on a bus without workers", all, err)
	}
	m, err := Open(t.Context(), b.JetStream(), b, Settings{Worker: "w1", Replicas: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	m.Heard("a.test", time.Now(), true)
	for {
		all, err := LeftAlone(t.Context(), b.JetStream())
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 { // it is being written
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if len(all) != 1 || all[0].Provider != "a.test" || all[0].Asked != 1 || all[0].For <= 0 || all[0].For > polite.Pause(0) {
			t.Errorf("LeftAlone = %+v; want a.test, for %s at most", all, polite.Pause(0))
		}
		return
	}
}
