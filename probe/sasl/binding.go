package sasl

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
)

// channelBinding returns what ties a login to its TLS connection.
func channelBinding(c *Config) (kind string, data []byte, err error) {
	if c.TLS == nil {
		return "", nil, badConfig("%s needs TLS to be bound to", c.Mechanism)
	}
	kind = c.Binding
	if kind == "" {
		kind = BindingEndPoint
		if c.TLS.Version >= tls.VersionTLS13 {
			kind = BindingExporter
		}
	}
	switch kind {
	case BindingExporter:
		// RFC 9266 section 2.
		data, err = c.TLS.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
		if err != nil {
			return "", nil, badConfig("this TLS connection exports no keying material for tls-exporter: %v", err)
		}
	case BindingEndPoint:
		data, err = endPoint(c.TLS)
	default:
		err = badConfig("%q is not a channel binding that is known here", kind)
	}
	return kind, data, err
}

// endPoint is the hash of the server's certificate (RFC 5929 section 4.1).
func endPoint(state *tls.ConnectionState) ([]byte, error) {
	if len(state.PeerCertificates) == 0 {
		return nil, badConfig("the server has no certificate for tls-server-end-point")
	}
	cert := state.PeerCertificates[0]
	var h crypto.Hash
	switch cert.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1,
		x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.ECDSAWithSHA256, x509.DSAWithSHA256:
		h = crypto.SHA256 // in place of MD5 and SHA-1 too
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		h = crypto.SHA384
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		h = crypto.SHA512
	default:
		return nil, badConfig("there is no hash for a certificate signed with %v", cert.SignatureAlgorithm)
	}
	if !h.Available() {
		return nil, badConfig("this program has no %v", h)
	}
	sum := h.New()
	sum.Write(cert.Raw)
	return sum.Sum(nil), nil
}
