package scenarios

// The keys of each kind of map but that of a step, in the order in which
// people write them. The JSON Schema has the same; a test compares them.

func scenarioKeys() []string {
	return []string{
		"version", "name", "description", "tags", "sender", "if", "unless", "unless_passed", "vars", "secrets", "each", "hosts",
		"target", "port", "protocol", "tls", "greeting", "timeout", "retry", "pipeline", "reuse", "quit", "steps",
	}
}

func greetingKeys() []string { return []string{"expect", "text", "lines", "within"} }

func tlsKeys() []string {
	return []string{"verify", "min", "max", "name", "valid_for", "ciphers", "curves", "signature", "resume", "client_cert", "client_key"}
}

func starttlsKeys() []string { return append(tlsKeys(), "line") }

func limitKeys() []string { return []string{"warn", "fail"} }

func secretKeys() []string { return []string{"env", "file", "command"} }

func hostKeys() []string { return []string{"match", "vars", "skip", "may_fail"} }

func retryKeys() []string { return []string{"on", "times", "wait"} }

func fileKeys() []string { return []string{"file"} }

func arrivesKeys() []string {
	return []string{"mailbox", "maildir", "imap", "user", "password", "allow_clear", "delete"}
}

func reportKeys() []string {
	return append(arrivesKeys(), "action", "recipient", "returns", "status", "diagnostic", "remote", "envid")
}

func attachKeys() []string { return []string{"file", "name", "text"} }

func dkimKeys() []string { return []string{"domain", "selector", "key"} }
