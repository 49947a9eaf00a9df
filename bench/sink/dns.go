//go:build linux

package main

import (
	"encoding/binary"
	"net"
	"strconv"
	"strings"

	"mxprobe/bench/targets"
)

// types of records (RFC 1035 section 3.2.2).
const (
	typeA  = 1
	typeMX = 15
)

const headerSize = 12

// answerQuestions is a name server, until the connection is closed. The domain dN of any
// zone has the MX host mxN, which has the address of target N and no other.
func answerQuestions(conn *net.UDPConn) {
	buffer := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if answer := answer(buffer[:n]); answer != nil {
			_, _ = conn.WriteToUDPAddrPort(answer, from)
		}
	}
}

// answer makes the answer to a message with a question, nil for what is none.
func answer(message []byte) []byte {
	if len(message) <= headerSize || message[2]&0x80 != 0 {
		return nil
	}
	end := headerSize // of the name
	for end < len(message) && message[end] != 0 {
		end += int(message[end]) + 1
	}
	if end+5 > len(message) || end == headerSize {
		return nil
	}
	label := string(message[headerSize+1 : headerSize+1+int(message[headerSize])])
	zone := uint16(0xc000 + headerSize + 1 + len(label)) // a pointer behind the first label
	asked := binary.BigEndian.Uint16(message[end+1:])
	b := append([]byte(nil), message[:end+5]...)
	b[2], b[3] = 0x84|message[2]&1, 0x80
	copy(b[4:headerSize], []byte{0, 1, 0, 0, 0, 0, 0, 0})
	record := func(section byte, owner, t uint16, data []byte) {
		b[section]++
		b = binary.BigEndian.AppendUint16(b, owner)
		b = binary.BigEndian.AppendUint16(b, t)
		b = append(b, 0, 1, 0, 0, 1, 44) // IN, for 300 seconds
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(data))), data...)
	}
	const answers, authority = 7, 9
	number, isDomain := strings.CutPrefix(label, "d")
	host, isHost := strings.CutPrefix(label, "mx")
	target, err := strconv.Atoi(host)
	switch {
	case isDomain && asked == typeMX:
		data := append([]byte{0, 10, byte(len(number) + 2), 'm', 'x'}, number...)
		record(answers, 0xc000+headerSize, typeMX, binary.BigEndian.AppendUint16(data, zone))
	case isHost && asked == typeA && err == nil:
		record(answers, 0xc000+headerSize, typeA, targets.Address(target).AsSlice())
	default: // a SOA says for how long there is none (RFC 2308 section 3)
		record(authority, zone, 6, append([]byte{0, 0}, 0, 0, 0, 1, 0, 0, 14, 16, 0, 0, 3, 132, 0, 9, 58, 128, 0, 0, 1, 44))
	}
	return b
}
