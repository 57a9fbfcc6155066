package graphqlhttp

import (
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
)

// BenchmarkPost compares this transport with gqlgen's own for a small mutation from the query
// cache.
func BenchmarkPost(b *testing.B) {
	const body = `{"query":"mutation M($v: Patch) {\n  set(value: $v)\n}","operationName":"M",` +
		`"variables":{"v":{"email":"someone@example.com","kind":"FIRST","size":7}}}`
	for name, t := range map[string]graphql.Transport{"ours": Transport{}, "stock": transport.POST{}} {
		b.Run(name, func(b *testing.B) {
			s := handler.New(schema{new(atomic.Int64)})
			s.AddTransport(t)
			s.SetQueryCache(lru.New[*ast.QueryDocument](10))
			b.ReportAllocs()
			for b.Loop() {
				s.ServeHTTP(httptest.NewRecorder(), post(body))
			}
		})
	}
}

// BenchmarkParseJSON parses a small mutation, and a request with a large document.
func BenchmarkParseJSON(b *testing.B) {
	small := []byte(`{"query":"mutation M($v: Patch) {\n  set(value: $v)\n}","operationName":"M",` +
		`"variables":{"v":{"email":"someone@example.com","kind":"FIRST","size":7}}}`)
	large := []byte(document("{" + strings.Repeat(" any\n", 2000) + "}"))
	for name, body := range map[string][]byte{"small": small, "large": large} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, reqErr := parseJSON(body); reqErr != nil {
					b.Fatal(reqErr.message)
				}
			}
		})
	}
}
