package cli

import (
	"context"
	"fmt"
	"os"

	"mxprobe/internal/bounded"
	"mxprobe/scenarios"
)

// reachSettings is what the flags say of what scenarios may use.
type reachSettings struct {
	folders   []string
	untrusted bool
}

func (r *reachSettings) options() []option {
	return []option{
		{
			name: "allow-files", again: true, arg: "DIR", env: "MXPROBE_ALLOW_FILES", repeat: true, set: setList(&r.folders, checkFolder), group: groupScenarios,
			help: "scenarios may read files below DIR too; several allowed",
		},
		{
			name: "untrusted", again: true, env: "MXPROBE_UNTRUSTED", set: setSwitch(&r.untrusted), group: groupScenarios,
			help: "scenarios of others: no commands, environment or further servers",
		},
	}
}

// loader is what reads the scenarios.
func (r *reachSettings) loader() *scenarios.Loader {
	return &scenarios.Loader{Folders: r.folders, Untrusted: r.untrusted}
}

func checkFolder(name string) error {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", shown(name), cause(err))
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", shown(name))
	}
	return nil
}

// early is the error of a run that ended before it began: a signal, where one
// came, and not what it cut short.
func early(ctx context.Context, err error) error {
	if stoppedBy(ctx) != nil {
		return context.Cause(ctx)
	}
	return err
}

// maxPEM bounds a file of certificates; what systems trust takes a quarter of a
// megabyte.
const maxPEM = 16 << 20

// readKey reads a file with a secret in it, which others may not write, and
// warns where they may read it.
func (p *Program) readKey(ctx context.Context, name string, limit int) ([]byte, error) {
	f, err := bounded.OpenFile(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch read, write := f.OthersMay(); {
	case write:
		return nil, fmt.Errorf("others may write it, so that nobody knows what it holds; take that from them: chmod o-rw")
	case read:
		warn(p.Stderr, "others may read the secret in %s; take that from them: chmod o-rw", shown(name))
	}
	return bounded.ReadAll(f, limit)
}
