package main

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver is a collector of traces.
type receiver struct {
	*httptest.Server

	mu    sync.Mutex
	spans []*tracepb.Span
	raw   bytes.Buffer // everything that was received
	fault error
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if err := r.receive(q); err != nil {
			r.fault = err
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) receive(q *http.Request) error {
	var body io.Reader = q.Body
	if q.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(q.Body)
		if err != nil {
			return err
		}
		body = unzipped
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	r.raw.Write(text)
	var export collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(text, &export); err != nil {
		return err
	}
	for _, resource := range export.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			r.spans = append(r.spans, scope.GetSpans()...)
		}
	}
	return nil
}

// in returns the spans of a trace with a name.
func (r *receiver) in(trace, name string) (found []*tracepb.Span) {
	for _, s := range r.spans {
		if hex.EncodeToString(s.GetTraceId()) == trace && s.GetName() == name {
			found = append(found, s)
		}
	}
	return found
}

// TestTraces sends a read and a write, and looks at their traces. It sets variables of the process,
// which the exporter reads.
func TestTraces(t *testing.T) {
	to := newReceiver(t)
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": to.URL, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_SERVICE_NAME": "contacts-test",
	} {
		t.Setenv(name, value)
	}
	r := start(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": to.URL}, "--demo", "--demo-contacts", "20", "--addr", "127.0.0.1:0",
		"--database", filepath.Join(t.TempDir(), "demo.db")).ready()
	const (
		written, read = "0af7651916cd43dd8448eb211c80319c", "1bf7651916cd43dd8448eb211c80319d"
		surname       = "Zaphodine"
	)
	send := func(trace, path, body string) {
		t.Helper()
		status, _, text := r.do("POST", path, body, "X-ApiKey", "demo-agent", "Content-Type", "application/json", "traceparent", "00-"+trace+"-b7ad6b7169203331-01")
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, text)
		}
	}
	send(written, "/graphql?x="+surname, `{"query": "mutation Rename($name: String!) { updateContact(input: {id: \"7\", onConflict: OVERWRITE, set: {lastName: $name, email: \"zaphodine@example.com\"}}) { errors { code } } }", "variables": {"name": "`+surname+`"}}`)
	send(read, "/graphql", `{"query": "{ contacts(filter: {search: \"`+surname+`\"}, first: 2) { nodes { lastName } } }"}`)
	r.do("GET", "/api/v1/Contacts/7?"+surname, "", "X-ApiKey", "demo-agent")
	if err := r.shutDown(); err != nil { // exports the rest
		t.Fatal(err)
	}
	to.mu.Lock()
	defer to.mu.Unlock()
	if to.fault != nil {
		t.Fatal(to.fault)
	}
	child := func(trace, parent, name string) *tracepb.Span {
		t.Helper()
		for _, above := range to.in(trace, parent) {
			for _, below := range to.in(trace, name) {
				if bytes.Equal(below.GetParentSpanId(), above.GetSpanId()) {
					return below
				}
			}
		}
		t.Errorf("%q is not below %q in %d spans", name, parent, len(to.spans))
		return &tracepb.Span{}
	}
	if root := to.in(written, "POST /graphql"); len(root) != 1 || hex.EncodeToString(root[0].GetParentSpanId()) != "b7ad6b7169203331" {
		t.Errorf("the span of the request does not continue the trace of its caller: %v", root)
	}
	child(written, "POST /graphql", "mutation Rename")
	write := child(written, "mutation Rename", "write")
	child(read, "POST /graphql", "query")
	child(read, "query", "SELECT contacts")
	linked := slices.ContainsFunc(to.spans, func(s *tracepb.Span) bool {
		return s.GetName() == "transaction of writes" && slices.ContainsFunc(s.GetLinks(), func(l *tracepb.Span_Link) bool {
			return bytes.Equal(l.GetSpanId(), write.GetSpanId()) && bytes.Equal(l.GetTraceId(), write.GetTraceId())
		})
	})
	if !linked {
		t.Error("no transaction is linked to the write")
	}
	for _, want := range []string{"GET /api/v1/contacts/{id}", "COMMIT", "contacts-test", "db.query.text"} {
		if !strings.Contains(to.raw.String(), want) {
			t.Errorf("lacks %s", want)
		}
	}
	if strings.Contains(strings.ToLower(to.raw.String()), strings.ToLower(surname)) || strings.Contains(to.raw.String(), "demo-agent") {
		t.Error("a trace has a value that a client has sent")
	}
	if !strings.Contains(r.stderr.String(), "trace_id="+written) {
		t.Error("the log lacks the id of the trace")
	}
	if t.Failed() {
		for _, s := range to.spans {
			t.Logf("%x %x < %x %s", s.GetTraceId()[:4], s.GetSpanId(), s.GetParentSpanId(), s.GetName())
		}
	}
}
