package dnsmx

import (
	"bufio"
	"io"
	"net/netip"
	"os"
	"strings"
	"sync"
)

// maxHostsFile is how much of a hosts file is read. Lists of blocked names have
// a few MiB.
const maxHostsFile = 16 << 20

// hostsFile are the addresses of names in a file such as /etc/hosts, hosts(5).
// The zero value knows localhost alone.
type hostsFile struct {
	path  string
	once  sync.Once
	addrs map[string][]netip.Addr
}

// of returns the addresses of a name in lower case, none if the DNS is to be
// asked. The names under localhost never are: they are this machine (RFC 6761,
// section 6.3).
func (h *hostsFile) of(name string) []netip.Addr {
	h.once.Do(h.read)
	addrs := h.addrs[name]
	if len(addrs) == 0 && (name == "localhost" || strings.HasSuffix(name, ".localhost")) {
		addrs = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
	}
	return addrs
}

// read reads the file. Without one, or where it cannot be read, the DNS knows.
func (h *hostsFile) read() {
	if h.path == "" {
		return
	}
	file, err := os.Open(h.path)
	if err != nil {
		return
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return
	}
	h.addrs = parseHosts(io.LimitReader(file, maxHostsFile))
}

// parseHosts reads lines of an address and its names. What it does not
// understand is passed over, as the C library does.
func parseHosts(r io.Reader) map[string][]netip.Addr {
	found := make(map[string][]netip.Addr)
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		addr, err := netip.ParseAddr(fields[0])
		if err != nil {
			continue
		}
		for _, name := range fields[1:] {
			name = fromWire(name)
			found[name] = append(found[name], addr.Unmap())
		}
	}
	return found
}
