package graph

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"contactgraph/ent"
	"contactgraph/graph/gate"
	"contactgraph/internal/changelog"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/revision"
)

// follow sends changes until the client disconnects or the server ends the stream. The last message
// then has the reason and the cursor from which the client can continue.
func (r *Resolver) follow(ctx context.Context, args changelog.PageArgs) <-chan *ent.Change {
	r.feed.Stream(ctx)
	changes := make(chan *ent.Change)
	cursor := args.After
	deliver := func(row *ent.Change) error {
		select {
		case changes <- row:
			cursor = new(revision.Cursor(row.Seq))
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	go func() {
		defer close(changes)
		err := r.followSafely(ctx, args, deliver)
		if errors.Is(err, context.Canceled) {
			return
		}
		shown := r.present(ctx, err)
		if cursor != nil && !errors.Is(err, changelog.ErrCursorExpired) { // an expired cursor cannot be continued from
			shown.Extensions["cursor"] = cursor.String()
		}
		graphqlhttp.EndStream(ctx, shown)
	}()
	return changes
}

// followSafely turns a panic into an error: gqlgen recovers panics only in its own goroutines.
func (r *Resolver) followSafely(ctx context.Context, args changelog.PageArgs, deliver func(*ent.Change) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return r.changes.Follow(ctx, args, gate.Reauthenticate, deliver)
}
