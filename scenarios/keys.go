package scenarios

import "slices"

// The keys of each kind of map, in the order in which people write them. The
// JSON Schema has the same; a test compares them.

func scenarioKeys() []string {
	return []string{
		"version", "name", "description", "tags", "if", "unless", "vars", "secrets", "each", "hosts",
		"target", "port", "protocol", "tls", "greeting", "timeout", "retry", "pipeline", "quit", "steps",
	}
}

func actionKeys() []string {
	return []string{
		"send", "raw", "bytes", "pipeline", "message", "body", "bdat", "starttls", "auth", "expect", "sleep",
		"arrives", "report", "close",
	}
}

func stepKeys() []string {
	return append(actionKeys(),
		"name", "enhanced", "text", "lines", "offers", "lacks", "within", "timeout", "optional", "pass_if",
		"capture", "may_fail", "for", "repeat", "if", "unless", "headers", "attach", "dkim", "as_is", "stuff", "end", "chunk", "last", "user", "password", "authzid", "initial", "cancel", "binding", "allow_clear")
}

func greetingKeys() []string { return []string{"expect", "text", "lines", "within"} }

func tlsKeys() []string {
	return []string{"verify", "min", "max", "name", "valid_for", "ciphers", "curves", "resume", "client_cert", "client_key"}
}

func starttlsKeys() []string { return append(tlsKeys(), "line") }

func limitKeys() []string { return []string{"warn", "fail"} }

func secretKeys() []string { return []string{"env", "file", "command"} }

func hostKeys() []string { return []string{"match", "vars", "skip", "may_fail"} }

func retryKeys() []string { return []string{"on", "times", "wait"} }

func fileKeys() []string { return []string{"file"} }

func arrivesKeys() []string {
	return []string{"maildir", "imap", "user", "password", "allow_clear", "delete"}
}

func reportKeys() []string { return append(arrivesKeys(), "action", "recipient", "returns") }

func attachKeys() []string { return []string{"file", "name", "text"} }

func dkimKeys() []string { return []string{"domain", "selector", "key"} }

// aStep is what messages call the map of a step.
const aStep = "a step"

// holder returns the key of a step whose map a key belongs into, if it is no
// key of a step itself; nothing if there is none, or more than one.
func holder(key string) string {
	switch {
	case slices.Contains(stepKeys(), key):
		return ""
	case slices.Contains(starttlsKeys(), key):
		return "starttls"
	case slices.Contains(dkimKeys(), key):
		return "dkim"
	}
	return ""
}

// suits reports whether a key other than an action can stand beside an action.
func suits(a Action, key string) bool {
	switch key {
	case "name", "if", "unless":
		return true
	case "timeout":
		return a != Sleep && a != Close
	case "for":
		return a != Close
	case "repeat":
		return a != Close && a != Arrives && a != Report
	case "may_fail":
		return a != Sleep && a != Close && a != Pipeline && a != StartTLS && a != Auth && a != Arrives && a != Report
	case "within":
		return a != Sleep && a != Close && a != Pipeline
	case "expect", "enhanced", "text", "lines", "pass_if", "capture":
		return a != Sleep && a != Close && a != Pipeline && a != Arrives && a != Report
	case "offers", "lacks":
		return a == Send || a == Raw || a == Bytes || a == Read
	case "optional":
		return a == Read
	case "as_is", "headers", "attach", "dkim":
		return a == Message || a == BDAT
	case "chunk", "last":
		return a == BDAT
	case "stuff", "end":
		return a == Body
	case "user", "password", "authzid", "initial", "cancel", "binding", "allow_clear":
		return a == Auth
	}
	return false
}

// String returns the action as its key in the language.
func (a Action) String() string {
	switch a {
	case Send:
		return "send"
	case Raw:
		return "raw"
	case Bytes:
		return "bytes"
	case Pipeline:
		return "pipeline"
	case Message:
		return "message"
	case Body:
		return "body"
	case BDAT:
		return "bdat"
	case StartTLS:
		return "starttls"
	case Auth:
		return "auth"
	case Read:
		return "expect"
	case Sleep:
		return "sleep"
	case Arrives:
		return "arrives"
	case Report:
		return "report"
	default:
		return "close"
	}
}
