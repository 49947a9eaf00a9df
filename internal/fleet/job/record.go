package job

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"mxprobe/probe/result"
)

const (
	// MaxRecord bounds a record as it is stored, and maxPlain what it may become
	// when it is unpacked: a domain of many hosts with transcripts.
	MaxRecord = 16 << 20
	maxPlain  = 64 << 20
)

// Record is what a worker saw of a domain, or why nobody can say.
type Record struct {
	Format int `json:"format"`
	// Vantage is from where it was seen, and Worker by whom.
	Vantage string `json:"vantage,omitempty"`
	Worker  string `json:"worker,omitempty"`
	// GivenUp is why there is no result, empty where there is one.
	GivenUp string `json:"given_up,omitempty"`
	// Audited is true where the domain was looked at as a whole: its list of
	// receptions is there then, and may be empty, which JSON does not tell.
	Audited bool          `json:"audited,omitempty"`
	Result  result.Domain `json:"result"`
}

// Packer writes and reads records. It is for one goroutine at a time.
type Packer struct {
	out    bytes.Buffer
	writer *flate.Writer
	reader io.ReadCloser
}

// NewPacker returns a Packer.
func NewPacker() *Packer {
	p := &Packer{reader: flate.NewReaderDict(bytes.NewReader(nil), dictionary())}
	// The error is for a level that does not exist.
	p.writer, _ = flate.NewWriterDict(&p.out, flate.BestSpeed+1, dictionary())
	return p
}

// Pack returns a record as it is stored: JSON, packed (RFC 1951) with a dictionary
// of what is in every one.
func (p *Packer) Pack(r *Record) ([]byte, error) {
	r.Audited = r.Result.Audited()
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if len(plain) > maxPlain {
		return nil, fmt.Errorf("the result is larger than %d MiB", maxPlain>>20)
	}
	p.out.Reset()
	p.writer.Reset(&p.out)
	if _, err := p.writer.Write(plain); err != nil {
		return nil, err
	}
	if err := p.writer.Close(); err != nil {
		return nil, err
	}
	if p.out.Len() > MaxRecord {
		return nil, fmt.Errorf("the result is larger than %d MiB", MaxRecord>>20)
	}
	return bytes.Clone(p.out.Bytes()), nil
}

// Unpack reads a record. Everything in it is printable then.
func (p *Packer) Unpack(data []byte) (*Record, error) {
	if len(data) > MaxRecord {
		return nil, fmt.Errorf("the record is larger than %d MiB", MaxRecord>>20)
	}
	if err := p.reader.(flate.Resetter).Reset(bytes.NewReader(data), dictionary()); err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(p.reader, maxPlain+1))
	switch {
	case err != nil:
		return nil, errors.New("the record is not packed as it has to be")
	case len(plain) > maxPlain:
		return nil, fmt.Errorf("the record becomes larger than %d MiB", maxPlain>>20)
	}
	r := &Record{}
	if err := json.Unmarshal(plain, r); err != nil {
		return nil, errors.New("the record is not the JSON that it has to be")
	}
	if r.Format != Format {
		return nil, &VersionError{"record", r.Format}
	}
	harmless(reflect.ValueOf(r).Elem())
	whole(&r.Result)
	if r.Audited {
		r.Result.Reception = listed(r.Result.Reception)
	}
	return r, nil
}

// whole puts lists where there are none, as the engine does.
func whole(d *result.Domain) {
	d.Hosts = listed(d.Hosts)
	for i := range d.Hosts {
		h := &d.Hosts[i]
		h.Addresses = listed(h.Addresses)
		for j := range h.Addresses {
			a := &h.Addresses[j]
			a.Checks = listed(a.Checks)
		}
	}
}

func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// dictionary is what stands in most records. Changing it is another Format.
func dictionary() []byte { return []byte(usual) }

