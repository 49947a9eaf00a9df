package job

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// What the engine makes comes back as the journal would have it.
func TestRecordsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	p := NewPacker()
	for _, d := range []*result.Domain{
		reporttest.PassingDomain(), reporttest.MixedDomain(), reporttest.EncryptedDomain(), reporttest.CheckedDomain(), reporttest.NullMX(),
	} {
		data, err := p.Pack(&Record{Format: Format, Vantage: "fra1", Worker: "w1", Result: *d})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Unpack(data)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var want result.Domain
		if err := json.Unmarshal(plain, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Result); diff != "" {
			t.Errorf("%s: %s", d.Domain, diff)
		}
		t.Logf("%s: %d bytes as JSON, %d stored", d.Domain, len(plain), len(data))
	}
}

// That a domain was looked at as a whole is not lost where no sender was asked.
func TestRecordsTellWhatWasAudited(t *testing.T) {
	t.Parallel()
	p := NewPacker()
	for _, audited := range []bool{true, false} {
		d := result.Domain{Domain: "a.test", Hosts: []result.Host{}}
		if audited {
			d.Reception = []result.Reception{}
		}
		data, err := p.Pack(&Record{Format: Format, Result: d})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Unpack(data); err != nil || got.Result.Audited() != audited {
			t.Errorf("audited %t comes back as %t, %v", audited, got.Result.Audited(), err)
		}
	}
}

// Whatever stands in a record, nothing of it reaches a terminal as it is.
func TestRecordsAreHarmless(t *testing.T) {
	t.Parallel()
	evil := "\x1b[2J\r\n::error::\x00\u202e"
	d, _ := reporttest.Everywhere(evil)
	p := NewPacker()
	data, err := p.Pack(&Record{Format: Format, Vantage: evil, GivenUp: evil, Result: *d})
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Unpack(data)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{`\u001b`, `\r`, `\n`, `\u0000`, "\u202e"} {
		// What was escaped stands there as \\x1b and the like.
		if strings.Contains(strings.ReplaceAll(string(plain), `\\`, "/"), bad) {
			t.Errorf("the record holds %q as it came", bad)
		}
	}
	if again, _ := p.Pack(got); again != nil {
		if twice, _ := p.Unpack(again); !cmp.Equal(got, twice) {
			t.Error("making it harmless twice changes it")
		}
	}
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	pack := func(plain string) []byte {
		var out bytes.Buffer
		w, _ := flate.NewWriterDict(&out, flate.BestSpeed, dictionary())
		_, _ = w.Write([]byte(plain))
		_ = w.Close()
		return out.Bytes()
	}
	p := NewPacker()
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":        {nil, "the record is not packed as it has to be"},
		"no packing":     {[]byte(`{"format":1}`), "the record is not packed as it has to be"},
		"cut":            {pack(`{"format":1}`)[:5], "the record is not packed as it has to be"},
		"no JSON":        {pack(`format 1`), "the record is not the JSON that it has to be"},
		"bad verdict":    {pack(`{"format":1,"result":{"status":"fine"}}`), "the record is not the JSON that it has to be"},
		"other version":  {pack(`{"format":2}`), "the record has format 2, and this program knows format 1: the versions of mxprobe-fleet differ"},
		"bomb":           {pack(`{"format":1,"given_up":"` + strings.Repeat("x", maxPlain) + `"}`), "the record becomes larger than 64 MiB"},
		"large as it is": {make([]byte, MaxRecord+1), "the record is larger than 16 MiB"},
	} {
		if _, err := p.Unpack(tt.data); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v; want %s", name, err, tt.want)
		}
	}
	if _, err := p.Unpack(pack(`{"format":1,"result":{"domain":"a.test","status":"pass"}}`)); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

// FuzzUnpack reads anything as a record.
func FuzzUnpack(f *testing.F) {
	p := NewPacker()
	for _, d := range []*result.Domain{reporttest.MixedDomain(), reporttest.CheckedDomain()} {
		data, err := p.Pack(&Record{Format: Format, Result: *d})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<12 {
			return // what unpacks to megabytes is tried in TestUnpackRefuses
		}
		p := NewPacker()
		r, err := p.Unpack(data)
		if err != nil {
			return
		}
		again, err := p.Pack(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Unpack(again); err != nil {
			t.Errorf("what was read cannot be read again: %v", err)
		}
	})
}
