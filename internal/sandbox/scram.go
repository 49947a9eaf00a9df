package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"
)

const (
	scramSalt  = "salt of the sandbox"
	scramIters = 4096
)

// scramVerifier is the server's side of SCRAM (RFC 5802).
type scramVerifier struct {
	auth    *Auth
	hash    func() hash.Hash
	binding []byte // what the client has to be bound to; nil without -PLUS

	round                  int
	gs2, first, own, nonce string
	password               string
	known                  bool
	good                   bool
}

func newScramVerifier(a *Auth, mech string, conn *tls.Conn) verifier {
	v := &scramVerifier{auth: a, hash: sha256.New}
	if strings.HasPrefix(mech, "SCRAM-SHA-1") {
		v.hash = sha1.New
	}
	if strings.HasSuffix(mech, "-PLUS") {
		if conn == nil {
			return nil
		}
		state := conn.ConnectionState()
		material, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
		if err != nil {
			return nil
		}
		v.binding = material
	}
	return v
}

func (*scramVerifier) start() (string, bool) { return "", false }

func (v *scramVerifier) next(response string) (string, bool, bool) {
	v.round++
	switch v.round {
	case 1:
		return v.challenge(response)
	case 2:
		return v.check(response)
	}
	return "", true, v.good && response == ""
}

// challenge answers the client's first message.
func (v *scramVerifier) challenge(message string) (string, bool, bool) {
	parts := strings.SplitN(message, ",", 3)
	wantFlag := "n"
	if v.binding != nil {
		wantFlag = "p=tls-exporter"
	}
	if len(parts) != 3 || parts[0] != wantFlag {
		return "", true, false
	}
	v.gs2, v.first = parts[0]+","+parts[1]+",", parts[2]
	name, nonce, ok := strings.Cut(v.first, ",r=")
	if !ok || !strings.HasPrefix(name, "n=") {
		return "", true, false
	}
	user := strings.NewReplacer("=2C", ",", "=3D", "=").Replace(name[2:])
	v.password, v.known = v.auth.Users[user]
	v.nonce = nonce + randomText()
	v.own = fmt.Sprintf("r=%s,s=%s,i=%d", v.nonce, base64.StdEncoding.EncodeToString([]byte(scramSalt)), scramIters)
	return v.own, false, false
}

// check holds the client's proof against the password, and signs.
func (v *scramVerifier) check(message string) (string, bool, bool) {
	without, proof, ok := strings.Cut(message, ",p=")
	bound := base64.StdEncoding.EncodeToString(append([]byte(v.gs2), v.binding...))
	if !ok || without != "c="+bound+",r="+v.nonce {
		return "", true, false
	}
	got, err := base64.StdEncoding.DecodeString(proof)
	exchange := v.first + "," + v.own + "," + without
	key, signature := v.keys(v.password, exchange)
	if v.good = err == nil && v.known && bytes.Equal(got, key); !v.good && v.auth.Fault != TakesAll {
		return "", true, false
	}
	switch v.auth.Fault {
	case NoSignature:
		return "", true, true
	case WrongSignature:
		_, signature = v.keys("not the password", exchange)
	}
	return "v=" + base64.StdEncoding.EncodeToString(signature), false, false
}

// keys returns the proof the client has to give and the server's signature.
func (v *scramVerifier) keys(password, exchange string) (proof, signature []byte) {
	salted, err := pbkdf2.Key(v.hash, password, []byte(scramSalt), scramIters, v.hash().Size())
	if err != nil {
		return nil, nil
	}
	client := hmacSum(v.hash, salted, "Client Key")
	h := v.hash()
	h.Write(client)
	proof = hmacSum(v.hash, h.Sum(nil), exchange)
	for i := range proof {
		proof[i] ^= client[i]
	}
	return proof, hmacSum(v.hash, hmacSum(v.hash, salted, "Server Key"), exchange)
}

func hmacSum(newHash func() hash.Hash, key []byte, text string) []byte {
	h := hmac.New(newHash, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
