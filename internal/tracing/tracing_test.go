package tracing

import (
	"log/slog"
	"testing"

	"contactgraph/internal/version"

	"go.opentelemetry.io/otel/propagation"
)

func TestWanted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		env  map[string]string
		want bool
	}{
		{"nothing is set", nil, false},
		{"only the name of the service", map[string]string{"OTEL_SERVICE_NAME": "x"}, false},
		{"an endpoint", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, true},
		{"an endpoint for traces", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, true},
		{"an endpoint, but not for traces", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}, false},
		{"an exporter", map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, true},
		{"disabled", map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "TRUE"}, false},
	} {
		if got := wanted(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

func TestPropagators(t *testing.T) {
	t.Parallel()
	for names, want := range map[string]propagation.TextMapPropagator{
		"": propagation.TraceContext{}, "tracecontext": propagation.TraceContext{}, "tracecontext,baggage": propagation.TraceContext{},
		"none": nil, "baggage": nil,
	} {
		if got, err := propagatorOf(names); got != want || err != nil {
			t.Errorf("%q: %v, %v", names, got, err)
		}
	}
	if _, err := propagatorOf("tracecontext,b3"); err == nil {
		t.Error("b3 is accepted")
	}
}

func TestWithoutVariablesNothingIsTraced(t *testing.T) {
	t.Parallel()
	got, stop, err := Start(t.Context(), func(string) string { return "" }, version.Current(), slog.New(slog.DiscardHandler))
	if got.Provider != nil || got.Propagator != nil || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	stop()
}
