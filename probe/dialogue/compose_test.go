package dialogue_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// toKate is a transaction up to the message.
const toKate = "name: m\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n"

// delivered plays a scenario and returns the one message that arrived.
func delivered(t *testing.T, src string) *mail.Message {
	t.Helper()
	w := with(t)
	d := play(t, w, src)
	expect(t, only(t, &d), pass)
	return message(t, raw(t, w))
}

func raw(t *testing.T, w *sandbox.World) []byte {
	t.Helper()
	all := w.Sessions()
	got := all[len(all)-1].Messages
	if len(got) != 1 {
		t.Fatalf("%d messages arrived; want one", len(got))
	}
	return got[0].Data
}

func message(t *testing.T, text []byte) *mail.Message {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return m
}

func TestHeadersOfTheStep(t *testing.T) {
	t.Parallel()
	m := delivered(t, toKate+`  - message: |
      Subject: replaced
      X-Stays: yes

      text
    headers:
      Subject: grüße ${run_id}
      X-New: "a: b"
      From: Kate <kate@example.test>
`)
	for name, want := range map[string]string{"Subject": "=?utf-8?q?gr=C3=BC=C3=9Fe_run1?=", "X-Stays": "yes", "X-New": "a: b", "From": "Kate <kate@example.test>", "Auto-Submitted": "auto-generated"} {
		if got := m.Header[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q; want %q once", name, got, want)
		}
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	m := delivered(t, toKate+`  - message: |
      Subject: with files

      .the text
    attach:
      - {name: a.txt, text: "run ${run_id}\n.\n"}
      - {name: b.bin, text: "$$"}
`)
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	var got []string
	for {
		p, err := r.NextRawPart()
		if err != nil {
			break
		}
		b, _ := io.ReadAll(p)
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			b, _ = base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
		}
		got = append(got, p.FileName()+":"+string(b))
	}
	if want := []string{":.the text\r\n", "a.txt:run run1\n.\n", "b.bin:$"}; !slices.Equal(got, want) {
		t.Errorf("parts are %q; want %q", got, want)
	}
}

// signing writes a key and a scenario that signs with it, and returns the
// scenario and the record of the key.
func signing(t *testing.T) (path, record string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path = filepath.Join(dir, "signed.yaml")
	src := toKate + `  - message: |
      Subject: signed   ${run_id}
      From: <a@example.net>

      .text
      with a dot
    attach: {name: a.txt, text: hello}
    dkim: {domain: example.net, selector: "s${run_id}", key: {file: key.pem}}
`
	for name, text := range map[string][]byte{"signed.yaml": []byte(src), "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
}

func fromFile(t *testing.T, path string) *scenarios.Scenario {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := scenarios.Parse(path, src)
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// What arrives is what was signed, dots, parts and line ends included.
func TestSignatureHoldsOnArrival(t *testing.T) {
	t.Parallel()
	path, record := signing(t)
	w := with(t)
	made, err := dialogue.New(t.Context(), fromFile(t, path), dialogue.NewRun(settings(w)))
	if err != nil {
		t.Fatal(err)
	}
	d := playWith(t, t.Context(), runner(t, w), []probe.Check{made})
	expect(t, only(t, &d), pass)
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw(t, w)), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if name != "srun1._domainkey.example.net" {
			t.Errorf("%s was looked up", name)
		}
		return []string{record}, nil
	}})
	if err != nil || len(found) != 1 || found[0].Err != nil {
		t.Fatalf("verifications: %+v, %v", found, err)
	}
	if !slices.Contains(found[0].HeaderKeys, "from") || !slices.Contains(found[0].HeaderKeys, "message-id") {
		t.Errorf("signed are %q", found[0].HeaderKeys)
	}
}

// A key that is missing or none shows before anything is sent.
func TestBadKeyIsFoundFirst(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(path string) error{
		"missing": os.Remove,
		"none":    func(path string) error { return os.WriteFile(path, []byte("hunter2"), 0o600) },
	} {
		path, _ := signing(t)
		if err := change(filepath.Join(filepath.Dir(path), "key.pem")); err != nil {
			t.Fatal(err)
		}
		_, err := dialogue.New(t.Context(), fromFile(t, path), dialogue.NewRun(settings(with(t))))
		if err == nil || !strings.Contains(err.Error(), "signed.yaml:") || !strings.Contains(err.Error(), "dkim: ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v; want an error with the place and without the content", name, err)
		}
	}
}

// Several recipients are said one by one, and stand in the header.
func TestSeveralRecipients(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{Users: []string{"kate", "sales", "jim"}})
	set := settings(w)
	set.FurtherTo = []string{"sales@${domain}", "jim@example.test"}
	set.Explicit = []string{"to"}
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, "vars: {to: nobody@example.test, who: '${to}'}\n"+strings.Replace(toKate,
		"  - RCPT TO:<${to}>\n", "  - send: VRFY ${to}\n    expect: any\n  - send: RCPT TO:<${who}>\n    for: to\n    text: /Ok/\n  - message: hi\n", 1)))
	expect(t, only(t, &d), pass)
	got := w.Sessions()[0]
	if want := []string{"kate@example.test", "sales@example.test", "jim@example.test"}; !slices.Equal(got.Messages[0].To, want) {
		t.Errorf("recipients are %q; want %q", got.Messages[0].To, want)
	}
	if to := message(t, got.Messages[0].Data).Header.Get("To"); to != "<kate@example.test>, <sales@example.test>, <jim@example.test>" {
		t.Errorf("To is %q", to)
	}
	if !slices.Contains(got.Commands, "VRFY kate@example.test") {
		t.Errorf("the server got %q; want the first recipient where none has its turn", got.Commands)
	}
	var numbers []int
	for _, s := range d.Hosts[0].Addresses[0].Checks[0].Steps {
		numbers = append(numbers, s.Number)
	}
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(numbers, want) {
		t.Errorf("steps have the numbers %v; want %v", numbers, want)
	}
}

