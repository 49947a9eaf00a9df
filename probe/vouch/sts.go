package vouch

import (
	"fmt"
	"strings"

	"mxprobe/probe/mtasts"
	"mxprobe/probe/result"
)

// STS is what the MTA-STS policy of a domain says (RFC 8461).
type STS struct {
	// Early decides without a handshake, unless its status is NotRun.
	Early  result.Ruling
	Domain string
	Policy mtasts.Policy
	Notes  []string
	// Doubts are what some senders refuse the policy for, one sentence each.
	Doubts []string
}

// Testing reports whether the policy is only tried out: mail is delivered
// whatever comes of it (RFC 8461 section 5).
func (p *STS) Testing() bool { return p.Policy.Mode == mtasts.Testing }

// Stranger says that the policy does not name a host.
func (p *STS) Stranger(host string) string {
	const most = 5
	shown := strings.Join(p.Policy.MX[:min(len(p.Policy.MX), most)], ", ")
	if n := len(p.Policy.MX) - most; n > 0 {
		shown += fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("the MTA-STS policy of %s does not name the host %s, but %s", p.Domain, host, shown)
}
