package sandbox

import (
	"net/netip"
	"strconv"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// servers reads the servers and holds them against the zones.
func (r *fileReader) servers(n *yaml.Node, spec Spec) []Server {
	zones, zonesErr := newZoneSet(spec)
	var out []Server
	taken := make(map[netip.Addr]string)
	r.items(n, "servers", func(n *yaml.Node) {
		before := len(r.problems)
		s := r.server(n)
		out = append(out, s)
		if len(r.problems) > before || len(r.problems) > 0 && s.Addrs == nil || zonesErr != nil {
			return // what follows could be a consequence
		}
		built, err := newServer(s, zones)
		if err != nil {
			r.fail(n, "server %q: %v", s.Name, err)
			return
		}
		for _, a := range built.addrs {
			if other, ok := taken[a]; ok {
				r.fail(n, "server %q: %s already belongs to %q", s.Name, a, other)
				return
			}
			taken[a] = built.name
		}
	})
	return out
}

func (r *fileReader) server(n *yaml.Node) Server {
	var s Server
	keys := []string{
		"name", "addresses", "ports", "hostname", "dead", "ehlo", "domains", "users",
		"relay", "bad_sender", "size", "recipients", "tls", "auth", "lmtp", "proxied", "ends", "maildir", "tlsa", "https", "rules",
	}
	r.mapping(n, "server", keys, func(key string, v *yaml.Node) {
		switch key {
		case "name":
			s.Name = r.domain(v)
		case "addresses":
			s.Addrs = r.addresses(v)
		case "ports":
			s.Ports = r.ports(v)
		case "hostname":
			s.Hostname = r.text(v)
		case "dead":
			s.Dead = Dead(r.word(v, "refused", "hang", "unreachable", "no-route"))
		case "ehlo":
			s.EHLO = r.texts(v)
		case "domains":
			s.Domains = r.texts(v)
		case "users":
			s.Users = r.texts(v)
		case "relay":
			s.Relay = r.boolean(v)
		case "bad_sender":
			s.BadSender = BadSender(r.word(v, "mail", "rcpt", "accept"))
		case "size":
			s.Size = r.size(v)
		case "recipients":
			s.Recipients = int(r.number(v))
		case "tls":
			s.TLS = r.tls(v)
		case "proxied":
			s.Proxied = r.boolean(v)
		case "lmtp":
			s.LMTP = r.boolean(v)
		case "ends":
			s.Ends = r.texts(v)
		case "maildir":
			s.Maildir = r.text(v)
		case "auth":
			s.Auth = r.auth(v)
		case "tlsa":
			s.TLSA = r.texts(v)
		case "https":
			s.HTTPS = r.https(v)
		case "rules":
			r.items(v, "rules", func(n *yaml.Node) { s.Rules = append(s.Rules, r.rule(n)) })
		}
	})
	return s
}

func (r *fileReader) rule(n *yaml.Node) Rule {
	before := len(r.problems)
	var rule Rule
	keys := []string{
		"on", "times", "holds", "delay", "reply", "raw", "split", "drip", "extra", "extra_delay", "close", "reset", "hang",
	}
	r.mapping(n, "rule", keys, func(key string, v *yaml.Node) {
		switch key {
		case "on":
			rule.On = r.text(v)
		case "times":
			rule.Times = int(r.number(v))
		case "holds":
			rule.Holds = r.text(v)
		case "delay":
			rule.Delay = r.duration(v)
		case "reply":
			rule.Reply = r.reply(v)
		case "raw":
			rule.Raw = r.text(v)
		case "split":
			rule.Split = int(r.number(v))
		case "drip":
			rule.Drip = r.duration(v)
		case "extra":
			rule.Extra = r.text(v)
		case "extra_delay":
			rule.ExtraDelay = r.duration(v)
		case "close":
			rule.Close = r.boolean(v)
		case "reset":
			rule.Reset = r.boolean(v)
		case "hang":
			rule.Hang = r.boolean(v)
		}
	})
	if err := checkRule(rule); err != nil && len(r.problems) == before {
		r.fail(n, "%v", err)
	}
	return rule
}

// tls reads how a server speaks TLS: the kind of its certificate, or a map.
func (r *fileReader) tls(n *yaml.Node) *TLS {
	t := &TLS{}
	if n.Kind != yaml.MappingNode {
		t.Cert = CertKind(r.word(n, certKinds()...))
		return t
	}
	keys := []string{"cert", "rsa", "implicit", "min", "max", "client_cert", "required", "broken", "keeps_plaintext", "again"}
	r.mapping(n, "tls", keys, func(key string, v *yaml.Node) {
		switch key {
		case "cert":
			t.Cert = CertKind(r.word(v, certKinds()...))
		case "rsa":
			t.RSA = CertKind(r.word(v, certKinds()...))
		case "implicit":
			t.Implicit = r.boolean(v)
		case "min":
			t.Min = r.word(v, "1.0", "1.1", "1.2", "1.3")
		case "max":
			t.Max = r.word(v, "1.0", "1.1", "1.2", "1.3")
		case "client_cert":
			t.ClientCert = r.boolean(v)
		case "required":
			t.Required = r.boolean(v)
		case "broken":
			t.Broken = r.boolean(v)
		case "keeps_plaintext":
			t.KeepsPlaintext = r.boolean(v)
		case "again":
			t.Again = r.boolean(v)
		}
	})
	return t
}

func (r *fileReader) reply(v *yaml.Node) string {
	text := r.text(v)
	if err := checkReply(text); err != nil {
		r.fail(v, "%v", err)
	}
	return text
}

func (r *fileReader) domain(v *yaml.Node) string {
	name := r.text(v)
	if err := checkDomain(name); err != nil {
		r.fail(v, "%v", err)
	}
	return name
}

func (r *fileReader) addresses(v *yaml.Node) []string {
	out := []string{}
	r.each(v, func(v *yaml.Node) {
		text := r.text(v)
		if _, err := docAddr(text); err != nil {
			r.fail(v, "%v", err)
		}
		out = append(out, text)
	})
	return out
}

func (r *fileReader) ports(v *yaml.Node) []uint16 {
	out := []uint16{}
	r.each(v, func(v *yaml.Node) {
		n, err := strconv.ParseUint(v.Value, 10, 16)
		if err != nil || n == 0 {
			r.fail(v, "expected a port, found %s", yamlnode.Kind(v))
			return
		}
		out = append(out, uint16(n))
	})
	return out
}

// size reads a limit; in a file 0 means that there is none.
func (r *fileReader) size(v *yaml.Node) int64 {
	if n := r.number(v); n > 0 {
		return n
	}
	return -1
}
