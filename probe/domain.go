package probe

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/hostname"
	"mxprobe/probe/fault"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// usualPort is where mail servers take mail from each other (RFC 5321
// section 4.5.4.2).
const usualPort = 25

// begin looks a domain up and starts its lanes.
func (r *run) begin(ctx context.Context, one *underWay) {
	defer r.left(ctx, one)
	defer r.catch()
	lanes := r.prepare(ctx, one)
	one.parts.Add(int32(len(lanes)))
	if len(lanes) == 0 {
		one.leave.back()
	}
	for _, l := range lanes {
		r.players.give(ctx, l)
	}
}

// prepare looks a domain up and returns the lanes of the addresses that are to
// be spoken to.
func (r *run) prepare(ctx context.Context, one *underWay) []*lane {
	one.started = time.Now()
	asked, d := one.request(), &one.result
	req := &asked
	if ctx.Err() != nil {
		d.Reason, d.Message = fault.StopReason(ctx), fault.StopMessage(ctx)
		return nil
	}
	if r.spared(d) {
		return nil
	}
	route, err := r.route(ctx, req)
	d.DNSMillis = result.Millis(time.Since(one.started))
	one.survey = r.survey(ctx, req, &route, err)
	if err != nil {
		one.stage = unrouted
		r.unrouted(ctx, d, err)
		return nil
	}
	one.stage = routed
	d.Origin, d.Authentic, d.Notes = string(route.Origin), route.Authentic, route.Notes
	one.partial = r.leavesOut(route.Hosts)
	lanes := r.plan(ctx, one, req, route.Hosts, route.LeftOut)
	r.routed(d)
	return lanes
}

// finish adds up what was seen of a domain.
func (r *run) finish(ctx context.Context, one *underWay) {
	defer one.done.Done()
	defer r.catch()
	one.leave.back()
	d := &one.result
	one.survey.end(d)
	switch {
	case one.stage == untouched || r.broken.Load() != nil:
		return
	case one.stage == unrouted:
		verdict.Count(d)
	default:
		verdict.SumUp(d, r.Require)
		notBegun(d)
		if one.partial {
			d.Sender = nil // a sender would not leave out what was left out here
		}
	}
	d.Millis = result.Millis(time.Since(one.started))
	if r.FailFast && d.Status == result.Fail {
		r.cancel(errFailFast) // a look-up may have failed as well as a dialogue
	}
}

// route finds the hosts: those of the domain's MX records, or the one server
// that was named.
func (r *run) route(ctx context.Context, req *Request) (dnsmx.Route, error) {
	if req.Server == "" {
		return r.resolver.Route(ctx, req.Domain)
	}
	if strings.HasPrefix(req.Server, unixPrefix) {
		// A socket has no name to look up, and one address that is none.
		host := dnsmx.Host{Name: req.Server, Addrs: []netip.Addr{{}}}
		return dnsmx.Route{Domain: req.Domain, Origin: dnsmx.OriginServer, Hosts: []dnsmx.Host{host}}, nil
	}
	host := r.resolver.Host(ctx, req.Server)
	return dnsmx.Route{Domain: req.Domain, Origin: dnsmx.OriginServer, Hosts: []dnsmx.Host{host}}, nil
}

// atOnce reports whether nothing is asked of the DNS to find the addresses of a
// request: they are in it.
func atOnce(d *result.Domain) bool {
	if d.Server != "" {
		_, ok := hostname.Addr(d.Server)
		return ok || strings.HasPrefix(d.Server, unixPrefix)
	}
	return strings.HasPrefix(d.Domain, "[")
}

// plan fills in the hosts and addresses of a domain and returns the lanes of
// those that are to be spoken to.
func (r *run) plan(ctx context.Context, one *underWay, req *Request, hosts, leftOut []dnsmx.Host) []*lane {
	d := &one.result
	if d.Origin == string(dnsmx.OriginNull) {
		d.Status, d.Reason = result.Fail, result.NullMX
		d.Message = "the domain takes no mail: its only MX record is the null MX (RFC 7505)"
		d.Hint = "its owner says so in DNS; if mail is wanted there, the record 0 . has to give way to one that names a host"
		return nil
	}
	dnsmx.Rank(hosts, nil)
	var lanes []*lane
	d.Hosts = make([]result.Host, 0, len(hosts))
	for i := range hosts {
		h := &hosts[i]
		if !r.choosesHost(h) {
			d.Unchosen++
			continue
		}
		d.Hosts = append(d.Hosts, result.Host{
			Name: h.Name, Preference: h.Preference, Notes: slices.Clone(h.Notes), Addresses: []result.Address{},
		})
		lanes = r.planHost(ctx, one, req, h, lanes)
	}
	r.leftOut(d, leftOut)
	if len(d.Hosts) == 0 {
		d.Status, d.Reason = result.NotRun, result.Condition
		d.Message = fmt.Sprintf("none of the %d hosts was chosen by name", len(hosts))
	}
	return lanes
}

