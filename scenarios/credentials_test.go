package scenarios

import (
	"slices"
	"testing"
)

func TestCredentialsInLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, steps string
		want        []string
		doubts      int
	}{
		{"PLAIN", "- AUTH PLAIN AGthdGUAc2VjcmV0", []string{"AGthdGUAc2VjcmV0", "secret"}, 1},
		{"PLAIN in two lines", "- auth plain\n- {send: AGthdGUAc2VjcmV0, expect: 235}", []string{"AGthdGUAc2VjcmV0", "secret"}, 1},
		{"LOGIN", "- {send: AUTH LOGIN, expect: 334}\n- {send: a2F0ZQ==, expect: 334}\n- {send: c2VjcmV0, expect: 235}\n- NOOP", []string{"a2F0ZQ==", "c2VjcmV0", "secret"}, 2},
		{"LOGIN with its name", "- AUTH LOGIN a2F0ZQ==\n- c2VjcmV0", []string{"a2F0ZQ==", "c2VjcmV0", "secret"}, 2},
		{"a short password", "- AUTH PLAIN AGEAYWI=", []string{"AGEAYWI="}, 1},
		{"a bearer token", "- AUTH XOAUTH2 dXNlcj1rYXRlAWF1dGg9QmVhcmVyIHRva2VuAQE=", []string{"dXNlcj1rYXRlAWF1dGg9QmVhcmVyIHRva2VuAQE="}, 1},
		{"no base64", "- AUTH PLAIN secret-word!", []string{"secret-word!"}, 1},
		{"raw", `- {raw: "AUTH PLAIN AGthdGUAc2VjcmV0\r\n", expect: 235}`, []string{"AGthdGUAc2VjcmV0", "secret"}, 1},
		{"a pipeline", "- pipeline: [NOOP, AUTH PLAIN AGthdGUAc2VjcmV0]", []string{"AGthdGUAc2VjcmV0", "secret"}, 1},
		{"a read between", "- {send: AUTH LOGIN, expect: none}\n- expect: 334\n- a2F0ZQ==", []string{"a2F0ZQ=="}, 1},
		{"variables", "- AUTH PLAIN ${token}\n- AUTH LOGIN\n- ${user|base64}\n- ${password|base64}", nil, 0},
		{"none", "- AUTH PLAIN\n- '*'\n- AUTH PLAIN =\n- NOOP\n- QUIT", nil, 0},
		{"no login before", "- NOOP\n- {send: a2F0ZQ==, expect: 500}", nil, 0},
		{"a login that has ended", "- AUTH LOGIN\n- RSET\n- {send: a2F0ZQ==, expect: 500}", nil, 0},
	}
	for _, tt := range tests {
		all, err := Parse("x.yaml", []byte("steps:\n"+tt.steps+"\n"))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := all[0].Credentials(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: credentials are %q; want %q", tt.name, got, tt.want)
		}
		if got := all[0].TypedLogins(); len(got) != tt.doubts {
			t.Errorf("%s: doubts are %v; want %d", tt.name, got, tt.doubts)
		}
	}
}

// No built-in scenario holds a login.
func TestBuiltinsHoldNoLogin(t *testing.T) {
	t.Parallel()
	for _, name := range Builtins() {
		src, _ := Builtin(name)
		all, err := Parse(name, src)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if got := s.Credentials(); len(got) > 0 {
				t.Errorf("%s holds %q", name, got)
			}
		}
	}
}
