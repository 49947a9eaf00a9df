package dialogue

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"sync"

	"mxprobe/probe/certs"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// TLSSettings say how all handshakes of a run are made.
type TLSSettings struct {
	// Insecure turns what verify: true would fail for into notes. The chain
	// is then not looked at, unless there are Roots.
	Insecure bool
	// Roots are the authorities to trust; nil stands for the system's, which
	// are read when the first chain is looked at.
	Roots *x509.CertPool
	// ClientCert is shown to servers that ask for one, where the scenario
	// has none of its own; nil for none.
	ClientCert *tls.Certificate

	once  sync.Once
	cache tls.ClientSessionCache
}

// maxSessions is how many TLS sessions are kept for being resumed.
const maxSessions = 256

// sessions returns the sessions of this run, made when they are first needed.
func (t *TLSSettings) sessions() tls.ClientSessionCache {
	t.once.Do(func() { t.cache = tls.NewLRUClientSessionCache(maxSessions) })
	return t.cache
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

// tlsPlan is what a scenario says of a handshake, compiled once.
type tlsPlan struct {
	options     *scenarios.StartTLSOptions
	implicit    bool
	least, most uint16
	clientCert  *tls.Certificate // nil for none
}

// compileTLS prepares the handshakes of a scenario. What is wrong with the
// files they need shows here, before anything is sent.
func (d *Dialogue) compileTLS() scenarios.Problems {
	var problems scenarios.Problems
	if d.scenario.ImplicitTLS {
		d.implicit = d.newPlan(d.scenario.TLS, &problems)
		d.implicit.implicit = true
	}
	for i := range d.scenario.Steps {
		if st := &d.scenario.Steps[i]; st.Action == scenarios.StartTLS {
			if d.starttls == nil {
				d.starttls = make(map[int]*tlsPlan)
			}
			d.starttls[st.Number] = d.newPlan(st.StartTLS, &problems)
		}
	}
	return problems
}

func (d *Dialogue) newPlan(o *scenarios.StartTLSOptions, problems *scenarios.Problems) *tlsPlan {
	if o == nil {
		o = &scenarios.StartTLSOptions{}
	}
	p := &tlsPlan{options: o, least: versionOf(o.Min), most: versionOf(o.Max)}
	if p.most == 0 {
		p.most = tls.VersionTLS13
	}
	if p.least == 0 {
		p.least = min(tls.VersionTLS12, p.most)
	}
	p.clientCert = d.settings.TLS.ClientCert
	if o.ClientCert == "" {
		return p
	}
	cert, err := d.loadPair(o)
	if err != nil {
		*problems = append(*problems, d.scenario.Problem(o.Pos, "client certificate: "+err.Error(), "client_cert and client_key are PEM files, relative to the scenario; one file may hold both"))
	}
	p.clientCert = cert
	return p
}

func (d *Dialogue) loadPair(o *scenarios.StartTLSOptions) (*tls.Certificate, error) {
	cert, err := d.scenario.ReadFile(o.ClientCert)
	if err != nil {
		return nil, err
	}
	key := cert
	if o.ClientKey != "" {
		if key, err = d.scenario.ReadFile(o.ClientKey); err != nil {
			return nil, err
		}
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s", result.PrintableString(strings.TrimPrefix(err.Error(), "tls: ")))
	}
	return &pair, nil
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

// handshake is one handshake of a session.
type handshake struct {
	*tlsPlan
	config    *tls.Config
	reference string // the name, or address, that the certificate must bear
	// asked is set if the server asks for a client certificate, answered if
	// there was one to show.
	asked, answered bool
}

// newHandshake makes the configuration of one handshake.
func (s *session) newHandshake(p *tlsPlan) (*handshake, error) {
	h := &handshake{tlsPlan: p}
	name, err := p.options.Name.Expand(s.lookup)
	if err != nil {
		return nil, err
	}
	switch name = strings.TrimSpace(name); {
	case p.options.Verify == scenarios.VerifyDANE:
		name = s.sure.dane.Set.Base // RFC 7672 section 3.2.2
	case name == "":
		name = s.trial.target.Host
	}
	sni := ""
	if h.reference, sni = certs.Reference(name); h.reference == "" {
		h.reference = s.trial.target.IP.String()
	}
	h.config = &tls.Config{
		ServerName: sni,
		// The certificate is looked at afterwards, so that all that is wrong
		// with it is known and not only the first thing.
		InsecureSkipVerify: true,
		// Old versions are offered and then refused: only so can a server
		// that speaks nothing else be told from one that has no TLS.
		MinVersion: tls.VersionTLS10, MaxVersion: p.most,
		CipherSuites:     p.options.Ciphers,
		CurvePreferences: curves(p.options),
		Time:             s.set.now,
		VerifyConnection: func(state tls.ConnectionState) error {
			if state.Version < p.least {
				return &diagnosis.OldVersionError{Version: state.Version, Least: p.least, Most: p.most}
			}
			return nil
		},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			h.asked = true
			if p.clientCert == nil {
				return &tls.Certificate{}, nil
			}
			h.answered = true
			return p.clientCert, nil
		},
	}
	if !p.options.NoResume {
		key := fmt.Sprintf("%s %s %s %v", s.trial.target.AddrPort(), sni, p.options.ClientCert, p.options.Ciphers)
		h.config.ClientSessionCache = keyedCache{s.set.TLS.sessions(), key}
	}
	return h, nil
}

// curves returns the key exchanges to offer. Without a word in the scenario
// these are the classical ones: X25519MLKEM768 costs a third more time and a
// kilobyte more in the first flight, for secrets that must last for decades.
func curves(o *scenarios.StartTLSOptions) []tls.CurveID {
	if o.Curves != nil {
		return o.Curves
	}
	return []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
}
