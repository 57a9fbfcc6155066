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
	"contactgraph/internal/usererror"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// follow sends changes until the client disconnects or the server ends the stream. The last message
// then has the reason and the cursor from which the client can continue. On an event stream that a
// client resumes, the id of the last event takes the place of the argument after.
func (r *Resolver) follow(ctx context.Context, args changelog.PageArgs) (<-chan *ent.Change, error) {
	if id := graphqlhttp.LastEventID(ctx); id != "" {
		cursor, err := revision.ParseCursor(id)
		if err != nil {
			return nil, usererror.NewInvalidArguments("Last-Event-ID must be the id of an event of this stream.")
		}
		args.After = &cursor
	}
	feed, err := r.changes.Feed(ctx, args)
	if err != nil {
		return nil, err
	}
	r.feed.Stream(ctx)
	return graphqlhttp.Stream(ctx, func(send func(*ent.Change, string) error) *gqlerror.Error {
		cursor := args.After
		err := followSafely(ctx, feed, func(row *ent.Change) error {
			next := revision.Cursor(row.Seq)
			err := send(row, next.String())
			if err == nil {
				cursor = &next
			}
			return err
		})
		if errors.Is(err, context.Canceled) {
			return nil
		}
		shown := r.present(ctx, err)
		if cursor != nil && !errors.Is(err, changelog.ErrCursorExpired) { // an expired cursor cannot be continued from
			shown.Extensions["cursor"] = cursor.String()
		}
		return shown
	}), nil
}

// followSafely turns a panic into an error: gqlgen recovers panics only in its own goroutines.
func followSafely(ctx context.Context, feed *changelog.Feed, send func(*ent.Change) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return feed.Follow(ctx, gate.Reauthenticate, send)
}
