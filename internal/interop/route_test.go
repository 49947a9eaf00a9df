//go:build linux

package interop

import (
	"net"
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// TestSeveralHosts wants every host, by preference, whatever order the zone
// has them in.
func TestSeveralHosts(t *testing.T) {
	need(t, theWorld.postfix)
	need(t, theWorld.exim)
	need(t, theWorld.aiosmtpd)
	o := play(t, "@rcpt", "-d", "several.test", "--to", "kate@several.test")
	o.exits(0)
	if got, want := o.hosts(), "10 mx.exim.test, 20 mx.postfix.test, 30 mx.aiosmtpd.test"; got != want {
		t.Errorf("hosts are %s; want %s", got, want)
	}
	for _, ip := range []string{ipExim, ipPostfix, ipAiosmtpd} {
		verdict(t, o.check(ip), result.Pass, result.None)
	}
	if s := o.domain().Sender; s == nil || s.View != result.ViewAtOnce || s.By != "mx.exim.test" {
		t.Errorf("a sender's view is %+v; want at once, by mx.exim.test", s)
	}
}

// TestTrap61DeadHostAmongOthers wants the others tried, the dead one told of,
// and the caller to say which matter.
func TestTrap61DeadHostAmongOthers(t *testing.T) {
	need(t, theWorld.postfix)
	for _, c := range []struct {
		domain, require string
		exit            int
	}{
		{"partly.test", "all", 1},
		{"partly.test", "best", 1}, // the dead one is the best
		{"partly.test", "any", 0},
		{"lastdead.test", "all", 1},
		{"lastdead.test", "best", 0},
		{"lastdead.test", "any", 0},
		{"twofaced.test", "all", 1}, // one name, a dead and a living address
		{"twofaced.test", "best", 1},
		{"twofaced.test", "any", 0},
	} {
		t.Run(c.domain+"/"+c.require, func(t *testing.T) {
			o := play(t, "@rcpt", "-d", c.domain, "--to", "kate@"+c.domain, "--require", c.require)
			o.exits(c.exit)
			verdict(t, o.check(ipPostfix), result.Pass, result.None)
			if dead := o.check(ipDead); dead.Reason != result.Refused {
				t.Errorf("reason for the dead address is %q; want refused", dead.Reason)
			}
			if s := o.domain().Sender; s == nil || s.View != result.ViewDegraded {
				t.Errorf("a sender's view is %+v; want degraded", s)
			}
		})
	}
}

// TestIPv6 wants both families of a host, or the one asked for.
func TestIPv6(t *testing.T) {
	needIPv6(t, theWorld)
	need(t, theWorld.postfix)
	for _, c := range []struct {
		name   string
		args   []string
		v4, v6 bool
	}{
		{"both", nil, true, true},
		{"only 4", []string{"-4"}, true, false},
		{"only 6", []string{"-6"}, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"@rcpt", "-d", "six.postfix.test", "--to", "kate@six.postfix.test", "--allow-loopback"}
			o := play(t, append(args, c.args...)...)
			o.exits(0)
			got := map[string]bool{}
			for _, a := range o.domain().Hosts[0].Addresses {
				got[a.IP] = a.Status == result.Pass
			}
			if got[ipPostfix] != c.v4 || got["::1"] != c.v6 {
				t.Errorf("passed: %v; want IPv4 %t, IPv6 %t", got, c.v4, c.v6)
			}
		})
	}
}

// TestServerNamed speaks to a server without looking for MX records.
func TestServerNamed(t *testing.T) {
	need(t, theWorld.postfix)
	servers := map[string]string{
		"mx.postfix.test":         ipPostfix,
		theWorld.addr(ipPostfix):  ipPostfix,
		"[" + ipPostfix + "]":     ipPostfix,
		theWorld.addr("0:0::0:1"): "::1",
	}
	for server, ip := range servers {
		t.Run(server, func(t *testing.T) {
			if ip == "::1" {
				needIPv6(t, theWorld)
			}
			// The domain is for the addresses only; it has no route at all.
			o := play(t, "@rcpt", "-d", "nx.test", "--server", server, "--to", "kate@postfix.test")
			o.exits(0)
			verdict(t, o.check(ip), result.Pass, result.None)
			if d := o.domain(); d.Origin != "server" {
				t.Errorf("origin is %q; want server", d.Origin)
			}
		})
	}
}

// TestTrap55NullMX wants no connection to a domain that takes no mail.
func TestTrap55NullMX(t *testing.T) {
	o := play(t, "@rcpt", "-d", "null.test")
	o.exits(1)
	d := o.domain()
	if d.Origin != "null" || d.Status != result.Fail || d.Reason != result.NullMX {
		t.Errorf("origin %q, %s for reason %q; want null, fail for null_mx", d.Origin, d.Status, d.Reason)
	}
	for _, h := range d.Hosts {
		if len(h.Addresses) != 0 {
			t.Errorf("host %q has addresses; want none", h.Name)
		}
	}
}

// TestTrap56ImplicitMX speaks to the domain itself where it has an address
// and no MX record.
func TestTrap56ImplicitMX(t *testing.T) {
	need(t, theWorld.postfix)
	o := play(t, "@rcpt", "-d", "implicit.test", "--to", "kate@implicit.test")
	o.exits(0)
	verdict(t, o.check(ipPostfix), result.Pass, result.None)
	if d := o.domain(); d.Origin != "implicit" || o.hosts() != "0 implicit.test" {
		t.Errorf("origin %q, hosts %s; want implicit, 0 implicit.test", d.Origin, o.hosts())
	}
}

