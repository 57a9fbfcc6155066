// Package tracing exports traces by OpenTelemetry, as the standard variables OTEL_… configure it.
//
// Start returns the provider of the spans of requests, which package server begins. The packages
// below take the provider from the span of their context: without one they create no span, and
// without a provider nothing at all is done. Spans contain neither values of clients, except the
// names of their GraphQL operations, nor errors of the database, which can repeat such values.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"contactgraph/internal/version"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// stopTimeout is how long the end of the server waits until the last spans are exported.
const stopTimeout = 5 * time.Second

// Tracing is how requests are traced.
type Tracing struct {
	Provider   trace.TracerProvider          // nil for no traces
	Propagator propagation.TextMapPropagator // reads the trace of the caller; nil to not read it
}

// Start starts to export traces, if the environment says where to. stop exports the rest, and is
// never nil. The exporters read the variables of the process; getenv must return the same.
func Start(ctx context.Context, getenv func(string) string, v version.Info, log *slog.Logger) (t Tracing, stop func(), err error) {
	if !wanted(getenv) {
		return t, func() {}, nil
	}
	propagator, err := propagatorOf(getenv("OTEL_PROPAGATORS"))
	if err != nil {
		return t, nil, err
	}
	exporter, err := autoexport.NewSpanExporter(ctx)
	if err != nil {
		return t, nil, fmt.Errorf("exporting traces: check the variables OTEL_…: %w", err)
	}
	described, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "contactgraph"), attribute.String("service.version", v.Version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return t, nil, errors.Join(fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err), exporter.Shutdown(ctx))
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.WarnContext(context.Background(), "traces could not be exported", slog.Any("error", err))
	}))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described))
	log.InfoContext(ctx, "exporting traces")
	return Tracing{provider, propagator}, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			log.WarnContext(ctx, "the last traces could not be exported", slog.Any("error", err))
		}
	}, nil
}

// wanted reports whether the environment says where to export traces to. OpenTelemetry would export
// to a collector on this machine by default.
func wanted(getenv func(string) string) bool {
	exporter := getenv("OTEL_TRACES_EXPORTER")
	if exporter == "none" || strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") {
		return false
	}
	return exporter != "" || getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// propagatorOf returns what OTEL_PROPAGATORS names. Baggage is not used, so it may be named.
func propagatorOf(names string) (propagation.TextMapPropagator, error) {
	if names == "" {
		return propagation.TraceContext{}, nil
	}
	var found propagation.TextMapPropagator
	for name := range strings.SplitSeq(names, ",") {
		switch strings.TrimSpace(name) {
		case "tracecontext":
			found = propagation.TraceContext{}
		case "baggage", "none":
		default:
			return nil, fmt.Errorf("OTEL_PROPAGATORS is %q, but only tracecontext, baggage and none are supported", names)
		}
	}
	return found, nil
}
