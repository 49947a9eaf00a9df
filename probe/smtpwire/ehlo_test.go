package smtpwire

import (
	"slices"
	"strings"
	"testing"
)

// ehlo returns a 250 reply of these text lines.
func ehlo(lines ...string) *Reply {
	var b strings.Builder
	for i, l := range lines {
		sep := "250-"
		if i == len(lines)-1 {
			sep = "250 "
		}
		b.WriteString(sep + l + "\r\n")
	}
	return &Reply{Code: 250, Raw: b.String()}
}

// list writes keywords as one string.
func list(k Keywords) string {
	var all []string
	for name, params := range k.All() {
		all = append(all, name+"("+params+")")
	}
	return strings.Join(all, " ")
}

// The first line is the server's name, keywords are compared without case,
// and of two the first counts (RFC 5321 section 4.1.1.1).
func TestTrap07Keywords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		reply *Reply
		want  string
		notes Note
	}{
		{"usual", ehlo("mx.fabrikam.test", "SIZE 35882577", "8BITMIME", "DSN"), "SIZE(35882577) 8BITMIME() DSN()", 0},
		{"keyword for a name", ehlo("STARTTLS", "DSN"), "DSN()", 0},
		{"name alone", ehlo("SIZE 1000"), "", 0},
		{"odd case", ehlo("mx", "starttls", "Auth Plain Login", "8BitMime"), "STARTTLS() AUTH(Plain Login) 8BITMIME()", 0},
		{"duplicate", ehlo("mx", "SIZE 100", "DSN", "size 200"), "SIZE(100) DSN()", NoteDuplicateKeyword},
		{"bare last line", &Reply{Code: 250, Raw: "250-mx\r\n250-DSN\r\n250\r\n"}, "DSN()", NoteOddKeyword},
		{"hyphens", ehlo("mx", "X-ANONYMOUSTLS", "XCLIENT NAME ADDR"), "X-ANONYMOUSTLS() XCLIENT(NAME ADDR)", 0},
		{"another 2xx", &Reply{Code: 251, Raw: "251-mx\r\n251 DSN\r\n"}, "DSN()", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := ParseEHLO(tt.reply)
			if got := list(k); got != tt.want || k.Notes() != tt.notes {
				t.Errorf("ParseEHLO(%q) = %s, notes %q; want %s, %q", tt.reply.Raw, got, k.Notes(), tt.want, tt.notes)
			}
		})
	}
}

func TestTrap07LookupWithoutCase(t *testing.T) {
	t.Parallel()
	k := ParseEHLO(ehlo("mx", "starttls", "Size 10", "SIZE 20", "AUTH  PLAIN login"))
	for _, tt := range []struct {
		name, params string
		ok           bool
	}{
		{"STARTTLS", "", true},
		{"StartTLS", "", true},
		{"size", "10", true},
		{"auth", "PLAIN login", true},
		{"mx", "", false},
		{"START", "", false},
		{"DSN", "", false},
		{"", "", false},
	} {
		if params, ok := k.Lookup(tt.name); params != tt.params || ok != tt.ok {
			t.Errorf("Lookup(%q) = %q, %t; want %q, %t", tt.name, params, ok, tt.params, tt.ok)
		}
	}
	if _, ok := (Keywords{}).Lookup("SIZE"); ok {
		t.Error("the zero Keywords offer SIZE; want nothing")
	}
}

// Letters that other alphabets fold to ASCII do not make a keyword.
func TestTrap07CaseIsASCII(t *testing.T) {
	t.Parallel()
	k := ParseEHLO(ehlo("mx", "\u017fIZE 1", "SMTPUTF8\u212a", "\u017fTARTTLS"))
	for _, name := range []string{"SIZE", "STARTTLS", "SMTPUTF8K"} {
		if params, ok := k.Lookup(name); ok {
			t.Errorf("Lookup(%q) = %q, true; want that it is not offered", name, params)
		}
	}
	if got, want := list(k), "\u017fIZE(1) SMTPUTF8\u212a() \u017fTARTTLS()"; got != want || k.Notes() != NoteOddKeyword {
		t.Errorf("All() = %s, notes %q; want %s, %q", got, k.Notes(), want, NoteOddKeyword)
	}
}

// Many keywords share a bit of the quick look for duplicates; only true ones
// are noted.
func TestTrap07DuplicateAmongMany(t *testing.T) {
	t.Parallel()
	lines := []string{"mx"}
	for a := range 20 {
		for b := range 20 {
			lines = append(lines, string([]byte{'X', byte('A' + a), byte('a' + b)}))
		}
	}
	if k := ParseEHLO(ehlo(lines...)); k.Notes() != 0 || k.Len() != 400 {
		t.Errorf("ParseEHLO of 400 keywords: %d, notes %q; want 400, none", k.Len(), k.Notes())
	}
	if k := ParseEHLO(ehlo(append(lines, "xtT")...)); k.Notes() != NoteDuplicateKeyword || k.Len() != 400 {
		t.Errorf("ParseEHLO with one duplicate: %d, notes %q; want 400, %q", k.Len(), k.Notes(), NoteDuplicateKeyword)
	}
}

