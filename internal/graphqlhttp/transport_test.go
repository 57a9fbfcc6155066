package graphqlhttp

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func TestMethods(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]int{
		http.MethodOptions: 204,
		http.MethodHead:    405,
		http.MethodPut:     405,
		http.MethodPatch:   405,
		http.MethodDelete:  405,
		http.MethodTrace:   405,
		"QUERY":            405,
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s := newServer()
			a := s.do(t, request(method, "/graphql?query={__typename}", document("{__typename}"), "Content-Type: application/json"))
			if a.status != want || a.header.Get("Allow") != "GET, POST" {
				t.Errorf("status %d, Allow %q, want %d and GET, POST", a.status, a.header.Get("Allow"), want)
			}
			if want == 405 && a.code(t) != CodeBadUserInput {
				t.Errorf("code %q", a.code(t))
			}
			if s.runs.Load() != 0 {
				t.Error("something was executed")
			}
		})
	}
}

// TestStatus lists the outcomes of well-formed requests. The status depends on the media type;
// there are no data unless the operation ran.
func TestStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body           string
		code           string
		json, response int
	}{
		"success":             {document("{__typename}"), "", 200, 200},
		"parse error":         {document("{"), "GRAPHQL_PARSE_FAILED", 200, 400},
		"empty document":      {document(""), "GRAPHQL_VALIDATION_FAILED", 200, 422},
		"too many tokens":     {document("{" + strings.Repeat(" any", ParserTokenLimit) + "}"), "GRAPHQL_PARSE_FAILED", 200, 400},
		"validation error":    {document("{nothing}"), "GRAPHQL_VALIDATION_FAILED", 200, 422},
		"missing variable":    {document("query($v: Int!) {number(value: $v)}"), CodeBadUserInput, 200, 422},
		"bad variable":        {`{"query":"query($v: Int!) {number(value: $v)}","variables":{"v":"x"}}`, CodeBadUserInput, 200, 422},
		"unknown operation":   {`{"query":"query A {__typename}","operationName":"B"}`, CodeBadUserInput, 200, 422},
		"operation not named": {document("query A {__typename} query B {__typename}"), CodeBadUserInput, 200, 422},
		"subscription":        {document("subscription {ticks}"), CodeBadUserInput, 200, 422},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for accept, want := range map[string]int{acceptJSON: c.json, acceptResponse: c.response} {
				a := newServer().do(t, post(c.body, accept))
				if a.status != want || a.code(t) != c.code {
					t.Errorf("%s: status %d, code %q, want %d, %q: %s", accept, a.status, a.code(t), want, c.code, a.body)
				}
				if a.hasData() != (c.code == "") {
					t.Errorf("%s: data must be there only after execution: %s", accept, a.body)
				}
				if !strings.HasPrefix("Accept: "+a.header.Get("Content-Type"), accept) {
					t.Errorf("%s: Content-Type %q", accept, a.header.Get("Content-Type"))
				}
				if a.header.Get("Cache-Control") != "no-store" {
					t.Errorf("Cache-Control %q", a.header.Get("Cache-Control"))
				}
			}
		})
	}
}

func TestMutationByGet(t *testing.T) {
	t.Parallel()
	s := newServer()
	for _, accept := range []string{jsonType, responseType} {
		r := get("query", "query Q {__typename} mutation M {set}", "operationName", "M")
		r.Header.Set("Accept", accept)
		a := s.do(t, r)
		if a.status != 405 || a.header.Get("Allow") != "POST" || a.hasData() {
			t.Errorf("status %d, Allow %q: %s", a.status, a.header.Get("Allow"), a.body)
		}
	}
	if s.runs.Load() != 0 {
		t.Error("the mutation ran")
	}
	if a := s.do(t, get("query", "query Q {__typename} mutation M {set}", "operationName", "Q")); a.status != 200 {
		t.Errorf("the query in the same document: status %d: %s", a.status, a.body)
	}
}

