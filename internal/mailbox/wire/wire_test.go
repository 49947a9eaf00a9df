package wire

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// says returns a connection to a server that says a text and then waits.
func says(t *testing.T, text string) *Conn {
	t.Helper()
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = server.Write([]byte(text))
	}()
	t.Cleanup(func() { _ = client.Close(); _ = server.Close(); <-done })
	return New(client)
}

func TestLinesAndBytes(t *testing.T) {
	t.Parallel()
	c := says(t, "one\r\ntwo\n\r\n\nabc\x00defrest\r\n")
	err := c.Exchange(t.Context(), 1000, func() error {
		for _, want := range []string{"one", "two", "", ""} {
			if got, err := c.Line(); err != nil || string(got) != want {
				t.Errorf("line is %q, %v; want %q", got, err, want)
			}
		}
		if got, err := c.Bytes([]byte(">"), 7); err != nil || string(got) != ">abc\x00def" {
			t.Errorf("bytes are %q, %v", got, err)
		}
		got, err := c.Line()
		if string(got) != "rest" {
			t.Errorf("the rest is %q", got)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Both bounds hold to the byte.
func TestBounds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		limit int
		want  error
	}{
		{strings.Repeat("x", MaxLine-2) + "\r\n", MaxLine, nil},
		{strings.Repeat("x", MaxLine-1) + "\r\n", 2 * MaxLine, ErrLine},
		{"12345\r\n", 7, nil},
		{"12345\r\n", 6, ErrEndless},
	} {
		c := says(t, test.text)
		err := c.Exchange(t.Context(), test.limit, func() error { _, err := c.Line(); return err })
		if !errors.Is(err, test.want) {
			t.Errorf("a line of %d bytes, %d allowed: %v; want %v", len(test.text), test.limit, err, test.want)
		}
	}
	c := says(t, "abc")
	if err := c.Exchange(t.Context(), 2, func() error { _, err := c.Bytes(nil, 3); return err }); !errors.Is(err, ErrEndless) {
		t.Errorf("3 bytes where 2 are allowed: %v; want ErrEndless", err)
	}
}

func TestAnExchangeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	read := func(c *Conn) func() error { return func() error { _, err := c.Line(); return err } }
	c := says(t, "half a line")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := c.Exchange(ctx, 100, read(c)); !errors.Is(err, os.ErrDeadlineExceeded) || !strings.HasPrefix(err.Error(), "no answer in ") {
		t.Errorf("with a deadline: %v; want no answer", err)
	}
	c = says(t, "half a line")
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	began := time.Now()
	if err := c.Exchange(ctx, 100, read(c)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if took := time.Since(began); took > ExchangeTime/2 {
		t.Errorf("it took %v", took)
	}
	if err := c.Exchange(ctx, 100, read(c)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}

func TestTheEndOfAConnection(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	_ = server.Close()
	c := New(client)
	err := c.Exchange(t.Context(), 100, func() error { _, err := c.Line(); return err })
	if !errors.Is(err, ErrClosed) {
		t.Errorf("%v; want ErrClosed", err)
	}
	_ = c.Close()
}
