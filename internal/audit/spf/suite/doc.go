// Package suite holds package spf against the test suite of RFC 7208, which
// comes with Debian's source package pyspf and is not part of this project.
// .ci/install puts it where the test looks; without it the test is skipped.
package suite
