// Command mxprobe-fleet plays the dialogues of mxprobe from many machines, over
// NATS JetStream: jobs are submitted, workers take them batch by batch, and the
// results are collected in the order of the list.
package main

import (
	"os"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/command"
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
	os.Exit(command.Main(&program, os.Args[1:]))
}
