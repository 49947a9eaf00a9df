package sandbox

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// HTTPS makes a server one that hands out an MTA-STS policy (RFC 8461 section
// 3.2) in place of taking mail. It answers the same to every request for
// PolicyPath, and 404 to all else.
type HTTPS struct {
	// Body is the policy; its lines may end in LF.
	Body string
	// Status is the status of the reply, 0 for 200.
	Status int
	// Type is the media type; empty for text/plain.
	Type string
	// Location is where the reply leads to, empty for nowhere.
	Location string
	// Delay is waited before the reply.
	Delay time.Duration
	// Endless repeats the body until the client has enough.
	Endless bool
}

// PolicyPath is where MTA-STS policies are, RFC 8461 section 3.3.
const PolicyPath = "/.well-known/mta-sts.txt"

func checkHTTPS(h *HTTPS) error {
	switch {
	case h == nil:
		return nil
	case h.Status != 0 && (h.Status < 200 || h.Status > 599):
		return fmt.Errorf("%d is not the status of a reply (200 to 599)", h.Status)
	case strings.ContainsAny(h.Type+h.Location, "\r\n"):
		return errors.New("type and location are one line each")
	case h.Delay < 0:
		return errors.New("delay cannot be negative")
	}
	return nil
}

// serveHTTPS answers one request and closes.
func (c *Conn) serveHTTPS() {
	c.startTLS()
	request, err := c.readLine(true)
	for line := request; err == nil && line != ""; {
		line, err = c.readLine(false)
	}
	if err != nil || !sleep(c.ctx, c.srv.https.Delay) {
		return
	}
	c.srv.https.answer(c, request)
	c.Close()
}

func (h *HTTPS) answer(c *Conn, request string) {
	status, body := h.Status, h.Body
	if status == 0 {
		status = 200
	}
	if !strings.HasPrefix(request, "GET "+PolicyPath+" ") {
		status, body = 404, "not found\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d sandbox\r\nConnection: close\r\n", status)
	if h.Type == "" {
		b.WriteString("Content-Type: text/plain\r\n")
	} else {
		fmt.Fprintf(&b, "Content-Type: %s\r\n", h.Type)
	}
	if h.Location != "" {
		fmt.Fprintf(&b, "Location: %s\r\n", h.Location)
	}
	b.WriteString("\r\n" + body)
	_, err := c.rw.Write([]byte(b.String()))
	for h.Endless && err == nil && body != "" {
		_, err = c.rw.Write([]byte(body))
	}
}
