package dialogue_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// keyOf is the SHA-256 of the key that a session was shown, as TLSA records 3 1 1
// have it.
func keyOf(t *testing.T, c *result.Check) string {
	t.Helper()
	if c.TLS == nil || len(c.TLS.Chain) == 0 {
		t.Fatalf("there was no TLS: %s", c.Message)
	}
	leaf, err := x509.ParseCertificate(c.TLS.Chain[0].DER)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(sum[:])
}

// A server with two certificates is held against the records with both, for some
// senders get the one and some the other. RFC 7671 section 8.1 has a record for
// each.
func TestTrap88DANELooksAtBothCertificates(t *testing.T) {
	t.Parallel()
	both := []string{"3 1 1", "3 1 1 rsa"}
	for _, tc := range []struct {
		name     string
		rsa      sandbox.CertKind
		records  []string
		options  string
		want     ending
		sessions int
		attempts int
		notes    []string
	}{
		{"a record for each", sandbox.CertGood, both, dane, pass, 2, 1, []string{"the ECDSA certificate of CN=mx1.example.test", "the RSA certificate of CN=mx1.example.test", "fits the TLSA record 3 1 1 ("}},
		{"one certificate", "", both[:1], dane, pass, 2, 1, []string{"the server has no certificate with an RSA key"}},
		{
			"a record for the one that was shown", sandbox.CertGood, both[:1], dane,
			ending{result.Warn, result.TLS, -1, "senders with DANE that get that one, as those do that put RSA first (GnuTLS) or know no ECDSA, do not deliver"},
			2, 1,
			[]string{"fits none of the TLSA records"},
		},
		{
			"a record for the other", sandbox.CertGood, both[1:], dane,
			ending{result.Warn, result.TLS, 2, "senders with DANE that get that one, as those do that put ECDSA first (OpenSSL), do not deliver"},
			3, 2,
			[]string{"fits none of the TLSA records", "fits the TLSA record 3 1 1 ("},
		},
		{"a record for neither", sandbox.CertGood, []string{"3 1 1 wrong"}, dane, ending{result.Fail, result.TLS, 2, "does not fit the TLSA record 3 1 1"}, 2, 1, []string{"the RSA certificate of", "the ECDSA certificate of"}},
		{"no record fits, and there is one certificate", "", []string{"3 1 1 wrong"}, dane, ending{result.Fail, result.TLS, 2, "does not fit"}, 2, 1, []string{"no certificate with an RSA key"}},
		{"records of the authority", sandbox.CertGood, []string{"2 1 1"}, dane, pass, 2, 1, []string{"the RSA certificate of CN=mx1.example.test"}},
		{"records that cannot be used", sandbox.CertGood, []string{"0 0 1"}, dane, ending{result.Warn, result.DNS, 2, "none of the TLSA records"}, 1, 1, nil},
		{"RSA alone is asked for", sandbox.CertGood, both[1:], "{verify: dane, signature: rsa}", pass, 1, 1, []string{"the RSA certificate of"}},
		{"ECDSA alone is asked for", sandbox.CertGood, both[1:], "{verify: dane, signature: ecdsa}", ending{result.Fail, result.TLS, 2, "does not fit"}, 1, 1, []string{"the ECDSA certificate of"}},
		{"ciphers leave no choice", sandbox.CertGood, both[:1], "{verify: dane, max: \"1.2\", ciphers: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]}", pass, 1, 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{RSA: tc.rsa}, TLSA: tc.records})
			c := playVerified(t, w, overTLS(tc.options))
			expect(t, c, tc.want)
			if n := len(w.Sessions()); n != tc.sessions || c.Attempts != tc.attempts {
				t.Errorf("%d sessions, %d attempts; want %d, %d", n, c.Attempts, tc.sessions, tc.attempts)
			}
			if c.Status <= result.Warn && step(t, c, 4).Status != result.Pass {
				t.Errorf("step 4 is %v; want the dialogue to go on", step(t, c, 4).Status)
			}
			for _, part := range tc.notes {
				noteWith(t, c, part)
			}
			if c.Status == result.Warn && tc.rsa != "" && len(tc.records) == 1 && c.TLS.VerifiedBy == "dane" != (tc.attempts == 1) && c.Reason == result.TLS {
				t.Errorf("verified by %q", c.TLS.VerifiedBy)
			}
		})
	}
}

