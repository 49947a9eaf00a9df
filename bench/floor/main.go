// Command floor plays the dialogue of bench/throughput.sh as a program of a few
// lines does it with the net package: it reads replies up to their last line, and
// judges, records and reports nothing. What it takes is what the system, the
// runtime and the net package take of every session.
//
//	floor -port PORT [-sessions 8000] [-at-once 64] [-pipelined]
package main

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

func main() {
	port := flag.Int("port", 0, "where the servers listen, on all addresses of loopback")
	sessions := flag.Int("sessions", 8000, "how many sessions to play, each with an address of its own")
	atOnce := flag.Int("at-once", 64, "how many of them at the same time")
	pipelined := flag.Bool("pipelined", false, "send commands in groups (RFC 2920)")
	flag.Parse()
	if err := playAll(*port, *sessions, *atOnce, flightsOf(*pipelined)); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

// playAll plays so many sessions, and ends with the first that fails.
func playAll(port, sessions, atOnce int, flights []flight) error {
	next, failed := make(chan int), make(chan error, atOnce)
	var clients sync.WaitGroup
	for range atOnce {
		clients.Go(func() {
			for i := range next {
				if err := play(fmt.Sprintf("127.%d.%d.%d", 16+i>>16, i>>8&255, i&255), port, flights); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for i := range sessions {
		select {
		case next <- i:
		case err := <-failed:
			return err
		}
	}
	close(next)
	clients.Wait()
	close(failed)
	return <-failed
}

// flight is what is sent at once, and how many replies it has.
type flight struct {
	text    string
	replies int
}

const (
	ehlo = "EHLO client.example\r\n"
	mail = "MAIL FROM:<probe@client.example>\r\n"
	rcpt = "RCPT TO:<kate@bench.example>\r\n"
	data = "DATA\r\n"
	text = "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <floor@client.example>\r\nFrom: <probe@client.example>\r\n" +
		"To: <kate@bench.example>\r\nAuto-Submitted: auto-generated\r\nX-Mxprobe: floor\r\nSubject: probe\r\n\r\nprobe\r\n.\r\n"
	quit = "QUIT\r\n"
)

// flightsOf is the dialogue, line by line or in groups.
func flightsOf(pipelined bool) []flight {
	if pipelined {
		return []flight{{"", 1}, {ehlo, 1}, {mail + rcpt + data, 3}, {text + quit, 2}}
	}
	return []flight{{"", 1}, {ehlo, 1}, {mail, 1}, {rcpt, 1}, {data, 1}, {text, 1}, {quit, 1}}
}

// play plays one session.
func play(address string, port int, flights []flight) error {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(address, strconv.Itoa(port)), time.Minute)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	replies := bufio.NewReaderSize(conn, 512)
	for _, f := range flights {
		if f.text != "" {
			if _, err := conn.Write([]byte(f.text)); err != nil {
				return err
			}
		}
		for range f.replies {
			if err := reply(replies); err != nil {
				return fmt.Errorf("%s: %w", address, err)
			}
		}
	}
	return nil
}

// reply reads a reply, which has to be a 2xx or a 354.
func reply(from *bufio.Reader) error {
	for {
		line, err := from.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) < 4 || line[0] != '2' && string(line[:3]) != "354" {
			return fmt.Errorf("the server says %q", line)
		}
		if line[3] == ' ' {
			return nil
		}
	}
}
