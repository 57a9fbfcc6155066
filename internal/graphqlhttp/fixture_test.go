package graphqlhttp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

var testSchema = gqlparser.MustLoadSchema(&ast.Source{Input: `
	scalar Any
	enum Kind { FIRST SECOND }
	input Sizes { all: [Int] }
	input Patch { email: String, newPassword: String, kind: Kind, size: Int }
	type Query {
		self: Query
		any(value: Any): Any
		text(value: String): Any
		number(value: Int!): Any
		counts(value: [Int]): Any
		sizes(value: Sizes): Any
		kind(value: Kind): Any
		patch(value: Patch): Any
	}
	type Mutation { set(value: Patch): Any }
	type Subscription { ticks: Any }
`})

// testCallers returns limits that no test reaches, unless change sets others.
func testCallers(change func(*Limits)) *Callers {
	l := Limits{Connections: 1000, Operations: 1000, Anonymous: 1000, AnonymousLifetime: time.Minute}
	if change != nil {
		change(&l)
	}
	return NewCallers(l, func(context.Context) string { return "" })
}

// server is a gqlgen server with this package's transport and a schema whose root fields return
// their argument.
type server struct {
	*handler.Server
	runs atomic.Int64 // operations executed
}

func newServer(streams ...graphql.Transport) *server { return newServerWith(Transport{}, streams...) }

func newServerWith(t Transport, streams ...graphql.Transport) *server {
	s := new(server)
	s.Server = handler.New(schema{&s.runs})
	Install(s.Server, t, streams...)
	return s
}

// schema executes testSchema.
type schema struct{ runs *atomic.Int64 }

func (schema) Schema() *ast.Schema { return testSchema }

func (schema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// beginStream stands for the call of Stream in the resolver of a subscription.
func beginStream(ctx context.Context) {
	if effects := sideEffectsOf(ctx); effects != nil {
		effects.locked(func() { effects.stream = true })
	}
}

func (s schema) Exec(ctx context.Context) graphql.ResponseHandler {
	s.runs.Add(1)
	beginStream(ctx)
	return graphql.OneShot(&graphql.Response{Data: resolve(graphql.GetOperationContext(ctx))})
}

func resolve(op *graphql.OperationContext) []byte {
	data := map[string]any{}
	for _, selection := range op.Operation.SelectionSet {
		field, ok := selection.(*ast.Field)
		switch {
		case !ok:
		case field.Name == "__typename":
			data[field.Alias] = field.ObjectDefinition.Name
		default:
			data[field.Alias] = field.ArgumentMap(op.Variables)["value"]
		}
	}
	text, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return text
}

// response is a recorded response.
type response struct {
	status int
	header http.Header
	body   string
	json   struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Message    string `json:"message"`
			Path       []any  `json:"path"`
			Extensions struct {
				Code string `json:"code"`
			} `json:"extensions"`
		} `json:"errors"`
	}
}

func (s *server) do(t *testing.T, r *http.Request) response {
	t.Helper()
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, r)
	a := response{status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
	if strings.Contains(a.body, "transport not supported") {
		t.Errorf("gqlgen sent its own response: %s", a.body)
	}
	if a.status == http.StatusNoContent {
		return a
	}
	if !strings.HasSuffix(a.header.Get("Content-Type"), "; charset=utf-8") {
		t.Errorf("Content-Type %q has no charset", a.header.Get("Content-Type"))
	}
	if err := json.Unmarshal([]byte(a.body), &a.json); err != nil {
		t.Fatalf("the response is not JSON: %v: %s", err, a.body)
	}
	return a
}

// code returns the code of the only error, or "" if there is no error.
func (a response) code(t *testing.T) string {
	t.Helper()
	if len(a.json.Errors) > 1 {
		t.Errorf("more than one error: %s", a.body)
	}
	for _, err := range a.json.Errors {
		return err.Extensions.Code
	}
	return ""
}

// hasData reports whether the response has a data member, even if it is null.
func (a response) hasData() bool { return strings.Contains(a.body, `"data":`) }

// request is an HTTP request with headers given as "Name: value".
func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// post is a POST of a JSON body. Headers given replace the Content-Type.
func post(body string, headers ...string) *http.Request {
	if len(headers) == 0 || !strings.HasPrefix(strings.Join(headers, "\n"), "Content-Type") {
		headers = append([]string{"Content-Type: application/json"}, headers...)
	}
	return request(http.MethodPost, "/graphql", body, headers...)
}

// get is a GET with parameters as name, value, name, value.
func get(parameters ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		values.Add(parameters[i], parameters[i+1])
	}
	return request(http.MethodGet, "/graphql?"+values.Encode(), "")
}

// document is the body of a request with only this query.
func document(query string) string {
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err)
	}
	return string(text)
}

const (
	acceptJSON     = "Accept: " + jsonType
	acceptResponse = "Accept: " + responseType
)
