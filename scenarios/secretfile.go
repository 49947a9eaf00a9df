package scenarios

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"mxprobe/internal/bounded"
)

// looseError is about a secret in a file that others may write.
type looseError struct{ path string }

func (e *looseError) Error() string {
	return fmt.Sprintf("others may write file %q, so that nobody knows what it holds", e.path)
}

// readSecret reads a file that the scenario names for the secret in it.
func (r *reach) readSecret(ctx context.Context, path string, limit int) ([]byte, error) {
	f, err := r.open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, write := f.OthersMay(); write {
		return nil, &looseError{path}
	}
	b, err := bounded.ReadAll(f, limit)
	return b, r.fileError(path, err)
}

// ReadKey is ReadFile of a file with a private key, which others may not write.
func (s *Scenario) ReadKey(ctx context.Context, path string) ([]byte, error) {
	return s.files().readSecret(ctx, path, 1<<20)
}

// LooseFiles returns a doubt for each file with a secret or a key that others
// may read, where the system tells.
func (s *Scenario) LooseFiles() []Doubt {
	var all []Doubt
	look := func(pos Pos, path string) {
		if path == "" {
			return
		}
		folder, rel, err := s.files().place(path)
		if err != nil {
			return // it will not be read
		}
		info, err := os.Stat(filepath.Join(folder, rel))
		if err != nil {
			return
		}
		if read, write := bounded.OthersMay(info); read && !write {
			all = append(all, Doubt{pos, fmt.Sprintf("others may read the secret in file %q; take that from them: chmod o-rw", path)})
		}
	}
	for i := range s.Secrets {
		look(s.Secrets[i].Pos, s.Secrets[i].Path)
	}
	if s.TLS != nil {
		look(s.TLS.Pos, s.TLS.keyFile())
	}
	for i := range s.Steps {
		if o := s.Steps[i].StartTLS; o != nil {
			look(o.Pos, o.keyFile())
		}
		if d := s.Steps[i].DKIM; d != nil {
			look(d.Pos, d.KeyFile)
		}
	}
	return all
}

// keyFile is the file with the key of the client, empty where there is none.
func (o *StartTLSOptions) keyFile() string {
	if o.ClientKey != "" {
		return o.ClientKey
	}
	return o.ClientCert
}
