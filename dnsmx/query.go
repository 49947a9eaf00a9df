package dnsmx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// ednsSize is the size of answer that passes every network unfragmented.
const ednsSize = 1232

var (
	errReferral = errors.New("it refers to other servers and does not look up names itself (no recursion)")

	// errLame is of an empty answer of a server that neither has the name nor
	// looks names up.
	errLame = errors.New("it knows nothing of the name and does not look up names itself (no recursion)")

	// errStray is a message that does not answer the question.
	errStray = errors.New("message does not answer the question")
)

// query is a question on its way to one server.
type query struct {
	question
	edns bool
	// ad asks for the AD bit of the answer (RFC 6840, section 5.7). Without
	// it a server may leave the bit out.
	ad bool
	// cd asks for the answer as it is, validated or not (RFC 4035, section
	// 3.2.2).
	cd bool
	// direct asks the server for what it knows itself, without recursion.
	direct bool
	tcp    bool
}

// randomID returns an ID. The generator is the runtime's, seeded by the system;
// its output cannot be foreseen.
func randomID() uint16 { return uint16(rand.Uint32()) }

// newQuery returns the message that asks q, under a random ID.
func newQuery(q query) *dns.Msg {
	m := &dns.Msg{
		MsgHdr: dns.MsgHdr{
			Id:                randomID(),
			RecursionDesired:  !q.direct,
			AuthenticatedData: q.ad,
			CheckingDisabled:  q.cd,
		},
		Question: []dns.Question{{Name: dns.Fqdn(q.name), Qtype: q.typ, Qclass: dns.ClassINET}},
	}
	if q.edns {
		m.SetEdns0(ednsSize, false)
	}
	return m
}

// append writes the message that newQuery makes, without making it: most
// questions have a plain name, and there are many of them.
func (q query) append(b []byte, id uint16) ([]byte, error) {
	if strings.IndexByte(q.name, '\\') >= 0 { // as the codec escapes
		m := newQuery(q)
		m.Id = id
		packed, err := m.Pack()
		return append(b, packed...), err
	}
	var flags uint16
	for _, f := range [...]struct {
		set bool
		bit uint16
	}{{!q.direct, 1 << 8}, {q.ad, 1 << 5}, {q.cd, 1 << 4}} {
		if f.set {
			flags |= f.bit
		}
	}
	extra := uint16(0)
	if q.edns {
		extra = 1
	}
	for _, n := range [...]uint16{id, flags, 1, 0, 0, extra} {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	if q.name != "" {
		for label := range strings.SplitSeq(q.name, ".") {
			b = append(append(b, byte(len(label))), label...)
		}
	}
	b = append(b, 0)
	b = binary.BigEndian.AppendUint16(b, q.typ)
	b = binary.BigEndian.AppendUint16(b, dns.ClassINET)
	if q.edns { // RFC 6891, section 6.1.2: the root, the type, the size, no flags, no options
		b = append(b, 0, 0, byte(dns.TypeOPT), ednsSize>>8, ednsSize&0xff, 0, 0, 0, 0, 0, 0)
	}
	return b, nil
}

// headerSize is how long the header of a message is, in octets.
const headerSize = 12

// response and truncated are bits of the third octet of a message (RFC 1035,
// section 4.1.1).
const response, truncated = 0x80, 0x02

// readMessage reads what arrived in answer to a question under an ID.
func readMessage(b []byte, id uint16, asked question) (*dns.Msg, error) {
	if len(b) < headerSize || binary.BigEndian.Uint16(b) != id || b[2]&response == 0 {
		return nil, errStray
	}
	return readResponse(b, asked)
}

// readResponse reads a response under the ID of a question. It returns errStray for
// anything that anybody could have sent. If the message is truncated it is
// returned as far as it can be read.
func readResponse(b []byte, asked question) (*dns.Msg, error) {
	m := new(dns.Msg)
	err := m.Unpack(b)
	if !answers(m, asked) {
		return nil, errStray
	}
	switch told := int(binary.BigEndian.Uint16(b[6:])); {
	case err != nil:
	case told != len(m.Answer):
		// The codec lets that pass, and a part of the records is missing.
		err = fmt.Errorf("it says that it has %d records, and has %d", told, len(m.Answer))
	case slices.ContainsFunc(m.Answer, hollow):
		err = errors.New("a record without its data")
	}
	if err != nil && b[2]&truncated == 0 {
		return nil, fmt.Errorf("%d bytes: %w", len(b), err)
	}
	return m, nil
}

// hollow reports whether the record ends before its data. The codec lets that
// pass, and an MX record without a name would look much like a null MX.
func hollow(rr dns.RR) bool {
	switch rr := rr.(type) {
	case *dns.MX:
		return rr.Mx == ""
	case *dns.CNAME:
		return rr.Target == ""
	case *dns.A:
		return len(rr.A) == 0
	case *dns.AAAA:
		return len(rr.AAAA) == 0
	case *dns.NS:
		return rr.Ns == ""
	case *dns.PTR:
		return rr.Ptr == ""
	case *dns.SOA, *dns.TXT, *dns.TLSA, *dns.DS, *dns.DNSKEY:
		return rr.Header().Rdlength == 0
	}
	return false
}

// answers reports whether m answers the question. A server that
// failed early may leave the question out.
func answers(m *dns.Msg, want question) bool {
	if m.Opcode != dns.OpcodeQuery {
		return false
	}
	if len(m.Question) == 0 {
		return m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError
	}
	got := m.Question[0]
	return len(m.Question) == 1 && got.Qtype == want.typ && got.Qclass == dns.ClassINET && isName(got.Name, want.name)
}

// isName reports whether a name of the codec, which ends in a dot, is the given
// one, which does not.
func isName(got, name string) bool {
	return len(got) == len(name)+1 && got[len(name)] == '.' && strings.EqualFold(got[:len(name)], name)
}

// ednsTrouble reports whether the server did not like EDNS (RFC 6891,
// sections 6.1.3 and 7).
func ednsTrouble(m *dns.Msg) bool {
	if m == nil { // it was plain to read
		return false
	}
	switch m.Rcode {
	case dns.RcodeFormatError, dns.RcodeNotImplemented, dns.RcodeBadVers:
		return true
	}
	return false
}

// maxExtraText bounds what is repeated of a server's own words.
const maxExtraText = 200

// extendedError returns what the server says about its failure (RFC 8914), or
// nil.
func extendedError(m *dns.Msg) error {
	opt := m.IsEdns0()
	if opt == nil {
		return nil
	}
	for _, o := range opt.Option {
		ede, ok := o.(*dns.EDNS0_EDE)
		if !ok {
			continue
		}
		text, known := dns.ExtendedErrorCodeToString[ede.InfoCode]
		if !known {
			text = fmt.Sprintf("extended error %d", ede.InfoCode)
		}
		if ede.ExtraText != "" {
			text += fmt.Sprintf(": %q", ede.ExtraText[:min(len(ede.ExtraText), maxExtraText)])
		}
		return errors.New(text)
	}
	return nil
}
