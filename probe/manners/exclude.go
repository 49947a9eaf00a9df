package manners

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"mxprobe/dnsmx"
	"mxprobe/internal/hostname"
)

// Exclusions are domains, hosts and networks that are not to be spoken to. A nil
// one excludes nothing.
type Exclusions struct {
	file  string
	names map[string]int // in lower case and A-labels, with their lines
	nets  map[netip.Prefix]int
	sizes map[int]bool // the lengths of the prefixes; those of IPv6 below 0
}

// ReadExclusions reads an opt-out list: in each line a name, which stands for
// itself and all below it, an address, or a network such as 192.0.2.0/24. Blanks
// around it, empty lines and what follows a # do not count. A line that is none of
// these is an error, as is one that is too long: what is not understood must not be ignored.
func ReadExclusions(file string, r io.Reader) (*Exclusions, error) {
	e := &Exclusions{file: file, names: make(map[string]int), nets: make(map[netip.Prefix]int), sizes: make(map[int]bool)}
	lines := bufio.NewScanner(r)
	number := 0
	for lines.Scan() {
		number++
		text, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if err := e.add(text, number); err != nil {
			return nil, fmt.Errorf("%s:%d: %q is no domain, host, address or network: %w", file, number, clip(text), err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("%s:%d: the line is too long", file, number+1)
	} else if err != nil {
		return nil, err
	}
	return e, nil
}

// clip shortens what a message repeats.
func clip(text string) string {
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

func (e *Exclusions) add(text string, line int) error {
	if addr, ok := hostname.Addr(text); ok {
		addr = addr.Unmap().WithZone("")
		e.network(netip.PrefixFrom(addr, addr.BitLen()), line)
		return nil
	}
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return errors.New("it is not written as 192.0.2.0/24 or 2001:db8::/32")
		}
		if p.Addr().Is4In6() {
			return errors.New("write it as a network of IPv4")
		}
		e.network(p.Masked(), line)
		return nil
	}
	name := key(strings.TrimPrefix(text, "*."))
	if err := hostname.Check(name); err != nil {
		return err
	}
	e.names[name] = line
	return nil
}

func (e *Exclusions) network(p netip.Prefix, line int) {
	e.nets[p] = line
	size := p.Bits()
	if p.Addr().Is6() {
		size = ^size
	}
	e.sizes[size] = true
}

func key(name string) string {
	return strings.ToLower(dnsmx.ASCII(strings.TrimSuffix(name, ".")))
}

// Name says why a domain or a host is not to be spoken to, nothing where it may be.
func (e *Exclusions) Name(name string) (why string) {
	if e == nil {
		return ""
	}
	if addr, ok := hostname.Addr(name); ok {
		return e.Addr(addr)
	}
	for part := key(name); part != ""; {
		if line, ok := e.names[part]; ok {
			return e.because(part, line)
		}
		_, part, _ = strings.Cut(part, ".")
	}
	return ""
}

// Addr is Name for an address.
func (e *Exclusions) Addr(addr netip.Addr) (why string) {
	if e == nil || !addr.IsValid() {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	var found netip.Prefix
	for size := range e.sizes {
		if (size < 0) != addr.Is6() {
			continue
		}
		if size < 0 {
			size = ^size
		}
		p, err := addr.Prefix(size)
		if err != nil {
			continue
		}
		if _, ok := e.nets[p]; ok && (!found.IsValid() || p.Bits() > found.Bits()) {
			found = p
		}
	}
	if !found.IsValid() {
		return ""
	}
	return e.because(found.String(), e.nets[found])
}

func (e *Exclusions) because(entry string, line int) string {
	return fmt.Sprintf("excluded by %s in %s:%d", entry, e.file, line)
}
