package gate

import (
	"context"
	"fmt"
	"sync/atomic"

	"contactgraph/graph/apierror"
	"contactgraph/internal/limiter"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxResponse is about how many bytes a response can have, by class. The cost of an operation
// bounds the number of its fields before it is executed; this bounds the length of their values.
var maxResponse = map[limiter.Class]int64{
	limiter.Anonymous: 2 << 20,
	limiter.Customer:  4 << 20,
	limiter.Staff:     32 << 20,
}

// budget counts the bytes of a response while its fields are resolved, and stops resolving when
// there are too many.
type budget struct {
	op   *graphql.OperationContext
	size int64
	left atomic.Int64
}

// budgetExtension is the name under which gqlgen keeps the budget of an operation.
const budgetExtension = "ResponseBudget"

// limitResponse limits the response of an operation. It sets the middleware itself: as an
// extension of gqlgen it would allocate memory for every field.
func limitResponse(op *graphql.OperationContext, class limiter.Class) {
	b := &budget{op: op, size: maxResponse[class]}
	b.reset()
	op.Stats.SetExtension(budgetExtension, b)
	op.ResolverMiddleware = b.resolve
}

// sizeError returns the error that is sent instead of the response.
func (b *budget) sizeError() *gqlerror.Error {
	text := fmt.Sprintf("The response is larger than %d MiB: select fewer fields or smaller pages.", b.size>>20)
	if b.op.Operation.Operation == ast.Mutation {
		text += " The mutations may have taken effect."
	}
	return apierror.New(apierror.CodeCostLimit, text)
}

// budgetOf returns the budget of the context's operation, nil if it has none.
func budgetOf(ctx context.Context) *budget {
	b, _ := graphql.GetOperationContext(ctx).Stats.GetExtension(budgetExtension).(*budget)
	return b
}

// reset begins the next response.
func (b *budget) reset() { b.left.Store(b.size) }

// resolve resolves a field.
func (b *budget) resolve(ctx context.Context, next graphql.Resolver) (any, error) {
	if b.exceeded() {
		return nil, apierror.ErrResponseSize
	}
	value, err := next(ctx)
	b.left.Add(-sizeOf(value))
	return value, err
}

func (b *budget) exceeded() bool { return b.left.Load() < 0 }

// respond returns the response, or the error if it is too large.
func (b *budget) respond(resp *graphql.Response) *graphql.Response {
	if b == nil || resp == nil || !b.exceeded() {
		return resp
	}
	return &graphql.Response{Errors: gqlerror.List{b.sizeError()}}
}

// fieldSize is about how many bytes a field has without its value.
const fieldSize = 32

// sizeOf returns about how many bytes the value of a field has. Objects have none: their fields are
// counted.
func sizeOf(value any) int64 {
	switch v := value.(type) {
	case string:
		return fieldSize + int64(len(v))
	case *string:
		if v != nil {
			return fieldSize + int64(len(*v))
		}
	case []string:
		size := int64(fieldSize)
		for _, element := range v {
			size += int64(len(element))
		}
		return size
	case []any:
		size := int64(fieldSize)
		for _, element := range v {
			size += sizeOf(element)
		}
		return size
	case map[string]any:
		size := int64(fieldSize)
		for name, member := range v {
			size += int64(len(name)) + sizeOf(member)
		}
		return size
	}
	return fieldSize
}
