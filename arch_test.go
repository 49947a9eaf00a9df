package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path of this module.
const module = "mxprobe"

// room is what the code of one package may import: packages of this module,
// and libraries. Arrows point down only, and a library stays in its room, so
// that moving to its successor is a change in one place. Do not add a line to
// mend a build; change the picture in ARCHITECTURE.md first.
type room struct {
	packages  []string
	libraries []string
	// costly are packages of the standard library that cost time at every
	// start, and are worth it here.
	costly []string
}

func rooms() map[string]room {
	return map[string]room{
		// floor 5
		"": {packages: []string{"internal/cli", "internal/stack"}},
		// floor 4
		"internal/cli": {
			packages: []string{
				"internal/report/formats", "internal/report/message", "internal/report/nagios", "internal/report", "probe", "probe/dialogue", "probe/handshake", "probe/manners", "probe/verdict",
				"internal/audit", "internal/audit/gather", "internal/audit/rules",
				"dnsmx", "scenarios", "probe/result", "internal/sandbox", "internal/transport", "internal/transcribe", "internal/atomicfile",
				"internal/ascii", "internal/bounded", "internal/distinct", "internal/hostname", "internal/spelling", "internal/timespan",
				"internal/compare", "internal/greylist", "internal/journal", "internal/state", "internal/pasted", "internal/letter", "internal/dkim", "internal/mailbox", "probe/causes", "probe/diagnosis", "probe/ledger",
			},
			libraries: []string{"github.com/urfave/cli/v2", "golang.org/x/term"},
		},
		"internal/fleet/job":     {packages: []string{"internal/spelling", "internal/timespan", "internal/yamlnode", "probe/result", "scenarios"}, libraries: []string{"gopkg.in/yaml.v3"}},
		"cmd/mxprobe-fleet":      {packages: []string{"internal/cli", "internal/fleet/command"}},
		"internal/fleet/command": {packages: []string{"internal/bounded", "internal/cli", "internal/compare", "internal/vantage", "internal/fleet/bus", "internal/fleet/collect", "internal/fleet/job", "internal/fleet/manners", "internal/fleet/work", "internal/timespan", "probe", "probe/result", "scenarios"}},
		"internal/fleet/collect": {packages: []string{"internal/fleet/bus", "internal/fleet/job", "probe/result"}},
		"internal/fleet/work":    {packages: []string{"internal/cli", "internal/fleet/bus", "internal/fleet/job", "internal/timespan", "probe/manners", "probe/result"}},
		// past one machine: the only room that knows NATS
		"internal/fleet/bus":           {packages: []string{"internal/fleet/job", "probe/result"}, libraries: []string{"github.com/nats-io/nats.go"}},
		"internal/fleet/manners":       {packages: []string{"probe/fault", "probe/manners", "probe/result"}, libraries: []string{"github.com/nats-io/nats.go"}},
		"internal/fleet/bus/bustest":   {libraries: []string{"github.com/nats-io/nats-server/v2"}},
		"internal/fleet/bus/fleettest": {packages: []string{"internal/fleet/bus"}},
		// floor 3: a scenario as a check
		"probe/dialogue": {packages: []string{
			"probe", "probe/line", "probe/peer", "probe/handshake", "probe/mailroom", "probe/draft",
			"probe/judge", "probe/causes", "probe/diagnosis", "probe/fault", "probe/ledger", "probe/certs", "probe/vouch",
			"probe/sasl", "probe/smtpwire", "probe/result", "dnsmx", "scenarios", "internal/compose", "internal/mailbox", "internal/letter", "internal/transport",
		}},
		// what a dialogue is made of
		"probe/line":      {packages: []string{"scenarios", "probe/handshake", "probe/judge", "probe/fault", "probe/smtpwire", "probe/result"}},
		"probe/peer":      {packages: []string{"scenarios", "dnsmx", "probe/diagnosis", "probe/smtpwire", "probe/result", "internal/ascii"}},
		"probe/handshake": {packages: []string{"scenarios", "probe/causes", "probe/fault", "probe/judge", "probe/certs", "probe/vouch", "probe/dane", "probe/result"}},
		"probe/mailroom":  {packages: []string{"scenarios", "probe", "probe/judge", "probe/ledger", "probe/peer", "probe/fault", "probe/result", "internal/bounce", "internal/mailbox", "internal/letter", "internal/trace", "internal/timespan"}},
		"probe/draft":     {packages: []string{"scenarios", "probe/peer", "probe/smtpwire", "internal/compose"}},
		// floor 2
		"internal/transcribe": {packages: []string{"internal/ascii", "internal/hostname", "scenarios"}},
		"probe":               {packages: []string{"dnsmx", "probe/manners", "probe/shared", "probe/verdict", "probe/fault", "probe/result", "internal/glob", "internal/hostname", "internal/stack"}},
		// the engine's pure rooms, each with one question
		"probe/judge":      {packages: []string{"scenarios", "probe/causes", "probe/diagnosis", "probe/fault", "probe/smtpwire", "probe/result"}},
		"probe/diagnosis":  {packages: []string{"internal/ascii", "probe/causes", "probe/result"}},
		"probe/fault":      {packages: []string{"dnsmx", "internal/transport", "probe/causes", "probe/diagnosis", "probe/smtpwire", "probe/result"}},
		"probe/causes":     {},
		"probe/verdict":    {packages: []string{"probe/result"}},
		"probe/ledger":     {packages: []string{"internal/ascii", "probe/smtpwire", "probe/result"}},
		"probe/manners":    {packages: []string{"dnsmx", "internal/hostname", "probe/result"}, libraries: []string{"golang.org/x/net/publicsuffix", "golang.org/x/time/rate"}},
		"probe/shared":     {packages: []string{"probe/result"}},
		"probe/certs":      {packages: []string{"internal/hostname", "probe/result"}},
		"probe/vouch":      {packages: []string{"dnsmx", "internal/transport", "probe/dane", "probe/mtasts", "probe/certs", "probe/fault", "probe/result"}},
		"internal/report":  {packages: []string{"probe/manners", "probe/result", "internal/ascii"}},
		"internal/state":   {packages: []string{"internal/atomicfile"}},
		"internal/journal": {packages: []string{"probe/result"}},
		// mailboxes, a protocol each, over a wire that bears with everything
		"internal/mailbox": {packages: []string{
			"internal/mailbox/imap", "internal/mailbox/pop3", "internal/mailbox/mailpit", "internal/bounce", "internal/letter", "internal/trace",
		}},
		"internal/mailbox/imap": {packages: []string{"internal/mailbox/wire", "probe/sasl"}},
		"internal/mailbox/pop3": {packages: []string{"internal/mailbox/wire", "probe/sasl"}},
		// net/http is in every program anyway, for the policies of MTA-STS.
		"internal/mailbox/mailpit": {costly: []string{"net/http"}},
		"internal/mailbox/wire":    {packages: []string{"probe/sasl"}},
		"internal/report/formats": {packages: []string{
			"internal/report/csv", "internal/report/github", "internal/report/html", "internal/report/junit", "internal/report/markdown",
			"internal/report/nagios", "internal/report/prometheus", "internal/report/tap", "internal/report", "probe/result",
		}},
		// floor 3: a format each
		"internal/report/csv":    {packages: []string{"internal/report", "probe/result"}},
		"internal/report/github": {packages: []string{"internal/report", "probe/result"}},
		// text/template is in every program anyway, for the help texts.
		"internal/report/html":       {packages: []string{"internal/report", "probe/result"}, costly: []string{"text/template"}},
		"internal/report/junit":      {packages: []string{"internal/report", "probe/result"}},
		"internal/report/message":    {packages: []string{"internal/report", "internal/bounce", "internal/dkim", "internal/letter", "internal/trace", "probe/result"}},
		"internal/report/markdown":   {packages: []string{"internal/report", "probe/result"}},
		"internal/report/nagios":     {packages: []string{"internal/report", "probe/result"}},
		"internal/report/prometheus": {packages: []string{"internal/report", "probe/result"}},
		"internal/report/tap":        {packages: []string{"internal/report", "probe/result"}},
		// floor 1: these know nothing of each other
		"dnsmx":               {packages: []string{"internal/ascii", "internal/hostname", "internal/stack"}, libraries: []string{"github.com/miekg/dns", "golang.org/x/net/idna"}},
		"scenarios":           {packages: []string{"internal/ascii", "internal/bounded", "internal/glob", "internal/hostname", "internal/spelling", "internal/timespan", "internal/yamlnode", "internal/yamlslip"}, libraries: []string{"gopkg.in/yaml.v3"}},
		"probe/dane":          {},
		"probe/mtasts":        {costly: []string{"net/http"}},
		"probe/sasl":          {libraries: []string{"github.com/Azure/go-ntlmssp", "github.com/emersion/go-sasl", "golang.org/x/text/unicode/bidi", "golang.org/x/text/unicode/norm"}},
		"probe/smtpwire":      {},
		"probe/result":        {packages: []string{"internal/ascii"}},
		"internal/pasted":     {packages: []string{"internal/ascii", "probe/causes", "probe/diagnosis"}},
		"internal/atomicfile": {},
		"internal/compare":    {packages: []string{"probe/result"}},
		"internal/vantage":    {packages: []string{"internal/compare", "probe/result"}},
		"internal/greylist":   {packages: []string{"probe/result"}},
		"internal/transport":  {packages: []string{"internal/stack"}, libraries: []string{"github.com/pires/go-proxyproto", "golang.org/x/net/proxy"}},
		"internal/compose":    {packages: []string{"internal/ascii", "internal/dkim"}, libraries: []string{"github.com/emersion/go-message"}},
		"internal/dkim":       {},
		"internal/letter":     {packages: []string{"internal/ascii"}},
		"internal/bounce":     {packages: []string{"internal/ascii", "internal/letter"}},
		"internal/trace":      {packages: []string{"internal/ascii", "internal/letter"}, libraries: []string{"golang.org/x/net/publicsuffix"}},
		"internal/sandbox":    {packages: []string{"internal/ascii", "internal/glob", "internal/spelling", "internal/timespan", "internal/yamlnode"}, libraries: []string{"github.com/miekg/dns", "gopkg.in/yaml.v3"}},
		// a domain as a whole: rules judge facts, and know nothing of how they were had
		"internal/audit": {packages: []string{"dnsmx", "internal/audit/facts", "internal/audit/gather", "internal/audit/rules", "probe/result", "probe/verdict"}},
		"internal/audit/gather": {packages: []string{
			"dnsmx", "internal/audit/facts", "internal/audit/records", "internal/audit/spf", "internal/hostname", "internal/transport", "probe", "probe/dane", "probe/diagnosis", "probe/fault", "probe/dialogue",
			"probe/mtasts", "probe/result", "scenarios",
		}},
		"internal/audit/facts":   {packages: []string{"internal/audit/spf"}},
		"internal/audit/records": {},
		"internal/audit/rules":   {packages: []string{"internal/audit/facts", "internal/audit/records", "internal/audit/spf", "probe/mtasts", "probe/result"}},
		"internal/audit/spf":     {packages: []string{"internal/ascii"}},
		// beside the house: tests alone, with real servers, of the documents and of what is deployed
		"internal/deploytest":      {libraries: []string{"gopkg.in/yaml.v3"}},
		"internal/docs":            {},
		"internal/audit/spf/suite": {libraries: []string{"gopkg.in/yaml.v3"}},
		"internal/interop":         {},
		"internal/interop/mta":     {},
		// results for the tests of the writers
		"internal/report/reporttest": {packages: []string{"probe/result"}, libraries: []string{"github.com/santhosh-tekuri/jsonschema/v6"}},
		// worlds for the tests of all that speaks with servers
		"internal/sandbox/sandboxtest": {packages: []string{"internal/sandbox"}},
		// finds the programs that read back what is written
		"internal/foreign": {},
		// the ground: small, and of use to all above
		"internal/ascii":    {},
		"internal/bounded":  {},
		"internal/distinct": {},
		"internal/glob":     {},
		"internal/hostname": {packages: []string{"internal/ascii"}},
		"internal/spelling": {},
		"internal/stack":    {},
		"internal/timespan": {},
		"internal/yamlnode": {libraries: []string{"gopkg.in/yaml.v3"}},
		"internal/yamlslip": {},
		// one fault after the other, and what must come of each
		"internal/faults": {},
		// random dialogues with random servers, and a second judge
		"internal/games": {},
		// what the benchmarks play with, and what measures them
		"bench/floor":   {},
		"bench/sink":    {packages: []string{"bench/targets"}},
		"bench/soak":    {packages: []string{"bench/targets", "internal/cli"}},
		"bench/targets": {},
		"bench/turns":   {},
	}
}

