package scenarios

import (
	"crypto/tls"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"

	"mxprobe/internal/yamlnode"
)

// Verify says what a certificate is held against, and what it amounts to if
// it is not good.
type Verify uint8

// The kinds of Verify.
const (
	VerifyNote Verify = iota // where nothing is said: a note
	VerifyNot                // verify: false, a note, and the chain is not looked at
	VerifyWarn               // verify: warn
	VerifyFail               // verify: true
	VerifyDANE               // verify: dane, by the TLSA records of the host
	VerifySTS                // verify: mta-sts, as the policy of the domain asks
)

// Signature says which certificate of a server is asked for, where it has one
// with an ECDSA and one with an RSA key.
type Signature uint8

// The kinds of Signature.
const (
	AnySignature   Signature = iota // where nothing is said: the server's choice
	SignatureRSA                    // signature: rsa
	SignatureECDSA                  // signature: ecdsa
	BothSignatures                  // signature: both, one handshake for each
)

// signature reads which certificate is asked for.
func (p *parser) signature(n *yaml.Node) Signature {
	words := []string{"rsa", "ecdsa", "both"}
	word, ok := p.word(n, "signature")
	if i := slices.Index(words, word); i >= 0 {
		return SignatureRSA + Signature(i)
	}
	if ok {
		p.fail(yamlnode.Deref(n), "allowed: "+strings.Join(words, ", "), "signature is rsa, ecdsa or both, not %q%s", word, spelling.DidYouMean(word, words))
	}
	return AnySignature
}

// tlsOf reads the tls of a scenario: the word implicit or opportunistic, or the
// settings of the handshake before the greeting.
func (p *parser) tlsOf(s *Scenario, n *yaml.Node) {
	n = yamlnode.Deref(n)
	if n.Kind == yaml.MappingNode && !p.slipOfShape(n) {
		s.ImplicitTLS, s.TLS = true, p.tlsOptions(n, "tls", tlsKeys())
		return
	}
	switch word, ok := p.word(n, "tls"); {
	case !ok:
	case word == "opportunistic":
		s.OpportunisticTLS = true
	case word == "implicit":
		s.ImplicitTLS, s.TLS = true, &StartTLSOptions{Pos: pos(n)}
	default:
		p.fail(n, "opportunistic is TLS where the server offers it, implicit TLS from the first byte; a handshake that must succeed is a step: - STARTTLS",
			"tls is implicit, opportunistic or a map of settings, not %q%s", word, spelling.DidYouMean(word, []string{"implicit", "opportunistic"}))
	}
}

// starttls reads the settings of a starttls step.
func (p *parser) starttls(n *yaml.Node) *StartTLSOptions {
	if yamlnode.Missing(n) {
		return &StartTLSOptions{Pos: pos(n)}
	}
	if n.Kind == yaml.ScalarNode && isWordForOn(n.Value) {
		p.fail(n, "write the line alone: - STARTTLS; settings stand in braces: starttls: {verify: true}", "starttls is a map of settings, not %q", n.Value)
		return &StartTLSOptions{Pos: pos(n)}
	}
	return p.tlsOptions(n, "starttls", starttlsKeys())
}

// isWordForOn reports whether a text is what other languages have for true.
func isWordForOn(text string) bool {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "y", "1", "required", "require", "opportunistic":
		return true
	}
	return false
}

// tlsOptions reads the settings of a handshake.
func (p *parser) tlsOptions(n *yaml.Node, what string, keys []string) *StartTLSOptions {
	o := &StartTLSOptions{Pos: pos(n)}
	fields, _ := p.fields(n, keySet{what: what, keys: keys})
	for _, f := range fields {
		p.tlsOption(o, f)
	}
	if o.Min != "" && o.Max != "" && o.Min > o.Max {
		p.fail(n, "", "min %s is above max %s", o.Min, o.Max)
	}
	if o.Verify >= VerifyDANE && !o.Name.IsZero() {
		p.fail(n, "leave name out", "name cannot be chosen with verify: dane and verify: mta-sts, which say what it is")
	}
	if o.Signature != AnySignature && (o.Ciphers != nil || o.Min == "1.3") {
		p.fail(n, "leave one of them out", "signature is chosen by the ciphers of TLS 1.2, so that it does not go with ciphers and with min: \"1.3\"")
	}
	if o.ClientKey != "" && o.ClientCert == "" {
		p.fail(n, "add client_cert", "client_key is of no use without client_cert")
	}
	return o
}

