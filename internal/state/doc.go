// Package state keeps what one run tells the next in small JSON files that
// people can read.
//
// A file says of itself what it is and in which version. It is there whole or
// not at all, and runs that end at the same time lose nothing of each other:
// Update reads it again under a lock, changes it and puts it back. Where the
// system knows no lock on files, the run that ends last wins.
package state
