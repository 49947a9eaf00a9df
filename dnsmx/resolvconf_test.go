package dnsmx

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"
)

func TestResolvConf(t *testing.T) {
	t.Parallel()
	c := parseResolvConf([]byte(`# comment
nameserver 192.0.2.53   # the near one
nameserver fe80::53%eth0
search example.test
options ndots:2 timeout:3 attempts:4 rotate use-vc trust-ad
nameserver not-an-address
nameserver 192.0.2.54
nameserver 192.0.2.55
`))
	r := mustNew(t, c)
	var servers []string
	for _, s := range r.servers {
		servers = append(servers, s.addr.String())
		if !s.trusted {
			t.Errorf("%v is not trusted; want trust-ad obeyed", s.addr)
		}
	}
	if got := strings.Join(servers, " "); got != "192.0.2.53:53 [fe80::53%eth0]:53 192.0.2.54:53" {
		t.Errorf("servers %s; want the first three", got)
	}
	if c.Timeout != 3*time.Second || c.Attempts != 4 || !c.Rotate || !c.TCP {
		t.Errorf("options %+v; want all of them obeyed", c)
	}

	c = parseResolvConf([]byte("options timeout:99999999999 attempts:99 timeout:600 timeout:x attempts:0\n"))
	if c.Timeout != maxTimeout || c.Attempts != maxAttempts {
		t.Errorf("time-out %v, attempts %d; want the limits", c.Timeout, c.Attempts)
	}
	if len(c.Servers) != 1 || c.Servers[0] != netip.MustParseAddrPort("127.0.0.1:53") || len(c.Trusted) > 0 {
		t.Errorf("servers %v, trusted %v; want this machine", c.Servers, c.Trusted)
	}
}

func TestSystemWithoutResolvConf(t *testing.T) {
	t.Parallel()
	_, err := fromFile(t.TempDir() + "/resolv.conf")
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "--dns") {
		t.Errorf("error %v; want the missing file and the way out", err)
	}
}
