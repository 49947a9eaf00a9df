package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
)

func versionCommand() command {
	return command{
		name:    "version",
		summary: "print the version and how the program was built",
		bind: func(p *Program) ([]option, action) {
			return nil, func(args []string) (int, error) {
				if len(args) > 0 {
					return 0, usagef("version takes no arguments, not %s", shown(args[0]))
				}
				return ExitOK, p.version(p.Stdout)
			}
		},
	}
}

// version prints the version, the Go version and the build settings.
func (p *Program) version(w io.Writer) error { return p.versionAs(w, "mxprobe") }

// versionAs does the same for a program of that name.
func (p *Program) versionAs(w io.Writer, name string) error {
	var b strings.Builder
	info, ok := debug.ReadBuildInfo()
	fmt.Fprintf(&b, "%s %s\n", name, p.versionName(info))
	fmt.Fprintf(&b, "%s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if ok {
		for _, s := range info.Settings {
			if s.Value != "" {
				fmt.Fprintf(&b, "%s %s\n", s.Key, s.Value)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// versionName is what the build was told, else the module's version, else
// what the version control said.
func (p *Program) versionName(info *debug.BuildInfo) string {
	if p.Version != "" {
		return p.Version
	}
	if info != nil && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

// Title is the name and the version of a program.
func (p *Program) Title(name string) string { return name + " " + p.versionName(nil) }
