package command

import (
	"regexp"
	"testing"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/fleet/bus/fleettest"
	"mxprobe/internal/fleet/manners"
)

// A job that stands still because a provider is left alone says so.
func TestStatusNamesWhoIsLeftAlone(t *testing.T) {
	t.Parallel()
	url := bustest.Start(t)
	f := fleettest.Setup(t, url)
	if err := f.Create(t.Context(), aJob("j")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Become(t.Context(), "j", bus.Running, bus.Submitting); err != nil {
		t.Fatal(err)
	}
	m, err := manners.Open(t.Context(), f.JetStream(), f.Bus, manners.Settings{Worker: "w1", Replicas: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	m.Heard("a.test", time.Now(), true)
	for {
		all, err := manners.LeftAlone(t.Context(), f.JetStream())
		if err != nil {
			t.Fatal(err)
		}
		if len(all) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond) // it is being written
	}
	text := call(t, url, "status", "j")
	if !regexp.MustCompile(`\nLEFT ALONE  ASKED FOR IT  STILL FOR\na\.test      1             [0-9]+s\n`).MatchString(text) {
		t.Errorf("status says\n%s", text)
	}
	if json := call(t, url, "status", "j", "-f", "json"); !regexp.MustCompile(`"left_alone": \[\s*\{\s*"provider": "a\.test",\s*"asked": 1,\s*"seconds_left": [0-9]+\s*\}`).MatchString(json) {
		t.Errorf("status says\n%s", json)
	}
	if _, err := f.Become(t.Context(), "j", bus.Cancelled, bus.Running); err != nil {
		t.Fatal(err)
	}
	if text := call(t, url, "status", "j"); regexp.MustCompile("LEFT ALONE").MatchString(text) {
		t.Errorf("of a job that was cancelled status says\n%s", text)
	}
}

// What no worker does is not done in any time.
func TestNoTimeIsLeftWithoutWorkers(t *testing.T) {
	t.Parallel()
	for workers := range 2 {
		st := &status{Expected: 30, Done: 10, Vantages: []vantageStatus{{Expected: 10, Done: 10}, {Expected: 20, Workers: workers}}}
		if st.pace(&bus.Entry{State: bus.Running, Since: time.Now().Add(-time.Minute)}); (st.SecondsLeft > 0) != (workers > 0) {
			t.Errorf("with %d workers %d seconds are left", workers, st.SecondsLeft)
		}
	}
}
