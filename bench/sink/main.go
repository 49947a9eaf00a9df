//go:build linux

// Command sink is the mail server that the benchmarks play with. It takes
// every message, throws it away, and does as little as it can for it, since it
// shares the machine with those who are measured.
//
//	sink                one server at each address of 127.0.0.0/8
//	sink -delay 50ms    a line with this round-trip time
//	sink -tls           offers STARTTLS, with a certificate made now
//	sink -hold 5s       lets the reply to EHLO wait, under TLS if it offers that
//	sink -ill 100       one target in a hundred has a fault
//	sink -dns           answers questions for MX and addresses too
//
// It listens on loopback alone and ends by itself. The first line of standard
// output is the port; the second is what it counted, as JSON, when SIGTERM or
// SIGINT ends it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "sink:", err)
		os.Exit(1)
	}
}

func run() error {
	var s server
	port := flag.Int("port", 0, "the port to listen on, at every address of 127.0.0.0/8; 0 for one that is free")
	flag.DurationVar(&s.delay, "delay", 0, "answer what a client sends this long after it came; the greeting too")
	flag.DurationVar(&s.hold, "hold", 0, "wait this long before the reply to EHLO, to that under TLS where TLS is offered")
	flag.BoolVar(&s.lockStep, "lock-step", false, "do not offer PIPELINING")
	flag.IntVar(&s.ill, "ill", 0, "one target in this many has a fault, 0 for none")
	secure := flag.Bool("tls", false, "offer STARTTLS")
	names := flag.Bool("dns", false, "answer questions too, over UDP at the same port: dN.ZONE has the MX host mxN.ZONE at target N")
	ends := flag.Duration("for", 20*time.Minute, "end by itself after this time")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is not a flag", flag.Arg(0))
	}
	if *secure {
		var err error
		if s.tls, err = selfSigned(); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *ends)
	defer cancel()
	listener, err := listen(ctx, *port)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	if *names {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: listener.Addr().(*net.TCPAddr).Port})
		if err != nil {
			return err
		}
		go answerQuestions(conn)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	s.accept(listener)
	return json.NewEncoder(os.Stdout).Encode(s.counts())
}

// listen listens on the loopback interface, and on nothing else of this machine.
func listen(ctx context.Context, port int) (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		if failed := c.Control(func(fd uintptr) { err = syscall.BindToDevice(int(fd), "lo") }); failed != nil {
			return failed
		}
		return err
	}}
	return config.Listen(ctx, "tcp4", ":"+strconv.Itoa(port))
}
