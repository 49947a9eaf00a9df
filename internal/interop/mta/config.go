//go:build linux

package mta

import (
	"embed"
	"os"
	"path/filepath"
	"strings"
)

// conf holds the configuration files. A word between two @ is replaced when
// a file is written.
//
//go:embed conf
var conf embed.FS

// write writes the configuration file name to dir, with every @KEY@ replaced
// by its value; pairs are keys and values in turn.
func write(dir, name string, pairs ...string) (string, error) {
	text, err := conf.ReadFile("conf/" + name)
	if err != nil {
		return "", err
	}
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "@" + pairs[i] + "@"
	}
	path := filepath.Join(dir, name)
	return path, os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o644)
}

// mkdirs makes directories below dir that belong to uid and gid. The servers
// read and write there under identities of their own, so that dir itself is
// opened for passing through.
func mkdirs(dir string, uid, gid int, names ...string) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			return err
		}
		if err := os.Chown(path, uid, gid); err != nil {
			return err
		}
	}
	return nil
}
