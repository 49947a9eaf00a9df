package dnsmx

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"
)

func TestTruncatedAnswerOverTCP(t *testing.T) {
	t.Parallel()
	w := exampleWorld(t)
	for i := range 60 {
		rr, err := dns.NewRR("example.test. MX 20 a-long-name-to-fill-the-answer-" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".test.")
		if err != nil {
			t.Fatal(err)
		}
		w.records["example.test."] = append(w.records["example.test."], rr)
	}
	var tcp atomic.Int32
	addr := serve(t, dns.HandlerFunc(func(rw dns.ResponseWriter, m *dns.Msg) {
		r := w.respond(m)
		if _, ok := rw.RemoteAddr().(*net.TCPAddr); ok {
			tcp.Add(1)
		} else {
			r.Truncate(dns.MinMsgSize)
		}
		_ = rw.WriteMsg(r)
	}))
	route := mustRoute(t, asking(t, patient, addr), "example.test")
	if n := len(route.Hosts); n != 61 {
		t.Errorf("%d hosts; want all 61", n)
	}
	if n := tcp.Load(); n != 1 {
		t.Errorf("%d queries over TCP; want 1, for the truncated answer", n)
	}
}

// A datagram cut anywhere counts as truncated if it says so.
func TestTruncatedInTheMiddle(t *testing.T) {
	t.Parallel()
	q := question{"example.test", dns.TypeMX}
	asked := newQuery(query{question: q})
	r := exampleWorld(t).respond(asked)
	r.Truncated = true
	b, err := r.Pack()
	if err != nil {
		t.Fatal(err)
	}
	m, err := readMessage(b[:len(b)-3], asked.Id, q)
	if err != nil || !m.Truncated {
		t.Errorf("readMessage of a cut message = %v, %v; want it truncated", m, err)
	}
}

func TestTruncatedWithoutTCP(t *testing.T) {
	t.Parallel()
	addr := raw(t, func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		r := new(dns.Msg).SetReply(m)
		r.Truncated = true
		send(t, pc, from, r)
	})
	e := routeError(t, asking(t, patient, addr), "example.test")
	wantText(t, e, `MX of "example.test": no way to the DNS server `+addr.String()+
		`: the answer was truncated, and over TCP: connection refused`)
	if e.Kind != Unreachable || !e.Temporary() {
		t.Errorf("kind %v; want Unreachable, temporary", e.Kind)
	}
}

func TestBrokenTCPAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reply func(c net.Conn, q []byte)
		kind  Kind
	}{
		{"closed at once", func(net.Conn, []byte) {}, Unreachable},
		{"cut", func(c net.Conn, q []byte) { c.Write(append([]byte{1, 0}, q...)) }, Unreachable},
		{"another question", func(c net.Conn, q []byte) {
			q[0]++
			q[2] |= 0x80
			c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(q))), q...))
		}, Malformed},
		{"truncated", func(c net.Conn, q []byte) {
			q[2] |= 0x82
			c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(q))), q...))
		}, Malformed},
		{"silent", func(c net.Conn, _ []byte) { io.Copy(io.Discard, c) }, Timeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				q, err := readFrame(c)
				if err != nil {
					t.Errorf("reading the query: %v", err)
				}
				tt.reply(c, q)
			}()
			timeout := patient
			if tt.kind == Timeout {
				timeout = short
			}
			r := mustNew(t, Config{
				Servers: []netip.AddrPort{l.Addr().(*net.TCPAddr).AddrPort()}, TCP: true, Timeout: timeout, Attempts: 1,
			})
			if e := routeError(t, r, "example.test"); e.Kind != tt.kind {
				t.Errorf("%v: kind %v; want %v", e, e.Kind, tt.kind)
			}
		})
	}
}
