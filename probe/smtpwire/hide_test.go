package smtpwire

import (
	"io"
	"net"
	"strings"
	"testing"
)

// What is hidden goes over the line and not into the record, once.
func TestHide(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, concurrentSize} {
		client, server := net.Pipe()
		got := make(chan string, 1)
		go func() { b, _ := io.ReadAll(server); got <- string(b) }()
		rec := NewRecorder(0)
		c := NewConn(client, Options{Record: rec})
		text := strings.Repeat("x", size)
		c.Hide(size)
		if err, _ := c.WriteAndRead([]byte(text+"QUIT\r\n"), func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := c.WriteRaw([]byte("x\r\n")); err != nil {
			t.Fatal(err)
		}
		_ = client.Close()
		if sent := <-got; sent != text+"QUIT\r\nx\r\n" {
			t.Errorf("%d octets were sent; want all", len(sent))
		}
		var shown strings.Builder
		for e := range rec.Entries(0) {
			shown.Write(e.Bytes)
		}
		if shown.String() != "QUIT\r\nx\r\n" {
			t.Errorf("the record is %q; want what was not hidden", shown.String())
		}
	}
}
