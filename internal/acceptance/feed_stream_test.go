package acceptance

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/coder/websocket"
)

// events is a turn over text/event-stream.
func (c *follower) events(ctx context.Context, s *process, limit int) error {
	stream, a, err := s.openStream(ctx, key("demo-agent"), followChanges, c.variables())
	switch {
	case err != nil:
		return err
	case stream == nil && a.status == 503:
		return errRefused
	case stream == nil:
		return wrong("%d %s", a.status, a.body)
	}
	defer stream.close()
	return c.read(limit, stream.next)
}

// socket is a turn over a WebSocket. Half of the time it ends only the subscription, and begins another on the connection.
func (c *follower) socket(ctx context.Context, s *process, limit int) error {
	k, err := s.openSocket(ctx, "demo-agent")
	if err != nil {
		return err
	}
	defer k.conn.CloseNow()
	for {
		err := k.subscribe(ctx, followChanges, c.variables())
		if err == nil {
			err = c.read(limit, func() (graphql, error) { return k.next(ctx) })
		}
		if err != nil {
			return closed(err)
		}
		if rand.IntN(2) == 0 {
			return nil
		}
		c.cuts++
		if err := k.unsubscribe(ctx); err != nil {
			return closed(err)
		}
	}
}

// closed is the error of a WebSocket that is lost: that the server has closed it must not come of what the client did.
func closed(err error) error {
	switch code := websocket.CloseStatus(err); code {
	case -1:
		return err
	case websocket.StatusTryAgainLater:
		return errRefused
	default:
		return wrong("the server has closed the socket: %w", err)
	}
}

// read takes at most this many changes.
func (c *follower) read(limit int, next func() (graphql, error)) error {
	for range limit {
		g, err := next()
		if errors.Is(err, errEnded) {
			return wrong("%w without a word", err)
		}
		if err != nil {
			return err
		}
		if err := c.answered(g); err != nil {
			return err
		}
	}
	return nil
}
