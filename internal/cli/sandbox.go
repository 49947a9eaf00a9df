package cli

import (
	"fmt"
	"net/netip"
	"os"

	"mxprobe/internal/sandbox"
)

func sandboxCommand() command {
	return command{
		name:      "sandbox",
		arguments: "[WORLD.yaml]",
		summary:   "serve a mail world on loopback, DNS and SMTP, until a signal",
		examples: []string{
			"mxprobe sandbox                                 the world of mxprobe demo",
			"mxprobe sandbox world.yaml --dns-port 5353 --smtp-port 2525",
		},
		notes: []string{
			"Nothing listens beyond this machine. mxprobe sandbox --example prints a world",
			"to start from.",
		},
		bind: func(p *Program) ([]option, action) {
			var o sandboxOptions
			return o.options(), func(args []string) (int, error) { return p.sandbox(&o, args) }
		},
	}
}

type sandboxOptions struct {
	dnsPort, smtpPort uint16
	example           bool
}

func (o *sandboxOptions) options() []option {
	const group = "World"
	return []option{
		{name: "dns-port", arg: "PORT", set: setPort(&o.dnsPort), group: group, def: "a free one", help: "port of the DNS server"},
		{name: "smtp-port", arg: "PORT", set: setPort(&o.smtpPort), group: group, def: "a free one", help: "port of all mail servers"},
		{name: "example", set: setSwitch(&o.example), group: group, help: "print the world file of the demo and end"},
	}
}

func (p *Program) sandbox(o *sandboxOptions, args []string) (int, error) {
	if o.example {
		_, err := fmt.Fprint(p.Stdout, sandbox.DemoSource())
		return ExitOK, err
	}
	spec, err := worldSpec(args)
	if err != nil {
		return 0, err
	}
	spec.Loopback = true
	spec.SMTPPort = o.smtpPort
	if o.dnsPort != 0 {
		spec.DNSAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), o.dnsPort)
	}
	ctx, stop := untilSignal()
	defer stop()
	world, err := sandbox.Start(spec)
	if err != nil {
		return 0, usagef("the world cannot be served: %s", err)
	}
	if err := p.announce(world, spec, len(args) == 0); err != nil {
		_ = world.Close()
		return 0, err
	}
	<-ctx.Done()
	if err := world.Close(); err != nil {
		return 0, fmt.Errorf("closing the world: %w", err)
	}
	return outcome{signal: stoppedBy(ctx)}.status(), nil
}

// worldSpec reads the world file, or returns the world of the demo.
func worldSpec(args []string) (sandbox.Spec, error) {
	switch len(args) {
	case 0:
		return sandbox.Demo(), nil
	case 1:
	default:
		return sandbox.Spec{}, usagef("sandbox takes one world file, not %d", len(args))
	}
	src, err := os.ReadFile(args[0])
	if err != nil {
		return sandbox.Spec{}, usagef("world %s: %s", shown(args[0]), cause(err))
	}
	spec, err := sandbox.ParseSpec(args[0], src)
	if err != nil {
		return sandbox.Spec{}, usagef("%s", err)
	}
	return spec, nil
}

// announce prints where the world is and what to try with it.
func (p *Program) announce(world *sandbox.World, spec sandbox.Spec, demo bool) error {
	where := fmt.Sprintf("--dns %s -p %d", world.DNS(), world.SMTPPort())
	_, err := fmt.Fprintf(p.Stdout, "DNS server   %s\nmail servers port %d of 127.0.0.0/8\n\ntry:\n", world.DNS(), world.SMTPPort())
	if err != nil {
		return err
	}
	if demo {
		_, err = fmt.Fprintf(p.Stdout, `  mxprobe mx fabrikam.test --dns %s
  mxprobe run @send -d contoso.test --to kate@contoso.test %s
  mxprobe run @send -d fabrikam.test --to kate@fabrikam.test %s
  mxprobe run @bad-sender -d adventure-works.test %s
`, world.DNS(), where, where, where)
	} else {
		for _, zone := range spec.Zones {
			if _, err = fmt.Fprintf(p.Stdout, "  mxprobe run @rcpt -d %s %s\n", quote(zone.Name), where); err != nil {
				break
			}
		}
	}
	if err == nil {
		_, err = fmt.Fprint(p.Stdout, "\nCtrl-C ends it.\n")
	}
	return err
}
