//go:build linux

package interop

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

// The tests of this file hold the servers to what the other tests rely on,
// without using any code of mxprobe. If one fails, look at the world, not at
// the program.

func TestWorldPostfix(t *testing.T) {
	need(t, theWorld.postfix)
	talk(t, theWorld.addr(ipPostfix),
		exchange{"", "220 mx.postfix.test"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"VRFY kate@postfix.test", "252"},
		exchange{"MAIL FROM:<probe@sender.test> RET=HDRS ENVID=1", "250"},
		exchange{"RCPT TO:<kate@postfix.test> NOTIFY=NEVER", "250"},
		exchange{"RCPT TO:<postmaster>", "250"},
		exchange{"RCPT TO:<nobody@postfix.test>", "550 5.1.1"},
		exchange{"RCPT TO:<kate@elsewhere.test>", "554 5.7.1"},
		exchange{"RSET", "250"},
		exchange{"MAIL FROM:<nobody@invalid.invalid>", "250"},
		exchange{"RCPT TO:<kate@postfix.test>", "550 5.1.8"},
		exchange{"QUIT", "221"})
	talk(t, theWorld.addr(ipPostfixGrey),
		exchange{"", "220"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"MAIL FROM:<" + newSender() + ">", "250"},
		exchange{"RCPT TO:<kate@grey.postfix.test>", "450 4.7.1"},
		exchange{"RCPT TO:<kate@grey.postfix.test>", "250"})
	talk(t, theWorld.addr(ipPostfixClosed), exchange{"", "554 5.7.1"})
	talk(t, theWorld.addr(ipPostfixBare),
		exchange{"", "220"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"VRFY kate", "502"},
		exchange{"MAIL FROM:<probe@sender.test> RET=HDRS", "501"},
		exchange{"MAIL FROM:<probe@sender.test>", "250"},
		exchange{"RCPT TO:<kate@elsewhere.test>", "454"})
}

func TestWorldPostfixBusy(t *testing.T) {
	need(t, theWorld.postfix)
	hold(t, theWorld.addr(ipPostfixBusy))
	talk(t, theWorld.addr(ipPostfixBusy), exchange{"", "421 4.7.0"})
}

func TestWorldExim(t *testing.T) {
	need(t, theWorld.exim)
	talk(t, theWorld.addr(ipExim),
		exchange{"", "220 mx.exim.test"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"VRFY kate@exim.test", "252"},
		exchange{"MAIL FROM:<nobody@invalid.invalid>", "550"},
		exchange{"MAIL FROM:<probe@sender.test> RET=HDRS ENVID=1", "250"},
		exchange{"RCPT TO:<kate@exim.test> NOTIFY=NEVER", "250"},
		exchange{"RCPT TO:<postmaster>", "250"},
		exchange{"RCPT TO:<nobody@exim.test>", "550"},
		exchange{"RCPT TO:<kate@elsewhere.test>", "550"},
		exchange{"QUIT", "221"})
	talk(t, theWorld.addr(ipEximLate),
		exchange{"", "220"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"MAIL FROM:<nobody@invalid.invalid>", "250"},
		exchange{"RCPT TO:<kate@late.exim.test>", "550"})
	talk(t, theWorld.addr(ipEximGrey),
		exchange{"", "220"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"MAIL FROM:<" + newSender() + ">", "250"},
		exchange{"RCPT TO:<kate@grey.exim.test>", "451"},
		exchange{"RCPT TO:<kate@grey.exim.test>", "250"})
	talk(t, theWorld.addr(ipEximClosed), exchange{"", "554"})
}

func TestWorldEximBusy(t *testing.T) {
	need(t, theWorld.busyExim)
	hold(t, theWorld.addr(ipEximBusy))
	talk(t, theWorld.addr(ipEximBusy), exchange{"", "421"})
}

func TestWorldAiosmtpd(t *testing.T) {
	need(t, theWorld.aiosmtpd)
	talk(t, theWorld.addr(ipAiosmtpd),
		exchange{"", "220 mx.aiosmtpd.test"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"MAIL FROM:<probe@sender.test>", "250"},
		exchange{"RCPT TO:<kate@aiosmtpd.test>", "250"},
		exchange{"RCPT TO:<nobody@aiosmtpd.test>", "550 5.1.1"},
		exchange{"RCPT TO:<kate@elsewhere.test>", "550 5.7.1"},
		exchange{"QUIT", "221"})
}

// TestWorldDelivers sends one message by hand to each server and waits for it
// in the mailbox, dots and all.
func TestWorldDelivers(t *testing.T) {
	for _, at := range []struct {
		name, ip, to string
		mail         mailbox
	}{
		{"postfix", ipPostfix, "kate@postfix.test", theWorld.postfix},
		{"exim", ipExim, "kate@exim.test", theWorld.exim},
		{"aiosmtpd", ipAiosmtpd, "kate@aiosmtpd.test", theWorld.aiosmtpd},
	} {
		t.Run(at.name, func(t *testing.T) {
			p := need(t, at.mail)
			mark := "by hand for " + newSender()
			talk(t, theWorld.addr(at.ip),
				exchange{"", "220"},
				exchange{"EHLO probe.sender.test", "250-"},
				exchange{"MAIL FROM:<probe@sender.test>", "250"},
				exchange{"RCPT TO:<" + at.to + ">", "250"},
				exchange{"DATA", "354"},
				exchange{"Subject: " + mark + "\r\n\r\n..\r\n...two\r\n.", "250"})
			awaitMail(t, p, mark+"\n", "\n.\n..two\n")
		})
	}
}

func TestWorldNames(t *testing.T) {
	knot := need(t, theWorld.knot)
	resolver := &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, knot.Addr)
		},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	mx, err := resolver.LookupMX(ctx, "several.test.")
	if err != nil || len(mx) != 3 || mx[0].Host != "mx.exim.test." || mx[2].Pref != 30 {
		t.Errorf("MX of several.test = %v, %v; want three, mx.exim.test. first", mx, err)
	}
	var dnsErr *net.DNSError
	if _, err := resolver.LookupMX(ctx, "nx.test."); !errors.As(err, &dnsErr) || !dnsErr.IsNotFound {
		t.Errorf("MX of nx.test: %v; want not found", err)
	}
	if _, err := resolver.LookupMX(ctx, "broken.test."); err == nil || !strings.Contains(err.Error(), "server misbehaving") {
		t.Errorf("MX of broken.test: %v; want a server failure", err)
	}
}
