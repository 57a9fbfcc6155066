package graph_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"contactgraph/internal/auth"
	"contactgraph/internal/demo"
	"contactgraph/internal/netlimit"
	"contactgraph/internal/server"
	"contactgraph/web"
)

// BenchmarkCompression compares the codings of a response: their size, and the CPU time of the
// whole request with the middleware of the server. The response to the update is too small to be
// compressed.
func BenchmarkCompression(bench *testing.B) {
	api := newBenchmark(bench).handler
	s := server.New(server.Config{
		GraphQL: api, LocalOnly: func() bool { return false }, Log: slog.New(slog.DiscardHandler),
		Site:   web.New(func() web.Settings { return web.Settings{} }, web.GraphQL{}),
		Limits: netlimit.Limits{Connections: 1, ConnectionsPerAddress: 1, BodyBytes: 1 << 20, BodyBytesPerAddress: 1 << 20},
	})
	for name, document := range map[string]string{
		"page of 100": `{ contacts(first: 100) { pageInfo { endCursor } nodes { id contactId version email phoneCountryCode phone firstName lastName
			limitMailsPermanently registrationDateTime registrationSource preferredStore { id name } company { id name }
			properties { property { id name } values { value description } } logins { name type } segments { id name } } } }`,
		"update": `mutation { updateContact(input: {id: "1", onConflict: OVERWRITE, set: {firstName: "Name"}}) { contact { id version firstName } errors { code } } }`,
	} {
		body := must(json.Marshal(object{"query": document}))
		for _, coding := range []string{"identity", "gzip", "br"} {
			bench.Run(name+"/"+coding, func(b *testing.B) {
				size := 0
				before := processorTime(b)
				for b.Loop() {
					r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
					r.Header = http.Header{"Content-Type": {"application/json"}, "Accept-Encoding": {coding}}
					r.Header.Set(auth.KeyHeader, demo.AgentKey)
					w := httptest.NewRecorder()
					if s.ServeHTTP(w, r); w.Code != http.StatusOK {
						b.Fatalf("%d %s", w.Code, w.Body)
					}
					size = w.Body.Len()
				}
				b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
				b.ReportMetric(float64(size), "bytes")
			})
		}
	}
}
