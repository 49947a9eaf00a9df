// Package compose makes messages out of texts: it adds header fields and
// attachments (RFC 5322, RFC 2045) and signs what comes out (DKIM, RFC 6376).
// Equal input gives equal output, so that a message that is sent again is the
// same message.
package compose
