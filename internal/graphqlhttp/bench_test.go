package graphqlhttp

import (
	"net/http/httptest"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
)

// BenchmarkPost compares this transport with gqlgen's own on a small mutation
// from the query cache.
func BenchmarkPost(b *testing.B) {
	const body = `{"query":"mutation M($v: Patch) {\n  set(value: $v)\n}","operationName":"M",` +
		`"variables":{"v":{"email":"someone@example.com","kind":"FIRST","size":7}}}`
	for name, t := range map[string]graphql.Transport{"ours": Transport{}, "stock": transport.POST{}} {
		b.Run(name, func(b *testing.B) {
			exec := executor.New(new(server).executable())
			exec.SetQueryCache(lru.New[*ast.QueryDocument](10))
			b.ReportAllocs()
			for b.Loop() {
				t.Do(httptest.NewRecorder(), post(body), exec)
			}
		})
	}
}
