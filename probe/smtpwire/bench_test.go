package smtpwire

import (
	"bytes"
	"testing"
)

func BenchmarkReadReply(b *testing.B) {
	for name, reply := range map[string][]byte{
		"rcpt": []byte("250 2.1.5 Ok\r\n"),
		"ehlo": []byte(ehlo("mx.fabrikam.test", "PIPELINING", "SIZE 35882577", "ETRN", "STARTTLS",
			"ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "CHUNKING").Raw),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			sc := &scriptConn{}
			pieces := make([][]byte, 1)
			c := NewConn(sc, Options{})
			for b.Loop() {
				pieces[0] = reply
				sc.pieces = pieces
				if _, err := c.ReadReply(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseEHLO(b *testing.B) {
	b.ReportAllocs()
	r := ehlo("mx.fabrikam.test", "PIPELINING", "SIZE 35882577", "ETRN", "STARTTLS",
		"ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "CHUNKING")
	for b.Loop() {
		k := ParseEHLO(r)
		if _, ok := k.Lookup("DSN"); !ok {
			b.Fatal("DSN is not found")
		}
	}
}

func BenchmarkAppendData(b *testing.B) {
	text := bytes.Repeat([]byte("The quick brown fox jumps over the lazy dog, again and again.\n.dot\r\n"), 1000)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	var dst []byte
	for b.Loop() {
		dst = AppendData(dst[:0], text, true, true)
	}
}
