package graphqlhttp

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

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
