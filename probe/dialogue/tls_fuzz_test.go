package dialogue_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

// FuzzBytesInPlaceOfTLS sends bytes where the server's part of the handshake
// should be: the step fails, and nothing more is said in clear.
func FuzzBytesInPlaceOfTLS(f *testing.F) {
	f.Add([]byte{})                                                                // the server hangs up
	f.Add([]byte("250 injected\r\n"))                                              // SMTP behind the 220
	f.Add([]byte{21, 3, 3, 0, 2, 2, 70})                                           // alert protocol_version
	f.Add([]byte{21, 3, 3, 0, 2, 1, 0})                                            // close_notify
	f.Add([]byte{22, 3, 3, 0, 4, 2, 0, 0, 0})                                      // an empty ServerHello
	f.Add([]byte{22, 3, 1, 0xff, 0xff})                                            // a record longer than allowed
	f.Add(append([]byte{22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1}, make([]byte, 36)...)) // ServerHello of TLS 1.0
	f.Fuzz(func(t *testing.T, b []byte) {
		var clear []byte
		done := make(chan struct{})
		dial := dialFunc(func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer close(done)
				clear = serveBytes(server, b)
			}()
			return client, nil
		})
		set := settings(dial)
		set.ReplyTimeout = 5 * time.Second
		d, err := dialogue.New(t.Context(), parse(t, overTLS("{}"))[0], dialogue.NewRun(set))
		if err != nil {
			t.Fatal(err)
		}
		trial := d.Start(probe.Target{Domain: "example.test", Host: "mx1.example.test", IP: netip.MustParseAddr("192.0.2.10"), Port: 25}, nil)
		trial.Play(t.Context())
		<-done
		c := trial.Result()
		if c.Status != result.Fail || c.Reason != result.TLS || c.FailedStep == nil || *c.FailedStep != 2 || c.Message == "" {
			t.Errorf("%q in place of a handshake: %v, %q: %s", b, c.Status, c.Reason, c.Message)
		}
		// Records of TLS begin with their type: alert or handshake.
		if len(clear) > 0 && clear[0] != 21 && clear[0] != 22 || bytes.Contains(clear, []byte("QUIT")) {
			t.Errorf("%q in place of a handshake: the server got %q", b, clear)
		}
	})
}

// serveBytes plays a server up to the 220, sends b, and returns what came
// after that.
func serveBytes(server net.Conn, b []byte) []byte {
	defer server.Close()
	_ = server.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewReader(server)
	for _, reply := range []string{"220 mx1\r\n", "250-mx1\r\n250 STARTTLS\r\n", "220 go ahead\r\n"} {
		if _, err := server.Write([]byte(reply)); err != nil {
			return nil
		}
		if reply != "220 go ahead\r\n" {
			if _, err := in.ReadString('\n'); err != nil {
				return nil
			}
		}
	}
	first := make([]byte, 4096)
	n, _ := in.Read(first)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = server.Write(b)
		time.AfterFunc(20*time.Millisecond, func() { _ = server.Close() })
	}()
	rest, _ := io.ReadAll(in)
	<-sent
	return append(first[:n], rest...)
}
