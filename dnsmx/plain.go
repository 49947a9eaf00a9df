package dnsmx

import (
	"encoding/binary"

	"github.com/miekg/dns"
)

// plainAnswer reads the answers that nearly all servers give to nearly all
// questions as the codec does, without making a text of the same name again
// and again. What is not just so (an escaped name, another case, a cut or
// broken message) is nil, and for the codec.
func plainAnswer(b []byte, asked question) *dns.Msg {
	const opcode = 0x78 // in the third octet
	off := headerSize + len(asked.name) + 2
	if off+4 > len(b) || b[2]&(response|truncated|opcode) != response || binary.BigEndian.Uint16(b[4:]) != 1 ||
		!isPlainName(b[headerSize:off], asked.name) ||
		binary.BigEndian.Uint16(b[off:]) != asked.typ || binary.BigEndian.Uint16(b[off+2:]) != dns.ClassINET {
		return nil
	}
	bits := binary.BigEndian.Uint16(b[2:])
	m := &dns.Msg{MsgHdr: dns.MsgHdr{
		Id: binary.BigEndian.Uint16(b), Response: true,
		Authoritative: bits&(1<<10) != 0, RecursionDesired: bits&(1<<8) != 0, RecursionAvailable: bits&(1<<7) != 0,
		Zero: bits&(1<<6) != 0, AuthenticatedData: bits&(1<<5) != 0, CheckingDisabled: bits&(1<<4) != 0,
		Rcode: int(bits & 0xf),
	}}
	r := recordReader{b: b, off: off + 4, owner: asked.name + "."}
	m.Answer = r.section(b[6:])
	m.Ns = r.section(b[8:])
	m.Extra = r.section(b[10:])
	if r.failed {
		return nil
	}
	if opt := m.IsEdns0(); opt != nil {
		m.Rcode |= opt.ExtendedRcode()
	}
	return m
}

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
	b      []byte
	off    int
	owner  string // the name in the question
	failed bool
}

// section reads as many records as the count says.
func (r *recordReader) section(count []byte) []dns.RR {
	// No record is shorter than 11 octets, whatever the count says.
	n := min(int(binary.BigEndian.Uint16(count)), (len(r.b)-r.off)/11+1)
	if n == 0 || r.failed {
		return nil
	}
	records := make([]dns.RR, 0, n)
	for range binary.BigEndian.Uint16(count) {
		rr := r.record()
		if r.failed {
			return nil
		}
		records = append(records, rr)
	}
	return records
}

func (r *recordReader) record() dns.RR {
	const toQuestion = 0xc000 | headerSize // a pointer to the name there
	var h dns.RR_Header
	var err error
	if r.off+2 <= len(r.b) && binary.BigEndian.Uint16(r.b[r.off:]) == toQuestion {
		h.Name = r.owner
		r.off += 2
	} else if h.Name, r.off, err = dns.UnpackDomainName(r.b, r.off); err != nil {
		r.failed = true
		return nil
	}
	if r.off+10 > len(r.b) {
		r.failed = true
		return nil
	}
	fixed := r.b[r.off:]
	h.Rrtype, h.Class = binary.BigEndian.Uint16(fixed), binary.BigEndian.Uint16(fixed[2:])
	h.Ttl, h.Rdlength = binary.BigEndian.Uint32(fixed[4:]), binary.BigEndian.Uint16(fixed[8:])
	r.off += 10
	end := r.off + int(h.Rdlength)
	if end > len(r.b) {
		r.failed = true
		return nil
	}
	rr, _, err := dns.UnpackRRWithHeader(h, r.b[:end], r.off)
	r.failed = err != nil
	r.off = end
	return rr
}
