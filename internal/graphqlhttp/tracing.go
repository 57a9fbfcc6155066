package graphqlhttp

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// maxSpanName bounds the name of an operation in a span.
const maxSpanName = 100

// beginSpan begins the span of an operation, if its request is traced. A subscription has none, and
// neither have its reads: it can last for days.
func beginSpan(ctx context.Context, op *graphql.OperationContext) (context.Context, trace.Span) {
	request := trace.SpanFromContext(ctx)
	if !request.IsRecording() {
		return ctx, request
	}
	kind := op.Operation.Operation
	if kind == ast.Subscription {
		return trace.ContextWithSpan(ctx, nil), nil
	}
	name, attributes := string(kind), []attribute.KeyValue{attribute.String("graphql.operation.type", string(kind))}
	if chosen := op.Operation.Name; chosen != "" {
		chosen = chosen[:min(len(chosen), maxSpanName)] // GraphQL allows ASCII only
		name += " " + chosen
		attributes = append(attributes, attribute.String("graphql.operation.name", chosen))
	}
	return request.TracerProvider().Tracer("contactgraph/internal/graphqlhttp").Start(ctx, name, trace.WithAttributes(attributes...)) //nolint:spancheck // endSpan ends it
}

// endSpan ends the span of an operation with its response.
func endSpan(span trace.Span, resp *graphql.Response) {
	if span == nil || !span.IsRecording() {
		return
	}
	if resp == nil || len(resp.Errors) > 0 {
		span.SetStatus(codes.Error, "")
	}
	if resp != nil {
		for _, err := range resp.Errors {
			if code, ok := err.Extensions["code"].(string); ok {
				span.SetAttributes(attribute.String("error.type", code)) // of the last one
			}
		}
	}
	span.End()
}
