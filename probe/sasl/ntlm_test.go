package sasl

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	//lint:ignore SA1019 NTLM is built on it, and a server has to speak it
	"golang.org/x/crypto/md4"
)

// ntlmChallenge is a challenge with a name of the target and its attributes.
func ntlmChallenge(challenge string) []byte {
	const head = 48
	target, info := wide("CONTOSO"), []byte("\x02\x00\x0e\x00C\x00O\x00N\x00T\x00O\x00S\x00O\x00\x00\x00\x00\x00")
	b := []byte("NTLMSSP\x00\x02\x00\x00\x00")
	field := func(length, at int) {
		b = binary.LittleEndian.AppendUint16(b, uint16(length))
		b = binary.LittleEndian.AppendUint16(b, uint16(length))
		b = binary.LittleEndian.AppendUint32(b, uint32(at))
	}
	field(len(target), head)
	b = append(b, "\x05\x02\x89\xa2"...) // unicode, NTLM, extended security, target info
	b = append(b, challenge...)
	b = append(b, make([]byte, 8)...)
	field(len(info), head+len(target))
	return append(append(b, target...), info...)
}

func wide(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

// TestNTLM judges the answer as a server does ([MS-NLMP] section 3.3.2).
func TestNTLM(t *testing.T) {
	t.Parallel()
	const password, challenge = "corr\u00e9ct horse", "01234567"
	for user, domain := range map[string]string{`CONTOSO\kate`: "CONTOSO", "kate@contoso.test": "", "kate": ""} {
		c, err := New(Config{Mechanism: "NTLM", User: user, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		got := exchange(t, c, string(ntlmChallenge(challenge)))
		if len(got) != 2 || !bytes.HasPrefix(got[0].Data, []byte("NTLMSSP\x00\x01\x00\x00\x00")) || got[0].Secret || !got[1].Secret {
			t.Fatalf("%s: %d messages: %+v", user, len(got), got)
		}
		answer := got[1].Data
		field := func(at int) []byte {
			length, from := int(binary.LittleEndian.Uint16(answer[at:])), int(binary.LittleEndian.Uint32(answer[at+4:]))
			return answer[from : from+length]
		}
		name := strings.TrimPrefix(user, domain+`\`)
		if !bytes.Equal(field(28), wide(domain)) || !bytes.Equal(field(36), wide(name)) {
			t.Errorf("%s: domain %q, name %q", user, field(28), field(36))
		}
		hash := md4.New()
		hash.Write(wide(password))
		proof := field(20)
		want := mac(mac(hash.Sum(nil), wide(strings.ToUpper(name)+domain)), append([]byte(challenge), proof[16:]...))
		if !bytes.Equal(proof[:16], want) {
			t.Errorf("%s: the proof is wrong", user)
		}
	}
}

func mac(key, text []byte) []byte {
	h := hmac.New(md5.New, key)
	h.Write(text)
	return h.Sum(nil)
}

func TestNTLMRefuses(t *testing.T) {
	t.Parallel()
	for _, challenge := range []string{"", "NTLM supported", "NTLMSSP\x00\x02\x00\x00\x00", "NTLMSSP\x00\x01\x00\x00\x00" + strings.Repeat("x", 40)} {
		c, err := New(Config{Mechanism: "NTLM", User: "kate", Password: "p"})
		if err != nil {
			t.Fatal(err)
		}
		c.First()
		var bad *ChallengeError
		if _, err := c.Next([]byte(challenge)); !errors.As(err, &bad) {
			t.Errorf("%q: %v; want a ChallengeError", challenge, err)
		}
	}
}
