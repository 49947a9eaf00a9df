package sasl

import (
	"encoding/json"
	"strings"

	"github.com/emersion/go-sasl"
)

// bearer is a mechanism that sends a token. A server that refuses it says
// why in a challenge, which takes a last answer without a meaning.
type bearer struct {
	data, last []byte
	refused    bool
}

func (b *bearer) first() (Response, bool) { return Response{Data: b.data, Secret: true}, true }

func (b *bearer) next(challenge []byte) (Response, error) {
	if b.refused {
		return Response{}, badChallenge("the server asks for more after it refused the token")
	}
	b.refused = true
	return Response{Data: b.last, Note: refusal(challenge)}, nil
}

func (b *bearer) finish() error {
	if b.refused {
		return badChallenge("the server says yes after it refused the token")
	}
	return nil
}

// refusal is what the server says of a token (RFC 7628 section 3.2.2).
func refusal(challenge []byte) string {
	var why struct{ Status, Schemes, Scope string }
	if json.Unmarshal(challenge, &why) != nil || why.Status == "" {
		return "the server refuses the token, and does not say why in the form of RFC 7628 section 3.2.2"
	}
	text := "the server refuses the token: status " + why.Status
	if why.Scope != "" {
		text += ", scope " + why.Scope
	}
	return text
}

// newXOAuth2 sends a token in the way that came before OAUTHBEARER.
func newXOAuth2(c *Config) (mechanism, error) {
	if err := checkBearer(c); err != nil {
		return nil, err
	}
	return &bearer{data: []byte("user=" + c.User + "\x01auth=Bearer " + c.Password + "\x01\x01")}, nil
}

func newOAuthBearer(c *Config) (mechanism, error) {
	if err := checkBearer(c); err != nil {
		return nil, err
	}
	user := c.User
	if c.Authzid != "" {
		user = c.Authzid
	}
	client := sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
		Username: saslName(user), Token: c.Password, Host: c.Host, Port: int(c.Port),
	})
	_, data, err := client.Start()
	if err != nil {
		return nil, badConfig("%v", err)
	}
	return &bearer{data: data, last: []byte("\x01")}, nil
}

func checkBearer(c *Config) error {
	if strings.Contains(c.User, "\x01") || strings.Contains(c.Password, "\x01") {
		return badConfig("a name or token with a control character cannot be sent")
	}
	return nil
}

// saslName writes a name as GS2 has it (RFC 5801 section 4).
func saslName(name string) string {
	return strings.NewReplacer("=", "=3D", ",", "=2C").Replace(name)
}
