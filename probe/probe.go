// Package probe finds the mail servers of domains and says who is spoken to, and
// when.
//
// A Runner takes Requests (a domain, or a server, and the checks to make),
// finds the hosts, makes the checks within its limits and yields one
// result.Domain for each request. What a check is it leaves to the package that
// makes one: dialogue.New makes a Check that plays a scenario. Nothing here
// prints.
package probe

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe/manners"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// Resolver finds the hosts of a domain; *dnsmx.Resolver is one.
type Resolver interface {
	Route(ctx context.Context, domain string) (dnsmx.Route, error)
	Host(ctx context.Context, name string) dnsmx.Host
	Alive(ctx context.Context) error
	// What verify: dane and verify: mta-sts go by.
	TLSA(ctx context.Context, host string, port uint16) (dnsmx.TLSASet, error)
	TXT(ctx context.Context, name string) (dnsmx.TXT, error)
	Validates(ctx context.Context) (bool, error)
}

// Dialer opens connections; *net.Dialer is one. The address is an IP address
// and a port, or a path where the network is "unix". An error with a method
// Ours() bool that is true says that the fault is not the server's.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// TCPDialer is a Dialer that connects to an address with less effort than
// DialContext, and gives up after limit or when ctx ends. The errors are the same.
type TCPDialer interface {
	DialTCP(ctx context.Context, to netip.AddrPort, limit time.Duration) (net.Conn, error)
}

// Router is a Dialer that knows whether there is a way to an address. It is
// asked when a connection fails with "network unreachable", to tell a machine
// without a route for the address family from a router far away.
type Router interface {
	HasRoute(to netip.AddrPort) bool
}

// Redirector is a Dialer that leads some addresses elsewhere. Via returns
// where, as text for the report, or nothing; the host and the address are those
// that were asked for.
type Redirector interface {
	Via(host string, to netip.AddrPort) string
}

// Request asks for one domain, or for one server instead of its MX hosts.
type Request struct {
	// Domain is the mail domain; it may be empty where Server is set.
	Domain string
	// Server is a host name, an address literal, or the path of a Unix socket
	// behind "unix:". It is spoken to instead of the domain's MX hosts, and no
	// MX record is looked up.
	Server string
	// Ports are the ports of every check; none leaves them to the check.
	Ports  []uint16
	Checks []Check
	// DomainChecks and HostChecks are made once for the domain and once for each
	// host, whatever Checks there are.
	DomainChecks []DomainCheck
	HostChecks   []HostCheck

	allowance *Allowance
}

// Target is one address of one host. IP is not valid for a Unix socket, which
// Host names.
type Target struct {
	Domain     string
	Host       string
	Preference uint16
	IP         netip.Addr
	Port       uint16
	// Named is true for a server that was named instead of looking up MX
	// records, Authentic if those were validated with DNSSEC.
	Named, Authentic bool
	// Allowance bounds what checks may keep of what the server says; nil where
	// nothing does.
	Allowance *Allowance
}

// AddrPort returns the address to connect to.
func (t Target) AddrPort() netip.AddrPort { return netip.AddrPortFrom(t.IP, t.Port) }

// unixPrefix stands before the path of a Unix socket.
const unixPrefix = "unix:"

// DialAddress returns what a Dialer is given for the target.
func (t Target) DialAddress() (network, address string) {
	if path, ok := strings.CutPrefix(t.Host, unixPrefix); ok && !t.IP.IsValid() {
		return "unix", path
	}
	return "tcp", t.AddrPort().String()
}

// Check is something to be found out about one address. A Check is used by
// many goroutines at once.
type Check interface {
	// Name is the name in the report.
	Name() string
	// Ports are the ports the check speaks to, none for the usual one (25).
	Ports() []uint16
	// Start prepares the check for one target. If stepped is not nil, the
	// trial calls it after each step.
	Start(t Target, stepped func(*result.Step)) Trial
}

// Trial is one check of one target; one goroutine uses it.
type Trial interface {
	// Play makes one attempt. If again is true, the trial wants another
	// attempt, after wait.
	Play(ctx context.Context) (wait time.Duration, again bool)
	// Abandon says that no further attempt will be made, and why: the run was
	// stopped (result.Interrupted), its time was over (result.Deadline), its
	// connections were used up (result.Budget), or the provider had asked to be
	// left alone (result.Policy).
	Abandon(reason result.Reason)
	// Result returns what was seen so far.
	Result() result.Check
}

// Family limits the addresses to one address family.
type Family uint8

// The address families.
const (
	AnyFamily Family = iota
	OnlyIPv4
	OnlyIPv6
)

// Runner plays checks against the hosts of domains. Set the fields before
// the first Run and do not change them afterwards.
type Runner struct {
	Resolver Resolver
	// Jobs is how many sessions may be open at once, PerHost how many with
	// one host; there is never more than one with an address. Values below
	// 1 stand for 64 and 2.
	Jobs, PerHost int
	Family        Family
	// Only and SkipHost are globs for host names (* and ?, without case), or
	// addresses; an empty list chooses every host and address.
	Only, SkipHost []string
	Require        verdict.Require
	// FailFast stops the run at the first failure.
	FailFast bool
	// Self is the name this machine gives in EHLO; a mail exchanger of the
	// same name is noted as a loop.
	Self string
	// Manners are the limits of a run over many domains; nil is none.
	Manners *manners.Settings
	// Shared are the manners that this run has in common with runs on other
	// machines; nil on a single one. They are asked beside Manners, where those
	// hold, and take the place of the run's own back-off.
	Shared SharedManners
	// Exclude are domains, hosts and networks that are not spoken to; nil is none.
	Exclude *manners.Exclusions
	// Budget is how many connections to servers the whole run may begin; 0 is
	// any number.
	Budget int
	// Share lets a result stand for every domain that has the address, where the
	// check is a Sharer that says so.
	Share bool
	// Reuse lets a check that is a Reuser go on over the connection that was opened for
	// another domain with the same address.
	Reuse bool
	// Watch, if not nil, is told of everything as it happens. It is called
	// by one goroutine at a time.
	Watch Watcher
}

// Watcher is told what happens while it happens. What it is given belongs to the
// run: it is neither changed nor kept.
type Watcher interface {
	// Routed is called when the hosts of a domain are known (or not to be
	// had: then d has a reason).
	Routed(d *result.Domain)
	// Stepped is called after each step of a dialogue.
	Stepped(t *Target, check string, s *result.Step)
	// Checked is called when a check of one address is complete, steps of
	// all attempts included.
	Checked(t *Target, c *result.Check)
}
