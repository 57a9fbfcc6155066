package feed

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"

	"contactgraph/internal/acceptance/harness"

	"github.com/coder/websocket"
)

// events is a session over text/event-stream.
func (c *follower) events(ctx context.Context, s *harness.Server, limit int) error {
	stream, a, err := s.OpenStream(ctx, harness.APIKey("demo-agent"), followChanges, c.variables())
	return c.readEvents(stream, a, err, limit)
}

// eventSource is a session of a browser's EventSource, which always opens the same URL: only the id
// of the last event says where to resume.
func (c *follower) eventSource(ctx context.Context, s *harness.Server, limit int) error {
	after := c.after
	c.after = "" // in the URL
	variables := c.variables()
	c.after = after
	stream, a, err := s.OpenEventSource(ctx, harness.APIKey("demo-agent"), followChanges, variables, after)
	return c.readEvents(stream, a, err, limit)
}

// readEvents reads a stream, if it could be opened. The id of each event must be the cursor of its
// change.
func (c *follower) readEvents(stream *harness.Stream, a harness.Response, err error, limit int) error {
	switch {
	case err != nil:
		return err
	case stream == nil && a.Status == 503:
		return errRefused
	case stream == nil:
		return violated("%d %s", a.Status, a.Body)
	}
	defer stream.Close()
	return c.read(limit, func() (harness.Result, error) {
		g, err := stream.Next()
		if id := stream.LastEventID; err == nil && len(g.Errors) == 0 && !strings.Contains(string(g.Data["contactChanges"]), `"cursor":"`+id+`"`) {
			return g, violated("the event %q has %s", id, g.Data["contactChanges"])
		}
		return g, err
	})
}

// socket is a session over a WebSocket. Half of the time it ends only the subscription, and starts
// another one on the same connection.
func (c *follower) socket(ctx context.Context, s *harness.Server, limit int) error {
	k, err := s.OpenSocket(ctx, "demo-agent")
	if err != nil {
		return err
	}
	defer k.Close()
	for {
		err := k.Subscribe(ctx, followChanges, c.variables())
		if err == nil {
			err = c.read(limit, func() (harness.Result, error) { return k.Next(ctx) })
		}
		if err != nil {
			return socketError(err)
		}
		if rand.IntN(2) == 0 {
			return nil
		}
		c.disconnects++
		if err := k.Unsubscribe(ctx); err != nil {
			return socketError(err)
		}
	}
}

// socketError classifies the error of a WebSocket: the server may close the connection because it
// is unavailable, but not because of something that the client did.
func socketError(err error) error {
	switch code := websocket.CloseStatus(err); code {
	case -1:
		return err
	case websocket.StatusTryAgainLater:
		return errRefused
	default:
		return violated("the server closed the socket: %w", err)
	}
}

// read receives at most a number of changes.
func (c *follower) read(limit int, next func() (harness.Result, error)) error {
	for range limit {
		g, err := next()
		if errors.Is(err, harness.ErrEnded) {
			return violated("%w without an error", err)
		}
		if err != nil {
			return err
		}
		if err := c.receiveResult(g); err != nil {
			return err
		}
	}
	return nil
}
