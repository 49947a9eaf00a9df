package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
)

// TestFilesOfTLSAreRead: what is wrong with them is said with the flag and
// the file, before anything is sent.
func TestFilesOfTLSAreRead(t *testing.T) {
	t.Parallel()
	w, err := sandbox.Start(sandbox.Spec{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	cert, key, err := w.ClientPair()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c, k, both, empty := file("c", cert), file("k", key), file("both", append(append([]byte(nil), cert...), key...)), file("empty", []byte("hello\n"))
	broken := file("broken", []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	for _, tc := range []struct {
		s    tlsSettings
		want string // of the error, nothing for none
	}{
		{tlsSettings{}, ""},
		{tlsSettings{caFile: c}, ""},
		{tlsSettings{clientCert: c, clientKey: k}, ""},
		{tlsSettings{clientCert: both}, ""},
		{tlsSettings{caFile: filepath.Join(dir, "none")}, "no such file"},
		{tlsSettings{caFile: empty}, "there is no certificate in it"},
		{tlsSettings{caFile: both}, `block 2 is "PRIVATE KEY", not a certificate`},
		{tlsSettings{caFile: broken}, "certificate 1: "},
		{tlsSettings{clientKey: k}, "--client-key is of no use without --client-cert"},
		{tlsSettings{clientCert: c}, "--client-cert " + c + ": "},
		{tlsSettings{clientCert: c, clientKey: empty}, "--client-cert " + c + ": "},
		{tlsSettings{clientCert: c, clientKey: filepath.Join(dir, "none")}, "--client-key "},
	} {
		err := tc.s.load(t.Context(), program())
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("load of %+v: %v", tc.s, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("load of %+v: %v; want %q", tc.s, err, tc.want)
		case tc.want == "" && ((tc.s.roots != nil) != (tc.s.caFile != "") || (tc.s.pair != nil) != (tc.s.clientCert != "")):
			t.Errorf("load of %+v left files out", tc.s)
		}
	}
}