// leftOut adds a host that stands for those that were too many to look at, so
// that the domain does not pass unseen.
func (r *run) leftOut(d *result.Domain, hosts []dnsmx.Host) {
	n := 0
	first := -1
	for i := range hosts {
		if r.choosesHost(&hosts[i]) {
			if n++; first < 0 {
				first = i
			}
		}
	}
	if n == 0 {
		return
	}
	message := "left out: there are too many hosts"
	if n > 1 {
		message = fmt.Sprintf("left out, and %d more: there are too many hosts", n-1)
	}
	d.Hosts = append(d.Hosts, result.Host{
		Name: hosts[first].Name, Preference: hosts[first].Preference, Status: result.Warn, Reason: result.Condition,
		Message: message, Addresses: []result.Address{},
	})
}

func (r *run) planHost(ctx context.Context, one *underWay, req *Request, h *dnsmx.Host, lanes []*lane) []*lane {
	d := &one.result
	at := place{host: len(d.Hosts) - 1}
	host := &d.Hosts[at.host]
	if why := r.Exclude.Name(h.Name); why != "" && h.Err != nil {
		host.Status, host.Reason, host.Message = result.Skip, result.Condition, why
		return lanes
	}
	if h.Err != nil {
		host.Temporary = temporary(h.Err)
		host.Status, host.Reason = fault.LookupVerdict(ctx, h.Err, r.resolver.Alive)
		host.Message = result.PrintableString(h.Err.Error())
		host.Hint = fault.LookupHint(h.Err, host.Reason)
		excuse(host, req.Checks)
		return lanes
	}
	if r.Self != "" && req.Server == "" && strings.EqualFold(strings.TrimSuffix(r.Self, "."), h.Name) {
		host.Notes = append(host.Notes, "this host has the name given in EHLO: a sender of that name would see a loop (RFC 5321 section 5.1)")
	}
	for _, ip := range h.Addrs {
		if !r.chooses(h, ip) {
			continue
		}
		for _, group := range byPort(req) {
			if !ip.IsValid() {
				group.port = 0 // a Unix socket has none
			}
			host.Addresses = append(host.Addresses, result.Address{IP: ipText(ip), Port: group.port, Checks: []result.Check{}})
			t := Target{Domain: req.Domain, Host: h.Name, Preference: h.Preference, IP: ip, Port: group.port, Named: req.Server != "", Authentic: d.Authentic, Allowance: req.allowance}
			if why := r.excluded(h.Name, ip); why != "" {
				host.Addresses[len(host.Addresses)-1].Checks = r.leaveOut(t, group.checks, why)
				continue
			}
			at.address = len(host.Addresses) - 1
			lanes = append(lanes, r.newLane(one, at, t, group.checks))
		}
	}
	r.missing(ctx, host, h)
	if h.Missing != nil {
		excuse(host, req.Checks)
	}
	if h.LeftOut > 0 && host.Status < result.Warn {
		host.Status, host.Reason = result.Warn, result.Condition
		host.Message = fmt.Sprintf("%d of its %d addresses are left out", h.LeftOut, h.LeftOut+len(h.Addrs))
	}
	if len(host.Addresses) > 0 && host.Status != result.NotRun {
		host.Lack = &result.Lack{Status: host.Status, Reason: host.Reason, Message: host.Message}
	}
	return lanes
}

// ipText is an address for people and programs, empty for a Unix socket.
func ipText(ip netip.Addr) string {
	if !ip.IsValid() {
		return ""
	}
	return ip.String()
}

type portGroup struct {
	port   uint16
	checks []Check
}

// byPort groups the checks of a request by the port they speak to.
func byPort(req *Request) []portGroup {
	var groups []portGroup
	for _, c := range req.Checks {
		ports := req.Ports
		if len(ports) == 0 {
			ports = c.Ports()
		}
		if len(ports) == 0 {
			ports = []uint16{usualPort}
		}
		for _, port := range ports {
			at := slices.IndexFunc(groups, func(g portGroup) bool { return g.port == port })
			if at < 0 {
				at = len(groups)
				groups = append(groups, portGroup{port: port})
			}
			groups[at].checks = append(groups[at].checks, c)
		}
	}
	return groups
}
