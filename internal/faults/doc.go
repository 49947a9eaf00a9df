// Package faults plays the program against one fault after the other: servers
// of mail, of names, of mailboxes and of policies that do one thing wrong, and
// machines that are short of something. It has tests alone.
//
// The table says of each fault what has to come of it: verdict, reason, cause
// and exit status, thought out beforehand and not read off the program. Each is
// played by the program as it is released, in a process of its own that may have
// so much memory and so much time. docs/faults.md shows the table to people, and
// is written from it.
package faults
