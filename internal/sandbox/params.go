package sandbox

import (
	"strconv"
	"strings"
)

// param is a parameter of MAIL or RCPT taken apart, its name in upper case.
func param(p string) (name, value string) {
	name, value, _ = strings.Cut(p, "=")
	return strings.ToUpper(name), value
}

func hasParam(params []string, want string) bool {
	for _, p := range params {
		if name, _ := param(p); name == want {
			return true
		}
	}
	return false
}

// refuseMailParams returns the refusal of the parameters of a MAIL command,
// empty if they are good.
func (c *Conn) refuseMailParams(params []string) string {
	seen := ""
	for _, p := range params {
		name, value := param(p)
		if strings.Contains(seen, " "+name+" ") {
			return "501 5.5.4 " + name + " given twice"
		}
		seen += " " + name + " "
		if refusal := c.refuseMailParam(name, value); refusal != "" {
			return refusal
		}
	}
	return ""
}

func (c *Conn) refuseMailParam(name, value string) string {
	known, good := false, false
	switch name {
	case "SIZE":
		n, err := strconv.ParseInt(value, 10, 64)
		known, good = c.offers("SIZE"), err == nil && n >= 0
		if limit := c.srv.sizeLimit(); known && good && limit > 0 && n > limit {
			return "552 5.3.4 Message size exceeds fixed limit" // RFC 1870 section 6.1
		}
	case "BODY":
		known = c.offers("8BITMIME") || c.offers("BINARYMIME")
		good = strings.EqualFold(value, "7BIT") || strings.EqualFold(value, "8BITMIME") ||
			strings.EqualFold(value, "BINARYMIME") && c.offers("BINARYMIME")
	case "SMTPUTF8":
		known, good = c.offers("SMTPUTF8"), value == ""
	case "RET":
		known = c.offers("DSN")
		good = strings.EqualFold(value, "FULL") || strings.EqualFold(value, "HDRS")
	case "ENVID":
		known, good = c.offers("DSN"), value != "" && len(value) <= 100 && validXtext(value)
	}
	if !known {
		known, good = c.extensionParam(name, value)
	}
	return refuseParam(name, known, good)
}

// refuseRcptParams is refuseMailParams for RCPT.
func (c *Conn) refuseRcptParams(params []string) string {
	for _, p := range params {
		name, value := param(p)
		known, good := false, false
		switch name {
		case "RRVS":
			known, good = c.offers("RRVS"), validTime(value)
		case "NOTIFY":
			known, good = c.offers("DSN"), validNotify(value)
		case "ORCPT":
			kind, address, _ := strings.Cut(value, ";")
			known = c.offers("DSN")
			good = kind != "" && address != "" && len(value) <= 500 && validXtext(address)
		}
		if refusal := refuseParam(name, known, good); refusal != "" {
			return refusal
		}
	}
	return ""
}

// refuseParam words the refusal; RFC 5321 section 4.1.1.11 has 555 for what
// is not known.
func refuseParam(name string, known, good bool) string {
	switch {
	case !known:
		return "555 5.5.4 Unsupported parameter " + name
	case !good:
		return "501 5.5.4 Bad value of " + name
	}
	return ""
}

// validNotify holds NOTIFY to RFC 3461 section 4.1: NEVER stands alone.
func validNotify(value string) bool {
	words := strings.Split(strings.ToUpper(value), ",")
	for _, w := range words {
		switch w {
		case "NEVER":
			if len(words) > 1 {
				return false
			}
		case "SUCCESS", "FAILURE", "DELAY":
		default:
			return false
		}
	}
	return true
}

// validXtext holds a value to RFC 3461 section 4: printable, with + only
// before two upper-case hexadecimal digits and without =.
func validXtext(value string) bool {
	hex := func(i int) bool {
		return i < len(value) && strings.IndexByte("0123456789ABCDEF", value[i]) >= 0
	}
	for i := 0; i < len(value); i++ {
		switch b := value[i]; {
		case b <= ' ' || b >= 0x7f || b == '=':
			return false
		case b == '+' && (!hex(i+1) || !hex(i+2)):
			return false
		}
	}
	return true
}
