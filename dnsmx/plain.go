package dnsmx

import (
	"encoding/binary"
	"math"
	"net/netip"

	"github.com/miekg/dns"
)

// plainAnswer reads the answers that nearly all servers give to nearly all
// questions of a list: MX records or addresses of just that name, and nothing
// beside them. What it returns is what the codec and readAnswer make of the
// message, but for the server, who is not known here. What is not just so (an
// alias, no record, another case, options, a cut or broken message) is nil, and
// for them.
func plainAnswer(b []byte, asked question) *answer {
	const usual = 1<<10 | 1<<8 | 1<<7 | 1<<5 | 1<<4 // of the bits of the header: AA, RD, RA, AD and CD
	off := headerSize + len(asked.name) + 2
	if off+4 > len(b) || binary.BigEndian.Uint16(b[2:])&^usual != response<<8 || binary.BigEndian.Uint16(b[4:]) != 1 ||
		!isPlainName(b[headerSize:off], asked.name) ||
		binary.BigEndian.Uint16(b[off:]) != asked.typ || binary.BigEndian.Uint16(b[off+2:]) != dns.ClassINET {
		return nil
	}
	r := recordReader{b: b, off: off + 4, a: &answer{authentic: b[3]&authenticData != 0}}
	if !r.answers(int(binary.BigEndian.Uint16(b[6:])), asked.typ) || binary.BigEndian.Uint16(b[8:]) != 0 ||
		!r.extra(binary.BigEndian.Uint16(b[10:])) {
		return nil
	}
	return r.a
}

// authenticData is the AD bit of the fourth octet of a message.
const authenticData = 1 << 5

// isPlainName reports whether wire is the given name, letter for letter, and of
// the letters that nobody escapes.
func isPlainName(wire []byte, name string) bool {
	if name == "" || wire[len(wire)-1] != 0 {
		return false
	}
	left := wire[0] // of the label, whose length has to be where the dot is
	if left == 0 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case left == 0:
			if left = wire[i+1]; c != '.' || left == 0 {
				return false
			}
		case wire[i+1] != c || (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_':
			return false
		default:
			left--
		}
	}
	return left == 0
}

// recordReader reads the records of a message one after the other.
type recordReader struct {
	b   []byte
	off int
	a   *answer
}

// answers reads n records of the name and type asked for, at least one, and
// reports whether they are all of them.
func (r *recordReader) answers(n int, typ uint16) bool {
	const least = 13 // octets of a record: a pointer to the name, and one of data
	if n == 0 || n > (len(r.b)-r.off)/least {
		return false
	}
	r.a.told = math.MaxUint32
	for left := n; left > 0; left-- {
		if !r.record(left, typ) {
			return false
		}
	}
	r.a.ttl = min(maxTTL, r.a.told)
	return true
}

// record reads one of so many records that are left.
func (r *recordReader) record(left int, typ uint16) bool {
	const fixed, toQuestion = 12, 0xc000 | headerSize // a pointer to the name there
	if r.off+fixed > len(r.b) {
		return false
	}
	h := r.b[r.off : r.off+fixed]
	data := r.off + fixed
	end := data + int(binary.BigEndian.Uint16(h[10:]))
	if end > len(r.b) || binary.BigEndian.Uint16(h) != toQuestion ||
		binary.BigEndian.Uint16(h[2:]) != typ || binary.BigEndian.Uint16(h[4:]) != dns.ClassINET {
		return false
	}
	r.off = end
	r.a.told = min(r.a.told, usualTTL(binary.BigEndian.Uint32(h[6:])))
	switch {
	case typ == dns.TypeMX && end-data > 2:
		return r.mx(left, data, end)
	case typ == dns.TypeA && end-data == 4, typ == dns.TypeAAAA && end-data == 16:
		if r.a.found.addrs == nil {
			r.a.found.addrs = make([]netip.Addr, 0, left)
		}
		return r.a.takeAddr(r.b[data:end])
	}
	return false
}

func (r *recordReader) mx(left, data, end int) bool {
	host, next, err := dns.UnpackDomainName(r.b[:end], data+2)
	if err != nil || next != end {
		return false
	}
	if r.a.found.mx == nil {
		r.a.found.mx = make([]MX, 0, left)
	}
	r.a.found.mx = append(r.a.found.mx, MX{binary.BigEndian.Uint16(r.b[data:]), fromWire(host)})
	return true
}

// extra reports whether nothing stands behind the answers, or what servers that
// know EDNS say of themselves (RFC 6891, section 6.1.2), without an option and
// without a further part of the response code.
func (r *recordReader) extra(n uint16) bool {
	const size = 11
	if n == 0 {
		return true
	}
	rest := r.b[r.off:]
	return n == 1 && len(rest) >= size && rest[0] == 0 && binary.BigEndian.Uint16(rest[1:]) == dns.TypeOPT &&
		rest[5] == 0 && binary.BigEndian.Uint16(rest[9:]) == 0
}
