package dnsmx

import (
	"bufio"
	"bytes"
	"net"
	"os"
)

// benchServer is set in the process that answers the questions of the
// benchmarks, so that its work is not in the figures.
const benchServer = "MXPROBE_TEST_DNS_SERVER"

// benchAt is the address of such a process that runs already.
const benchAt = "MXPROBE_TEST_DNS_AT"

// answerForever gives every question one MX record, whatever it asks for, and
// ends with standard input.
func answerForever() {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		os.Exit(0)
	}()
	_, _ = os.Stdout.WriteString(pc.LocalAddr().String() + "\n")
	answerMX(pc.(*net.UDPConn), "")
}

// answerMX gives every question one MX record, but not those for a name whose
// first label is silent, until the connection is closed.
func answerMX(pc *net.UDPConn, silent string) {
	buf, reply := make([]byte, 1500), make([]byte, 0, 1500)
	for {
		n, from, err := pc.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if label := buf[12:n]; silent != "" && string(label[1:1+label[0]]) == silent {
			continue
		}
		end := 12 + bytes.IndexByte(buf[12:n], 0) + 5
		b := append(reply[:0], buf[:end]...)
		b[2], b[3] = 0x84, 0x80
		copy(b[4:12], []byte{0, 1, 0, 1, 0, 0, 0, 0})
		b = append(b, 0xc0, 12, 0, 15, 0, 1, 0, 0, 1, 44, 0, 7, 0, 10, 2, 'm', 'x', 0xc0, 12)
		_, _ = pc.WriteToUDPAddrPort(b, from)
	}
}
