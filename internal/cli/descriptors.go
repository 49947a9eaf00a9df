package cli

// roomFor returns how many sessions a process has room for that may have so many
// files open, 0 for any number: a quarter and some more stay free for look-ups,
// mailboxes, lists and reports.
func roomFor(openFiles int) int {
	if openFiles == 0 {
		return 0
	}
	return max(1, openFiles*3/4-16)
}

// affordable is how many of the sessions that were asked for can be open at once.
// Where that is fewer, it is said.
func (p *Program) affordable(jobs int) int {
	limit := openFiles()
	most := roomFor(limit)
	if most == 0 || jobs <= most {
		return jobs
	}
	warn(p.Stderr, "%s at once, not %d: this process may have %d files open (ulimit -n raises that)", count(most, "session"), jobs, limit)
	return most
}
