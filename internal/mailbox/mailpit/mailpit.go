// Package mailpit is a client of the HTTP interface of Mailpit, a mail server
// for tests that keeps all it is sent: it lists, reads and removes messages.
//
// The server may be hostile: answers are bounded by the byte, redirects are not
// followed, no proxy of the environment is asked, and every request ends with
// its context.
package mailpit

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits on a request and its answer.
const (
	requestTime = 30 * time.Second
	maxHeader   = 64 << 10
	// maxList bounds the list of one page, in bytes.
	maxList = 4 << 20
)

// Config says where the interface is.
type Config struct {
	// Base is the URL of the web page, such as http://localhost:8025.
	Base string
	// User and Password are those of the page, empty where it has none.
	User, Password string
	// TLS is for a Base with https.
	TLS *tls.Config
	// Dial opens a connection to the server.
	Dial func(ctx context.Context) (net.Conn, error)
}

// Client asks the interface. One goroutine uses it.
type Client struct {
	config Config
	http   http.Client
}

// New returns a client. It does not ask yet.
func New(config Config) *Client {
	config.Base = strings.TrimSuffix(config.Base, "/")
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return config.Dial(ctx) }
	return &Client{config: config, http: http.Client{
		Timeout: requestTime,
		Transport: &http.Transport{
			DialContext: dial, TLSClientConfig: config.TLS, TLSHandshakeTimeout: requestTime,
			DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// StatusError is an answer with another status than 200.
type StatusError struct {
	// What was asked for: list, message or delete.
	What string
	Code int
}

// Error names the status.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s: the server answers with status %d", e.What, e.Code)
	switch e.Code {
	case http.StatusUnauthorized:
		return text + " (it takes no such user and password)"
	case http.StatusNotFound:
		return text + " (no Mailpit is there)"
	}
	return text
}

// Final reports whether the answer will be the same again.
func (e *StatusError) Final() bool { return e.Code < http.StatusInternalServerError }

// Entry is a message in the list. Both are foreign.
type Entry struct {
	ID string
	// MessageID has no brackets.
	MessageID string
}

// List returns a page of messages, the newest first, from one on.
func (c *Client) List(ctx context.Context, start, count int) ([]Entry, error) {
	var page struct{ Messages []Entry }
	err := c.do(ctx, "list", http.MethodGet, fmt.Sprintf("/api/v1/messages?start=%d&limit=%d", start, count), nil, func(body io.Reader) error {
		text, err := io.ReadAll(io.LimitReader(body, maxList+1))
		switch {
		case err != nil:
			return err
		case len(text) > maxList:
			return errors.New("the answer of the server does not end")
		}
		if json.Unmarshal(text, &page) != nil || page.Messages == nil {
			return errors.New("the answer is no list of Mailpit")
		}
		return nil
	})
	if len(page.Messages) > count {
		return nil, errors.New("list: the server lists more than was asked for")
	}
	for _, m := range page.Messages {
		if err := check(m.ID); err != nil {
			return nil, err
		}
	}
	return page.Messages, err
}

// check reports an identifier that is none: it goes into the path of a
// request, and an empty one would stand for all messages.
func check(id string) error {
	digits := "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
	if id == "" || len(id) > 100 || id == "latest" || strings.Trim(id, digits) != "" {
		return errors.New("list: the server gives a message no name that can be used")
	}
	return nil
}

// Message reads a message as it came, up to most bytes; nil where it is gone.
func (c *Client) Message(ctx context.Context, id string, most int) ([]byte, error) {
	if err := check(id); err != nil {
		return nil, err
	}
	var out []byte
	err := c.do(ctx, "message", http.MethodGet, "/api/v1/message/"+id+"/raw", nil, func(body io.Reader) (err error) {
		out, err = io.ReadAll(io.LimitReader(body, int64(most)))
		return err
	})
	var status *StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return nil, nil
	}
	return out, err
}

// Delete removes one message. It is no error if it is gone.
func (c *Client) Delete(ctx context.Context, id string) error {
	if err := check(id); err != nil {
		return err
	}
	body, err := json.Marshal(struct{ IDs []string }{[]string{id}})
	if err != nil {
		return err
	}
	return c.do(ctx, "delete", http.MethodDelete, "/api/v1/messages", body, func(io.Reader) error { return nil })
}

// do makes one request.
func (c *Client) do(ctx context.Context, what, method, path string, send []byte, read func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, method, c.config.Base+path, bytes.NewReader(send))
	if err != nil {
		return fmt.Errorf("%s: %w", what, plain(err))
	}
	request.Header.Set("User-Agent", "mxprobe")
	if send != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.config.User != "" || c.config.Password != "" {
		request.SetBasicAuth(c.config.User, c.config.Password)
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("%s: %w", what, plain(err))
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return &StatusError{what, answer.StatusCode}
	}
	if err := read(answer.Body); err != nil {
		return fmt.Errorf("%s: %w", what, plain(err))
	}
	return nil
}

// plain takes off what net/http puts around an error: the URL is known.
func plain(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		if at.Timeout() {
			return errors.New("no answer in time")
		}
		return at.Err
	}
	return err
}
