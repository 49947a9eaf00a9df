package bus

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/fleet/bus/bustest"
)

// connect reaches a server of the test.
func connect(t *testing.T, url string) *Bus {
	t.Helper()
	b, err := Connect(t.Context(), &Settings{URL: url, Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func TestConnect(t *testing.T) {
	t.Parallel()
	b := connect(t, bustest.Start(t))
	if b.Down() {
		t.Error("a new connection is down")
	}
	if _, err := b.JetStream().AccountInfo(t.Context()); err != nil {
		t.Error(err)
	}
}

// A password in the URL is in no error.
func TestConnectSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	options := bustest.Options(t)
	options.Username, options.Password = "fleet", "right"
	url := bustest.StartWith(t, options).ClientURL()
	host := strings.TrimPrefix(url, "nats://")
	for _, tt := range []struct{ url, want string }{
		{"nats://127.0.0.1:1", "nats://127.0.0.1:1: no NATS server answers there"},
		{"nats://fleet:wrong@" + host, url + ": the NATS server refuses the login; give --creds FILE, or --nats-user and MXPROBE_NATS_PASSWORD"},
		{host, url + ": the NATS server refuses the login; give --creds FILE, or --nats-user and MXPROBE_NATS_PASSWORD"},
	} {
		_, err := Connect(t.Context(), &Settings{URL: tt.url})
		if err == nil || err.Error() != tt.want {
			t.Errorf("Connect(%s) = %v; want %s", tt.url, err, tt.want)
		}
	}
	b, err := Connect(t.Context(), &Settings{URL: url, User: "fleet", Password: "right"})
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
}

// A worker may be there before the server.
func TestPatientConnectWaits(t *testing.T) {
	t.Parallel()
	options := bustest.Options(t)
	first := bustest.StartWith(t, options)
	url := first.ClientURL()
	options.Port = first.Addr().(*net.TCPAddr).Port
	bustest.Stop(first)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	said := make(chan string, 8)
	var b *Bus
	done := make(chan error, 1)
	go func() {
		var err error
		b, err = Connect(ctx, &Settings{URL: url, Patient: true, Say: func(m string) { said <- m }})
		done <- err
	}()
	if got, want := <-said, url+": no NATS server answers there; waiting for it"; got != want {
		t.Errorf("it said %q; want %q", got, want)
	}
	bustest.StartWith(t, options)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	b.Close()
}
