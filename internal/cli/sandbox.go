package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"

	"mxprobe/internal/bounded"
	"mxprobe/internal/sandbox"
)

func sandboxCommand() command {
	return command{
		name:      "sandbox",
		arguments: "[WORLD.yaml]",
		summary:   "serve a mail world on loopback, DNS and SMTP, until a signal",
		examples: []string{
			"mxprobe sandbox                                 the world of mxprobe demo",
			"mxprobe sandbox world.yaml --dns-port 5300 --smtp-port 2525",
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
	example, log      bool
}

func (o *sandboxOptions) options() []option {
	const group = "World"
	return []option{
		{name: "dns-port", arg: "PORT", set: setPort(&o.dnsPort), group: group, def: "a free one", help: "port of the DNS server"},
		{name: "smtp-port", arg: "PORT", set: setPort(&o.smtpPort), group: group, def: "a free one", help: "port of all mail servers"},
		{name: "log", set: setSwitch(&o.log), group: group, help: "write every session to standard error, passwords too"},
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
	if o.log {
		spec.Log = newSandboxLog(p.Stderr).add
	}
	if o.dnsPort != 0 {
		spec.DNSAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), o.dnsPort)
	}
	ctx, stop := untilSignal()
	defer stop()
	world, err := sandbox.Start(spec)
	if err != nil {
		return 0, usagef("the world cannot be served: %s%s", err, o.otherPort(err))
	}
	ca, err := writeCA(world)
	if err == nil {
		err = p.announce(world, spec, len(args) == 0, ca)
	}
	if ca != "" {
		defer os.Remove(ca)
	}
	if err != nil {
		_ = world.Close()
		return 0, err
	}
	<-ctx.Done()
	if err := world.Close(); err != nil {
		return 0, fmt.Errorf("closing the world: %w", err)
	}
	return outcome{signal: stoppedBy(ctx)}.status(), nil
}

// maxWorld bounds a world file.
const maxWorld = 4 << 20

// otherPort says what to do where a port that was asked for cannot be had.
func (o *sandboxOptions) otherPort(err error) string {
	if o.dnsPort == 0 && o.smtpPort == 0 || !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, syscall.EACCES) {
		return ""
	}
	return "; take another port, or leave --dns-port and --smtp-port out for free ones"
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
	src, err := bounded.ReadFile(context.Background(), args[0], maxWorld)
	if err != nil {
		return sandbox.Spec{}, usagef("world %s: %s", shown(args[0]), cause(err))
	}
	spec, err := sandbox.ParseSpec(args[0], src)
	if err != nil {
		return sandbox.Spec{}, usagef("%s", err)
	}
	return spec, nil
}

// writeCA writes the authority of a world into a file and returns its name,
// nothing if no server speaks TLS.
func writeCA(world *sandbox.World) (name string, err error) {
	pem := world.CA()
	if pem == nil {
		return "", nil
	}
	file, err := os.CreateTemp("", "mxprobe-sandbox-*.pem")
	if err != nil {
		return "", fmt.Errorf("the authority of the world: %w", err)
	}
	_, err = file.Write(pem)
	return file.Name(), errors.Join(err, file.Close())
}

// announce prints where the world is and what to try with it.
func (p *Program) announce(world *sandbox.World, spec sandbox.Spec, demo bool, ca string) error {
	where, authority := fmt.Sprintf("--dns %s -p %d", world.DNS(), world.SMTPPort()), ""
	if ca != "" {
		where += " --ca-file " + quote(ca)
		authority = "authority    " + ca + "\n"
	}
	for _, d := range world.Doors() {
		if d.Policy && d.Listen.IsValid() {
			authority += fmt.Sprintf("policy       --connect-to %s=%s\n", d.Server, d.Listen)
		}
	}
	_, err := fmt.Fprintf(p.Stdout, "DNS server   %s\nmail servers port %d of 127.0.0.0/8\n%s\ntry:\n", world.DNS(), world.SMTPPort(), authority)
	if err != nil {
		return err
	}
	if demo {
		_, err = fmt.Fprintf(p.Stdout, `  mxprobe mx fabrikam.test --dns %s
  mxprobe contoso.test %s
  mxprobe run @send -d contoso.test --to kate@contoso.test %s
  mxprobe run @send -d fabrikam.test --to kate@fabrikam.test %s
  mxprobe run @bad-sender -d adventure-works.test %s
`, world.DNS(), where, where, where, where)
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
