package sandbox

import (
	"net/netip"
	"slices"
	"sync"
)

// What a world remembers of its sessions; a sandbox may run for days.
const (
	maxSessions      = 10_000
	maxSessionBytes  = 1 << 20 // of Received, and of Lines, of one session
	maxRememberBytes = 64 << 20
)

// Session is what a server saw of one connection.
type Session struct {
	// Server is the server's name.
	Server string
	// Addr is the address and port the client wanted: a documentation
	// address, or a loopback address with Spec.Loopback.
	Addr netip.AddrPort
	// Client is the other end of the connection.
	Client netip.AddrPort
	// Proxied says that Client is from a header of the PROXY protocol.
	Proxied bool
	// Received holds all bytes of the client, at most 1 MiB.
	Received []byte
	// Chunks is Received in the pieces in which it came in: on loopback, a
	// write of the client that does not overtake the server's reading is a
	// chunk.
	Chunks []string
	// Lines holds the client's lines in order, those of messages included,
	// without CR LF; a line that ends in a lone LF keeps it.
	Lines []string
	// Commands holds those lines that were read as commands.
	Commands []string
	// Sent holds all bytes of the server, at most 1 MiB.
	Sent []byte
	// Messages are those the server took.
	Messages []Message
	// Early says that the client sent something before the greeting was
	// complete. It is looked at only where a rule delays the greeting.
	Early bool
	// Handshakes are those of TLS: the version and the name the client asked
	// for, as in "TLS 1.3 mx1.example.test", or why one failed.
	Handshakes []string
	// Over says that the connection has ended.
	Over bool
}

// Message is a message that a server took.
type Message struct {
	// From is the reverse-path without its brackets, empty for the null
	// sender.
	From string
	// To are the recipients the server accepted, without brackets.
	To []string
	// Data is the message with the dots unstuffed, without the final dot.
	Data []byte
}

// record is a Session in the making.
type record struct {
	mu   sync.Mutex
	s    Session
	size int // roughly what it costs to remember
	teller
}

func (r *record) proxied(client netip.AddrPort) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.s.Client, r.s.Proxied = client, true
	r.tell('-', "the PROXY header names the client "+client.String(), false)
}

func (r *record) received(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.s.Received)+len(b) > maxSessionBytes {
		return
	}
	r.s.Received = append(r.s.Received, b...)
	r.s.Chunks = append(r.s.Chunks, string(b))
	r.size += 2 * len(b)
}

func (r *record) sent(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.teller.sent(b)
	if len(r.s.Sent)+len(b) > maxSessionBytes {
		return
	}
	r.s.Sent = append(r.s.Sent, b...)
	r.size += len(b)
}

func (r *record) line(line string, command bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tell('C', line, !command)
	if r.size > 4*maxSessionBytes {
		return
	}
	r.s.Lines = append(r.s.Lines, line)
	if command {
		r.s.Commands = append(r.s.Commands, line)
	}
	r.size += len(line)
}

func (r *record) message(m Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size > maxRememberBytes {
		m.Data = nil
	}
	r.s.Messages = append(r.s.Messages, m)
	r.size += len(m.Data)
}

func (r *record) early() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.s.Early = true
}

func (r *record) handshake(outcome string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.s.Handshakes = append(r.s.Handshakes, outcome)
	r.tell('-', "TLS handshake: "+outcome, false)
}

func (r *record) over() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.s.Over = true
	r.teller.flush()
	r.tell('-', "the session is over", false)
}

// session returns a copy that shares nothing with the record.
func (r *record) session() Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.s
	s.Received = slices.Clone(s.Received)
	s.Chunks = slices.Clone(s.Chunks)
	s.Lines = slices.Clone(s.Lines)
	s.Commands = slices.Clone(s.Commands)
	s.Sent = slices.Clone(s.Sent)
	s.Handshakes = slices.Clone(s.Handshakes)
	s.Messages = slices.Clone(s.Messages)
	for i, m := range s.Messages {
		s.Messages[i].To = slices.Clone(m.To)
		s.Messages[i].Data = slices.Clone(m.Data)
	}
	return s
}

// weight returns what the session costs, and whether it has ended.
func (r *record) weight() (size int, over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.size, r.s.Over
}

// memory holds the records of a world, the newest last.
type memory struct {
	mu      sync.Mutex
	records []*record
	size    int // of those that have ended
}

func (m *memory) begin(r *record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = append(m.records, r)
}

// end counts a record that has ended and forgets the oldest where there are
// too many.
func (m *memory) end(r *record) {
	r.over()
	m.mu.Lock()
	defer m.mu.Unlock()
	size, _ := r.weight()
	m.size += size
	for m.size > maxRememberBytes || len(m.records) > maxSessions {
		i := slices.IndexFunc(m.records, func(r *record) bool { _, over := r.weight(); return over })
		if i < 0 {
			return
		}
		size, _ := m.records[i].weight()
		m.size -= size
		m.records = slices.Delete(m.records, i, i+1)
	}
}

func (m *memory) sessions() []Session {
	m.mu.Lock()
	records := slices.Clone(m.records)
	m.mu.Unlock()
	out := make([]Session, len(records))
	for i, r := range records {
		out[i] = r.session()
	}
	return out
}
