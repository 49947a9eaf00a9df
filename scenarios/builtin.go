package scenarios

import (
	"embed"
	"slices"
	"strings"
)

//go:embed *.yaml
var builtins embed.FS

//go:embed schema.json
var schema []byte

// Builtin returns the source of a built-in scenario; the name may have the
// @ in front ("@send" or "send"). They are ordinary files, and nothing but
// @send, @dsn, @round-trip, @eicar, @gtube and @smuggling hands over mail.
func Builtin(name string) (src []byte, ok bool) {
	name = strings.TrimPrefix(name, "@")
	if name == "" || strings.ContainsAny(name, `/\.`) {
		return nil, false
	}
	src, err := builtins.ReadFile(name + ".yaml")
	return src, err == nil
}

// Builtins returns the names of the built-in scenarios, sorted, each with
// its @.
func Builtins() []string {
	// The file system is part of the program: it can always be read.
	entries, _ := builtins.ReadDir(".")
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = "@" + strings.TrimSuffix(e.Name(), ".yaml")
	}
	slices.Sort(names) // the names of the files sort otherwise
	return names
}

// Schema returns the JSON Schema of scenario files, for editors. The slice is
// the caller's.
func Schema() []byte { return append([]byte(nil), schema...) }
