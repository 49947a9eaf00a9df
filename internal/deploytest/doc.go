// Package deploytest tests the files under deploy/: each is read by the tool
// it is made for, and what it says of mxprobe, its flags and its metrics, is
// compared with the program.
//
// A file of tests belongs to each tool. Where a tool is missing its tests are
// skipped; see package foreign.
package deploytest