// testLibraries may be imported by tests, and by nothing else.
func testLibraries() []string {
	return []string{
		"github.com/google/go-cmp", "github.com/rogpeppe/go-internal",
		"github.com/santhosh-tekuri/jsonschema/v6", "go.uber.org/goleak",
		"github.com/emersion/go-msgauth",
		// The server's side of NTLM.
		"golang.org/x/crypto/md4",
		// The second implementation of IMAP.
		"github.com/emersion/go-imap/v2",
		// Makes a manual page of a document.
		"github.com/cpuguy83/go-md2man/v2",
		// These read back what the writers of reports have written.
		"github.com/joshdk/go-junit", "github.com/yuin/goldmark",
		"github.com/prometheus/client_model", "github.com/prometheus/common",
		"github.com/chromedp/chromedp", "github.com/chromedp/cdproto", "golang.org/x/net/html",
		// The second implementation of SCRAM. Its tables are made whenever a
		// program starts, so that programs do without it.
		"github.com/xdg-go/scram", "github.com/xdg-go/stringprep",
	}
}

// onlyForTests are packages that no program may contain.
func onlyForTests() []string {
	return []string{"internal/audit/spf/suite", "internal/fleet/bus/bustest", "internal/fleet/bus/fleettest", "internal/foreign", "internal/interop", "internal/interop/mta", "internal/report/reporttest", "internal/sandbox/sandboxtest"}
}

