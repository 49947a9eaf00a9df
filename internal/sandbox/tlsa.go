package sandbox

import (
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// tlsaRecord is one record of Server.TLSA.
type tlsaRecord struct {
	usage, selector, matching uint8
	wrong, rsa                bool
}

// parseTLSA reads a record such as "3 1 1", "3 1 1 rsa" or "2 0 1 wrong".
func parseTLSA(text string) (tlsaRecord, error) {
	fields := strings.Fields(text)
	wrong := len(fields) == 4 && fields[3] == "wrong"
	rsa := len(fields) == 4 && fields[3] == "rsa"
	if len(fields) != 3 && !wrong && !rsa {
		return tlsaRecord{}, fmt.Errorf("TLSA record %q is not usage, selector and matching type, as in 3 1 1, with one of the words wrong and rsa behind them or not", text)
	}
	var n [3]uint8
	for i := range n {
		v, err := strconv.ParseUint(fields[i], 10, 8)
		if err != nil {
			return tlsaRecord{}, fmt.Errorf("TLSA record %q: %q is not a number from 0 to 255", text, fields[i])
		}
		n[i] = uint8(v)
	}
	return tlsaRecord{n[0], n[1], n[2], wrong, rsa}, nil
}

// data is what the record says of a server: of the authority that signed its
// certificate with usage 0 and 2, else of the certificate itself. Selectors
// and matching types that nobody knows get a digest.
func (r tlsaRecord) data(a *authority, leaf *x509.Certificate) (string, error) {
	cert := leaf
	if r.usage == 0 || r.usage == 2 {
		cert = a.middle.cert
	}
	selector, matching := r.selector, r.matching
	if selector > 1 || matching > 2 {
		selector, matching = 0, 1
	}
	data, err := dns.CertificateToDANE(selector, matching, cert)
	if err != nil || !r.wrong {
		return data, err
	}
	raw, err := hex.DecodeString(data)
	raw[len(raw)-1] ^= 0xff
	return hex.EncodeToString(raw), err
}

// publishTLSA puts the TLSA records of the servers into the zones, for every
// port that clients may call.
func (w *World) publishTLSA() error {
	for _, s := range w.servers {
		if len(s.tlsa) == 0 {
			continue
		}
		ports := slices.Clone(s.ports)
		if w.spec.Loopback && !slices.Contains(ports, w.spec.SMTPPort) {
			ports = append(ports, w.spec.SMTPPort)
		}
		zone := w.zones.find(dns.CanonicalName(s.name))
		if zone == nil {
			return fmt.Errorf("server %q: it has TLSA records, and its name belongs to no zone", s.name)
		}
		for _, port := range ports {
			for _, r := range s.tlsa {
				leaf, err := s.leaf(r.rsa)
				if err != nil {
					return err
				}
				data, err := r.data(w.authority, leaf)
				if err != nil {
					return fmt.Errorf("server %q: %w", s.name, err)
				}
				hdr := zone.header(dns.TypeTLSA)
				hdr.Name = fmt.Sprintf("_%d._tcp.%s", port, dns.CanonicalName(s.name))
				err = zone.add(&dns.TLSA{Hdr: hdr, Usage: r.usage, Selector: r.selector, MatchingType: r.matching, Certificate: data})
				if err != nil {
					return fmt.Errorf("server %q: %w", s.name, err)
				}
			}
		}
	}
	return nil
}

// leaf is the certificate of a server, or the one with an RSA key.
func (s *server) leaf(isRSA bool) (*x509.Certificate, error) {
	all := s.tlsConfig.Certificates
	if isRSA && len(all) < 2 {
		return nil, fmt.Errorf("server %q: a TLSA record is of a certificate with an RSA key, and it has none (tls: {rsa: good})", s.name)
	}
	if isRSA {
		return x509.ParseCertificate(all[1].Certificate[0])
	}
	return x509.ParseCertificate(all[0].Certificate[0])
}
