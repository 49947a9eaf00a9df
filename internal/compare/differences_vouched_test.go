package compare

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/result"
)

// vouched is a domain whose hosts have these findings; "none" is a host that
// nothing is promised for, "rule" one that a rule leaves out.
func vouched(set func(t *result.TLSState, finding string), findings ...string) *result.Domain {
	var servers []server
	for i, f := range findings {
		s := server{host: "mx" + string(rune('1'+i)), ip: "192.0.2." + string(rune('1'+i)), ehlo: "STARTTLS", under: "SIZE"}
		if f == "none" || f == "rule" {
			s.under, s.status, s.reason = "", result.Skip, result.Condition
		}
		servers = append(servers, s)
	}
	d := domainOf(servers...)
	for i, f := range findings {
		switch c := &d.Hosts[i].Addresses[0].Checks[0]; f {
		case "none":
		case "rule":
			c.Steps = nil
		default:
			set(c.TLS, f)
		}
	}
	return d
}

func TestDifferencesInWhatVouches(t *testing.T) {
	t.Parallel()
	dane := func(t *result.TLSState, f string) { t.DANEFinding = f }
	sts := func(t *result.TLSState, f string) { t.STSFinding = f }
	const misfit = "the certificate does not fit the TLSA record 3 1 1"
	for _, tt := range []struct {
		name string
		d    *result.Domain
		want []string
	}{
		{"all alike", vouched(dane, "ok", "ok"), nil},
		{"all bad", vouched(dane, misfit, misfit), nil},
		{"none has any", vouched(dane, "none", "none"), nil},
		{"one does not fit", vouched(dane, "ok", misfit, "ok"), []string{
			"DANE: mx2 192.0.2.2:25 has TLSA records that do not fit its certificate, the other 2 have TLSA records that fit its certificate",
		}},
		{"one has none", vouched(dane, "ok", "ok", "none"), []string{
			"DANE: mx3 192.0.2.3:25 has no TLSA records that count, the other 2 have TLSA records that fit its certificate",
		}},
		{"one is left out by a rule", vouched(dane, "ok", "rule"), nil},
		{"one is not checked", vouched(dane, "ok", "not checked"), nil},
		{"one is not named", vouched(sts, "ok", "the MTA-STS policy of a.test does not name the host mx2", "ok"), []string{
			"MTA-STS: mx2 192.0.2.2:25 has not all that the MTA-STS policy asks, the other 2 have all that the MTA-STS policy asks",
		}},
	} {
		if diff := cmp.Diff(tt.want, said(tt.d)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
