package mailbox

import (
	"bufio"
	"cmp"
	"context"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// popServer keeps one mailbox, as RFC 1939 has it.
type popServer struct {
	mu       sync.Mutex
	messages []popMessage
	logins   []string // how clients have logged in
	config   *tls.Config
	roots    *x509.CertPool
	caps     []string
	stamp    string
	refuse   string // answer to a login
}

type popMessage struct{ uid, text string }

func (s *popServer) add(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, popMessage{"uid-" + id, strings.ReplaceAll("Message-ID: <"+id+">\n"+text, "\n", "\r\n")})
}

func (s *popServer) dial(implicit bool) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		// A connection with buffers, as TLS needs it where it fails.
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		go func() {
			server, err := l.Accept()
			if _ = l.Close(); err != nil {
				return
			}
			if implicit {
				server = tls.Server(server, s.config)
			}
			s.serve(server, implicit)
		}()
		return (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
	}
}

func (s *popServer) serve(nc net.Conn, secure bool) {
	defer func() { _ = nc.Close() }()
	in, deleted, user := bufio.NewReader(nc), map[int]bool{}, ""
	say := func(lines ...string) bool {
		_, err := nc.Write([]byte(strings.Join(lines, "\r\n") + "\r\n"))
		return err == nil
	}
	s.mu.Lock()
	box := slices.Clone(s.messages)
	s.mu.Unlock()
	if !say("+OK ready " + s.stamp) {
		return
	}
	login := func(how string, ok bool) bool {
		s.mu.Lock()
		s.logins = append(s.logins, how)
		s.mu.Unlock()
		if s.refuse != "" || !ok {
			return say(cmp.Or(s.refuse, "-ERR [AUTH] no"))
		}
		return say("+OK")
	}
	for ok := true; ok; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		words := append(strings.Fields(line), "", "")
		n := 0
		_, _ = fmt.Sscan(words[1], &n)
		switch verb := strings.ToUpper(words[0]); verb {
		case "CAPA":
			ok = say(append(append([]string{"+OK"}, s.caps...), ".")...)
		case "STLS":
			if ok = say("+OK"); ok {
				nc, secure = tls.Server(nc, s.config), true
				in = bufio.NewReader(nc)
			}
		case "USER":
			user = words[1]
			ok = say("+OK")
		case "PASS":
			ok = login(fmt.Sprintf("USER %s, TLS %t", user, secure), strings.TrimSpace(line[5:]) == password)
		case "APOP":
			sum := md5.Sum([]byte(s.stamp + password))
			ok = login("APOP", words[2] == hex.EncodeToString(sum[:]))
		case "AUTH":
			ok = login("AUTH "+words[1], true)
		case "UIDL":
			list := []string{"+OK"}
			for i, m := range box {
				list = append(list, fmt.Sprintf("%d %s", i+1, m.uid))
			}
			ok = say(append(list, ".")...)
		case "TOP", "RETR":
			text := box[n-1].text
			if verb == "TOP" && words[2] == "0" {
				text, _, _ = strings.Cut(text, "\r\n\r\n")
				text += "\r\n\r\n"
			}
			text = strings.ReplaceAll("\r\n"+strings.TrimSuffix(text, "\r\n"), "\r\n.", "\r\n..")
			ok = say("+OK"+text, ".")
		case "DELE":
			deleted[n] = true
			ok = say("+OK")
		case "QUIT":
			s.mu.Lock()
			for i, m := range box {
				if deleted[i+1] {
					s.messages = slices.DeleteFunc(s.messages, func(o popMessage) bool { return o.uid == m.uid })
				}
			}
			s.mu.Unlock()
			say("+OK")
			return
		default:
			ok = say("-ERR what?")
		}
	}
}

func servePOP3(t *testing.T) (*popServer, Server) {
	t.Helper()
	s := &popServer{caps: []string{"UIDL", "TOP", "USER", "STLS"}}
	s.config, s.roots = certificate(t)
	return s, Server{
		User: "kate", Password: password, Dial: s.dial(false),
		TLS: &tls.Config{ServerName: "imap.test", RootCAs: s.roots},
	}
}

