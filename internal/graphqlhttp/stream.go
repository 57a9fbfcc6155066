package graphqlhttp

import (
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// DefaultSendTimeout is how long the client of a stream can take to receive what is sent, before it
// is disconnected.
const DefaultSendTimeout = 10 * time.Second

// rejectStream rejects operations with more than one response. gqlgen would run them, and all
// responses after the first would be lost.
func rejectStream(op *graphql.OperationContext) gqlerror.List {
	if op.Operation.Operation == ast.Subscription {
		return badUserInput("Subscriptions must use a WebSocket or text/event-stream.")
	}
	return rejectDefer(op)
}

// rejectDefer rejects operations whose responses come in parts.
func rejectDefer(op *graphql.OperationContext) gqlerror.List {
	if strings.Contains(op.RawQuery, "defer") && usesDefer(op.Doc) {
		return badUserInput("The directive @defer is not supported.")
	}
	return nil
}

func usesDefer(doc *ast.QueryDocument) bool {
	for _, op := range doc.Operations {
		if hasDefer(op.SelectionSet) {
			return true
		}
	}
	for _, fragment := range doc.Fragments {
		if hasDefer(fragment.SelectionSet) {
			return true
		}
	}
	return false
}

func hasDefer(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if hasDefer(s.SelectionSet) {
				return true
			}
		case *ast.InlineFragment:
			if s.Directives.ForName("defer") != nil || hasDefer(s.SelectionSet) {
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
