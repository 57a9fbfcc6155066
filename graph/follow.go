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

// follow hands out changes until the client goes away or the server ends the stream, and says then why, and from where to go on.
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
		if cursor != nil && !errors.Is(err, changelog.ErrCursorExpired) { // it would not help to continue from there
			shown.Extensions["cursor"] = cursor.String()
		}
		graphqlhttp.EndStream(ctx, shown)
	}()
	return changes
}

// followSafely makes an error of a panic: no resolver's goroutine runs it.
func (r *Resolver) followSafely(ctx context.Context, args changelog.PageArgs, deliver func(*ent.Change) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return r.changes.Follow(ctx, args, gate.Reauthenticate, deliver)
}
