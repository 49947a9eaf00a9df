package mailbox

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

const password = "corr\u00e9ct horse"

// server is an IMAP server with one user, in memory.
type server struct {
	user   *imapmemserver.User
	addr   string
	roots  *x509.CertPool
	config *tls.Config
}

// serve starts it; change may alter what it offers.
func serve(t *testing.T, change func(*imapserver.Options)) *server {
	t.Helper()
	s := &server{user: imapmemserver.NewUser("kate", password)}
	if err := s.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	s.config, s.roots = certificate(t)
	memory := imapmemserver.New()
	memory.AddUser(s.user)
	options := &imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps:      imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}},
		TLSConfig: s.config, Logger: log.New(io.Discard, "", 0),
	}
	if change != nil {
		change(options)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	srv := imapserver.New(options)
	done := make(chan error)
	go func() { done <- srv.Serve(listener) }()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
	})
	return s
}

func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "imap.test"}, DNSNames: []string{"imap.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

func (s *server) login() IMAP {
	return IMAP{
		Name: "INBOX", User: "kate", Password: password, TLS: &tls.Config{ServerName: "imap.test", RootCAs: s.roots},
		Dial: func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", s.addr)
		},
	}
}

func (s *server) put(t *testing.T, text string) {
	t.Helper()
	text = strings.ReplaceAll(text, "\n", "\r\n")
	if _, err := s.user.Append("INBOX", literal{strings.NewReader(text), int64(len(text))}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

func openIMAP(t *testing.T, config IMAP) Box {
	t.Helper()
	b, err := OpenIMAP(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestTrap67IMAPShowsWhatArrives(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	s.put(t, "Message-ID: <old@x>\n\n")
	b := openIMAP(t, s.login())
	want(t, "before anything came", ids(t, b))
	s.put(t, "Return-Path: <a@b>\nMessage-ID: <one@x>\nSubject: x\n\ntext")
	s.put(t, string(sample(t)))
	got, err := b.Next(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("%d messages, %v; want 2", len(got), err)
	}
	if got[0].MessageID != "<one@x>" || got[0].Sender != "<a@b>" || got[0].Place != "UID 2 of INBOX" || got[0].Report != nil {
		t.Errorf("the first message is %+v", got[0])
	}
	if r := got[1].Report; r == nil || r.EnvelopeID != "run1-0123 one+two" || len(r.Recipients) != 2 {
		t.Errorf("the report is %+v", r)
	}
	want(t, "after that", ids(t, b))
	// More than one batch.
	for i := range 2*batch + 1 {
		s.put(t, fmt.Sprintf("Message-ID: <%d@x>\n\n", i))
	}
	if n := len(ids(t, b)); n != 2*batch+1 {
		t.Errorf("%d messages of a larger delivery; want %d", n, 2*batch+1)
	}
}

func TestIMAPDeletesOneMessage(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	b := openIMAP(t, s.login())
	s.put(t, "Message-ID: <one@x>\n\n")
	s.put(t, "Message-ID: <two@x>\n\n")
	got, err := b.Next(t.Context())
	if err != nil || len(got) != 2 {
		t.Fatalf("%d messages, %v; want 2", len(got), err)
	}
	if err := b.Delete(t.Context(), &got[0]); err != nil {
		t.Fatal(err)
	}
	status, err := s.user.Status("INBOX", &imap.StatusOptions{NumMessages: true})
	if err != nil || *status.NumMessages != 1 {
		t.Errorf("%d messages are left, %v; want 1", *status.NumMessages, err)
	}
	s.put(t, "Message-ID: <three@x>\n\n")
	want(t, "after the deletion", ids(t, b), "<three@x>")
}

// What a filter puts into the folder for spam, or into another one, is seen
// and can be removed.
func TestIMAPHasFoldersBesideIt(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	into := func(folder, id string) {
		text := "Message-ID: " + id + "\r\n\r\n"
		if _, err := s.user.Append(folder, literal{strings.NewReader(text), int64(len(text))}, &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"Spam", "Lists", "Other"} {
		if err := s.user.Create(name, nil); err != nil {
			t.Fatal(err)
		}
		into(name, "<old@x>")
	}
	config := s.login()
	config.Folder = "Lists"
	b := openIMAP(t, config)
	into("Spam", "<spam@x>")
	into("Lists", "<list@x>")
	into("Other", "<other@x>")
	into("INBOX", "<in@x>")
	got, err := b.Next(t.Context())
	if err != nil || len(got) != 3 {
		t.Fatalf("%d messages, %v; want 3", len(got), err)
	}
	for i, want := range []Message{{MessageID: "<in@x>"}, {MessageID: "<list@x>", Folder: "Lists"}, {MessageID: "<spam@x>", Folder: "Spam"}} {
		if got[i].MessageID != want.MessageID || got[i].Folder != want.Folder {
			t.Errorf("message %d is %s in %q; want %s in %q", i, got[i].MessageID, got[i].Folder, want.MessageID, want.Folder)
		}
		if raw, err := b.Read(t.Context(), &got[i], 100); err != nil || !strings.HasPrefix(string(raw), "Message-ID: "+want.MessageID) {
			t.Errorf("message %d reads %q, %v", i, raw, err)
		}
	}
	if err := b.Delete(t.Context(), &got[2]); err != nil {
		t.Error(err)
	}
	if _, err := b.Read(t.Context(), &got[2], 100); !errors.Is(err, ErrGone) {
		t.Errorf("a message that was removed: %v; want ErrGone", err)
	}
	into("Spam", "<more@x>")
	into("INBOX", "<again@x>")
	want(t, "after that", ids(t, b), "<again@x>", "<more@x>")
}

func TestIMAPWithTLSFromTheFirstByte(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", s.config)
	if err != nil {
		t.Fatal(err)
	}
	memory := imapmemserver.New()
	memory.AddUser(s.user)
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
	})
	done := make(chan error)
	go func() { done <- srv.Serve(listener) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	s.addr = listener.Addr().String()
	config := s.login()
	config.Implicit = true
	b := openIMAP(t, config)
	s.put(t, "Message-ID: <one@x>\n\n")
	want(t, "under TLS", ids(t, b), "<one@x>")
}

// A password goes out in clear only where that is asked for, and where there
// is no TLS to be had.
func TestIMAPWithoutTLS(t *testing.T) {
	t.Parallel()
	bare := serve(t, func(o *imapserver.Options) { o.TLSConfig, o.InsecureAuth = nil, true })
	if _, err := OpenIMAP(t.Context(), bare.login()); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("without STARTTLS: %v; want an error", err)
	}
	config := bare.login()
	config.AllowClear = true
	openIMAP(t, config)
	// This one takes no login without TLS.
	both := serve(t, nil)
	config = both.login()
	config.AllowClear = true
	openIMAP(t, config)
}

// What will be the same at the next attempt is said at once.
func TestIMAPRefusals(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	for what, test := range map[string]struct {
		change func(*IMAP)
		says   string
		final  bool
	}{
		"password":    {func(c *IMAP) { c.Password = "wrong" }, "login: the server says NO", true},
		"mailbox":     {func(c *IMAP) { c.Name = "Elsewhere" }, "mailbox: the server says NO", true},
		"authority":   {func(c *IMAP) { c.TLS = &tls.Config{ServerName: "imap.test", RootCAs: x509.NewCertPool()} }, "TLS: ", true},
		"name":        {func(c *IMAP) { c.TLS = &tls.Config{ServerName: "other.test", RootCAs: s.roots} }, "other.test", true},
		"not running": {func(c *IMAP) { c.Dial = func(context.Context) (net.Conn, error) { return nil, errors.New("refused") } }, "refused", false},
	} {
		config := s.login()
		test.change(&config)
		_, err := OpenIMAP(t.Context(), config)
		if err == nil || !strings.Contains(err.Error(), test.says) || errors.Is(err, ErrFinal) != test.final {
			t.Errorf("%s: %v (final: %t); want %q (final: %t)", what, err, errors.Is(err, ErrFinal), test.says, test.final)
		}
		if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error shows the password: %v", what, err)
		}
	}
}

// A connection that broke is made again, and nothing is missed.
func TestIMAPConnectsAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	b := openIMAP(t, s.login())
	_ = b.(*imapBox).conn.Close()
	s.put(t, "Message-ID: <one@x>\n\n")
	if _, err := b.Next(t.Context()); err == nil {
		t.Error("a broken connection is not noticed")
	}
	want(t, "after a new connection", ids(t, b), "<one@x>")
	// Numbers of a mailbox that was made anew mean something else.
	if err := s.user.Delete("INBOX"); err != nil {
		t.Fatal(err)
	}
	if err := s.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	_ = b.(*imapBox).conn.Close()
	_, _ = b.Next(t.Context())
	if _, err := b.Next(t.Context()); !errors.Is(err, ErrFinal) || !strings.Contains(err.Error(), "UIDVALIDITY") {
		t.Errorf("a mailbox made anew: %v; want a final error", err)
	}
}

// speak is a server that answers each line as it is told to.
func speak(t *testing.T, greeting string, answer func(tag, line string) string) func(context.Context) (net.Conn, error) {
	t.Helper()
	return func(context.Context) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer func() { _ = server.Close() }()
			if _, err := io.WriteString(server, greeting); err != nil {
				return
			}
			in := bufio.NewScanner(server)
			for in.Scan() {
				tag, line, _ := strings.Cut(in.Text(), " ")
				if _, err := io.WriteString(server, answer(tag, line)); err != nil {
					return
				}
			}
		}()
		return client, nil
	}
}

