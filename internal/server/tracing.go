package server

import (
	"net/http"

	"contactgraph/internal/tracing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// beginSpan begins the span of a request, which continues the trace of the caller.
func beginSpan(t tracing.Tracing, r *http.Request) (*http.Request, trace.Span) {
	ctx := r.Context()
	if t.Propagator != nil {
		ctx = t.Propagator.Extract(ctx, propagation.HeaderCarrier(r.Header))
	}
	attributes := trace.WithAttributes(attribute.String("http.request.method", method(r)))
	ctx, span := t.Provider.Tracer("contactgraph/internal/server").Start(ctx, method(r), trace.WithSpanKind(trace.SpanKindServer), attributes) //nolint:spancheck // endSpan ends it
	return r.WithContext(ctx), span                                                                                                            //nolint:spancheck // endSpan ends it
}

// endSpan names the span by the route, which is known now. The path can contain ids, the query
// names; so the span has neither.
func endSpan(span trace.Span, a Answered) {
	if a.Route != "" {
		span.SetName(a.Method + " " + a.Route)
		span.SetAttributes(attribute.String("http.route", a.Route))
	}
	span.SetAttributes(attribute.Int("http.response.status_code", a.Status))
	if a.Status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
