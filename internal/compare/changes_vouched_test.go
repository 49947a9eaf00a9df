package compare

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/result"
)

// What vouched for a server and does not any more is a regression, though the
// dialogue works as before.
func TestChangesInWhatVouches(t *testing.T) {
	t.Parallel()
	by := func(name string, status result.Verdict) *result.Domain {
		d := vouched(func(t *result.TLSState, _ string) { t.VerifiedBy = name }, "ok")
		d.Hosts[0].Addresses[0].Checks[0].Status = status
		return d
	}
	const verified, not = `"talk": mx1 192.0.2.1:25 is verified by dane, it was not verified`, `"talk": mx1 192.0.2.1:25 is not verified, it was verified by dane`
	type change struct {
		Message    string
		Regression bool
	}
	for _, tt := range []struct {
		name        string
		before, now *result.Domain
		want        []change
	}{
		{"as before", by("dane", result.Pass), by("dane", result.Pass), nil},
		{"never", by("", result.Pass), by("", result.Pass), nil},
		{"lost", by("dane", result.Pass), by("", result.Pass), []change{{not, true}}},
		{"lost, with fewer warnings", by("dane", result.Warn), by("", result.Pass), []change{{not, true}, {`"talk" at mx1 192.0.2.1:25: pass, it was warn`, false}}},
		{"won", by("", result.Pass), by("dane", result.Pass), []change{{verified, false}}},
		{"another", by("dane", result.Pass), by("mta-sts", result.Pass), []change{{`"talk": mx1 192.0.2.1:25 is verified by mta-sts, it was verified by dane`, false}}},
		{"it fails", by("dane", result.Pass), by("", result.Fail), []change{{`"talk" at mx1 192.0.2.1:25: fail, it was pass`, true}}},
	} {
		o := &Options{}
		var got []change
		for _, c := range Changes(Remember(nil, tt.before, o), tt.now, o) {
			got = append(got, change{c.Message, c.Regression})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