// The advice names the record that is missing.
func TestDANEAdviceNamesTheMissingRecord(t *testing.T) {
	t.Parallel()
	w := signedWorld(t, oneHost, nil, sandbox.Server{TLS: &sandbox.TLS{RSA: sandbox.CertGood}, TLSA: []string{"3 1 1"}})
	rsa := keyOf(t, playVerified(t, w, overTLS("{signature: rsa}")))
	c := playVerified(t, w, overTLS(dane))
	if c.Status != result.Warn || !strings.Contains(c.Hint, "publish a record 3 1 1 of the other key as well, "+rsa) {
		t.Errorf("%v: %s; hint %q, want the key %s", c.Status, c.Message, c.Hint, rsa)
	}
}

// signature: both looks at both certificates in the ways of verify.
func TestBothSignatures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		tls      sandbox.TLS
		options  string
		want     ending
		sessions int
	}{
		{"both good", sandbox.TLS{RSA: sandbox.CertGood}, "{verify: warn, signature: both}", pass, 2},
		{"there is one", sandbox.TLS{}, "{verify: warn, signature: both}", pass, 2},
		{"not asked for", sandbox.TLS{RSA: sandbox.CertExpired}, "{verify: warn}", pass, 1},
		{"the other expired", sandbox.TLS{RSA: sandbox.CertExpired}, "{verify: warn, signature: both}", ending{result.Warn, result.TLS, -1, "of the RSA certificate, which some clients get: the certificate expired 10 days ago"}, 2},
		{"the other expired, and must not be", sandbox.TLS{RSA: sandbox.CertExpired}, "{verify: true, signature: both}", ending{result.Fail, result.TLS, -1, "of the RSA certificate"}, 2},
		{"the other expired, as a note", sandbox.TLS{RSA: sandbox.CertExpired}, "{signature: both}", pass, 2},
		{"the other ends soon", sandbox.TLS{RSA: sandbox.CertSoon}, "{valid_for: {warn: 14d}, signature: both}", ending{result.Warn, result.TLS, -1, "of the RSA certificate, which some clients get: the certificate is valid for 10 days more"}, 2},
		{"the first expired", sandbox.TLS{Cert: sandbox.CertExpired, RSA: sandbox.CertGood}, "{verify: warn, signature: both}", ending{result.Warn, result.TLS, 2, "expired 10 days ago"}, 2},
		{"the first expired, and must not be", sandbox.TLS{Cert: sandbox.CertExpired, RSA: sandbox.CertGood}, "{verify: true, signature: both}", ending{result.Fail, result.TLS, 2, "expired 10 days ago"}, 1},
		{"TLS 1.3 alone", sandbox.TLS{Min: "1.3", RSA: sandbox.CertExpired}, "{verify: warn, signature: both}", pass, 2},
		{"RSA", sandbox.TLS{Cert: sandbox.CertExpired, RSA: sandbox.CertGood}, "{verify: true, signature: rsa}", pass, 1},
		{"ECDSA", sandbox.TLS{RSA: sandbox.CertExpired}, "{verify: true, signature: ecdsa}", pass, 1},
		{"RSA that is not there", sandbox.TLS{}, "{signature: rsa}", ending{result.Fail, result.TLS, 2, "handshake failure\", as it was asked for a certificate with an RSA key"}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := secureWorld(t, &tc.tls)
			c := playTLS(t, w, overTLS(tc.options))
			expect(t, c, tc.want)
			if n := len(w.Sessions()); n != tc.sessions {
				t.Errorf("%d sessions; want %d", n, tc.sessions)
			}
			if tc.name == "both good" || tc.name == "the first expired" {
				noteWith(t, c, "has the RSA certificate of CN=mx1.example.test (key SHA-256 ")
			}
			if strings.HasSuffix(tc.name, "as a note") {
				noteWith(t, c, "of the RSA certificate, which some clients get: the certificate expired")
			}
			if tc.tls.Min == "1.3" {
				noteWith(t, c, "whether the server has a certificate with an RSA key as well is not known")
			}
		})
	}
}

// The second look is of a handshake alone: it says nothing of the scenario behind
// it, and where something goes before the handshake nobody looks.
func TestSecondLookSaysNoMore(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{RSA: sandbox.CertGood})
	c := playTLS(t, w, overTLS("{signature: both}"))
	expect(t, c, pass)
	want := []string{sayEHLO, "STARTTLS", sayEHLO, sayMAIL, "QUIT", sayEHLO, "STARTTLS", "QUIT"}
	if got := received(t, w); !slices.Equal(got, want) {
		t.Errorf("the servers got %q; want %q", got, want)
	}
	w = secureWorld(t, &sandbox.TLS{RSA: sandbox.CertGood})
	c = playTLS(t, w, "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RSET\n  - starttls: {signature: both}\n")
	expect(t, c, pass)
	noteWith(t, c, "is not known, for more is said before the handshake than EHLO")
	if n := len(w.Sessions()); n != 1 {
		t.Errorf("%d sessions; want 1", n)
	}
}