// TestRejectedByExtension: the codes of extensions stay unchanged. UNAUTHENTICATED has its own
// status, and so has RATE_LIMITED, even in application/json.
func TestRejectedByExtension(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "CURSOR_EXPIRED": 410, "RATE_LIMITED": 429, "COST_LIMIT": 422, "INTERNAL_SERVER_ERROR": 500, "": 422} {
		rejection := &gqlerror.Error{Message: "no", Extensions: map[string]any{"code": code}}
		for name, install := range map[string]func(*server){
			"before the operation": func(s *server) { s.Use(contextMutator{rejection}) },
			"around the operation": func(s *server) {
				s.AroundOperations(func(context.Context, graphql.OperationHandler) graphql.ResponseHandler {
					return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{rejection}})
				})
			},
		} {
			s := newServer()
			install(s)
			a := s.do(t, post(document("{__typename}"), acceptResponse))
			if a.status != want || a.code(t) != code || a.hasData() {
				t.Errorf("%s %s: status %d, want %d: %s", code, name, a.status, want, a.body)
			}
			if challenged := a.header.Get("WWW-Authenticate") != ""; challenged != (want == 401) {
				t.Errorf("%s %s: WWW-Authenticate %q", code, name, a.header.Get("WWW-Authenticate"))
			}
			if a = s.do(t, post(document("{__typename}"), acceptJSON)); a.status != 200 && a.status != 429 || (a.status == 429) != (code == CodeRateLimited) {
				t.Errorf("%s %s: status %d in application/json", code, name, a.status)
			}
		}
	}
}

type contextMutator struct{ err *gqlerror.Error }

func (contextMutator) ExtensionName() string                   { return "ContextMutator" }
func (contextMutator) Validate(graphql.ExecutableSchema) error { return nil }
func (m contextMutator) MutateOperationContext(context.Context, *graphql.OperationContext) *gqlerror.Error {
	return m.err
}

// TestPartialResponse: an operation that ran is a success, even if it has errors, but the status
// shows that it has some.
func TestPartialResponse(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`null`, `{"any":null}`} {
		s := newServer()
		s.AroundOperations(func(context.Context, graphql.OperationHandler) graphql.ResponseHandler {
			return graphql.OneShot(&graphql.Response{
				Data:       []byte(data),
				Errors:     gqlerror.List{{Message: "a < b & c", Extensions: map[string]any{"code": "UNAUTHENTICATED"}}},
				Extensions: map[string]any{"cost": 7},
			})
		})
		a := s.do(t, post(document("{any}"), acceptResponse))
		want := `{"errors":[{"message":"a < b & c","extensions":{"code":"UNAUTHENTICATED"}}],"data":` + data + `,"extensions":{"cost":7}}`
		if a.status != StatusPartialSuccess || a.body != want {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		if a = s.do(t, post(document("{any}"), acceptJSON)); a.status != 200 || a.body != want {
			t.Errorf("in application/json: status %d: %s", a.status, a.body)
		}
	}
}

// TestUnavailable: a server that could do nothing responds with 503, in both media types. If a part
// of the operation succeeded, the client gets it as a success.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]struct{ json, response int }{
		``:                            {503, 503},
		`null`:                        {503, 503},
		`{"a":null,"b": null }`:       {503, 503},
		`{"a":null,"b":{"c":null}}`:   {200, StatusPartialSuccess},
		`{"a":false}`:                 {200, StatusPartialSuccess},
		`{"a":"null","b":{"c":null}}`: {200, StatusPartialSuccess},
	} {
		for _, code := range []string{CodeUnavailable, CodeOutcomeUnknown} {
			s := newServer()
			s.AroundOperations(func(context.Context, graphql.OperationHandler) graphql.ResponseHandler {
				return graphql.OneShot(&graphql.Response{Data: []byte(data), Errors: coded(code, "later")})
			})
			for accept, want := range map[string]int{acceptJSON: want.json, acceptResponse: want.response} {
				a := s.do(t, post(document("{any}"), accept))
				if a.status != want || (a.header.Get("Retry-After") != "") != (want == 503) {
					t.Errorf("%s with %s, %s: status %d, want %d; %v", code, data, accept, a.status, want, a.header)
				}
			}
		}
	}
}

