package server

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// LogHandler returns a handler that adds the attribute request_id to every record about a request,
// that is, to every record whose context comes from a request, and trace_id if it is traced.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

// OfRequest reports whether the context comes from a request.
func OfRequest(ctx context.Context) bool {
	_, ok := ctx.Value(requestIDKey{}).(string)
	return ok
}

type logHandler struct{ slog.Handler }

var _ slog.Handler = logHandler{}

// Handle adds the ids.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		r.AddAttrs(slog.String("request_id", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the wrapper, which the embedded method would drop.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the wrapper too.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }
