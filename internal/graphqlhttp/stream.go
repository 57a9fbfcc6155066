package graphqlhttp

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// DefaultSendTimeout is how long a reader of a stream may take for what is sent,
// before it is cut off.
const DefaultSendTimeout = 10 * time.Second

// refuseStream refuses operations that have more answers than one. gqlgen would
// run them, and all answers but the first would be lost.
func refuseStream(op *graphql.OperationContext) gqlerror.List {
	if op.Operation.Operation == ast.Subscription {
		return badUserInput("Subscriptions are served as a stream only: over a WebSocket or as text/event-stream.")
	}
	return refuseDefer(op)
}

// refuseDefer refuses operations whose answers come in parts.
func refuseDefer(op *graphql.OperationContext) gqlerror.List {
	if strings.Contains(op.RawQuery, "defer") && usesDefer(op.Doc) {
		return badUserInput("The directive @defer is not supported.")
	}
	return nil
}

func usesDefer(doc *ast.QueryDocument) bool {
	for _, op := range doc.Operations {
		if defers(op.SelectionSet) {
			return true
		}
	}
	for _, fragment := range doc.Fragments {
		if defers(fragment.SelectionSet) {
			return true
		}
	}
	return false
}

func defers(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if defers(s.SelectionSet) {
				return true
			}
		case *ast.InlineFragment:
			if s.Directives.ForName("defer") != nil || defers(s.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if s.Directives.ForName("defer") != nil {
				return true
			}
		}
	}
	return false
}

type streamEndKey struct{}

// ended is how a stream has ended.
type ended struct {
	mu  sync.Mutex
	err *gqlerror.Error
}

func withStreamEnd(ctx context.Context) context.Context {
	return context.WithValue(ctx, streamEndKey{}, &ended{})
}

func streamEnd(ctx context.Context) *gqlerror.Error {
	end, _ := ctx.Value(streamEndKey{}).(*ended)
	end.mu.Lock()
	defer end.mu.Unlock()
	return end.err
}

// EndStream says why a subscription ends, before its channel is closed.
func EndStream(ctx context.Context, err *gqlerror.Error) {
	end, _ := ctx.Value(streamEndKey{}).(*ended)
	end.mu.Lock()
	defer end.mu.Unlock()
	end.err = err
}
