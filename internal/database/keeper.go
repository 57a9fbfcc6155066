package database

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// keepInterval is how often a server looks at its files, and stores and reads the time.
const keepInterval = 2 * time.Second

// keep looks after the database until it is closed.
func (db *DB) keep() {
	ticker := time.NewTicker(keepInterval)
	defer ticker.Stop()
	for {
		select {
		case <-db.closing:
			return
		case <-ticker.C:
			db.keepOnce(context.Background())
		}
	}
}

// keepOnce finds out whether the files are still there, also while there are no requests. While
// there are some, it also finds out whether the database can be written: it stores the time.
func (db *DB) keepOnce(ctx context.Context) {
	if db.checkFiles() != nil || db.stopped() != nil {
		return
	}
	err := db.keepTime(ctx)
	switch {
	case errors.Is(err, ErrClosed), errors.Is(err, errOverloaded): // neither says that it cannot be written
	case err != nil && db.unwritable.CompareAndSwap(false, true):
		db.log.WarnContext(ctx, "the database cannot be written, so the server is not ready: make space on the disk, or look at the error; the server tries again every two seconds", slog.Any("error", err))
	case err == nil && db.unwritable.CompareAndSwap(true, false):
		db.log.InfoContext(ctx, "the database can be written again")
	}
}
