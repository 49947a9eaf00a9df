// Package transcribe makes a scenario of an SMTP session that a person held by
// hand, or that another tool wrote down: what was sent becomes the steps, and
// what the server said becomes their expectations.
//
// Read goes from the outside in. The bytes become the lines that a terminal
// showed (terminal.go); what stands around all of them is taken off: quotes,
// fences, log prefixes (frame.go). The row of the table of formats that fits
// says whose each line is (formats.go), another table what programs say of the
// connection (tells.go). One reader makes sessions of that (reader.go), and one
// writer makes YAML of these (write.go). It is a pure function of the bytes.
//
// Where it is not sure whose a line is, the line is left out, and a remark says
// so.
//
// A password never comes out of it. What a login sent is replaced by a secret
// whose value comes from the environment, and no remark quotes a line.
package transcribe
