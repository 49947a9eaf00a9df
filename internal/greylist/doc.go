// Package greylist remembers from run to run which sender was refused for now
// for which recipient at which address, the three that greylisting keys on
// (RFC 6647 section 2.3), so that a later run can say how long the wait was.
//
// It is made of pure functions: the entries come from a file of the caller,
// and the caller says what time it is.
package greylist
