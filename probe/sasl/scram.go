package sasl

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"
)

// Bounds on the iterations a server may ask for. RFC 7677 section 4 wants
// 4096 at least; the upper bound keeps a server from making us work for ever.
const (
	wantedIterations = 4096
	maxIterations    = 2_000_000
)

// scram is SCRAM (RFC 5802, RFC 7677).
type scram struct {
	newHash        func() hash.Hash
	user, password string // prepared
	gs2            string
	binding        []byte // nil without -PLUS
	nonce          string // of the client

	bare      string // client-first-message-bare
	step      int
	signature []byte // what the server has to prove
	proved    bool
}

func newSCRAM(c *Config, name string) (mechanism, error) {
	return newSCRAMWithNonce(c, name, rand.Text())
}

func newSCRAMWithNonce(c *Config, name, nonce string) (*scram, error) {
	name, plus := strings.CutSuffix(name, "-PLUS")
	s := &scram{newHash: sha256.New, nonce: nonce, gs2: "n,"}
	if name == "SCRAM-SHA-1" {
		s.newHash = sha1.New
	}
	var err error
	if s.user, err = prepare(c.User); err != nil {
		return nil, badConfig("the user name %v", err)
	}
	if s.password, err = prepare(c.Password); err != nil {
		return nil, badConfig("the password %v", err)
	}
	if plus {
		kind, data, err := channelBinding(c)
		if err != nil {
			return nil, err
		}
		s.gs2, s.binding = "p="+kind+",", data
	}
	if c.Authzid != "" {
		s.gs2 += "a=" + saslName(c.Authzid)
	}
	s.gs2 += ","
	return s, nil
}

func (s *scram) first() (Response, bool) {
	s.bare = "n=" + saslName(s.user) + ",r=" + s.nonce
	return Response{Data: []byte(s.gs2 + s.bare)}, true
}

func (s *scram) next(challenge []byte) (Response, error) {
	s.step++
	switch s.step {
	case 1:
		return s.prove(string(challenge))
	case 2:
		return s.verify(string(challenge))
	}
	return Response{}, badChallenge("the server asks for more after the exchange was complete")
}

// serverFirst is the first message of a server (RFC 5802 section 7).
type serverFirst struct {
	nonce string
	salt  []byte
	iters int
}

func parseServerFirst(message string) (serverFirst, error) {
	var out serverFirst
	fields := strings.Split(message, ",")
	if strings.HasPrefix(fields[0], "m=") {
		return out, badChallenge("the server asks for an extension of SCRAM that nobody knows")
	}
	if len(fields) < 3 {
		return out, badChallenge("the server's first message has no nonce, salt and iteration count")
	}
	nonce, okNonce := strings.CutPrefix(fields[0], "r=")
	salt, okSalt := strings.CutPrefix(fields[1], "s=")
	iters, okIters := strings.CutPrefix(fields[2], "i=")
	if !okNonce || !okSalt || !okIters {
		return out, badChallenge("the server's first message has no nonce, salt and iteration count")
	}
	var err error
	if out.salt, err = base64.StdEncoding.Strict().DecodeString(salt); err != nil || len(out.salt) == 0 {
		return out, badChallenge("the salt %q is not base64", salt)
	}
	if out.iters, err = strconv.Atoi(iters); err != nil || out.iters < 1 {
		return out, badChallenge("the iteration count %q is not a number", iters)
	}
	if out.iters > maxIterations {
		return out, badChallenge("the server asks for %d iterations, and more than %d are not done", out.iters, maxIterations)
	}
	out.nonce = nonce
	return out, nil
}

// prove answers the server's first message with the proof that the client
// knows the password.
func (s *scram) prove(message string) (Response, error) {
	if why, ok := strings.CutPrefix(message, "e="); ok {
		return refused(why), nil
	}
	m, err := parseServerFirst(message)
	if err != nil {
		return Response{}, err
	}
	if !strings.HasPrefix(m.nonce, s.nonce) || len(m.nonce) == len(s.nonce) {
		return Response{}, unproved("the server's nonce does not begin with the client's: an answer to somebody else")
	}
	without := "c=" + base64.StdEncoding.EncodeToString(append([]byte(s.gs2), s.binding...)) + ",r=" + m.nonce
	salted, err := pbkdf2.Key(s.newHash, s.password, m.salt, m.iters, s.newHash().Size())
	if err != nil {
		return Response{}, badChallenge("the key cannot be made: %v", err)
	}
	auth := s.bare + "," + message + "," + without
	key := s.mac(salted, "Client Key")
	stored := s.newHash()
	stored.Write(key)
	proof := s.mac(stored.Sum(nil), auth)
	for i := range proof {
		proof[i] ^= key[i]
	}
	s.signature = s.mac(s.mac(salted, "Server Key"), auth)
	shown := base64.StdEncoding.EncodeToString(proof)
	r := Response{Data: []byte(without + ",p=" + shown), Secret: true, Hide: []string{shown}}
	if m.iters < wantedIterations {
		r.Note = "the server asks for " + strconv.Itoa(m.iters) + " iterations, and 4096 are the least (RFC 7677 section 4)"
	}
	return r, nil
}

// verify holds the server's last message against what only who knows the
// password can say (RFC 5802 section 3).
func (s *scram) verify(message string) (Response, error) {
	field, _, _ := strings.Cut(message, ",")
	if why, ok := strings.CutPrefix(field, "e="); ok {
		return refused(why), nil
	}
	shown, ok := strings.CutPrefix(field, "v=")
	if !ok {
		return Response{}, unproved("the server's last message has no signature: it does not prove that it knows the password")
	}
	got, err := base64.StdEncoding.Strict().DecodeString(shown)
	if err != nil {
		return Response{}, unproved("the server's signature is not base64")
	}
	if !hmac.Equal(got, s.signature) {
		return Response{}, unproved("the server's signature is wrong: it does not know the password, or is not the server it seems to be")
	}
	s.proved = true
	// With the salt and the nonces, the signature lets a password be guessed.
	return Response{Secret: true, Hide: []string{message, shown}}, nil
}

// refused answers a server that ends the exchange; what that amounts to is in
// the reply that follows.
func refused(why string) Response {
	return Response{Note: "the server ends the exchange: " + why}
}

func (s *scram) finish() error {
	if !s.proved {
		return unproved("the server says yes without a signature: it does not prove that it knows the password")
	}
	return nil
}

func (s *scram) mac(key []byte, text string) []byte {
	m := hmac.New(s.newHash, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