// AUTH=LOGIN is an old way of AUTH LOGIN (RFC 4954 section 3 names it); other
// separators are taken with a note.
func TestTrap08OldAuthAndOddSeparators(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lines []string
		want  string
		notes Note
	}{
		{[]string{"AUTH=LOGIN PLAIN"}, "AUTH(LOGIN PLAIN)", NoteOldAuth},
		{[]string{"auth=login"}, "AUTH(login)", NoteOldAuth},
		{[]string{"AUTH PLAIN LOGIN", "AUTH=PLAIN LOGIN"}, "AUTH(PLAIN LOGIN)", NoteOldAuth},
		{[]string{"AUTH=LOGIN", "AUTH LOGIN CRAM-MD5"}, "AUTH(LOGIN CRAM-MD5)", NoteOldAuth},
		{[]string{"AUTH=LOGIN", "AUTH=PLAIN"}, "AUTH(LOGIN)", NoteOldAuth},
		{[]string{"AUTH LOGIN", "AUTH PLAIN"}, "AUTH(LOGIN)", NoteDuplicateKeyword},
		{[]string{"SIZE\t1000"}, "SIZE(1000)", NoteOddKeyword},
		{[]string{"SIZE=1000"}, "SIZE(1000)", NoteOddKeyword},
		{[]string{"SIZE: 1000"}, "SIZE(1000)", NoteOddKeyword},
		{[]string{"SIZE   1000"}, "SIZE(1000)", NoteOddKeyword},
		{[]string{" DSN "}, "DSN()", NoteOddKeyword},
		{[]string{"X-EXPS=LOGIN"}, "X-EXPS(LOGIN)", NoteOddKeyword},
		{[]string{"X_OWN a"}, "X_OWN(a)", NoteOddKeyword},
		{[]string{"", "DSN"}, "DSN()", NoteOddKeyword},
		{[]string{"=", "DSN"}, "DSN()", NoteOddKeyword},
		{[]string{"LIMITS RCPTMAX=100 MAILMAX=5"}, "LIMITS(RCPTMAX=100 MAILMAX=5)", 0},
	} {
		k := ParseEHLO(ehlo(append([]string{"mx"}, tt.lines...)...))
		if got := list(k); got != tt.want || k.Notes() != tt.notes {
			t.Errorf("ParseEHLO(%q) = %s, notes %q; want %s, %q", tt.lines, got, k.Notes(), tt.want, tt.notes)
		}
	}
}

// Boxes in between overwrite the greeting with asterisks and keywords with
// X's; a frame of asterisks round a text is no such box.
func TestTrap10Middlebox(t *testing.T) {
	t.Parallel()
	reply := func(code int, raw string) *Reply { return &Reply{Code: code, Raw: raw} }
	for _, tt := range []struct {
		r    *Reply
		want bool
	}{
		{reply(220, "220 ****************************************\r\n"), true},
		{reply(220, "220 *******2******0*** **0*****00\r\n"), true},
		{reply(220, "220-********\r\n220 ********\r\n"), true},
		{reply(220, "220 mx.fabrikam.test ESMTP\r\n"), false},
		{reply(220, "220-****************\r\n220-* Welcome *\r\n220 ****************\r\n"), false},
		{reply(220, "220 *\r\n"), false},
		{reply(220, "220 **** 192.0.2.1:25\r\n"), false},
		{reply(220, "220\r\n"), false},
		{reply(554, "554 ********************\r\n"), false},
		{ehlo("mx.fabrikam.test", "SIZE 10", "XXXXXXXA"), true},
		{ehlo("mx.fabrikam.test", "XXXXXXXXXXXXXXXXXXXX", "DSN"), true},
		{ehlo("mx.fabrikam.test", "XXXB 12"), true},
		{ehlo("XXXXXXXA", "SIZE 10"), false},
		{ehlo("mx.fabrikam.test", "XCLIENT NAME", "X-EXPS", "XXX", "XFORWARD"), false},
		{reply(421, "421-mx\r\n421 XXXXXXXA\r\n"), false},
	} {
		if got := LooksRewritten(tt.r); got != tt.want {
			t.Errorf("LooksRewritten(%q) = %t; want %t", tt.r.Raw, got, tt.want)
		}
	}
}

// A 421 in place of the EHLO reply offers nothing, and its text lines are no
// keywords (RFC 5321 section 3.8). It is read like any reply, at any moment.
func TestTrap11ServiceNotAvailable(t *testing.T) {
	t.Parallel()
	c := said(Options{}, "220 mx\r\n", "421-mx\r\n421-STARTTLS\r\n421 4.3.2 shutting down\r\n")
	mustRead(t, c)
	r := mustRead(t, c)
	if r.Code != 421 || r.Class() != 4 {
		t.Fatalf("ReadReply() = %+v; want the 421", r)
	}
	k := ParseEHLO(&r)
	if _, ok := k.Lookup("STARTTLS"); ok || k.Len() != 0 || k.Notes() != 0 {
		t.Errorf("ParseEHLO(421) = %s, notes %q; want nothing", list(k), k.Notes())
	}
	if codes := slices.Collect(r.EnhancedCodes()); !slices.Equal(codes, []string{"4.3.2"}) {
		t.Errorf("EnhancedCodes() = %q; want 4.3.2", codes)
	}
}

func TestKeywordsIterationStops(t *testing.T) {
	t.Parallel()
	k := ParseEHLO(ehlo("mx", "DSN", "SIZE"))
	for name := range k.All() {
		if name != "DSN" {
			t.Errorf("first keyword = %q; want DSN", name)
		}
		break
	}
	if k.Len() != 2 {
		t.Errorf("Len() = %d; want 2", k.Len())
	}
}
