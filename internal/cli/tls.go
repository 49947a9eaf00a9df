package cli

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"strings"

	"mxprobe/probe/handshake"
)

const groupTLS = "TLS"

// tlsSettings is what the flags say of handshakes.
type tlsSettings struct {
	insecure              bool
	caFile                string
	clientCert, clientKey string

	// What load found in the files; nil where none was given.
	roots *x509.CertPool
	pair  *tls.Certificate
}

func (s *tlsSettings) options() []option {
	return []option{
		{
			name: "insecure", again: true, short: "k", set: setSwitch(&s.insecure), group: groupTLS,
			help: "what is wrong with a certificate is a note, also where a scenario says verify: true",
		},
		{
			name: "ca-file", again: true, arg: "FILE", env: "MXPROBE_CA_FILE", set: setText(&s.caFile), group: groupTLS, def: "the system's",
			help: "trust the authorities in FILE (PEM) and no others",
		},
		{
			name: "client-cert", again: true, arg: "FILE", set: setText(&s.clientCert), group: groupTLS,
			help: "certificate (PEM) for servers that ask for one; the key may be in the same file",
		},
		{
			name: "client-key", again: true, arg: "FILE", set: setText(&s.clientKey), group: groupTLS,
			help: "key (PEM) of --client-cert",
		},
	}
}

// load reads the files. The system's authorities are not read here, but when
// a certificate has to be held against them.
func (s *tlsSettings) load() (err error) {
	if s.caFile != "" {
		if s.roots, err = loadAuthorities(s.caFile); err != nil {
			return err
		}
	}
	switch {
	case s.clientCert != "":
	case s.clientKey != "":
		return usagef("--client-key is of no use without --client-cert")
	default:
		return nil
	}
	key := s.clientKey
	if key == "" {
		key = s.clientCert
	}
	s.pair, err = loadPair(s.clientCert, key)
	return err
}

// apply hands over what was loaded.
func (s *tlsSettings) apply(to *handshake.Settings) {
	to.Insecure, to.Roots, to.ClientCert = s.insecure, s.roots, s.pair
}

// loadAuthorities reads a file of certificates. Every one of them must be
// readable: one that is left out without a word would be missed later.
func loadAuthorities(file string) (*x509.CertPool, error) {
	rest, err := readUpTo(file, maxPEM)
	if err != nil {
		return nil, usagef("--ca-file %s: %s", shown(file), cause(err))
	}
	pool, n := x509.NewCertPool(), 0
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" {
			return nil, usagef("--ca-file %s: block %d is %q, not a certificate", shown(file), n+1, block.Type)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, usagef("--ca-file %s: certificate %d: %s", shown(file), n+1, strings.TrimPrefix(err.Error(), "x509: "))
		}
		pool.AddCert(cert)
		n++
	}
	if n == 0 {
		return nil, usagef("--ca-file %s: there is no certificate in it (PEM begins with -----BEGIN CERTIFICATE-----)", shown(file))
	}
	return pool, nil
}

func loadPair(certFile, keyFile string) (*tls.Certificate, error) {
	cert, err := readUpTo(certFile, maxPEM)
	if err != nil {
		return nil, usagef("--client-cert %s: %s", shown(certFile), cause(err))
	}
	key, err := readUpTo(keyFile, maxPEM)
	if err != nil {
		return nil, usagef("--client-key %s: %s", shown(keyFile), cause(err))
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, usagef("--client-cert %s: %s", shown(certFile), strings.TrimPrefix(err.Error(), "tls: "))
	}
	return &pair, nil
}

// maxPEM bounds a file of certificates; what systems trust takes a quarter of a
// megabyte.
const maxPEM = 16 << 20

// readUpTo reads a file that has at most so many bytes.
func readUpTo(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	return b, err
}
