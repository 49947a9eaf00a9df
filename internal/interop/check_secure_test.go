//go:build linux

package interop

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/interop/mta"
)

// secureWorld is a domain in a signed zone: Knot signs it, Unbound validates it,
// Postfix has two hosts with certificates, and a web server has a policy.
type secureWorld struct {
	port          int
	knot          *mta.Knot
	resolver      *mta.Unbound
	policy        string // address and port of the web server
	authorityFile string
}

// Two hosts: the TLSA record and the policy fit the first, and not the second.
const (
	ipSecure1 = "127.0.20.10"
	ipSecure2 = "127.0.20.11"
	ipPolicy  = "127.0.20.12"
)

// startOnce starts a server for one test, in a directory that it may enter under
// identities of its own, and has it stopped at the end.
func startOnce[S interface {
	Stop()
	Log() string
}](t *testing.T, name string, start func(dir string) (S, error),
) S {
	t.Helper()
	server := need(t, func() (S, error) {
		dir, err := os.MkdirTemp(theWorld.dir, name+"-")
		if err == nil {
			err = os.Chmod(dir, 0o755)
		}
		if err != nil {
			var none S
			return none, err
		}
		return start(dir)
	})
	t.Cleanup(server.Stop)
	return server
}

func newSecureWorld(t *testing.T) *secureWorld {
	t.Helper()
	w := &secureWorld{}
	root := issue(t, nil, "interop root", isCA)
	var err error
	if w.port, err = mta.FreePort(ipSecure1, ipSecure2); err != nil {
		t.Fatal(err)
	}
	first, second := issue(t, root, "mx1.dane.lab", forHost("mx1.dane.lab")), issue(t, root, "mx2.dane.lab", forHost("mx2.dane.lab"))
	startOnce(t, "postfix", func(dir string) (*mta.Process, error) {
		return mta.StartPostfix(dir, mta.PostfixConfig{
			Port: w.port, Domains: []string{"dane.lab"}, Recipients: []string{"postmaster@dane.lab", "abuse@dane.lab"}, CA: certPEM(root),
			TLS: []mta.TLSListener{{IP: ipSecure1, PEM: pemOf(t, first, first)}, {IP: ipSecure2, PEM: pemOf(t, second, second)}},
		})
	})
	key := sha256.Sum256(first.cert.RawSubjectPublicKeyInfo)
	zone := secureZone(w.port, hex.EncodeToString(key[:]))
	w.knot = startOnce(t, "knot", func(dir string) (*mta.Knot, error) { return mta.StartSignedKnot(dir, zone) })
	w.resolver = startOnce(t, "unbound", func(dir string) (*mta.Unbound, error) {
		return mta.StartUnbound(dir, w.knot.Addr, rootKeys(t, w.knot.Addr))
	})
	w.servePolicy(t, issue(t, root, "mta-sts.dane.lab", forHost("mta-sts.dane.lab")))
	w.authorityFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(w.authorityFile, certPEM(root), 0o644); err != nil {
		t.Fatal(err)
	}
	return w
}

func secureZone(port int, key string) string {
	return fmt.Sprintf(`$ORIGIN .
$TTL 600
@  SOA ns.invalid. hostmaster.invalid. 1 7200 3600 604800 600
@  NS  ns.invalid.
ns.invalid. A 127.0.0.1
dane.lab. MX 10 mx1.dane.lab.
dane.lab. MX 20 mx2.dane.lab.
dane.lab. TXT "v=spf1 mx -all"
mx1.dane.lab. A %[3]s
mx2.dane.lab. A %[4]s
_%[1]d._tcp.mx1.dane.lab. TLSA 3 1 1 %[2]s
_%[1]d._tcp.mx2.dane.lab. TLSA 3 1 1 %[5]s
_mta-sts.dane.lab. TXT "v=STSv1; id=1"
mta-sts.dane.lab. A %[6]s
_smtp._tls.dane.lab. TXT "v=TLSRPTv1; rua=mailto:tls@dane.lab"
_dmarc.dane.lab. TXT "v=DMARC1; p=reject; rua=mailto:d@dane.lab"
10.20.0.127.in-addr.arpa. PTR mx1.dane.lab.
11.20.0.127.in-addr.arpa. PTR mx2.dane.lab.
`, port, key, ipSecure1, ipSecure2, strings.Repeat("00", 32), ipPolicy)
}

