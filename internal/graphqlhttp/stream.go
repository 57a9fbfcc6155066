package graphqlhttp

import (
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// DefaultSendTimeout is how long the client of a stream can take to receive what is sent, before it
// is disconnected.
const DefaultSendTimeout = 10 * time.Second

// rejectStream rejects subscriptions. gqlgen would run them, and all responses after the first
// would be lost.
func rejectStream(op *graphql.OperationContext) gqlerror.List {
	if op.Operation.Operation == ast.Subscription {
		return badUserInput("Subscriptions must use a WebSocket or text/event-stream.")
	}
	return nil
}