// TestTrap56NoRoute wants a domain that cannot be found told from one whose
// records cannot be had, and neither blamed on the prober: the same name
// server answers for the root.
func TestTrap56NoRoute(t *testing.T) {
	for _, domain := range []string{
		"nx.test",     // NXDOMAIN
		"broken.test", // SERVFAIL
		"text.test",   // a name, but neither MX nor address
		"gone.test",   // an MX whose name does not exist
	} {
		t.Run(domain, func(t *testing.T) {
			o := play(t, "@rcpt", "-d", domain)
			o.exits(1)
			d := o.domain()
			if d.Status != result.Fail || d.Reason != result.DNS {
				t.Errorf("%s for reason %q; want fail for dns", d.Status, d.Reason)
			}
			if domain == "gone.test" && o.hosts() != "10 no-such-name.gone.test" {
				t.Errorf("hosts are %s; want the dead one listed", o.hosts())
			}
		})
	}
}

// TestTrap56HostWithoutAddress keeps a host without address in the list, and
// speaks to the others.
func TestTrap56HostWithoutAddress(t *testing.T) {
	need(t, theWorld.postfix)
	for domain, dead := range map[string]string{
		"halfgone.test":   "no-such-name.gone.test",
		"halfbroken.test": "mx.broken.test",
	} {
		for require, exit := range map[string]int{"all": 1, "best": 1, "any": 0} {
			t.Run(domain+"/"+require, func(t *testing.T) {
				o := play(t, "@rcpt", "-d", domain, "--to", "kate@"+domain, "--require", require)
				o.exits(exit)
				verdict(t, o.check(ipPostfix), result.Pass, result.None)
				if h := o.domain().Hosts[0]; h.Name != dead || h.Reason != result.DNS {
					t.Errorf("first host is %q with reason %q; want %q with dns", h.Name, h.Reason, dead)
				}
			})
		}
	}
}

// TestTrap57ExchangeIsAlias follows an alias, which RFC 2181 section 10.3
// forbids, and says so.
func TestTrap57ExchangeIsAlias(t *testing.T) {
	need(t, theWorld.postfix)
	o := play(t, "@rcpt", "-d", "aliased.test", "--to", "kate@aliased.test")
	o.exits(0)
	verdict(t, o.check(ipPostfix), result.Pass, result.None)
	d := o.domain()
	notes := strings.Join(append(d.Notes, d.Hosts[0].Notes...), "\n")
	if d.Hosts[0].Name != "alias.aliased.test" || !strings.Contains(notes, "mx.postfix.test") {
		t.Errorf("host %q with notes %q; want alias.aliased.test and a word on mx.postfix.test", d.Hosts[0].Name, notes)
	}
}

// TestTrap58DomainIsAlias takes the MX records of the name an alias stands
// for (RFC 5321 section 5.1).
func TestTrap58DomainIsAlias(t *testing.T) {
	need(t, theWorld.postfix)
	o := play(t, "@rcpt", "-d", "cnamed.test", "--to", "kate@cnamed.test")
	o.exits(0)
	if d := o.domain(); d.Origin != "mx" || o.hosts() != "10 mx.postfix.test" {
		t.Errorf("origin %q, hosts %s; want mx, 10 mx.postfix.test", d.Origin, o.hosts())
	}
}

// TestResolverDown has nobody to ask: a fault on our side, not the domain's.
func TestResolverDown(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.LocalAddr().String()
	_ = l.Close()
	o := play(t, "@rcpt", "-d", "postfix.test", "--dns", nobody)
	o.exits(3)
	if d := o.domain(); d.Status != result.Inconclusive || d.Reason != result.Resolver {
		t.Errorf("%s for reason %q; want inconclusive for resolver", d.Status, d.Reason)
	}
}

// TestMX prints the hosts by preference and speaks to none.
func TestMX(t *testing.T) {
	knot := need(t, theWorld.knot)
	o := execute(t, "mx", "several.test", "--dns", knot.Addr)
	o.exits(0)
	rest := o.stdout
	for _, name := range []string{"mx.exim.test", ipExim, "mx.postfix.test", ipPostfix, "mx.aiosmtpd.test", ipAiosmtpd} {
		var ok bool
		if _, rest, ok = strings.Cut(rest, name); !ok {
			t.Errorf("%s is missing, or not in its place", name)
		}
	}
}

// TestManyDomains keeps the order of the domains and lets the worst decide.
func TestManyDomains(t *testing.T) {
	need(t, theWorld.postfix)
	need(t, theWorld.exim)
	o := play(t, "@helo-only", "-d", "exim.test", "-d", "nx.test", "-d", "postfix.test")
	o.exits(1)
	var got []string
	for _, d := range o.run.Domains {
		got = append(got, d.Domain+" "+d.Status.String())
	}
	if want := "exim.test pass, nx.test fail, postfix.test pass"; strings.Join(got, ", ") != want {
		t.Errorf("got %q; want %s", got, want)
	}
}

// TestDryRunSpeaksToNobody looks names up and sends nothing: that nobody
// listens there does not matter.
func TestDryRunSpeaksToNobody(t *testing.T) {
	knot := need(t, theWorld.knot)
	o := execute(t, "run", "@rcpt", "-d", "dead.test", "--to", "kate@dead.test", "--dns", knot.Addr, "--dry-run")
	o.exits(0)
	if !strings.Contains(o.stdout, "RCPT TO:<kate@dead.test>") || !strings.Contains(o.stdout, "mx.dead.test") {
		t.Error("the lines that would be sent are not shown, or not for which host")
	}
}
