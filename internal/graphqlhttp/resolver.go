package graphqlhttp

import (
	"context"
	"net/http"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// sideEffects is what a resolver can add to the response besides its return value.
//
// It has to travel in the context: gqlgen hands nothing else from a transport to resolvers and
// extensions, and the channel that a subscription's resolver returns can carry neither an error nor
// the ids of events.
type sideEffects struct {
	header http.Header // of the response; nil if it has been sent already

	mu     sync.Mutex
	stream bool            // whether a subscription's resolver has returned a channel
	ids    []string        // of the events that were sent to the channel, and not to the client yet
	end    *gqlerror.Error // why the stream ends
}

type sideEffectsKey struct{}

func withSideEffects(ctx context.Context, s *sideEffects) context.Context {
	return context.WithValue(ctx, sideEffectsKey{}, s)
}

func sideEffectsOf(ctx context.Context) *sideEffects {
	s, _ := ctx.Value(sideEffectsKey{}).(*sideEffects)
	return s
}

// Header returns the header of the response, for mutations to add to; these run one after the
// other. It is nil if the header was sent before the operation runs, as on a WebSocket and in an
// event stream.
func Header(ctx context.Context) http.Header {
	if s := sideEffectsOf(ctx); s != nil {
		return s.header
	}
	return nil
}

// Stream returns the channel of a subscription's resolver. It calls produce in a new goroutine,
// with a function that sends an event and its id: the position from which the client can resume the
// stream after the event. The subscription ends with the error that produce returns, if any.
func Stream[T any](ctx context.Context, produce func(send func(event T, id string) error) *gqlerror.Error) <-chan T {
	s := sideEffectsOf(ctx)
	s.locked(func() { s.stream = true })
	events := make(chan T)
	go func() {
		defer close(events)
		end := produce(func(event T, id string) error {
			s.locked(func() { s.ids = append(s.ids, id) })
			select {
			case events <- event:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		s.locked(func() { s.end = end })
	}()
	return events
}

// lastEventIDHeader is the header with which a client resumes an event stream.
const lastEventIDHeader = "Last-Event-ID"

// LastEventID returns the id of the event after which the client of an event stream wants to resume
// it: one that was given to the function that Stream calls. It is "" for a new stream, and on a
// WebSocket.
func LastEventID(ctx context.Context) string {
	return graphql.GetOperationContext(ctx).Headers.Get(lastEventIDHeader)
}

// hasStream reports whether a subscription's resolver has returned the channel of Stream.
func (s *sideEffects) hasStream() (has bool) {
	s.locked(func() { has = s.stream })
	return has
}

// nextID returns the id of the event whose response is sent next, "" if it has none. gqlgen returns
// one response for each event, in their order.
func (s *sideEffects) nextID() (id string) {
	s.locked(func() {
		if len(s.ids) > 0 {
			id, s.ids = s.ids[0], s.ids[1:]
		}
	})
	return id
}

// streamEnd returns the error that the subscription ends with, nil if it has ended normally.
func (s *sideEffects) streamEnd() (end *gqlerror.Error) {
	s.locked(func() { end = s.end })
	return end
}

// locked calls fn while no other goroutine reads or writes s.
func (s *sideEffects) locked(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}
