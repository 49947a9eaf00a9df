// Package transcribe makes a scenario of an SMTP session that a person held by
// hand, or that another tool wrote down: what was sent becomes the steps, and
// what the server said becomes their expectations.
//
// Read knows telnet and nc with and without their prompts, openssl s_client,
// swaks, transcripts whose lines are marked (C: and S:, >>> and <<<, -> and
// <-, C> and S>, In: and Out:, > and <), the text report of mxprobe, and what
// script(1) records of all these: control sequences, corrections, carriage
// returns. It is a pure function of the bytes.
//
// A password never comes out of it. What a login sent is replaced by a secret
// whose value comes from the environment, and no remark quotes a line.
package transcribe
