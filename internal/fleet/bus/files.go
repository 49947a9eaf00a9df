package bus

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// removeObjects removes the list and the large results of a job.
func (f *Fleet) removeObjects(ctx context.Context, id string) error {
	return f.eachObject(ctx, func(info *jetstream.ObjectInfo) bool {
		return info.Name == listName(id) || strings.HasPrefix(info.Name, largePrefix(id))
	})
}

// RemoveFiles removes the scenarios that no job names any more, by their SHA-256.
// Those that were handed in after a time stay: their job may be on its way.
func (f *Fleet) RemoveFiles(ctx context.Context, named map[string]bool, before time.Time) error {
	return f.Why(f.eachObject(ctx, func(info *jetstream.ObjectInfo) bool {
		sum, isFile := strings.CutPrefix(info.Name, fileName(""))
		return isFile && !named[sum] && info.ModTime.Before(before)
	}))
}

// eachObject removes the objects that are to go.
func (f *Fleet) eachObject(ctx context.Context, goes func(*jetstream.ObjectInfo) bool) error {
	all, err := f.files.List(ctx)
	if errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, info := range all {
		if !goes(info) {
			continue
		}
		if err := f.files.Delete(ctx, info.Name); err != nil && !errors.Is(err, jetstream.ErrObjectNotFound) {
			return err
		}
	}
	return nil
}