// TestImportsPointDown holds the picture of ARCHITECTURE.md: every import of
// every file is one that its package may have.
func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (name[0] == '.' || name == "testdata" || name == "tools"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		files++
		checkFile(t, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files were looked at", files)
	}
}

func checkFile(t *testing.T, path string) {
	t.Helper()
	folder := filepath.ToSlash(filepath.Dir(path))
	if folder == "." {
		folder = ""
	}
	allowed, known := rooms()[folder]
	if !known {
		t.Errorf("%s: the package %q is not in the picture", path, folder)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	isTest := strings.HasSuffix(path, "_test.go")
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		if why := fault(imported, allowed, isTest); why != "" {
			t.Errorf("%s imports %s: %s", path, imported, why)
		}
	}
}

// fault says why an import is not allowed, or nothing. Tests may use every
// package of this module, but no more libraries than the code beside them
// and those for tests.
func fault(imported string, allowed room, isTest bool) string {
	if imported == "net/http" || imported == "html/template" || imported == "text/template" || imported == "encoding/xml" {
		if !isTest && !slices.Contains(allowed.costly, imported) {
			return "it costs time at every start"
		}
		return ""
	}
	if own, ok := ownPackage(imported); ok {
		switch {
		case isTest || slices.Contains(allowed.packages, own):
			return ""
		case slices.Contains(onlyForTests(), own):
			return "it is for tests"
		}
		return "that arrow does not point down"
	}
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") || within(imported, allowed.libraries) {
		return ""
	}
	if within(imported, testLibraries()) {
		if isTest {
			return ""
		}
		return "the library is for tests"
	}
	return "the library has another room"
}

