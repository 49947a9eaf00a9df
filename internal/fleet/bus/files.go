package bus

import (
	"context"
	"errors"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// removeObjects removes the list and the large results of a job.
func (f *Fleet) removeObjects(ctx context.Context, id string) error {
	return f.eachObject(ctx, func(name string) bool { return name == listName(id) || strings.HasPrefix(name, largePrefix(id)) })
}

// RemoveFiles removes the scenarios that no job names any more, by their SHA-256.
func (f *Fleet) RemoveFiles(ctx context.Context, named map[string]bool) error {
	return f.Why(f.eachObject(ctx, func(name string) bool {
		sum, isFile := strings.CutPrefix(name, fileName(""))
		return isFile && !named[sum]
	}))
}

// eachObject removes the objects that are to go.
func (f *Fleet) eachObject(ctx context.Context, goes func(name string) bool) error {
	all, err := f.files.List(ctx)
	if errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, info := range all {
		if !goes(info.Name) {
			continue
		}
		if err := f.files.Delete(ctx, info.Name); err != nil && !errors.Is(err, jetstream.ErrObjectNotFound) {
			return err
		}
	}
	return nil
}
