// Package transcribe makes a scenario of an SMTP session that a person held by
// hand, or that another tool wrote down: what was sent becomes the steps, and
// what the server said becomes their expectations.
//
// Read knows telnet and nc with and without their prompts, openssl s_client,
// the marks of the programs in the table of formats (marks.go), the text report
// of mxprobe, and what script(1) records of all these: control sequences,
// corrections, carriage returns. Quoted mail and Markdown around a session are
// taken off. It is a pure function of the bytes.
//
// Where it is not sure whose a line is, the line is left out, and a remark says
// so.
//
// A password never comes out of it. What a login sent is replaced by a secret
// whose value comes from the environment, and no remark quotes a line.
package transcribe
