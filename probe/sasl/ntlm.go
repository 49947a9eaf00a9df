package sasl

import (
	"bytes"

	"github.com/Azure/go-ntlmssp"
)

// ntlm is NTLM version 2 as Exchange takes it in SMTP ([MS-NLMP], [MS-SMTPNTLM]).
// A name may have its domain in front, DOMAIN\name. The server proves nothing.
type ntlm struct {
	user, password string
	done           bool
}

func (n *ntlm) first() (Response, bool) {
	// Without a domain and the name of a workstation, which say more of this
	// machine than the server needs to know.
	data, err := ntlmssp.NewNegotiateMessage("", "")
	return Response{Data: data}, err == nil
}

func (n *ntlm) next(challenge []byte) (Response, error) {
	if n.done {
		return Response{}, badChallenge("the server asks for more than one answer")
	}
	if !bytes.HasPrefix(challenge, []byte("NTLMSSP\x00\x02\x00\x00\x00")) {
		return Response{}, badChallenge("the challenge is none of NTLM ([MS-NLMP] section 2.2.1.2)")
	}
	n.done = true
	data, err := ntlmssp.NewAuthenticateMessage(challenge, n.user, n.password, nil)
	if err != nil {
		return Response{}, badChallenge("the challenge of NTLM cannot be answered: %v", err)
	}
	return Response{Data: data, Secret: true}, nil
}

func (n *ntlm) finish() error {
	if !n.done {
		return badChallenge("the server says yes before it sent a challenge")
	}
	return nil
}
