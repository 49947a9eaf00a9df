package mailbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// pit is the part of Mailpit's interface that is asked, as its documentation
// has it: the newest message first, and no identifiers stand for all messages.
type pit struct {
	mu       sync.Mutex
	messages []popMessage
	added    int
	answer   func(http.ResponseWriter, *http.Request) bool // true where it has answered
}

func servePit(t *testing.T) (*pit, Server) {
	t.Helper()
	p := &pit{}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, Server{Name: server.URL, Dial: func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
	}}
}

func (p *pit) add(id, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.added++
	p.messages = append(p.messages, popMessage{fmt.Sprintf("ID%d", p.added), "Message-ID: <" + id + ">\r\n" + text})
}

func (p *pit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answer != nil && p.answer(w, r) {
		return
	}
	path := r.URL.Path
	switch {
	case r.Method == http.MethodDelete && path == "/api/v1/messages":
		var body struct{ IDs []string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		p.messages = slices.DeleteFunc(p.messages, func(m popMessage) bool { return len(body.IDs) == 0 || slices.Contains(body.IDs, m.uid) })
		_, _ = io.WriteString(w, "ok")
	case path == "/api/v1/messages":
		type summary struct{ ID, MessageID string }
		list := []summary{}
		start, _ := strconv.Atoi(r.URL.Query().Get("start"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		for i := len(p.messages) - 1 - start; i >= 0 && len(list) < limit; i-- {
			list = append(list, summary{p.messages[i].uid, "x"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"total": len(p.messages), "messages": list})
	default:
		id := strings.TrimSuffix(strings.TrimPrefix(path, "/api/v1/message/"), "/raw")
		for _, m := range p.messages {
			if m.uid == id {
				_, _ = io.WriteString(w, m.text)
				return
			}
		}
		http.NotFound(w, r)
	}
}

func TestTrap67MailpitShowsWhatArrives(t *testing.T) {
	t.Parallel()
	p, config := servePit(t)
	for i := range 2*page + 1 {
		p.add(fmt.Sprintf("old%d@x", i), "\r\n")
	}
	b, err := OpenMailpit(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "before anything came", ids(t, b))
	p.add("one@x", "Return-Path: <a@b>\r\n\r\ntext")
	p.add("two@x", "\r\ntext")
	got, err := b.Next(t.Context())
	if err != nil || len(got) != 2 || got[0].MessageID != "<one@x>" || got[0].Sender != "<a@b>" || got[1].MessageID != "<two@x>" {
		t.Fatalf("%+v, %v; want both messages", got, err)
	}
	if raw, err := b.Read(t.Context(), &got[1], 1000); err != nil || string(raw) != "Message-ID: <two@x>\r\n\r\ntext" {
		t.Errorf("the message is %q, %v", raw, err)
	}
	before := len(p.messages)
	if err := b.Delete(t.Context(), &got[0]); err != nil || len(p.messages) != before-1 {
		t.Errorf("%d messages are left of %d, %v; want one less", len(p.messages), before, err)
	}
	if _, err := b.Read(t.Context(), &got[0], 1000); !errors.Is(err, ErrGone) {
		t.Errorf("a message that is gone: %v; want ErrGone", err)
	}
	want(t, "after that", ids(t, b))
	// A look that breaks off loses nothing.
	p.add("three@x", "\r\ntext")
	p.add("four@x", "\r\ntext")
	p.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/raw") {
			http.Error(w, "x", http.StatusInternalServerError)
			return true
		}
		return false
	}
	if _, err := b.Next(t.Context()); err == nil || errors.Is(err, ErrFinal) {
		t.Errorf("a server in trouble: %v; want an error that is not final", err)
	}
	p.answer = nil
	want(t, "afterwards", ids(t, b), "<four@x>", "<three@x>")
}

// What is no Mailpit, or a hostile one, is told with an error, and nothing is
// ever asked for that could stand for all messages.
func TestMailpitThatIsNone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer, says string
		status       int
		final        bool
	}{
		"a page":           {"<html>", "list: the answer is no list of Mailpit", 200, false},
		"another list":     {`{"x": []}`, "list: the answer is no list of Mailpit", 200, false},
		"nesting":          {strings.Repeat(`{"messages":[`, 200_000), "list: the answer is no list of Mailpit", 200, false},
		"endless":          {`{"messages": [` + strings.Repeat(" ", 5<<20) + `]}`, "list: the answer of the server does not end", 200, false},
		"an empty name":    {`{"messages": [{"ID": ""}]}`, "no name that can be used", 200, false},
		"a path as a name": {`{"messages": [{"ID": "../../x"}]}`, "no name that can be used", 200, false},
		"the latest":       {`{"messages": [{"ID": "latest"}]}`, "no name that can be used", 200, false},
		"too many":         {`{"messages": [` + strings.Repeat(`{"ID": "a"},`, page) + `{"ID": "a"}]}`, "lists more than was asked for", 200, false},
		"password":         {"", "status 401", 401, true},
		"not there":        {"", "status 404", 404, true},
		"redirect":         {"", "status 302", 302, true},
		"in trouble":       {"", "status 503", 503, false},
	} {
		p, config := servePit(t)
		p.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.answer)
			return true
		}
		_, err := OpenMailpit(t.Context(), config)
		if err == nil || !strings.Contains(err.Error(), test.says) || errors.Is(err, ErrFinal) != test.final {
			t.Errorf("%s: %v (final: %t); want %q (final: %t)", name, err, errors.Is(err, ErrFinal), test.says, test.final)
		}
	}
}
