package gate

import (
	"context"
	"fmt"
	"reflect"
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

// sizeOf returns about how many bytes the value of a field has. Objects of the schema, which are
// pointers to structs, have none: their fields are counted. All else is walked, because a field of
// the type JSON can have any value of Go.
func sizeOf(value any) int64 {
	switch v := value.(type) {
	case string:
		return fieldSize + int64(len(v))
	case *string:
		if v != nil {
			return fieldSize + int64(len(*v))
		}
		return fieldSize
	}
	return fieldSize + textIn(reflect.ValueOf(value))
}

// partSize is about how many bytes an element or a member has without its text.
const partSize = 16

// textIn returns about how many bytes a value has in addition to fieldSize.
func textIn(v reflect.Value) (size int64) {
	switch v.Kind() { //nolint:exhaustive // all others have no text
	case reflect.String:
		return int64(v.Len())
	case reflect.Interface:
		return textIn(v.Elem())
	case reflect.Pointer:
		if pointed := v.Elem(); pointed.Kind() != reflect.Struct {
			return textIn(pointed)
		}
	case reflect.Slice:
		for i := range v.Len() {
			size += partSize + textIn(v.Index(i))
		}
	case reflect.Map:
		for name, member := range v.Seq2() {
			size += partSize + textIn(name) + textIn(member)
		}
	case reflect.Struct:
		for _, member := range v.Fields() {
			size += partSize + textIn(member)
		}
	}
	return size
}
