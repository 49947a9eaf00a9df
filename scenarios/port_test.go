package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

func TestPorts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		src, want string
	}{
		{"port: 587", "[587]"},
		{"port: [25, 587]", "[25 587]"},
		{"port: ${p}\nvars: {p: 2525}", "[2525]"},
		{"port: [25, '${p}']\nvars: {p: '465, 25 587'}", "[25 465 587]"},
		{"port: ${p}\neach: [{p: 26}]", "[26]"},
		{"tags: x", "[]"},
		{"port: 0", "whole number from 1 to 65535"},
		{"port: +25", "whole number from 1 to 65535"},
		{"port: 65536", "whole number from 1 to 65535"},
		{"port: smtp", "whole number from 1 to 65535"},
		{"port: []", "empty list"},
		{"port: [25, 25]", "given twice"},
		{"port: ${p}\nvars: {p: smtp}", `${p} stands for something wrong: port is a whole number from 1 to 65535, not "smtp"`},
		{"port: ${p}\nvars: {p: ','}", "stands for nothing"},
		{"port: ${p}", "${p} is not defined"},
		{"port: ${mx.pref}", "not known before the connection"},
		{"port: ${p}\nsecrets: {p: {env: P}}", "not known before the connection"},
	}
	for _, tt := range tests {
		all, err := Parse("x.yaml", []byte(tt.src+"\nsteps: [NOOP]\n"))
		if err == nil {
			if problems := all[0].UndefinedIn(nil, func(string) (string, bool) { return "", false }); len(problems) > 0 {
				err = problems
			}
		}
		if err != nil {
			if !strings.Contains(err.Error(), tt.want) || strings.HasPrefix(tt.want, "[") {
				t.Errorf("%q: %v; want %s", tt.src, err, tt.want)
			}
			continue
		}
		got, err := all[0].PortList(all[0].Lookup(&Bindings{}))
		if err != nil || fmt.Sprint(got) != tt.want {
			t.Errorf("%q: ports are %v, %v; want %s", tt.src, got, err, tt.want)
		}
	}
}
