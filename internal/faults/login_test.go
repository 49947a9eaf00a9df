//go:build linux

package faults

import (
	"encoding/base64"
	"strings"

	"mxprobe/internal/sandbox"
)

// login is a scenario with one login in clear.
func login(mechanism, more string) string {
	return "name: fault\nsecrets: {password: {env: FAULT_PASSWORD}}\nsteps:\n  - EHLO ${helo}\n" +
		"  - {auth: " + mechanism + ", user: kate, password: \"${password}\", allow_clear: true" + more + "}\n  - MAIL FROM:<${from}>\n"
}

// logins are the faults of AUTH.
func logins() []fault {
	takes := func(fault sandbox.AuthFault) sandbox.Server {
		return sandbox.Server{Auth: &sandbox.Auth{Users: map[string]string{"kate": password}, Clear: true, Fault: fault}}
	}
	sound := takes(sandbox.AuthSound)
	said := func(name, reply string, w want) fault {
		return fault{name: name, server: sound, scenario: login("PLAIN", ""), rules: says("AUTH", reply), want: w}
	}
	challenge := func(text string) string { return "334 " + base64.StdEncoding.EncodeToString([]byte(text)) }
	return []fault{
		{name: "a login as it should be", server: sound, scenario: login("PLAIN", ""), want: passes},
		{name: "535 to a login", server: sandbox.Server{Auth: &sandbox.Auth{Users: map[string]string{"kate": "other"}, Clear: true}}, scenario: login("PLAIN", ""), want: refused("auth-wrong")},
		said("504 to AUTH", "504 5.5.4 Unrecognized authentication type", refused("auth-mechanism-unknown")),
		said("538 to AUTH", "538 5.7.11 Encryption required for requested authentication mechanism", refused("auth-needs-tls")),
		said("454 to AUTH", "454 4.7.0 Temporary authentication failure", later("auth-unavailable")),
		said("421 to AUTH", "421 4.3.2 Service shutting down", later("server-closing")),
		said("250 to AUTH", "250 2.0.0 as you like", refused("").saying("expected 235")),
		{name: "closed at AUTH", server: sound, scenario: login("PLAIN", ""), rules: on("AUTH", sandbox.Rule{Close: true}), want: closed},
		{name: "silence at AUTH", server: sound, scenario: login("PLAIN", ", timeout: 1s"), rules: on("AUTH", sandbox.Rule{Hang: true}), within: waiting, want: silent},
		{name: "two replies to AUTH", server: sound, scenario: login("PLAIN", ""), rules: raw("AUTH", "235 2.7.0 ok\r\n535 5.7.8 no\r\n"), want: outOfStep},
		{name: "a challenge that is not base64", server: takes(sandbox.NotBase64), scenario: login("LOGIN", ""), want: protocol("", "base64")},
		{name: "challenges without end", server: takes(sandbox.Endless), scenario: login("LOGIN", ""), want: protocol("", "")},
		{name: "a challenge of 12 KiB", server: sound, scenario: login("CRAM-MD5", ""), rules: says("AUTH", "334 "+strings.Repeat("QUFB", 4000)), want: protocol("", "")},
		{name: "235 before the login is complete", server: sound, scenario: login("LOGIN", ""), rules: says("AUTH", "235 2.7.0 come in"), want: protocol("", "")},
		{name: "235 without a proof of the server", server: takes(sandbox.NoSignature), scenario: login("SCRAM-SHA-256", ""), want: protocol("", "")},
		{name: "a wrong proof of the server", server: takes(sandbox.WrongSignature), scenario: login("SCRAM-SHA-256", ""), want: protocol("", "signature")},
		{name: "a challenge of SCRAM with another nonce", server: sound, scenario: login("SCRAM-SHA-256", ""), rules: says("AUTH", challenge("r=other,s=QUFB,i=4096")), want: protocol("", "")},
		{
			name: "SCRAM with a thousand million rounds", server: sound, scenario: login("SCRAM-SHA-256", ""), want: protocol("", ""),
			rules: on("AUTH", sandbox.Rule{Func: func(c *sandbox.Conn, line string) {
				first, _ := base64.StdEncoding.DecodeString(line[strings.LastIndexByte(line, ' ')+1:])
				_, nonce, _ := strings.Cut(string(first), ",r=")
				_ = c.Reply(challenge("r=" + nonce + "server,s=QUFB,i=1000000000"))
			}}),
		},
		{
			name: "a login in clear is not sent", server: sandbox.Server{Auth: &sandbox.Auth{Users: map[string]string{"kate": password}, Clear: true}},
			scenario: "name: fault\nsecrets: {password: {env: FAULT_PASSWORD}}\nsteps:\n  - EHLO ${helo}\n  - {starttls: {}, if: STARTTLS}\n" +
				"  - {auth: PLAIN, user: kate, password: \"${password}\"}\n", want: nothingSent,
		},
		{name: "the server repeats the password", server: takes(sandbox.Echoes), scenario: login("PLAIN", ""), want: passes},
	}
}
