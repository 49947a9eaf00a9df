// Command mxprobe plays SMTP dialogues, written in YAML, on every mail server
// of a domain and says pass or fail for each step.
package main

import (
	"os"

	"mxprobe/internal/cli"
	_ "mxprobe/internal/stack" // for what it does at the start
)

// version is set by release builds (-ldflags "-X main.version=v1.2.3").
var version string

func main() {
	program := cli.Program{
		Name:      os.Args[0],
		Stdin:     os.Stdin,
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
		Environ:   os.Environ,
		LookupEnv: os.LookupEnv,
		Version:   version,
	}
	os.Exit(program.Main(os.Args[1:]))
}
