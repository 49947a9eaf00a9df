package reporttest

import "mxprobe/probe/result"

// Runs are the domains of runs of every kind, by the name of their golden
// file.
func Runs() map[string][]*result.Domain {
	relaxed := MixedDomain()
	relaxed.Status = result.Warn // --require any
	return map[string][]*result.Domain{
		"typical":     {PassingDomain()},
		"mixed":       {MixedDomain()},
		"relaxed":     {relaxed},
		"uncertain":   {UncertainDomain()},
		"encrypted":   {EncryptedDomain()},
		"regressed":   {RegressedDomain()},
		"interrupted": {Interrupted()},
		"examined":    {ExaminedDomain()},
		"checked":     {CheckedDomain()},
		"nohosts":     {NullMX(), NoSuchDomain()},
		"list":        List(),
		"hostile":     {HostileDomain(), ForgingDomain()},
		"empty":       {},
		"vantages":    {SeveralVantages()},
	}
}