func ownPackage(imported string) (string, bool) {
	if imported == module {
		return "", true
	}
	return strings.CutPrefix(imported, module+"/")
}

func within(imported string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool {
		return imported == m || strings.HasPrefix(imported, m+"/")
	})
}

// TestPictureHasEveryRoom holds the picture against the rooms.
func TestPictureHasEveryRoom(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	picture, _, _ := strings.Cut(string(document), "\n## ")
	for folder := range rooms() {
		// The formats stand in one row, by their names alone.
		name := strings.TrimPrefix(folder, "internal/report/")
		switch folder {
		case "":
			name = "main.go"
		case "internal/report/reporttest":
			name = folder
		}
		if !regexp.MustCompile(`(?m)(^|[ \x60])` + regexp.QuoteMeta(name) + `([ ,\x60]|$)`).MatchString(picture) {
			t.Errorf("ARCHITECTURE.md does not show %q", folder)
		}
	}
}

// TestFaultFindsWhatItIsFor tries the rules on imports that break them.
func TestFaultFindsWhatItIsFor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		folder, imported string
		isTest, wrong    bool
	}{
		{"dnsmx", "mxprobe/scenarios", false, true},
		{"probe/result", "mxprobe/probe", false, true},
		{"internal/report", "mxprobe/dnsmx", false, true},
		{"probe", "mxprobe/internal/sandbox", false, true},
		{"probe", "mxprobe/internal/sandbox", true, false},
		{"probe", "github.com/miekg/dns", false, true},
		{"probe", "github.com/miekg/dns", true, true},
		{"internal/report", "gopkg.in/yaml.v3", false, true},
		{"probe", "github.com/urfave/cli/v2", false, true},
		{"internal/cli", "github.com/google/go-cmp/cmp", false, true},
		{"internal/cli", "github.com/google/go-cmp/cmp", true, false},
		{"internal/cli", "mxprobe/internal/interop/mta", false, true},
		{"internal/cli", "net/http", false, true},
		{"probe/mtasts", "net/http", false, false},
		{"probe/mtasts", "encoding/xml", false, true},
		{"probe", "mxprobe/dnsmx", false, false},
		{"probe", "net/netip", false, false},
		{"dnsmx", "github.com/miekg/dns", false, false},
	}
	for _, tt := range tests {
		why := fault(tt.imported, rooms()[tt.folder], tt.isTest)
		if (why != "") != tt.wrong {
			t.Errorf("fault(%s in %q, test %t) = %q; want a fault: %t", tt.imported, tt.folder, tt.isTest, why, tt.wrong)
		}
	}
}

