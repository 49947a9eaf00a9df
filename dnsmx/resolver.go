package dnsmx

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
)

// Defaults of Config, those of resolv.conf(5) where it has them.
const (
	DefaultTimeout   = 5 * time.Second
	DefaultAttempts  = 2
	DefaultCacheSize = 16_384 // about 7 MB
	DefaultParallel  = 256
)

// Config says how a Resolver works. Only Servers has to be set.
type Config struct {
	// Servers are the DNS servers, asked in this order until one answers.
	// They have to look up names on behalf of others (recursion). Port 0
	// stands for 53.
	Servers []netip.AddrPort
	// Trusted are DNS servers whose word on DNSSEC is believed (the AD bit;
	// RFC 4035, section 4.9.3). It takes a secure way to them, so only those
	// on a loopback address are believed without being named here.
	Trusted []netip.Addr
	// Timeout is how long to wait for one answer of one server, 0 for
	// DefaultTimeout.
	Timeout time.Duration
	// Attempts is how often to go through the servers, 0 for DefaultAttempts.
	Attempts int
	// Rotate begins every look-up with another server.
	Rotate bool
	// TCP asks every question over TCP.
	TCP bool
	// Source is the local address to ask from. It has no effect on servers of
	// the other address family; the zero value leaves the choice to the system.
	Source netip.Addr
	// AllowLoopback takes every address of a mail domain's hosts for one to
	// use, and remarks on none: for laboratories. Where it is not set, a
	// laboratory's DNS server may say what it is; see LabName.
	AllowLoopback bool
	// HostsFile is a file such as /etc/hosts, from which Host takes addresses
	// before it asks the DNS; empty for none. It is read when the first host
	// is looked up. The hosts of mail domains are looked up in the DNS alone.
	HostsFile string
	// Redirect, if not nil, says where a name server is asked that is not one
	// of Servers: a laboratory leads the addresses of its zones to loopback.
	// Servers are not redirected.
	Redirect func(netip.AddrPort) netip.AddrPort
	// CacheSize is how many answers are kept, 0 for DefaultCacheSize; less
	// than 0 keeps none.
	CacheSize int
	// Parallel is how many queries may be on their way at once, 0 for
	// DefaultParallel.
	Parallel int
}

// Resolver looks up mail routes. It may be used by many goroutines at once.
type Resolver struct {
	servers  []*server
	attempts int
	timeout  time.Duration
	rotate   bool
	tcp      bool
	redirect func(netip.AddrPort) netip.AddrPort
	wire     exchanger
	loopback bool
	hosts    hostsFile
	turn     atomic.Uint32 // the server to begin with, if rotate is set

	mu    sync.Mutex
	cache *cache
}

// server is one DNS server and what is known about it.
type server struct {
	addr    netip.AddrPort
	trusted bool
	plain   atomic.Bool // it does not understand EDNS
}

// New returns a Resolver. It fails if there is no server or a value of c makes
// no sense.
func New(c Config) (*Resolver, error) {
	if len(c.Servers) == 0 {
		return nil, errors.New("no DNS server is given")
	}
	if c.Timeout < 0 || c.Attempts < 0 || c.Parallel < 0 {
		return nil, fmt.Errorf("time-out (%v), attempts (%d) and parallel queries (%d) cannot be negative",
			c.Timeout, c.Attempts, c.Parallel)
	}
	r := &Resolver{
		attempts: orDefault(c.Attempts, DefaultAttempts),
		timeout:  orDefault(c.Timeout, DefaultTimeout),
		rotate:   c.Rotate,
		tcp:      c.TCP,
		redirect: c.Redirect,
		loopback: c.AllowLoopback,
		hosts:    hostsFile{path: c.HostsFile},
		wire:     newSockets(c.Source, orDefault(c.Parallel, DefaultParallel)),
		cache:    newCache(orDefault(c.CacheSize, DefaultCacheSize)),
	}
	for _, addr := range c.Servers {
		s, err := newServer(addr, c.Trusted)
		if err != nil {
			return nil, err
		}
		r.servers = append(r.servers, s)
	}
	return r, nil
}

func newServer(addr netip.AddrPort, trusted []netip.Addr) (*server, error) {
	ip, port := addr.Addr().Unmap(), orDefault(addr.Port(), 53)
	if !ip.IsValid() {
		return nil, errors.New("a DNS server without an address is given")
	}
	same := func(t netip.Addr) bool { return t.Unmap() == ip }
	return &server{
		addr:    netip.AddrPortFrom(ip, port),
		trusted: ip.IsLoopback() || slices.ContainsFunc(trusted, same),
	}, nil
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// Servers returns the DNS servers in the order they are asked.
func (r *Resolver) Servers() []netip.AddrPort {
	addrs := make([]netip.AddrPort, len(r.servers))
	for i, s := range r.servers {
		addrs[i] = s.addr
	}
	return addrs
}

// Alive asks for the name servers of the root, past the cache. It returns nil
// if a DNS server knows them, so that a failure to look up some other name is
// not the fault of the way to the DNS. Otherwise the error is an *Error.
func (r *Resolver) Alive(ctx context.Context) error {
	a := r.ask(ctx, question{name: "", typ: dns.TypeNS}, time.Now())
	if a.err != nil {
		return a.err
	}
	return nil
}
