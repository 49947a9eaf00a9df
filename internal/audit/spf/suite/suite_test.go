package suite

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/audit/spf"
)

// group is one document of the suite.
type group struct {
	Description string                 `yaml:"description"`
	Tests       map[string]sample      `yaml:"tests"`
	Zone        map[string][]yaml.Node `yaml:"zonedata"`
}

type sample struct {
	HELO        string    `yaml:"helo"`
	Host        string    `yaml:"host"`
	From        string    `yaml:"mailfrom"`
	Result      yaml.Node `yaml:"result"`
	Explanation string    `yaml:"explanation"`
}

// TestSuite plays every test of the suite.
func TestSuite(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("MXPROBE_INTEROP_DIR")
	file, err := os.Open(filepath.Join(dir, "spf", "rfc7208-tests.yml"))
	if dir == "" || errors.Is(err, os.ErrNotExist) {
		if os.Getenv("MXPROBE_INTEROP") == "require" {
			t.Fatal("the suite is not there: run .ci/install")
		}
		t.Skip("skipped: the suite is not there: run .ci/install")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	played := 0
	decoder := yaml.NewDecoder(file)
	for {
		var g group
		if err := decoder.Decode(&g); err != nil {
			break
		}
		z := newZone(t, g.Zone)
		for name, s := range g.Tests {
			played++
			t.Run(g.Description+"/"+name, func(t *testing.T) { s.play(t, z) })
		}
	}
	if played < 190 {
		t.Errorf("only %d tests were played", played)
	}
}

func (s *sample) play(t *testing.T, z zone) {
	ip, err := netip.ParseAddr(s.Host)
	if err != nil {
		t.Fatal(err)
	}
	o := spf.Check(t.Context(), z, spf.Sender{IP: ip, HELO: s.HELO, From: s.From})
	var allowed []string
	if s.Result.Kind == yaml.SequenceNode {
		for _, n := range s.Result.Content {
			allowed = append(allowed, n.Value)
		}
	} else {
		allowed = []string{s.Result.Value}
	}
	if !slices.Contains(allowed, string(o.Result)) {
		t.Errorf("Check = %s (%s); want one of %v", o.Result, o.Why, allowed)
	}
	if s.Explanation != "" && s.Explanation != "DEFAULT" && o.Result == spf.Fail && !strings.EqualFold(o.Explanation, s.Explanation) {
		t.Errorf("the explanation is %q; want %q", o.Explanation, s.Explanation)
	}
}

// zone answers from the zone data of a group.
type zone map[string][]record

type record struct {
	typ    string // TIMEOUT answers nothing, CNAME leads on
	values []string
}

// newZone reads zone data: SPF records stand for TXT where a name has no TXT.
func newZone(t *testing.T, data map[string][]yaml.Node) zone {
	t.Helper()
	z := zone{}
	for name, nodes := range data {
		var all []record
		for i := range nodes {
			n := &nodes[i]
			if n.Kind == yaml.ScalarNode {
				all = append(all, record{typ: n.Value})
				continue
			}
			values := n.Content[1].Content
			if n.Content[1].Kind == yaml.ScalarNode {
				values = []*yaml.Node{n.Content[1]}
			}
			r := record{typ: n.Content[0].Value}
			for _, v := range values {
				r.values = append(r.values, v.Value)
			}
			all = append(all, r)
		}
		if !slices.ContainsFunc(all, isTXT) {
			for _, r := range slices.Clone(all) {
				if r.typ == "SPF" {
					all = append(all, record{"TXT", r.values})
				}
			}
		}
		// "TXT: NONE" only says that the SPF records do not stand for TXT.
		all = slices.DeleteFunc(all, func(r record) bool { return isTXT(r) && slices.Equal(r.values, []string{"NONE"}) })
		z[strings.ToLower(name)] = all
	}
	return z
}

func isTXT(r record) bool { return r.typ == "TXT" }

var errTimeout = errors.New("no answer")

// find returns the records of a type, aliases followed.
func (z zone) find(name, typ string) ([]record, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for range 10 {
		var found []record
		alias := ""
		late := false
		for _, r := range z[name] {
			switch r.typ {
			case typ:
				found = append(found, r)
			case "CNAME":
				alias = r.values[0]
			case "TIMEOUT":
				late = true
			}
		}
		if late && len(found) == 0 {
			return nil, errTimeout
		}
		if len(found) > 0 || alias == "" {
			return found, nil
		}
		name = strings.ToLower(alias)
	}
	return nil, errTimeout
}

func (z zone) TXT(_ context.Context, name string) ([]string, error) {
	found, err := z.find(name, "TXT")
	var texts []string
	for _, r := range found {
		texts = append(texts, strings.Join(r.values, ""))
	}
	return texts, err
}

func (z zone) Addresses(_ context.Context, name string, v6 bool) ([]netip.Addr, error) {
	typ := "A"
	if v6 {
		typ = "AAAA"
	}
	found, err := z.find(name, typ)
	var addrs []netip.Addr
	for _, r := range found {
		addrs = append(addrs, netip.MustParseAddr(r.values[0]))
	}
	return addrs, err
}

func (z zone) MX(_ context.Context, name string) ([]string, error) {
	found, err := z.find(name, "MX")
	var hosts []string
	for _, r := range found {
		hosts = append(hosts, r.values[1])
	}
	return hosts, err
}

func (z zone) Names(_ context.Context, addr netip.Addr) ([]string, error) {
	found, err := z.find(reverse(addr), "PTR")
	var names []string
	for _, r := range found {
		names = append(names, r.values[0])
	}
	return names, err
}

// reverse is the name of the PTR records of an address.
func reverse(addr netip.Addr) string {
	var parts []string
	suffix := "in-addr.arpa"
	if addr.Is4() {
		parts = strings.Split(addr.String(), ".")
	} else {
		suffix = "ip6.arpa"
		parts = strings.Split(strings.ReplaceAll(addr.StringExpanded(), ":", ""), "")
	}
	slices.Reverse(parts)
	return strings.Join(append(parts, suffix), ".")
}
