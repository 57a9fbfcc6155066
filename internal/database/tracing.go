package database

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/dberr"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Spans are created only below the span of a request: see package tracing. A statement has none of
// its arguments, and an error not its text, because a database repeats values in it.

const tracerName = "contactgraph/internal/database"

// beginSpan begins a span below that of the context, which is nil if it is not traced.
func beginSpan(ctx context.Context, name string) (context.Context, trace.Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, nil
	}
	return parent.TracerProvider().Tracer(tracerName).Start(ctx, name) //nolint:spancheck // endSpan ends it
}

// endSpan ends a span, unless it is nil.
func endSpan(span trace.Span, err error) {
	if span == nil {
		return
	}
	if err != nil {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(attribute.String("error.type", errorType(err)))
	}
	span.End()
}

func errorType(err error) string {
	switch {
	case errors.Is(err, dberr.ErrUnknown):
		return "unknown_outcome"
	case errors.Is(err, dberr.ErrUnavailable):
		return "unavailable"
	case dberr.IsConflict(err):
		return "conflict"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "canceled"
	}
	return "_OTHER"
}

// beginStatement begins the span of a statement, nil if the context is not traced. The text of a
// statement is a part of its span: its arguments are apart from it.
func beginStatement(ctx context.Context, system, statement string) trace.Span {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return nil
	}
	_, span := beginSpan(ctx, summarize(statement))
	span.SetAttributes(systemName(system), queryText(statement))
	return span
}

// beginSteps begins the span of statements that are sent together, before the last one, such as
// COMMIT, "" for none.
func beginSteps(ctx context.Context, system, last string, steps []dialect.Step) trace.Span {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return nil
	}
	var names, texts []string
	for _, s := range steps {
		names, texts = append(names, summarize(s.Statement)), append(texts, s.Statement)
	}
	if last != "" {
		names, texts = append(names, last), append(texts, last)
	}
	name := strings.Join(slices.Compact(names), ", ")
	_, span := beginSpan(ctx, name[:min(len(name), maxQueryText)])
	span.SetAttributes(systemName(system), queryText(strings.Join(texts, "; ")), attribute.Int("db.operation.batch.size", len(texts)))
	return span
}

// maxQueryText bounds what a span has of its statements. Those of many rows have 100 KB, and 2,048
// spans are kept while the collector cannot be reached.
const maxQueryText = 2048

// queryText returns the attribute with the text of statements, which is ASCII, or its beginning.
func queryText(text string) attribute.KeyValue {
	return attribute.String("db.query.text", strings.Clone(text[:min(len(text), maxQueryText)]))
}

// systemName returns the attribute with the name that OpenTelemetry has for an engine.
func systemName(engine string) attribute.KeyValue {
	name := map[string]string{"sqlite3": "sqlite", "postgres": "postgresql"}[engine]
	return attribute.String("db.system.name", name)
}

// firstTable matches the words before the first table of a statement, and its name. The statements
// of ent for SQLite have it in backquotes.
var firstTable = regexp.MustCompile("(?:^UPDATE| FROM| INTO) [\"`]([a-z_]+)[\"`]")

// summarize returns the verb of a statement and its first table, such as SELECT contacts.
func summarize(statement string) string {
	verb, _, _ := strings.Cut(statement, " ")
	if found := firstTable.FindStringSubmatch(statement); found != nil {
		return verb + " " + found[1]
	}
	return verb
}

// beginBatch begins the span of a transaction of writes, in a trace of its own with links to their
// spans, because they can belong to several requests. It is nil if none of them is traced.
func beginBatch(ctx context.Context, batch []*request) (context.Context, trace.Span) {
	var (
		first trace.Span
		links []trace.Link
	)
	for _, r := range batch {
		if span := trace.SpanFromContext(r.ctx); span.IsRecording() {
			if first == nil {
				first = span
			}
			links = append(links, trace.Link{SpanContext: span.SpanContext()})
		}
	}
	if first == nil {
		return ctx, nil
	}
	writes := trace.WithAttributes(attribute.Int("contactgraph.writes", len(batch)))
	return first.TracerProvider().Tracer(tracerName).Start(ctx, "transaction of writes", trace.WithNewRoot(), trace.WithLinks(links...), writes) //nolint:spancheck // endSpan ends it
}
