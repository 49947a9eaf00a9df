package sandbox

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// errNoHeader says that a connection did not begin with a header of the PROXY
// protocol.
var errNoHeader = errors.New("no header of the PROXY protocol")

const proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

// readProxyHeader takes the header of the PROXY protocol, version 1 or 2,
// and makes the address in it the client's.
func (c *Conn) readProxyHeader() error {
	begin, err := c.in.Peek(len(proxySignature))
	if err != nil {
		return err
	}
	var from netip.AddrPort
	if string(begin) == proxySignature {
		from, err = c.proxyHeader2()
	} else {
		from, err = c.proxyHeader1()
	}
	if err == nil && from.IsValid() {
		c.client = from
		c.log.proxied(from)
	}
	return err
}

// proxyHeader1 reads the line of version 1: PROXY TCP4 FROM TO PORT PORT.
func (c *Conn) proxyHeader1() (netip.AddrPort, error) {
	line, err := c.in.ReadString('\n')
	words := strings.Fields(line)
	switch {
	case err != nil:
		return netip.AddrPort{}, err
	case len(words) >= 2 && words[0] == "PROXY" && words[1] == "UNKNOWN":
		return netip.AddrPort{}, nil
	case len(words) != 6 || words[0] != "PROXY" || !strings.HasSuffix(line, "\r\n"):
		return netip.AddrPort{}, errNoHeader
	}
	addr, err := netip.ParseAddr(words[2])
	if err != nil || addr.Is4() != (words[1] == "TCP4") {
		return netip.AddrPort{}, errNoHeader
	}
	port, err := strconv.ParseUint(words[4], 10, 16)
	if err != nil {
		return netip.AddrPort{}, errNoHeader
	}
	return netip.AddrPortFrom(addr, uint16(port)), nil
}

// proxyHeader2 reads the bytes of version 2.
func (c *Conn) proxyHeader2() (netip.AddrPort, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(c.in, head); err != nil {
		return netip.AddrPort{}, err
	}
	rest := make([]byte, binary.BigEndian.Uint16(head[14:]))
	if _, err := io.ReadFull(c.in, rest); err != nil {
		return netip.AddrPort{}, err
	}
	family, size := head[13], 4
	if family == 0x21 {
		size = 16
	}
	if head[12] != 0x21 || family != 0x11 && family != 0x21 || len(rest) < 2*size+4 {
		return netip.AddrPort{}, nil // LOCAL, or of no family: the connection's own address counts
	}
	addr, _ := netip.AddrFromSlice(rest[:size])
	return netip.AddrPortFrom(addr, binary.BigEndian.Uint16(rest[2*size:])), nil
}
