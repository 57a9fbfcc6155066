package graphqlhttp

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// fakeCost reports a weight of 7.
type fakeCost struct{}

func (fakeCost) AppendJSON(b []byte) []byte     { return append(b, `{"weight":7}`...) }
func (c fakeCost) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// fakeLimiter counts what it hands out. reject and hold are what it returns.
type fakeLimiter struct {
	reject             *gqlerror.Error
	full               bool
	acquired, released atomic.Int64
	held               atomic.Int64
}

func (l *fakeLimiter) Acquire(context.Context, *Request) (*Permit, *gqlerror.Error) {
	l.acquired.Add(1)
	return &Permit{
		Release: sync.OnceFunc(func() { l.released.Add(1) }),
		Hold: func(int) (func(), bool) {
			l.held.Add(1)
			return func() { l.held.Add(-1) }, !l.full
		},
		Cost: fakeCost{},
	}, l.reject
}

// limited returns a server with the limiter.
func limitedServer(l *fakeLimiter, timeout time.Duration) *server {
	return newServerWith(Transport{Execution: Execution{Limiter: l, Timeout: timeout}})
}

func TestPermits(t *testing.T) {
	t.Parallel()
	rate := &gqlerror.Error{Message: "no", Extensions: map[string]any{"code": CodeRateLimited, ExtensionRetryAfter: 9}}
	for _, tt := range []struct {
		name    string
		limiter *fakeLimiter
		query   string
		status  int
		retry   string
	}{
		{"a query", &fakeLimiter{}, "{__typename}", 200, ""},
		{"a document that is not valid", &fakeLimiter{}, "{none}", 422, ""},
		{"a rejected query", &fakeLimiter{reject: rate}, "{__typename}", 429, "9"},
		{"a response for which there is no memory", &fakeLimiter{full: true}, "{__typename}", 503, "1"},
		{"the same of a mutation", &fakeLimiter{full: true}, "mutation {set}", 200, ""},
	} {
		a := limitedServer(tt.limiter, 0).do(t, post(document(tt.query), acceptResponse))
		if a.status != tt.status || a.header.Get("Retry-After") != tt.retry {
			t.Errorf("%s: status %d, Retry-After %q: %s", tt.name, a.status, a.header.Get("Retry-After"), a.body)
		}
		if tt.limiter.acquired.Load() != 1 || tt.limiter.reject == nil && tt.limiter.released.Load() != 1 || tt.limiter.held.Load() != 0 {
			t.Errorf("%s: %d acquired, %d released, %d held", tt.name, tt.limiter.acquired.Load(), tt.limiter.released.Load(), tt.limiter.held.Load())
		}
		if cost := strings.Contains(a.body, `"extensions":{"cost":{"weight":7}}`); cost == (tt.status == 503) {
			t.Errorf("%s: %s", tt.name, a.body)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	partial := &graphql.Response{Data: []byte(`{"a":null}`), Errors: gqlerror.List{{Message: "the database is slow"}}}
	for _, tt := range []struct {
		query  string
		resp   *graphql.Response
		status int
		code   string
	}{
		{"{__typename}", nil, http.StatusServiceUnavailable, CodeUnavailable},
		{"{__typename}", partial, http.StatusServiceUnavailable, CodeUnavailable},
		{"mutation {__typename}", nil, http.StatusServiceUnavailable, CodeOutcomeUnknown},
		{"mutation {__typename}", partial, http.StatusOK, ""}, // it has the outcome
	} {
		synctest.Test(t, func(t *testing.T) { // time stands still until the operation waits
			s := limitedServer(&fakeLimiter{}, time.Millisecond)
			s.AroundResponses(func(ctx context.Context, _ graphql.ResponseHandler) *graphql.Response {
				<-ctx.Done()
				return tt.resp
			})
			a := s.do(t, post(document(tt.query), acceptJSON))
			if a.status != tt.status || a.code(t) != tt.code || (a.header.Get("Retry-After") == "1") != (tt.status != http.StatusOK) {
				t.Errorf("%s: %d %v %s", tt.query, a.status, a.header, a.body)
			}
		})
	}
}

// TestTimeoutOfStreams: on a stream too, an incomplete query is not sent, and the outcome of a
// mutation is sent without an error after it.
func TestTimeoutOfStreams(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{"{__typename}": CodeUnavailable, "mutation {__typename}": ""} {
		synctest.Test(t, func(t *testing.T) {
			transport := Transport{Execution: Execution{Timeout: time.Millisecond}}
			s := newServerWith(transport, EventStream{Transport: transport, Callers: testCallers(nil)})
			once := false
			s.AroundResponses(func(ctx context.Context, _ graphql.ResponseHandler) *graphql.Response {
				<-ctx.Done()
				if once {
					return nil
				}
				once = true
				return &graphql.Response{Data: []byte(`{"outcome":1}`)}
			})
			r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(document(query)))
			r.Header.Set("Content-Type", jsonType)
			r.Header.Set("Accept", eventStreamType)
			recorder := httptest.NewRecorder()
			s.ServeHTTP(withDeadline{recorder}, r)
			events := recorder.Body.String()
			if strings.Contains(events, `"outcome"`) != (want == "") || strings.Contains(events, "errors") != (want != "") || !strings.Contains(events, want) {
				t.Errorf("%s: %s; want the code %q", query, events, want)
			}
		})
	}
}

// withDeadline is a recorder to which streams can be written.
type withDeadline struct{ *httptest.ResponseRecorder }

func (withDeadline) SetWriteDeadline(time.Time) error { return nil }