func openPOP3(t *testing.T, config Server) Box {
	t.Helper()
	b, err := OpenPOP3(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTrap67POP3ShowsWhatArrives(t *testing.T) {
	t.Parallel()
	s, config := servePOP3(t)
	s.add("old@x", "\nx")
	b := openPOP3(t, config)
	s.add("one@x", "Return-Path: <a@b>\n\n.a line\n..\nend\n")
	s.add("report@x", string(sample(t)))
	got, err := b.Next(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("%d messages, %v; want 2", len(got), err)
	}
	if got[0].MessageID != "<one@x>" || got[0].Sender != "<a@b>" || got[0].Place != "UIDL uid-one@x" {
		t.Errorf("the first message is %+v", got[0])
	}
	if r := got[1].Report; r == nil || len(r.Recipients) != 2 {
		t.Errorf("the report is %+v", r)
	}
	raw, err := b.Read(t.Context(), &got[0], 1000)
	if want := "Message-ID: <one@x>\r\nReturn-Path: <a@b>\r\n\r\n.a line\r\n..\r\nend\r\n"; err != nil || string(raw) != want {
		t.Errorf("the message is %q, %v; want %q", raw, err, want)
	}
	if err := b.Delete(t.Context(), &got[0]); err != nil {
		t.Error(err)
	}
	if len(s.messages) != 2 || s.messages[0].uid != "uid-old@x" || s.messages[1].uid != "uid-report@x" {
		t.Errorf("left are %+v", s.messages)
	}
	if err := b.Delete(t.Context(), &got[0]); !errors.Is(err, ErrGone) {
		t.Errorf("a second removal: %v; want ErrGone", err)
	}
	for _, how := range s.logins {
		if how != "USER kate, TLS true" {
			t.Errorf("a login was %q; want it under TLS", how)
		}
	}
}

// The best login that is offered is taken, and none goes out in clear unasked.
func TestPOP3Logins(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		caps        []string
		stamp       string
		clear       bool
		change      func(*popServer, *Server)
		login, says string
		final       bool
	}{
		"USER under TLS":      {caps: []string{"STLS", "USER"}, login: "USER kate, TLS true"},
		"PLAIN under TLS":     {caps: []string{"STLS", "USER", "SASL CRAM-MD5 PLAIN"}, login: "AUTH PLAIN"},
		"TLS at once":         {caps: []string{"USER"}, change: func(p *popServer, s *Server) { s.Implicit, s.Dial = true, p.dial(true) }, login: "USER kate, TLS true"},
		"APOP in clear":       {caps: []string{"USER"}, stamp: "<1.2@x>", clear: true, login: "APOP"},
		"USER in clear":       {caps: []string{"USER"}, clear: true, login: "USER kate, TLS false"},
		"TLS though in clear": {caps: []string{"STLS", "USER"}, stamp: "<1.2@x>", clear: true, login: "USER kate, TLS true"},
		"no TLS":              {caps: []string{"USER"}, says: "does not offer STLS", final: true},
		"no way":              {caps: []string{"SASL X-OWN"}, clear: true, says: "no way to log in", final: true},
		"slow":                {caps: []string{"USER", "LOGIN-DELAY 900"}, clear: true, says: "LOGIN-DELAY", final: true},
		"refused":             {caps: []string{"STLS", "USER"}, change: func(_ *popServer, s *Server) { s.Password = "wrong" }, login: "USER kate, TLS true", says: "login: the server says -ERR no", final: true},
		"locked":              {caps: []string{"STLS", "USER"}, change: func(p *popServer, _ *Server) { p.refuse = "-ERR [IN-USE] busy" }, login: "USER kate, TLS true", says: "login: the server says -ERR busy"},
		"other name":          {caps: []string{"STLS"}, change: func(p *popServer, s *Server) { s.TLS = &tls.Config{ServerName: "other.test", RootCAs: p.roots} }, says: "TLS: ", final: true},
	} {
		s, config := servePOP3(t)
		s.caps, s.stamp, config.AllowClear = test.caps, test.stamp, test.clear
		if test.change != nil {
			test.change(s, &config)
		}
		_, err := OpenPOP3(t.Context(), config)
		switch {
		case test.says == "" && err != nil, test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)), errors.Is(err, ErrFinal) != test.final:
			t.Errorf("%s: %v (final: %t); want %q (final: %t)", name, err, errors.Is(err, ErrFinal), test.says, test.final)
		}
		s.mu.Lock()
		if got := strings.Join(s.logins, "; "); got != test.login {
			t.Errorf("%s: logins are %q; want %q", name, got, test.login)
		}
		s.mu.Unlock()
	}
}