// limits of the engine: beyond them a package, or a struct, is no room any more.
const (
	maxFiles  = 25
	maxFields = 20
)

// TestTheEngineStaysSmall holds the limits in every package of the engine.
func TestTheEngineStaysSmall(t *testing.T) {
	t.Parallel()
	files := map[string]int{}
	err := filepath.WalkDir("probe", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files[filepath.ToSlash(filepath.Dir(path))]++
		for name, n := range structsOf(t, path) {
			if n > maxFields {
				t.Errorf("%s: the struct %s has %d fields; at most %d, so that it is one thing", path, name, n, maxFields)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Errorf("only %d packages were looked at", len(files))
	}
	for folder, n := range files {
		if n > maxFiles {
			t.Errorf("%s has %d files; at most %d, so that it is one room", folder, n, maxFiles)
		}
	}
}

// structsOf counts the fields of the structs that a file declares.
func structsOf(t *testing.T, path string) map[string]int {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, field := range s.Fields.List {
				found[spec.Name.Name] += max(len(field.Names), 1)
			}
		}
		return true
	})
	return found
}

// TestTheRunnerKnowsNoDialogue holds the heart of the picture: who is spoken to
// is one thing, what is said another.
func TestTheRunnerKnowsNoDialogue(t *testing.T) {
	t.Parallel()
	for _, p := range rooms()["probe"].packages {
		if p == "scenarios" || p == "probe/smtpwire" || p == "probe/dialogue" {
			t.Errorf("probe may import %s", p)
		}
	}
}
