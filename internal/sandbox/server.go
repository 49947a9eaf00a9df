package sandbox

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
)

// defaultRecipients is the least that a server must take in one message (RFC
// 5321 section 4.5.3.1.8).
const defaultRecipients = 100

// server is a Server as the world uses it.
type server struct {
	name, hostname string
	addrs          []netip.Addr
	ports          []uint16
	dead           Dead
	keywords       []string
	domains        []string
	users          []string
	relay          bool
	badSender      BadSender
	size           int64
	recipients     int
	lmtp, proxied  bool
	ends           []string
	maildir        string
	rules          *ruleBook
	tls            *TLS
	auth           *Auth
	tlsConfig      *tls.Config // nil where tls is
	tlsa           []tlsaRecord
	https          *HTTPS // nil for a mail server
	queued         atomic.Int64
}

func newServer(s Server, zones *zoneSet) (*server, error) {
	if err := checkServer(s); err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(s.Name, ".")
	out := &server{
		name: name, hostname: s.Hostname, ports: s.Ports, dead: s.Dead,
		keywords: s.EHLO, domains: s.Domains, users: s.Users, relay: s.Relay,
		badSender: s.BadSender, size: s.Size, recipients: s.Recipients, lmtp: s.LMTP, proxied: s.Proxied, ends: s.Ends, maildir: s.Maildir,
		rules: newRuleBook(slices.Clone(s.Rules)), tls: s.TLS, auth: s.Auth, https: s.HTTPS,
	}
	for _, text := range s.TLSA {
		record, err := parseTLSA(text)
		if err != nil {
			return nil, err
		}
		out.tlsa = append(out.tlsa, record)
	}
	for _, text := range s.Addrs {
		addr, err := docAddr(text)
		if err != nil {
			return nil, err
		}
		out.addrs = append(out.addrs, addr)
	}
	out.complete(zones)
	if len(out.addrs) == 0 {
		return nil, errors.New("no address: neither here nor in the zones")
	}
	return out, nil
}

// complete fills in what was left out.
func (s *server) complete(zones *zoneSet) {
	if s.addrs == nil {
		s.addrs = slices.DeleteFunc(zones.addressesOf(s.name), func(a netip.Addr) bool { return !isDoc(a) })
	}
	if s.https != nil && s.tls == nil {
		s.tls = &TLS{}
	}
	if s.ports == nil {
		s.ports = []uint16{25}
		if s.https != nil {
			s.ports = []uint16{443}
		}
		if s.tls != nil && s.tls.Implicit {
			s.ports = []uint16{465}
		}
	}
	if s.hostname == "" {
		s.hostname = s.name
	}
	if s.size == 0 {
		s.size = DefaultSize
	}
	if s.keywords == nil {
		s.keywords = DefaultEHLO()
		if k := sizeKeyword(s.size); k != "" {
			s.keywords = slices.Insert(s.keywords, 1, k)
		}
	}
	if s.domains == nil {
		s.domains = zones.domainsOf(s.name)
		if s.domains == nil {
			s.domains = append(s.domains, s.name, strings.TrimSuffix(parent(s.name+"."), "."))
		}
	}
	if s.users == nil {
		s.users = []string{"kate"}
	}
	if s.badSender == "" {
		s.badSender = BadSenderAtRcpt
	}
	if s.recipients == 0 {
		s.recipients = defaultRecipients
	}
}

// sizeLimit returns the largest message taken; 0 or less is no limit.
func (s *server) sizeLimit() int64 { return s.size }

// local reports whether mail for the domain is delivered here.
func (s *server) local(domain string) bool {
	return slices.ContainsFunc(s.domains, func(d string) bool {
		return strings.EqualFold(strings.TrimSuffix(d, "."), domain)
	})
}

// knows reports whether a recipient of a local domain exists.
func (s *server) knows(path string) bool {
	local, _ := splitPath(path)
	return slices.ContainsFunc(s.users, func(u string) bool {
		return u == "*" || strings.EqualFold(u, local) || strings.EqualFold(u, path)
	})
}

// checkServer says what is wrong with a server, apart from its addresses.
func checkServer(s Server) error {
	if err := checkDomain(s.Name); err != nil {
		return fmt.Errorf("name: %w", err)
	}
	switch s.Dead {
	case Alive, RefusesAll, HangsAll, Unreachable, NoRoute:
	default:
		return fmt.Errorf("%q is not a way to be dead (refused, hang, unreachable, no-route)", s.Dead)
	}
	switch s.BadSender {
	case "", BadSenderAtMail, BadSenderAtRcpt, BadSenderAccepted:
	default:
		return fmt.Errorf("%q is not a place to refuse senders at (mail, rcpt, accept)", s.BadSender)
	}
	for _, text := range append([]string{s.Hostname}, s.EHLO...) {
		if strings.ContainsAny(text, "\r\n") {
			return fmt.Errorf("%q has a line break in it", text)
		}
	}
	if err := checkTLS(s.TLS); err != nil {
		return err
	}
	if err := checkHTTPS(s.HTTPS); err != nil {
		return fmt.Errorf("https: %w", err)
	}
	if len(s.TLSA) > 0 && s.TLS == nil {
		return errors.New("TLSA records are those of a certificate: it needs tls as well")
	}
	if slices.Contains(s.Ports, 0) {
		return errors.New("0 is not a port")
	}
	if err := checkAuth(s.Auth); err != nil {
		return fmt.Errorf("auth: %w", err)
	}
	if s.Size < -1 || s.Recipients < 0 {
		return errors.New("limits cannot be negative")
	}
	if slices.Contains(s.Ends, "") {
		return errors.New("nothing at all cannot end a message")
	}
	for i, r := range s.Rules {
		if err := checkRule(r); err != nil {
			return fmt.Errorf("rule %d: %w", i+1, err)
		}
	}
	return nil
}
