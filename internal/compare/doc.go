// Package compare holds results against each other: the hosts and addresses
// of one domain (Differences), and a domain with what was known of it from an
// earlier run (Snapshot).
//
// It is made of pure functions of package result's data. Nothing here prints,
// reads a file or a clock, or decides an exit status. What was not seen says
// nothing: a server that could not be spoken to has lost no keyword.
package compare
