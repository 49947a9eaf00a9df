package probe

import (
	"context"
	"errors"
	"fmt"

	"mxprobe/dnsmx"
	"mxprobe/probe/fault"
	"mxprobe/probe/result"
	"mxprobe/probe/verdict"
)

// unrouted says why there is no host to speak to.
func (r *run) unrouted(ctx context.Context, d *result.Domain, err error) {
	d.Status, d.Reason = fault.LookupVerdict(ctx, err, r.resolver.Alive)
	d.Message = result.PrintableString(err.Error())
	d.Hint = fault.LookupHint(err, d.Reason)
	d.Temporary = temporary(err)
	d.Sender = verdict.Unrouted(d)
	r.routed(d)
}

// temporary reports whether the look-up may give something later.
func temporary(err error) bool {
	var failed *dnsmx.Error
	return errors.As(err, &failed) && failed.Temporary()
}

// missing judges what a host lacks of addresses. Those that could not be
// looked up are not known, which is worth a warning beside others; where they
// alone were asked for, nothing is known of the host.
func (r *run) missing(ctx context.Context, host *result.Host, h *dnsmx.Host) {
	none := len(host.Addresses) == 0
	switch {
	case len(h.Itself) > 0:
		host.Status, host.Reason = result.Fail, result.DNS
		host.Message = fmt.Sprintf("its address %s leads every sender to itself", h.Itself[0])
		host.Hint = fault.ItselfHint
	case h.Missing != nil && (none || r.Family == AnyFamily):
		host.Status, host.Reason = fault.LookupVerdict(ctx, h.Missing, r.resolver.Alive)
		host.Message = result.PrintableString(h.Missing.Error())
		host.Hint = fault.LookupHint(h.Missing, host.Reason)
		host.Temporary = true
		if !none && host.Reason == result.DNS {
			host.Status = result.Warn
		}
	case none:
		host.Status, host.Reason = result.Skip, result.Condition
		host.Message = "no address of the chosen family"
	}
}