// One recipient that is refused decides, and its address is in the report.
func TestOneOfSeveralRecipientsIsRefused(t *testing.T) {
	t.Parallel()
	w := with(t)
	set := settings(w)
	set.FurtherTo = []string{"nobody@example.test"}
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, builtin(t, "@send")))
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 4, "550"})
	if s := step(t, only(t, &d), 4); s.Sent != "RCPT TO:<nobody@example.test>" {
		t.Errorf("step 4 sent %q", s.Sent)
	}
	if n := messages(w); n != 0 {
		t.Errorf("%d messages were delivered; want none", n)
	}
}

// Each recipient has its result: a refusal ends the dialogue, but not before
// the others are asked. The worst decides.
func TestEachRecipientHasItsResult(t *testing.T) {
	t.Parallel()
	const (
		later = "450 4.2.1 later"
		never = "550 5.1.1 no such user"
	)
	for _, tc := range []struct {
		name    string
		replies [3]string
		group   bool
		want    ending
		codes   [3]int
	}{
		{"all are taken", [3]string{}, false, pass, [3]int{250, 250, 250}},
		{"the first is refused", [3]string{never, "", ""}, false, ending{result.Fail, result.Reply, 3, "550"}, [3]int{550, 250, 250}},
		{"later, then never", [3]string{later, never, ""}, false, ending{result.Fail, result.Reply, 4, "550"}, [3]int{450, 550, 250}},
		{"never, then later", [3]string{"", never, later}, false, ending{result.Fail, result.Reply, 4, "550"}, [3]int{250, 550, 450}},
		{"later, then never, in groups", [3]string{later, never, ""}, true, ending{result.Fail, result.Reply, 4, "550"}, [3]int{450, 550, 250}},
		{"the end of the session", [3]string{"421 4.3.2 closing", "", ""}, false, ending{result.Inconclusive, result.Temporary, 3, "421"}, [3]int{421, 0, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			users := []string{"kate", "sales", "jim"}
			server := sandbox.Server{Users: users}
			for i, reply := range tc.replies {
				if reply != "" {
					server.Rules = append(server.Rules, sandbox.Rule{On: "RCPT TO:<" + users[i] + "@*", Reply: reply})
				}
			}
			w := start(t, oneHost, server)
			set := settings(w)
			set.To, set.FurtherTo = "kate@example.test", []string{"sales@example.test", "jim@example.test"}
			src := builtin(t, "@rcpt")
			if tc.group {
				src = "pipeline: auto\n" + src
			}
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
			c := only(t, &d)
			expect(t, c, tc.want)
			for i, want := range tc.codes {
				s := step(t, c, 3+i)
				if s.Code != want {
					t.Errorf("recipient %d got %d; want %d", i+1, s.Code, want)
				}
				if want/100 == 2 && s.Status != result.Pass || want/100 == 5 && s.Status != result.Fail || want == 0 && s.Status != result.NotRun {
					t.Errorf("recipient %d is %v", i+1, s.Status)
				}
			}
			if last := step(t, c, 6); !tc.group && tc.want.status != result.Pass && last.Status != result.NotRun {
				t.Errorf("RSET is %v; want it not run", last.Status)
			}
		})
	}
}

// The test messages for filters: refused passes, taken is a warning that says
// what to do.
func TestContentFilters(t *testing.T) {
	t.Parallel()
	marks := map[string]string{
		"@eicar": base64.StdEncoding.EncodeToString([]byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-` + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")),
		"@gtube": "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X",
	}
	for name, mark := range marks {
		for _, rule := range []sandbox.Rule{
			{On: "end-of-data", Reply: "554 5.7.1 Message contains a virus or spam"},
			{On: "end-of-data", Reply: "451 4.7.1 Scanner is busy"},
			{On: "HELP"},
		} {
			w := with(t, rule)
			d := play(t, w, builtin(t, name))
			c := only(t, &d)
			switch {
			case rule.Reply == "":
				expect(t, c, ending{result.Warn, result.Reply, 4, "taken, so look whether it comes to the mailbox"})
				if text := strings.ReplaceAll(string(raw(t, w)), "\r\n", ""); !strings.Contains(text, mark) {
					t.Errorf("%s: the message has no %q in it: %q", name, mark, text)
				}
			case rule.Reply[0] == '4':
				expect(t, c, ending{result.Inconclusive, result.Temporary, 4, "451"})
			default:
				expect(t, c, pass)
			}
		}
	}
}
