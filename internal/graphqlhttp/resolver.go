package graphqlhttp

import (
	"context"
	"net/http"
	"sync"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// sideEffects is what a resolver can add to the response besides its return value.
//
// It has to travel in the context: gqlgen hands nothing else from a transport to resolvers and
// extensions, and the channel that a subscription's resolver returns cannot carry an error.
type sideEffects struct {
	header http.Header // of the response; nil if it has been sent already

	mu  sync.Mutex
	end *gqlerror.Error // why the stream ends
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

// EndStream sets the error that a subscription ends with. A resolver calls it before it closes its
// channel.
func EndStream(ctx context.Context, err *gqlerror.Error) {
	s := sideEffectsOf(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end = err
}

// streamEnd returns the error that the subscription ends with, nil if it has ended normally.
func (s *sideEffects) streamEnd() *gqlerror.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end
}
