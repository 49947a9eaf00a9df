package scenarios

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mxprobe/internal/spelling"
)

// Keyword is an EHLO keyword (RFC 5321 section 4.1.1.1) that a server may
// offer, with parameters that must all be there ("AUTH PLAIN LOGIN") or a
// bound on its first parameter ("SIZE>=20000000").
type Keyword struct {
	Pos    Pos
	Name   string
	Params []string
	// Op is one of >= <= > < = or empty; Value is the number it compares with.
	Op    string
	Value uint64
	tmpl  *Text
}

// String returns the keyword as it is written in scenarios.
func (k *Keyword) String() string {
	switch {
	case k.tmpl != nil:
		return k.tmpl.String()
	case k.Op != "":
		return k.Name + k.Op + strconv.FormatUint(k.Value, 10)
	case len(k.Params) > 0:
		return k.Name + " " + strings.Join(k.Params, " ")
	default:
		return k.Name
	}
}

// Offered reports whether what a server sent is what the keyword asks for:
// params are the parameters as sent, and ok says whether the server listed
// the keyword at all.
func (k *Keyword) Offered(params string, ok bool) bool {
	if !ok {
		return false
	}
	sent := strings.Fields(params)
	if k.Op != "" {
		return len(sent) > 0 && k.within(sent[0])
	}
	for _, want := range k.Params {
		found := false
		for _, p := range sent {
			found = found || strings.EqualFold(p, want)
		}
		if !found {
			return false
		}
	}
	return true
}

// within compares a parameter with the bound.
func (k *Keyword) within(param string) bool {
	n, err := strconv.ParseUint(param, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // beyond the range n is the largest
		return false
	}
	// SIZE 0 says that no size is refused (RFC 1870 section 4).
	if n == 0 && k.Value > 0 && strings.EqualFold(k.Name, "SIZE") {
		return k.Op[0] == '>'
	}
	switch k.Op {
	case ">=":
		return n >= k.Value
	case "<=":
		return n <= k.Value
	case ">":
		return n > k.Value
	case "<":
		return n < k.Value
	default:
		return n == k.Value
	}
}

// parseKeyword reads a keyword with parameters or a bound.
func parseKeyword(text string) (Keyword, error) {
	if i := strings.IndexAny(text, "<>="); i >= 0 && !strings.ContainsAny(strings.TrimSpace(text[:i]), " \t") {
		return parseBound(text, i)
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return Keyword{}, errors.New("an EHLO keyword is missing here")
	}
	for i, w := range words {
		if strings.HasSuffix(w, ",") || i == 0 && strings.Contains(w, ",") {
			return Keyword{}, fmt.Errorf("%q has a comma: write a list for several keywords, and blanks between parameters", text)
		}
	}
	k := Keyword{Name: words[0]}
	if len(words) > 1 {
		k.Params = words[1:]
	}
	return k, checkKeyword(k.Name)
}

// parseBound reads a keyword with a bound; the operator starts at i.
func parseBound(text string, i int) (Keyword, error) {
	end := i + 1
	if end < len(text) && text[end] == '=' && text[i] != '=' {
		end++
	}
	k := Keyword{Name: strings.TrimSpace(text[:i]), Op: text[i:end]}
	number := strings.TrimSpace(text[end:])
	var err error
	if k.Value, err = strconv.ParseUint(number, 10, 64); err != nil {
		return Keyword{}, fmt.Errorf("%q is not a number to compare %q with (SIZE>=20000000; parameters follow after a blank: AUTH PLAIN)",
			number, k.Name)
	}
	return k, checkKeyword(k.Name)
}

// checkKeyword refuses what cannot be a keyword, and what looks like a slip
// of the pen: a keyword that no server offers would make a test pass, or be
// skipped, for ever.
func checkKeyword(name string) error {
	for i := range len(name) {
		if c := name[i]; c == '.' || c != '_' && !isNameByte(c) {
			return fmt.Errorf("%q is not an EHLO keyword: it has letters, digits and hyphens", name)
		}
	}
	if name == "" {
		return errors.New("an EHLO keyword is missing here")
	}
	if len(name) < 5 {
		return nil
	}
	near := ""
	for _, known := range knownKeywords() {
		switch spelling.Distance(strings.ToUpper(name), known, 2) {
		case 0:
			return nil
		case 1:
			near = known
		}
	}
	if near != "" {
		return fmt.Errorf("no server offers %q (did you mean %q?)", name, near)
	}
	return nil
}

// knownKeywords returns the registered keywords of five letters and more,
// and some that are common without.
func knownKeywords() []string {
	return []string{
		"8BITMIME", "BINARYMIME", "CHECKPOINT", "CHUNKING", "CONNEG", "CONPERM", "DELIVERBY",
		"ENHANCEDSTATUSCODES", "FUTURERELEASE", "LIMITS", "MT-PRIORITY", "NO-SOLICITING", "PIPELINING",
		"REQUIRETLS", "SMTPUTF8", "STARTTLS", "SUBMITTER", "UTF8SMTP", "XCLIENT", "XFORWARD",
	}
}

func (k *Keyword) resolve(lookup Lookup) (Keyword, error) {
	if k.tmpl == nil {
		return *k, nil
	}
	return resolveText(k.tmpl, lookup, func(value string) (Keyword, error) {
		out, err := parseKeyword(value)
		out.Pos = k.Pos
		return out, err
	})
}
