package report

import (
	"mxprobe/probe/manners"
	"mxprobe/probe/result"
)

// Provider is who runs the mail of a domain, as manners.ProviderOf says.
func Provider(d *result.Domain) string { return clean(manners.ProviderOf(d)) }
