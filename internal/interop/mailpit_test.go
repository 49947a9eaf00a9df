//go:build linux

package interop

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// TestTrap67Mailpit sends messages to the real Mailpit, looks for them on its
// page, and removes them and nothing else.
func TestTrap67Mailpit(t *testing.T) {
	const ip = "127.0.9.31"
	var ports [2]int
	for i := range ports {
		var err error
		if ports[i], err = mta.FreePort(ip); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	p := need(t, func() (*mta.Process, error) { return mta.StartMailpit(dir, ip, ports[0], ports[1]) })
	t.Cleanup(p.Stop)
	page := fmt.Sprintf("%s:%d", ip, ports[1])
	send := func(file string) *outcome {
		return play(t, scenario(t, file), "--server", ip, "--port", fmt.Sprint(ports[0]), "-d", "round.test", "--to", "kate@round.test", "--var", "page="+page)
	}
	// What is there before stays.
	play(t, "@send", "--server", ip, "--port", fmt.Sprint(ports[0]), "-d", "round.test", "--to", "kate@round.test").exits(0)
	for range 2 {
		o := send("mailpit.yaml")
		o.exits(0)
		if c := o.check(ip); c.Status != result.Pass {
			t.Fatalf("%s: %s", c.Status, c.Message)
		}
	}
	answer, err := http.Get("http://" + page + "/api/v1/messages")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(body), `"total":1,`) || strings.Contains(string(body), "for Mailpit") {
		t.Errorf("left are %s, %v; want the message that was there before", body, err)
	}
}