// TestEmptyResponse: a response without errors has data, as GraphQL requires.
func TestEmptyResponse(t *testing.T) {
	t.Parallel()
	s := newServer()
	s.AroundOperations(func(context.Context, graphql.OperationHandler) graphql.ResponseHandler {
		return graphql.OneShot(&graphql.Response{})
	})
	if a := s.do(t, post(document("{any}"), acceptResponse)); a.status != 200 || a.body != `{"data":null}` {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}

func TestCancelledRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := newServer()
	a := s.do(t, post(document("{any}")).WithContext(ctx))
	if a.status != 503 || a.code(t) != CodeInternal || a.hasData() {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}

// TestPanic: a panic reaches gqlgen's RecoverFunc, and the response has the requested Content-Type.
func TestPanic(t *testing.T) {
	t.Parallel()
	for name, around := range map[string]graphql.OperationMiddleware{
		"in the executor": func(context.Context, graphql.OperationHandler) graphql.ResponseHandler {
			panic("hunter2")
		},
		"for an extension that is not JSON": func(context.Context, graphql.OperationHandler) graphql.ResponseHandler {
			return graphql.OneShot(&graphql.Response{Data: []byte("{}"), Extensions: map[string]any{"f": func() {}}})
		},
		"for an error that is not JSON": func(context.Context, graphql.OperationHandler) graphql.ResponseHandler {
			return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{{Extensions: map[string]any{"f": func() {}}}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer()
			recovered := false
			s.SetRecoverFunc(func(context.Context, any) error {
				recovered = true
				return errors.New("internal")
			})
			s.AroundOperations(around)
			a := s.do(t, post(document("{any}"), acceptResponse))
			if !recovered || a.status != 500 || strings.Contains(a.body, "hunter2") ||
				a.header.Get("Content-Type") != responseType+"; charset=utf-8" {
				t.Errorf("recovered %v, status %d, Content-Type %q: %s", recovered, a.status, a.header.Get("Content-Type"), a.body)
			}
		})
	}
}

// TestStreams: which requests are left to the streaming transports, and which response they get if
// there are none.
func TestStreams(t *testing.T) {
	t.Parallel()
	const urql = "Accept: application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
	plain := func(headers ...string) func() *http.Request {
		return func() *http.Request { return post(document("{any}"), headers...) }
	}
	for name, c := range map[string]struct {
		request  func() *http.Request
		stream   bool
		unserved int // the status without a transport for streams
	}{
		"plain":                {plain(), false, 200},
		"anything":             {plain("Accept: */*"), false, 200},
		"prefers JSON":         {plain(urql), false, 200},
		"event stream":         {plain("Accept: text/event-stream"), true, 406},
		"prefers event stream": {plain("Accept: text/event-stream, application/json;q=0.5"), true, 200},
		"event stream or any":  {plain("Accept: text/event-stream, */*"), true, 200},
		"refuses event stream": {plain("Accept: text/event-stream;q=0, application/json"), false, 200},
		"offers HTTP/2":        {plain("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"), false, 200},
		"event stream, DELETE": {func() *http.Request {
			return request(http.MethodDelete, "/graphql", "", "Accept: text/event-stream")
		}, true, 405},
		"WebSocket": {func() *http.Request {
			return request(http.MethodGet, "/graphql", "", "Connection: Upgrade", "Upgrade: WebSocket")
		}, true, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if a := newServer().do(t, c.request()); a.status != c.unserved {
				t.Errorf("without streams: status %d, want %d: %s", a.status, c.unserved, a.body)
			}
			a := newServer(streamTransport{}).do(t, c.request())
			if stream := a.status == http.StatusTeapot; stream != c.stream {
				t.Errorf("with streams: left to them %v, want %v", stream, c.stream)
			}
		})
	}
}

// streamTransport accepts every request that is left to it.
type streamTransport struct{}

func (streamTransport) Supports(*http.Request) bool { return true }

func (streamTransport) Do(w http.ResponseWriter, _ *http.Request, _ graphql.GraphExecutor) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusTeapot)
	_, _ = w.Write([]byte("{}"))
}
