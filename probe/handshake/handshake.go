// Package handshake prepares TLS handshakes with mail servers, and judges what
// came of them: by chain, name and dates, by TLSA records, by a policy.
package handshake

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"mxprobe/probe/certs"
	"mxprobe/probe/fault"
	"mxprobe/scenarios"
)

// Settings say how all handshakes of a run are made.
type Settings struct {
	// Insecure turns what verify: true would fail for into notes. The chain
	// is then not looked at, unless there are Roots.
	Insecure bool
	// Roots are the authorities to trust; nil stands for the system's, which
	// are read when the first chain is looked at.
	Roots *x509.CertPool
	// ClientCert is shown to servers that ask for one, where the scenario
	// has none of its own; nil for none.
	ClientCert *tls.Certificate
	// Mode says whether TLS is put into scenarios that do not begin it themselves.
	Mode Mode
}

// Mode says whether TLS is put into a scenario behind EHLO.
type Mode uint8

// The modes.
const (
	AsWritten     Mode = iota // the scenario says it with tls: opportunistic
	Off                       // never
	Opportunistic             // where the server offers it, else in clear
	Required                  // the dialogue fails without it
)

// maxSessions is how many TLS sessions are kept for being resumed.
const maxSessions = 256

// Sessions are the TLS sessions of a run, kept for being resumed.
type Sessions struct {
	once  sync.Once
	cache tls.ClientSessionCache
}

// of returns those with one address, made when they are first needed.
func (s *Sessions) of(key string) tls.ClientSessionCache {
	s.once.Do(func() { s.cache = tls.NewLRUClientSessionCache(maxSessions) })
	return keyedCache{s.cache, key}
}

// keyedCache keeps the sessions of one address apart from those of others:
// the hosts behind one name may have different certificates, and a session
// that is resumed shows none.
type keyedCache struct {
	tls.ClientSessionCache
	key string
}

// Get implements tls.ClientSessionCache.
func (c keyedCache) Get(string) (*tls.ClientSessionState, bool) {
	return c.ClientSessionCache.Get(c.key)
}

// Put implements tls.ClientSessionCache.
func (c keyedCache) Put(_ string, state *tls.ClientSessionState) {
	c.ClientSessionCache.Put(c.key, state)
}

// Plan is what a scenario says of a handshake, compiled once.
type Plan struct {
	Options  *scenarios.StartTLSOptions
	Implicit bool
	// Base is true where the TLSA base domain is the name to ask for (RFC 7672
	// section 3.2.2).
	Base        bool
	least, Most uint16
	ciphers     []uint16         // nil for the usual ones
	clientCert  *tls.Certificate // nil for none
}

// NewPlan compiles what a scenario says of a handshake; nil says nothing. The
// certificate is the one to show, nil for none.
func NewPlan(o *scenarios.StartTLSOptions, clientCert *tls.Certificate) *Plan {
	if o == nil {
		o = &scenarios.StartTLSOptions{}
	}
	p := &Plan{Options: o, least: versionOf(o.Min), Most: versionOf(o.Max), ciphers: o.Ciphers, clientCert: clientCert, Base: o.Verify == scenarios.VerifyDANE}
	if p.Most == 0 {
		p.Most = tls.VersionTLS13
	}
	if family := familyOf(o.Signature); family != "" {
		// With TLS 1.3 the client's signature algorithms decide, and crypto/tls
		// offers all it knows.
		p.Most, p.ciphers = min(p.Most, tls.VersionTLS12), family.ciphers()
	}
	if p.least == 0 {
		p.least = min(tls.VersionTLS12, p.Most)
	}
	return p
}

func versionOf(text string) uint16 {
	switch text {
	case "1.0":
		return tls.VersionTLS10
	case "1.1":
		return tls.VersionTLS11
	case "1.2":
		return tls.VersionTLS12
	case "1.3":
		return tls.VersionTLS13
	}
	return 0
}

// Handshake is one handshake of a session.
type Handshake struct {
	*Plan
	Config    *tls.Config
	Reference string // the name, or address, that the certificate must bear
	// Asked is set if the server asks for a client certificate, answered if
	// there was one to show.
	Asked, answered bool
}

// With is whom a handshake is made with.
type With struct {
	Name     string         // that the scenario wants in the certificate; empty for the host's
	Host     string         // as it was found
	Address  netip.AddrPort // not valid for a Unix socket
	Sessions *Sessions
	Now      func() time.Time
}

// New makes the configuration of one handshake.
func New(p *Plan, with With) *Handshake {
	h := &Handshake{Plan: p}
	sni := ""
	if h.Reference, sni = certs.Reference(cmp.Or(strings.TrimSpace(with.Name), with.Host)); h.Reference == "" {
		h.Reference = with.Address.Addr().String()
	}
	h.Config = &tls.Config{
		ServerName: sni,
		// The certificate is looked at afterwards, so that all that is wrong
		// with it is known and not only the first thing.
		InsecureSkipVerify: true,
		// Old versions are offered and then refused: only so can a server
		// that speaks nothing else be told from one that has no TLS.
		MinVersion: tls.VersionTLS10, MaxVersion: p.Most,
		CipherSuites:     p.ciphers,
		CurvePreferences: curves(p.Options),
		Time:             with.Now,
		VerifyConnection: func(state tls.ConnectionState) error {
			if state.Version < p.least {
				return &fault.OldVersionError{Version: state.Version, Least: p.least, Most: p.Most}
			}
			return nil
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			h.Asked = true
			if p.clientCert == nil {
				return &tls.Certificate{}, nil
			}
			h.answered = true
			return p.clientCert, nil
		},
	}
	if !p.Options.NoResume {
		h.Config.ClientSessionCache = with.Sessions.of(fmt.Sprintf("%s %s %s %v", with.Address, sni, p.Options.ClientCert, p.ciphers))
	}
	return h
}

// WithoutAnswer reports whether the server asked for a client certificate, and
// there was none to show.
func (h *Handshake) WithoutAnswer() bool { return h.Asked && !h.answered }

// curves returns the key exchanges to offer. Without a word in the scenario
// these are the classical ones: X25519MLKEM768 costs a third more time and a
// kilobyte more in the first flight, for secrets that must last for decades.
func curves(o *scenarios.StartTLSOptions) []tls.CurveID {
	if o.Curves != nil {
		return o.Curves
	}
	return []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
}
