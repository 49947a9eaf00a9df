package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxprobe/internal/mailbox"
	"mxprobe/internal/timespan"
	"mxprobe/internal/transport"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

func purgeCommand() command {
	return command{
		name:      "purge",
		arguments: "MAILBOX",
		summary:   "remove old messages of mxprobe from a mailbox, and no others",
		examples: []string{
			"mxprobe purge maildir:/home/probe/Maildir --dry-run",
			"mxprobe purge imaps://mail.example.org --user probe --password-file pw.txt",
			"mxprobe purge mailpit://localhost:8025 --older-than 1h",
		},
		notes: []string{
			"MAILBOX is an address as mailbox: has it in scenarios. Only messages with the",
			"field X-Mxprobe are looked at, which mxprobe puts into every message it",
			"composes, and only those whose Date is older than --older-than are removed.",
			"Folders for spam are gone through too. The password may be in",
			"MXPROBE_MAILBOX_PASSWORD as well.",
			"Exit status: 0 nothing old is left; 1 something could not be removed;",
			"2 bad call; 3 the mailbox cannot be looked into.",
		},
		bind: func(p *Program) ([]option, action) {
			o := &purge{p: p, age: 24 * time.Hour}
			return o.options(), func(args []string) (int, error) { return o.run(args) }
		},
	}
}

// purge removes old messages of the probe.
type purge struct {
	p                  *Program
	user, passwordFile string
	clear, dry         bool
	age                time.Duration
	dns                []string
	tls                tlsSettings
}

func (o *purge) options() []option {
	const group = "Mailbox"
	options := []option{
		{name: "user", arg: "NAME", set: setText(&o.user), group: group, help: "name of the login"},
		{name: "password-file", arg: "FILE", set: setText(&o.passwordFile), group: group, help: "file with its password, on one line; without it $MXPROBE_MAILBOX_PASSWORD is the password"},
		{name: "allow-clear", set: setSwitch(&o.clear), group: group, help: "log in without TLS too, where the server has none"},
		{name: "older-than", arg: "TIME", set: setTime(&o.age, parseAge), group: group, def: "24h", help: "remove what was sent longer ago, as 30m, 12h or 7d"},
		{name: "dry-run", set: setSwitch(&o.dry), group: group, help: "remove nothing, show what would be removed"},
		dnsOption(&o.dns),
	}
	for _, t := range o.tls.options() {
		if t.name == "ca-file" || t.name == "insecure" {
			options = append(options, t)
		}
	}
	return options
}

func (o *purge) run(args []string) (int, error) {
	if len(args) != 1 {
		return 0, usagef("one mailbox: mxprobe purge maildir:/home/probe/Maildir")
	}
	place, err := scenarios.ParseMailbox(args[0])
	if err != nil {
		return 0, usagef("%s", err)
	}
	ctx, stop := untilSignal()
	defer stop()
	login, err := o.login(ctx, place)
	if err != nil {
		return 0, early(ctx, err)
	}
	set, err := o.settings(ctx)
	if err != nil {
		return 0, early(ctx, err)
	}
	box, err := dialogue.NewRun(set).OpenMailbox(ctx, place, login)
	if err != nil {
		return o.unreadable(place, err, login.Password)
	}
	defer func() { _ = box.Close() }()
	messages, err := box.Next(ctx)
	if err != nil {
		return o.unreadable(place, err, login.Password)
	}
	return o.remove(ctx, box, messages, login.Password)
}

