package games

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// config is the TLS of every server. Its certificate is valid in the time of a
// bubble, which begins in 2000.
func config(t testing.TB) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"mx.example.test"}, NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(50, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// games is how many TestGames plays.
func games(t *testing.T) int {
	t.Helper()
	given := os.Getenv("MXPROBE_GAMES")
	if given == "" {
		return 2000
	}
	n, err := strconv.Atoi(given)
	if err != nil {
		t.Fatalf("MXPROBE_GAMES=%q is no number", given)
	}
	return n
}

// FuzzGames plays the game that the fuzzer's bytes make.
func FuzzGames(f *testing.F) {
	server := config(f)
	f.Add([]byte{}, uint64(35))                    // QUIT answered with another code
	f.Add([]byte{}, uint64(249))                   // a reply too many behind RCPT
	f.Add([]byte{}, uint64(10260556))              // QUIT answered with 421, and 221 behind it
	f.Add([]byte{3, 0, 2, 1, 0, 1, 4}, uint64(98)) // groups of commands
	f.Fuzz(func(t *testing.T, given []byte, seed uint64) {
		synctest.Test(t, func(t *testing.T) {
			g, err := play(newChoices(given, seed), server)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := g.wrong(); wrong != "" {
				t.Errorf("%s\n%s", wrong, g)
			}
		})
	})
}

func TestGames(t *testing.T) {
	t.Parallel()
	server := config(t)
	first := uint64(1)
	if given := os.Getenv("MXPROBE_GAME"); given != "" {
		n, err := strconv.ParseUint(given, 10, 64)
		if err != nil {
			t.Fatalf("MXPROBE_GAME=%q is no number", given)
		}
		first = n
	}
	bad := 0
	synctest.Test(t, func(t *testing.T) {
		for seed := first; seed < first+uint64(games(t)); seed++ {
			g, err := play(newChoices(nil, seed), server)
			if err != nil {
				t.Fatalf("game %d: %v", seed, err)
			}
			if wrong := g.wrong(); wrong != "" {
				t.Errorf("game %d: %s\n%s", seed, wrong, g)
				if bad++; bad > 5 {
					return
				}
			}
		}
	})
}