const usual = `"dane_finding":"ok","sts_finding":"ok","verified_by":"mta-sts","findings":[{"id":"","severity":"fail","title":"","advice":"","actor":"","subject":{"host":"","address":""}}],"reception":[{"host":"","address":"","opportunistic":"","mta_sts":"","dane":""}],"differences":[{"property":"","variants":[{"value":"","hosts":[""]}]}],` +
	`"excerpt":{"first":1,"lines":[""],"line":1,"col":1,"width":1},"transcript":[{"from":"S","text":"220 ","ms":1},{"from":"C","text":"EHLO ","ms":1}],"failed_step":1,"forgiven":"","captures":{},"may_fail","temporary":true,"implicit","null","literal","server","not_run","skip","warn","fail","inconclusive",` +
	`"cause":"greylisted","whose":"recipient","cause":"policy","whose":"client","cause":"no_such_user","cause":"silent","whose":"server","hint":"","notes":["the server closed the connection"],"want":"250","want":"2xx","4.7.1 Greylisted, please try again later","450","451","421","550 5.7.1 Access denied","554 5.7.1 Service unavailable; Client host blocked","the connection was refused","no answer in time","connection refused","reason":"timeout","reason":"refused","reason":"temporary","reason":"policy","reason":"reply","reason":"dns","message":"` +
	`"subject":"CN=","issuer":"CN=R11,O=Let's Encrypt,C=US","names":["mail.","mx."],"not_before":"2026-10-01T00:00:00Z","not_after":"2027-01-01T23:59:59Z","sha256":"","chain_finding":"ok","name_finding":"ok","dates_finding":"ok","days_left":60,"chain":[{"version":"TLS 1.3","cipher":"TLS_AES_256_GCM_SHA384","curve":"X25519MLKEM768","sni":"","reference":"",` +
	`"PIPELINING","SIZE 52428800","8BITMIME","SMTPUTF8","CHUNKING","DSN","ENHANCEDSTATUSCODES","STARTTLS","VRFY","ETRN","AUTH PLAIN LOGIN","REQUIRETLS","action":"starttls","verb":"STARTTLS","sent":"STARTTLS","status":"pass","code":220,"enhanced":"2.0.0","text":["2.0.0 Ready to start TLS"],"text":["2.1.0 Ok"],"text":["2.1.5 Ok"],"text":["2.0.0 Bye"],"action":"message","verb":"DATA","code":354` +
	`{"format":1,"vantage":"any","worker":"","result":{"domain":"","origin":"mx","authentic":true,"status":"pass","sender":{"view":"delivered","by":"mx1."},"dns_ms":1.5,"hosts":[{"name":"mx.","pref":10,"status":"pass","lack":{"status":"pass","reason":"","message":""},"addresses":[{"ip":"192.0.2.","port":25,"status":"pass","checks":[{"scenario":"","status":"pass","plays_sender":true,"step_count":3,"attempts":1,"tls":null,"connect_ms":12.1,` +
	`"steps":[{"attempt":1,"step":0,"name":"greeting","status":"pass","want":"220","code":220,"text":[" ESMTP Postfix"],"ms":20.1},{"attempt":1,"step":1,"name":"EHLO","action":"send","verb":"EHLO","sent":"EHLO ","status":"pass","want":"2xx","code":250,"text":["","PIPELINING","SIZE 10240000","STARTTLS"],"ms":20.2,"file":"","line":5,"col":5},{"attempt":1,"step":2,"name":"MAIL","action":"send","verb":"MAIL","sent":"MAIL FROM:<","status":"pass","code":250,"enhanced":"2.1.0","text":["2.1.0 Ok"],"ms":20.3,` +
	`"file":"","line":6,"col":5},{"attempt":1,"step":3,"name":"RCPT","action":"send","verb":"RCPT","sent":"RCPT TO:<postmaster@","status":"pass","code":250,"enhanced":"2.1.5","text":["2.1.5 Ok"],"ms":20.4,"file":"","line":7,"col":5},{"attempt":1,"step":4,"name":"QUIT","verb":"QUIT","sent":"QUIT","status":"pass","code":221,"enhanced":"2.0.0","text":["2.0.0 Bye"],"ms":20.5}],"ms":120.1}]}]}],"ms":130.2}}`
