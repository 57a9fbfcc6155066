package graphqlhttp

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/coder/websocket/wsjson"
	"github.com/vektah/gqlparser/v2/ast"
)

// recorder is an Observer that remembers what it is called with.
type recorder struct {
	mu     sync.Mutex
	events []string
}

func (r *recorder) add(event string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, event)
}

func (r *recorder) Ended(operation ast.Operation, took time.Duration) {
	if took < 0 || took > time.Minute {
		r.add("an impossible duration")
	}
	r.add("ended " + string(operation))
}
func (r *recorder) Failed(code string) { r.add("failed " + code) }
func (r *recorder) CutOff()            { r.add("cut off") }

// await returns the events, when there are n of them.
func (r *recorder) await(t *testing.T, n int) []string {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		r.mu.Lock()
		events := slices.Clone(r.events)
		r.mu.Unlock()
		if len(events) >= n || time.Now().After(end) {
			return events
		}
	}
}

func TestObserverOfRequests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, method, accept, body string
		want                       []string
	}{
		{"a query", http.MethodPost, jsonType, document(`{ any(value: 1) }`), []string{"ended query"}},
		{"a mutation", http.MethodPost, jsonType, document(`mutation { set(value: {}) }`), []string{"ended mutation"}},
		{"an invalid document", http.MethodPost, jsonType, document(`{ nothing }`), []string{"ended ", "failed GRAPHQL_VALIDATION_FAILED"}},
		{"not JSON", http.MethodPost, jsonType, `{`, []string{"ended ", "failed BAD_USER_INPUT"}},
		{"a wrong method", http.MethodPut, jsonType, ``, []string{"ended ", "failed BAD_USER_INPUT"}},
		{"a stream without a subscription", http.MethodPost, eventStreamType, document(`{ any }`), []string{"ended query"}},
		{"an invalid document for a stream", http.MethodPost, eventStreamType, document(`{ nothing }`), []string{"ended ", "failed GRAPHQL_VALIDATION_FAILED"}},
		{"not JSON for a stream", http.MethodPost, eventStreamType, `{`, []string{"ended ", "failed BAD_USER_INPUT"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{}
			transport := Transport{Execution: Execution{Observer: r}}
			s := newServerWith(transport, EventStream{Transport: transport, Callers: testCallers(nil)})
			request := httptest.NewRequest(c.method, "/", strings.NewReader(c.body))
			request.Header.Set("Content-Type", jsonType)
			request.Header.Set("Accept", c.accept)
			s.ServeHTTP(httptest.NewRecorder(), request)
			if !slices.Equal(r.events, c.want) {
				t.Errorf("got %q, want %q", r.events, c.want)
			}
		})
	}
}

// observe starts a server for the source with an observer.
func (s source) observe(t *testing.T, timeout time.Duration) (*httptest.Server, *recorder) {
	t.Helper()
	r := &recorder{}
	e := Execution{Observer: r}
	gql := handler.New(s)
	Install(gql, Transport{Execution: e}, WebSocket(e, func(ctx context.Context, _ http.Header) (context.Context, error) { return ctx, nil }, testCallers(nil), timeout),
		EventStream{Transport: Transport{Execution: e}, Callers: testCallers(nil), SendTimeout: timeout})
	srv := httptest.NewServer(gql)
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	return srv, r
}

func TestObserverOfStreams(t *testing.T) {
	t.Parallel()
	short := func() source { return source{responses: 3, size: 10, taken: new(atomic.Int64)} }
	endless := func() source { return source{size: 1 << 20, taken: new(atomic.Int64)} }
	t.Run("events", func(t *testing.T) {
		t.Parallel()
		srv, r := short().observe(t, time.Second)
		openEvents(t, srv)
		if got := r.await(t, 1); !slices.Equal(got, []string{"ended subscription"}) {
			t.Errorf("got %q", got)
		}
	})
	t.Run("WebSocket", func(t *testing.T) {
		t.Parallel()
		srv, r := short().observe(t, time.Second)
		conn := openSocket(t, srv)
		_ = wsjson.Write(t.Context(), conn, map[string]any{"type": "subscribe", "id": "2", "payload": map[string]any{"query": "{ nothing }"}})
		got := r.await(t, 3)
		slices.Sort(got)
		if !slices.Equal(got, []string{"ended ", "ended subscription", "failed GRAPHQL_VALIDATION_FAILED"}) {
			t.Errorf("got %q", got)
		}
	})
	t.Run("events that are not read", func(t *testing.T) {
		t.Parallel()
		srv, r := endless().observe(t, 300*time.Millisecond)
		openEvents(t, srv)
		if got := r.await(t, 2); !slices.Equal(got, []string{"cut off", "ended subscription"}) {
			t.Errorf("got %q", got)
		}
	})
	t.Run("a WebSocket that is not read", func(t *testing.T) {
		t.Parallel()
		srv, r := endless().observe(t, 300*time.Millisecond)
		openSocket(t, srv)
		if got := r.await(t, 2); !slices.Equal(got, []string{"cut off", "ended subscription"}) {
			t.Errorf("got %q", got)
		}
	})
}