// rootKeys are the keys that the root is signed with.
func rootKeys(t *testing.T, server string) []string {
	t.Helper()
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{netip.MustParseAddrPort(server)}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := resolver.Records(t.Context(), ".", dnsmx.TypeDNSKEY)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, k := range set.DNSKEY {
		if k.Flags == 257 {
			keys = append(keys, fmt.Sprintf(". DNSKEY %d %d %d %s", k.Flags, k.Protocol, k.Algorithm, base64.StdEncoding.EncodeToString(k.Key)))
		}
	}
	return keys
}

// servePolicy serves a policy that names the first host alone.
func (w *secureWorld) servePolicy(t *testing.T, p *pair) {
	t.Helper()
	pair, err := tls.X509KeyPair(pemOf(t, p, p), pemOf(t, p, p))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", net.JoinHostPort(ipPolicy, "0"), &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(out, "version: STSv1\r\nmode: enforce\r\nmx: mx1.dane.lab\r\nmax_age: 1209600\r\n")
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	w.policy = listener.Addr().String()
}

// look checks the domain by a resolver.
func (w *secureWorld) look(t *testing.T, resolver string, args ...string) *outcome {
	t.Helper()
	o := execute(t, append([]string{
		"check", "dane.lab", "--dns", resolver, "--port", strconv.Itoa(w.port), "--helo", "probe.sender.test", "--from", "probe@sender.test", "-f", "json",
		"--ca-file", w.authorityFile, "--connect-to", "mta-sts.dane.lab:443=" + w.policy,
	}, args...)...)
	if err := json.Unmarshal([]byte(o.stdout), &o.run); err != nil {
		t.Fatalf("%s: no JSON report (exit status %d): %v", o, o.exit, err)
	}
	return o
}

// TestCheckSecure looks at DANE, MTA-STS and TLS-RPT of a domain in a signed zone.
func TestCheckSecure(t *testing.T) {
	t.Parallel()
	w := newSecureWorld(t)
	o := w.look(t, w.resolver.Addr)
	var found []string
	for _, f := range o.domain().Findings {
		found = append(found, string(f.Severity)+" "+f.ID+" "+f.Subject.String())
	}
	for _, want := range []string{
		"ok dnssec.resolver dane.lab", "ok dnssec.unsigned dane.lab", "ok dane.unsigned mx1.dane.lab",
		"ok dane.mismatch mx1.dane.lab " + ipSecure1, "fail dane.mismatch mx2.dane.lab " + ipSecure2,
		"ok mtasts.fetch dane.lab", "ok mtasts.mx mx1.dane.lab", "fail mtasts.mx mx2.dane.lab", "ok mtasts.tls mx1.dane.lab " + ipSecure1,
		"ok tlsrpt.syntax dane.lab", "ok tls.chain mx1.dane.lab " + ipSecure1, "ok ptr.unconfirmed mx1.dane.lab " + ipSecure1,
		"ok behaviour.postmaster mx1.dane.lab " + ipSecure1, "note dane.rollover mx1.dane.lab",
	} {
		if !slices.Contains(found, want) {
			t.Errorf("no finding %q", want)
		}
	}
	for _, f := range found {
		if strings.HasPrefix(f, "fail ") && !strings.Contains(f, "mx2") && !strings.Contains(f, "mx.loopback") {
			t.Errorf("%q of a part that is sound", f)
		}
	}
	if t.Failed() {
		t.Logf("findings:\n%s", strings.Join(found, "\n"))
	}
	o.exits(1)
}

// TestCheckBogus: signatures that a resolver cannot trust are told from a resolver
// that fails. The anchor is no key of the zone.
func TestCheckBogus(t *testing.T) {
	t.Parallel()
	knot := startOnce(t, "knot", func(dir string) (*mta.Knot, error) {
		return mta.StartSignedKnot(dir, secureZone(25, strings.Repeat("11", 32)))
	})
	unbound := startOnce(t, "unbound", func(dir string) (*mta.Unbound, error) {
		return mta.StartUnbound(dir, knot.Addr, []string{"lab. DNSKEY 257 3 13 " + base64.StdEncoding.EncodeToString(make([]byte, 64))})
	})
	o := execute(t, "check", "dane.lab", "--dns", unbound.Addr, "--only", "dnssec.bogus", "--helo", "probe.sender.test")
	if !strings.Contains(o.stdout, "FAIL  dnssec.bogus") {
		t.Errorf("stdout = %s", o.stdout)
	}
	o.exits(1)
}