func (o *purge) login(ctx context.Context, place scenarios.MailboxAddress) (dialogue.MailboxLogin, error) {
	login := dialogue.MailboxLogin{User: o.user, AllowClear: o.clear, Look: mailbox.Look{Marked: true}}
	if place.Kind == "mbox" {
		return login, usagef("an mbox file is only read: nothing can be removed from it")
	}
	login.Password, _ = o.p.LookupEnv("MXPROBE_MAILBOX_PASSWORD")
	if o.passwordFile != "" {
		text, err := o.p.readLine(ctx, o.passwordFile)
		if err != nil {
			return login, usagef("--password-file: %s", err)
		}
		login.Password = text
	}
	if place.NeedsLogin() {
		switch {
		case login.User == "" && login.Password == "":
			return login, usagef("%s needs --user and --password-file", place.Kind)
		case login.User == "":
			return login, usagef("%s needs --user too", place.Kind)
		case login.Password == "":
			return login, usagef("%s needs --password-file too, or the password in MXPROBE_MAILBOX_PASSWORD", place.Kind)
		}
	}
	if place.Local() {
		login.User, login.Password = "", ""
	}
	return login, nil
}

// parseAge reads a time; a number alone is most likely one of days.
func parseAge(text string) (time.Duration, error) {
	if _, err := strconv.Atoi(text); err == nil && text != "0" {
		return 0, fmt.Errorf("%q has no unit (%sd, %sh or %sm?)", text, text, text, text)
	}
	return timespan.Parse(text)
}

// maxPassword bounds a file with a password.
const maxPassword = 64 << 10

// readLine reads a file of one line.
func (p *Program) readLine(ctx context.Context, name string) (string, error) {
	text, err := p.readKey(ctx, name, maxPassword)
	if err != nil {
		return "", fmt.Errorf("%s: %w", shown(name), cause(err))
	}
	line := strings.TrimRight(string(text), "\r\n")
	if line == "" || strings.ContainsAny(line, "\r\n\x00") {
		return "", fmt.Errorf("%s does not hold one line", shown(name))
	}
	return line, nil
}

// settings are what a mailbox is reached with.
func (o *purge) settings(ctx context.Context) (*dialogue.Settings, error) {
	resolver, err := newResolver(o.dns, true)
	if err != nil {
		return nil, err
	}
	if err := o.tls.load(ctx, o.p); err != nil {
		return nil, err
	}
	set := &dialogue.Settings{Dialer: transport.NewDirect(netip.Addr{})}
	set.IMAP.Resolver = resolver
	o.tls.apply(&set.TLS)
	return set, nil
}

// unreadable says that nothing is known of the mailbox. What a server says may
// repeat the password.
func (o *purge) unreadable(place scenarios.MailboxAddress, err error, password string) (int, error) {
	if errors.Is(err, context.Canceled) {
		return 0, err
	}
	say(o.p.Stderr, "%s cannot be looked into: %s", place.String(), o.told(err, password))
	return ExitInconclusive, nil
}

// told is an error with text of a server, without the password in any form.
func (o *purge) told(err error, password string) string {
	secrets := ledger.NewSecrets(map[string]string{"password": password})
	return secrets.Show([]byte(err.Error()), result.MaxShown)
}

// remove removes what is old enough, and says so.
func (o *purge) remove(ctx context.Context, box mailbox.Box, messages []mailbox.Message, password string) (int, error) {
	var old []*mailbox.Message
	before := time.Now().Add(-o.age)
	for i := range messages {
		if m := &messages[i]; !m.Sent.IsZero() && m.Sent.Before(before) {
			old = append(old, m)
		}
	}
	verb := "would be removed"
	if !o.dry {
		verb = "removed"
	}
	if !o.dry && len(old) > 0 {
		if err := box.Delete(ctx, old...); err != nil {
			say(o.p.Stderr, "not all could be removed: %s", o.told(err, password))
			return ExitFailed, nil
		}
	}
	for _, m := range old {
		if _, err := fmt.Fprintf(o.p.Stdout, "%s: %s, sent %s\n", verb, result.PrintableString(m.Place), m.Sent.UTC().Format("2006-01-02 15:04 UTC")); err != nil {
			return 0, err
		}
	}
	_, err := fmt.Fprintf(o.p.Stdout, "%s of mxprobe, %d older than %s: %s\n", count(len(messages), "message"), len(old), timespan.String(o.age), verb)
	return ExitOK, err
}
