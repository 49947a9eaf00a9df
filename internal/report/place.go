package report

import (
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// Place is the host and the address with its port, as in
// "mx1.example.org 192.0.2.10:25"; the host alone where it has no address,
// nothing for a domain.
func (e *Entry) Place() string {
	if f := e.Finding; f != nil {
		return strings.Join(present(clean(f.Subject.Host), clean(f.Subject.Address)), " ")
	}
	if e.Host == nil {
		return ""
	}
	return At(e.Host, e.Address)
}

// At names a host and its address, which may be nil.
func At(h *result.Host, a *result.Address) string {
	if a == nil {
		return clean(h.Name)
	}
	return strings.Join(present(clean(h.Name), AddressOf(a)), " ")
}

// AddressOf is an address with its port, where the connections to it really
// went, and from which vantage; of a Unix socket only these.
func AddressOf(a *result.Address) string {
	return strings.TrimSpace(AddressAnywhere(a) + from(a.Vantage))
}

// AddressAnywhere is AddressOf without the vantage.
func AddressAnywhere(a *result.Address) string {
	if a.Via == "" {
		return HostPort(a.IP, a.Port)
	}
	return strings.TrimSpace(HostPort(a.IP, a.Port) + " via " + clean(a.Via))
}

// Position is where a step stands in its file, as in "mail.yaml:9:13";
// nothing where that is not known.
func Position(s *result.Step) string {
	if s.File == "" || s.Line <= 0 {
		return ""
	}
	return clean(s.File) + ":" + strconv.Itoa(s.Line) + ":" + strconv.Itoa(max(s.Col, 1))
}

// InFile reports whether a step stands in a line of a file, which other
// programs can show. A built-in scenario, whose name begins with @, and one
// from standard input do not.
func InFile(s *result.Step) bool {
	return s.File != "" && s.Line > 0 && s.File[0] != '@' && s.File != "stdin"
}
