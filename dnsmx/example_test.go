package dnsmx_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/netip"

	"github.com/miekg/dns"

	"mxprobe/dnsmx"
)

// exampleServer answers from a few records and returns its address and a
// function that stops it.
func exampleServer() (netip.AddrPort, func()) {
	zone := map[string][]string{
		"MX example.org.":       {"example.org. MX 20 backup.example.net.", "example.org. MX 10 mx.example.org."},
		"A mx.example.org.":     {"mx.example.org. A 192.0.2.10"},
		"AAAA mx.example.org.":  {"mx.example.org. AAAA 2001:db8::10"},
		"A backup.example.net.": {"backup.example.net. A 198.51.100.7"},
		"MX nomail.example.":    {"nomail.example. MX 0 ."},
	}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, m *dns.Msg) {
		r := new(dns.Msg).SetReply(m)
		r.RecursionAvailable = true
		for _, line := range zone[dns.TypeToString[m.Question[0].Qtype]+" "+m.Question[0].Name] {
			if rr, err := dns.NewRR(line); err == nil {
				r.Answer = append(r.Answer, rr)
			}
		}
		_ = w.WriteMsg(r)
	})
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	up := make(chan struct{})
	s := &dns.Server{PacketConn: pc, Handler: handler, NotifyStartedFunc: func() { close(up) }}
	go func() { _ = s.ActivateAndServe() }()
	<-up
	return pc.LocalAddr().(*net.UDPAddr).AddrPort(), func() { _ = s.Shutdown() }
}

func ExampleResolver_Route() {
	server, stop := exampleServer()
	defer stop()
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{server}})
	if err != nil {
		log.Fatal(err)
	}
	for _, domain := range []string{"example.org", "nomail.example", "[192.0.2.25]"} {
		route, err := resolver.Route(context.Background(), domain)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(route.Domain, route.Origin)
		for _, h := range route.Hosts {
			fmt.Println(" ", h.Preference, h.Name, h.Addrs)
		}
	}
	// Output:
	// example.org mx
	//   10 mx.example.org [192.0.2.10 2001:db8::10]
	//   20 backup.example.net [198.51.100.7]
	// nomail.example null
	// [192.0.2.25] literal
	//   0 [192.0.2.25] [192.0.2.25]
}

func ExampleError_Temporary() {
	server, stop := exampleServer()
	defer stop()
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{server}})
	if err != nil {
		log.Fatal(err)
	}
	host := resolver.Host(context.Background(), "gone.example")
	fmt.Println(host.Err)
	if e, ok := errors.AsType[*dnsmx.Error](host.Err); ok {
		fmt.Println("worth another try:", e.Temporary())
	}
	// Output:
	// A or AAAA of "gone.example": no such record (NODATA)
	// worth another try: false
}