// A server that never ends, or says that it has billions of messages, is left.
func TestIMAPAnswersAreBounded(t *testing.T) {
	t.Parallel()
	usual := func(search string) func(tag, line string) string {
		return func(tag, line string) string {
			switch verb, _, _ := strings.Cut(line, " "); verb {
			case "EXAMINE":
				return "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 2] x\r\n" + tag + " OK x\r\n"
			case "UID":
				return strings.ReplaceAll(search, "{tag}", tag) + tag + " OK x\r\n"
			default:
				return tag + " OK x\r\n"
			}
		}
	}
	for what, test := range map[string]struct{ search, says string }{
		"billions": {"* ESEARCH (TAG \"{tag}\") UID ALL 1:4294967295\r\n", "more than 10000 messages"},
		"no end":   {"* SEARCH" + strings.Repeat(" 1", 1<<20) + "\r\n", "a line of more than"},
	} {
		config := IMAP{Name: "INBOX", User: "kate", Password: "x", AllowClear: true, Dial: speak(t, "* OK [CAPABILITY IMAP4rev1 ESEARCH] x\r\n", usual(test.search))}
		b, err := OpenIMAP(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Next(t.Context()); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; want %q", what, err, test.says)
		}
		_ = b.Close()
	}
}

// The end of the run ends a wait for an answer at once.
func TestIMAPEndsWithTheRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	config := IMAP{Name: "INBOX", User: "kate", Password: "x", AllowClear: true}
	config.Dial = speak(t, "* OK [CAPABILITY IMAP4rev1] x\r\n", func(string, string) string { cancel(); return "" })
	if _, err := OpenIMAP(ctx, config); err == nil {
		t.Error("a server that does not answer a login let somebody in")
	}
}
