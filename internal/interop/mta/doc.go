// Package mta starts private copies of real mail and name servers for tests.
//
// Every server gets its own directory, listens on loopback addresses only,
// delivers to files in its directory or nowhere, and is stopped by the id of
// the process that was started. Nothing of a system-wide installation is
// read, written or signalled. The servers need Linux and root, since mail
// servers change their identity.
package mta
