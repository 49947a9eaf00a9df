package sandbox

import "gopkg.in/yaml.v3"

// auth reads how a server takes logins.
func (r *fileReader) auth(n *yaml.Node) *Auth {
	a := &Auth{}
	keys := []string{"users", "tokens", "mechanisms", "clear", "required", "fault"}
	r.mapping(n, "auth", keys, func(key string, v *yaml.Node) {
		switch key {
		case "users":
			a.Users = r.pairs(v, "users")
		case "tokens":
			a.Tokens = r.pairs(v, "tokens")
		case "mechanisms":
			a.Mechanisms = r.texts(v)
		case "clear":
			a.Clear = r.boolean(v)
		case "required":
			a.Required = r.boolean(v)
		case "fault":
			a.Fault = AuthFault(r.word(v, "wrong-signature", "no-signature", "not-base64", "endless", "takes-all", "echo"))
		}
	})
	if err := checkAuth(a); err != nil {
		r.fail(n, "%v", err)
	}
	return a
}

// pairs reads a map of texts.
func (r *fileReader) pairs(n *yaml.Node, what string) map[string]string {
	out := map[string]string{}
	r.entries(n, what, func(k, v *yaml.Node) { out[k.Value] = r.text(v) })
	return out
}
