package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"mxprobe/internal/bounded"
	"mxprobe/probe/handshake"
	"mxprobe/scenarios"
)

const groupTLS = "TLS"

// tlsSettings is what the flags say of handshakes.
type tlsSettings struct {
	mode                  string // whether TLS is put into scenarios; empty for what they say
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

// modeOption is the flag of a run that puts TLS into scenarios.
func (s *tlsSettings) modeOption() option {
	return option{
		name: "tls", again: true, arg: "MODE", env: "MXPROBE_TLS", set: setChoice(&s.mode, "off", "opportunistic", "required"),
		group: groupTLS, help: "STARTTLS behind EHLO: off, opportunistic or required",
	}
}

// modeOf is what a word of --tls asks for.
func modeOf(word string) handshake.Mode {
	switch word {
	case "off":
		return handshake.Off
	case "opportunistic":
		return handshake.Opportunistic
	case "required":
		return handshake.Required
	}
	return handshake.AsWritten
}

// withoutUse says that --tls changes nothing about any of the scenarios, nil if it
// does.
func (s *tlsSettings) withoutUse(played []*scenarios.Scenario) error {
	if s.mode == "" || len(played) == 0 {
		return nil
	}
	for _, sc := range played {
		if _, own := sc.BeginsTLS(); !own {
			return nil
		}
	}
	first := played[0]
	at, _ := first.BeginsTLS()
	return usagef("--tls %s changes nothing: %s:%d:%d begins TLS itself, or speaks before the greeting; leave --tls out", s.mode, shown(first.File), at.Line, at.Col)
}

// load reads the files. The system's authorities are not read here, but when
// a certificate has to be held against them.
func (s *tlsSettings) load(ctx context.Context, p *Program) (err error) {
	if s.caFile != "" {
		if s.roots, err = loadAuthorities(ctx, s.caFile); err != nil {
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
	s.pair, err = loadPair(ctx, p, s.clientCert, key)
	return err
}

// apply hands over what was loaded.
func (s *tlsSettings) apply(to *handshake.Settings) {
	to.Insecure, to.Roots, to.ClientCert, to.Mode = s.insecure, s.roots, s.pair, modeOf(s.mode)
}

// loadAuthorities reads a file of certificates. Every one of them must be
// readable: one that is left out without a word would be missed later.
func loadAuthorities(ctx context.Context, file string) (*x509.CertPool, error) {
	rest, err := bounded.ReadFile(ctx, file, maxPEM)
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

func loadPair(ctx context.Context, p *Program, certFile, keyFile string) (*tls.Certificate, error) {
	key, err := p.readKey(ctx, keyFile, maxPEM)
	if err != nil && keyFile != certFile {
		return nil, usagef("--client-key %s: %s", shown(keyFile), cause(err))
	}
	cert := key
	if keyFile != certFile {
		cert, err = bounded.ReadFile(ctx, certFile, maxPEM)
	}
	if err != nil {
		return nil, usagef("--client-cert %s: %s", shown(certFile), cause(err))
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, usagef("--client-cert %s: %s", shown(certFile), strings.TrimPrefix(err.Error(), "tls: "))
	}
	return &pair, nil
}