func (p *parser) tlsOption(o *StartTLSOptions, f field) {
	switch f.name {
	case "verify":
		o.Verify = p.verify(f.value)
	case "min":
		o.Min = p.tlsVersion(f.value, "min")
	case "max":
		o.Max = p.tlsVersion(f.value, "max")
	case "name":
		o.Name = p.line(f.value, "name")
	case "valid_for":
		o.ValidFor = p.limit(f.value, "valid_for", true)
	case "ciphers":
		o.Ciphers = tlsNames(p, f.value, "ciphers", cipherNames(), cipherID)
	case "curves":
		o.Curves = tlsNames(p, f.value, "curves", curveNames(), curveID)
	case "signature":
		o.Signature = p.signature(f.value)
	case "resume":
		o.NoResume = !p.boolean(f.value, "resume")
	case "client_cert":
		o.ClientCert, _ = p.word(f.value, "client_cert")
	case "client_key":
		o.ClientKey, _ = p.word(f.value, "client_key")
	case "line":
		o.Line = p.commandLine(f.value, "line")
	}
}

// verify reads what a bad certificate amounts to.
func (p *parser) verify(n *yaml.Node) Verify {
	word, ok := p.word(n, "verify")
	switch word {
	case "true":
		return VerifyFail
	case "false":
		return VerifyNot
	case "warn":
		return VerifyWarn
	case "dane":
		return VerifyDANE
	case "mta-sts":
		return VerifySTS
	}
	if ok {
		words := []string{"false", "true", "warn", "dane", "mta-sts"}
		p.fail(yamlnode.Deref(n), "allowed: "+strings.Join(words, ", "), "verify is true, false, warn, dane or mta-sts, not %q%s", word, spelling.DidYouMean(word, words))
	}
	return VerifyNote
}

func (p *parser) tlsVersion(n *yaml.Node, what string) string {
	v, ok := p.word(n, what)
	switch v {
	case "1.0", "1.1", "1.2", "1.3":
		return v
	}
	if ok {
		p.fail(yamlnode.Deref(n), "allowed: 1.0, 1.1, 1.2, 1.3", "%q is not a version of TLS", v)
	}
	return ""
}

// tlsNames reads a list of names that stand for numbers in TLS.
func tlsNames[T any](p *parser, n *yaml.Node, what string, known []string, id func(string) (T, bool)) []T {
	var out []T
	if emptyList(n) {
		p.fail(yamlnode.Deref(n), "", "%s is empty", what)
	}
	for _, e := range p.list(n, what) {
		word, ok := p.word(e, what)
		if !ok {
			continue
		}
		v, ok := id(strings.TrimSpace(word))
		if !ok {
			p.fail(yamlnode.Deref(e), tlsNamesHint(what, known), "%q is not one of the %s that can be chosen%s", word, what, spelling.DidYouMean(strings.ToUpper(word), known))
			continue
		}
		out = append(out, v)
	}
	return out
}

func tlsNamesHint(what string, known []string) string {
	if what == "ciphers" {
		return "names as in the IANA registry, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; those of TLS 1.3 cannot be chosen"
	}
	return "allowed: " + strings.Join(known, ", ")
}

// cipherNames are the cipher suites up to TLS 1.2 that can be asked for. Weak
// ones are among them: to find out whether a server takes them is a test.
func cipherNames() []string {
	var out []string
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, c := range list {
			if !onlyTLS13(c) {
				out = append(out, c.Name)
			}
		}
	}
	return out
}

// onlyTLS13 reports a suite of TLS 1.3, where there is no choice.
func onlyTLS13(c *tls.CipherSuite) bool {
	return !slices.Contains(c.SupportedVersions, tls.VersionTLS12)
}

func cipherID(name string) (uint16, bool) {
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, c := range list {
			if strings.EqualFold(c.Name, name) && !onlyTLS13(c) {
				return c.ID, true
			}
		}
	}
	return 0, false
}

func curveNames() []string {
	return []string{"X25519", "P-256", "P-384", "P-521", "X25519MLKEM768", "SECP256R1MLKEM768", "SECP384R1MLKEM1024"}
}

func curveID(name string) (tls.CurveID, bool) {
	switch strings.ToUpper(strings.ReplaceAll(name, "-", "")) {
	case "X25519":
		return tls.X25519, true
	case "P256", "SECP256R1", "PRIME256V1":
		return tls.CurveP256, true
	case "P384", "SECP384R1":
		return tls.CurveP384, true
	case "P521", "SECP521R1":
		return tls.CurveP521, true
	case "X25519MLKEM768":
		return tls.X25519MLKEM768, true
	case "SECP256R1MLKEM768":
		return tls.SecP256r1MLKEM768, true
	case "SECP384R1MLKEM1024":
		return tls.SecP384r1MLKEM1024, true
	}
	return 0, false
}
