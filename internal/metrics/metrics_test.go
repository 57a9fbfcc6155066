package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/changelog"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/server"
	"contactgraph/internal/usererror"
	"contactgraph/internal/version"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

type fakeDB struct{}

func (fakeDB) Stats() database.Stats {
	s := database.Stats{Reads: 3, Writers: 8, BusyWriters: 2, WaitingWrites: 5, WritingAccounts: 1}
	s.Readers.InUse = 4
	return s
}

type fakeHub struct{}

func (fakeHub) Stats() changelog.Stats { return changelog.Stats{Followers: 7, CatchingUp: 1, Lag: 42} }

// used returns metrics of which each has a value.
func used(t *testing.T) *Metrics {
	t.Helper()
	m := New(version.Info{Version: "v1.2.3", Revision: "489e587", Go: "go1.26", Migration: "1_init"})
	m.Watch(fakeDB{}, fakeHub{})
	m.WatchReady(func(context.Context) error { return nil })
	m.Answered(server.Answered{Method: "GET", Route: "/healthz", Status: 200, Took: 3 * time.Millisecond})
	m.Answered(server.Answered{Method: "other", Status: 404, Took: time.Millisecond})
	m.Answered(server.Answered{Method: "POST", Route: "/graphql", Status: 200, Took: time.Hour, Stream: true})
	m.Ended(ast.Query, time.Millisecond)
	m.Ended(ast.Subscription, time.Hour)
	m.Ended("", time.Millisecond)
	m.Failed(graphqlhttp.CodeRateLimited)
	m.CutOff()
	m.Wrote(time.Millisecond, nil)
	m.Wrote(time.Millisecond, fmt.Errorf("update: %w", usererror.Errors{{Code: usererror.VersionConflict}, {Code: usererror.EmailTaken}}))
	m.Retried(4, errors.New("another write failed"))
	m.Retried(1, dberr.Raced(errors.New("taken")))
	m.Committed(16, 5*time.Millisecond, 3*time.Millisecond)
	m.Read(time.Now())
	m.Left(changelog.ErrClosed)
	sizes := make([]database.LogSize, 60)
	for i := range sizes {
		sizes[i] = database.LogSize{Account: i + 1, Changes: int64(1000 - i)}
	}
	if err := m.readLogSizes(t.Context(), func(context.Context) ([]database.LogSize, error) { return sizes, nil }); err != nil {
		t.Fatal(err)
	}
	return m
}

// scrape returns what Prometheus reads.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestValues(t *testing.T) {
	t.Parallel()
	got := scrape(t, used(t))
	for _, want := range []string{
		`contactgraph_build_info{go="go1.26",migration="1_init",revision="489e587",version="v1.2.3"} 1`,
		`contactgraph_ready 1`,
		`contactgraph_http_requests_total{method="GET",route="/healthz",status="200"} 1`,
		`contactgraph_http_requests_total{method="other",route="other",status="404"} 1`,
		`contactgraph_http_requests_total{method="POST",route="/graphql",status="200"} 1`,
		`contactgraph_http_request_duration_seconds_bucket{method="GET",route="/healthz",le="0.0032"} 1`,
		`contactgraph_http_request_duration_seconds_bucket{method="GET",route="/healthz",le="0.0016"} 0`,
		`contactgraph_graphql_operations_total{operation="query"} 1`,
		`contactgraph_graphql_operations_total{operation="subscription"} 1`,
		`contactgraph_graphql_operations_total{operation="none"} 1`,
		`contactgraph_graphql_operation_duration_seconds_count{operation="query"} 1`,
		`contactgraph_graphql_errors_total{code="RATE_LIMITED"} 1`,
		`contactgraph_graphql_errors_total{code="INTERNAL_SERVER_ERROR"} 0`,
		`contactgraph_streams_cut_off_total 1`,
		`contactgraph_writes_total{outcome="committed"} 1`,
		`contactgraph_writes_total{outcome="rejected"} 1`,
		`contactgraph_writes_total{outcome="unknown"} 0`,
		`contactgraph_write_rejections_total{code="VERSION_CONFLICT"} 1`,
		`contactgraph_write_rejections_total{code="EMAIL_TAKEN"} 1`,
		`contactgraph_write_queue_seconds_count 2`,
		`contactgraph_write_batch_size_sum 16`,
		`contactgraph_write_retries_total{reason="shared"} 4`,
		`contactgraph_write_retries_total{reason="raced"} 1`,
		`contactgraph_database_connections{pool="readers",state="in_use"} 4`,
		`contactgraph_writes_waiting 5`,
		`contactgraph_feed_followers 7`,
		`contactgraph_feed_lag_changes 42`,
		`contactgraph_feed_ended_total{reason="server_stopping"} 1`,
		`contactgraph_log_changes{account="50"} 951`,
		`contactgraph_log_changes{account="other"} 9455`,
		`go_goroutines `, `process_resident_memory_bytes `,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s", want)
		}
	}
	for _, unwanted := range []string{`request_duration_seconds_count{method="POST",route="/graphql"}`, `account="51"`} {
		if strings.Contains(got, unwanted) {
			t.Errorf("has %s", unwanted)
		}
	}
}

// TestNamesFollowTheConventions checks names, units and help texts as promtool check metrics does.
func TestNamesFollowTheConventions(t *testing.T) {
	t.Parallel()
	families, err := used(t).registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// names returns the names of the metrics, except those of Go and of the process.
func names(t *testing.T) (all []string) {
	t.Helper()
	families, err := used(t).registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), namespace+"_") {
			all = append(all, f.GetName())
		}
	}
	return all
}

var metricRow = regexp.MustCompile("(?m)^\\| `(contactgraph_[a-z_]+)` \\|")

// TestManualListsEveryMetric compares the table in docs/metrics.md with the metrics.
func TestManualListsEveryMetric(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range metricRow.FindAllStringSubmatch(string(text), -1) {
		listed = append(listed, row[1])
	}
	slices.Sort(listed)
	if diff := cmp.Diff(names(t), listed); diff != "" {
		t.Errorf("docs/metrics.md (-metrics +listed)\n%s", diff)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, committed},
		{errors.New("a rule"), rejected},
		{usererror.Errors{{Code: usererror.NotFound}}, rejected},
		{dberr.Raced(errors.New("taken")), conflict},
		{context.Canceled, canceled},
		{fmt.Errorf("waiting: %w", context.DeadlineExceeded), canceled},
		{fmt.Errorf("%w: x", dberr.ErrUnavailable), unavailable},
		{database.ErrClosed, unavailable},
		{errors.Join(dberr.ErrUnknown, dberr.ErrUnavailable), unknown},
	} {
		seen[c.want] = true
		if got := outcomeOf(c.err); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, slices.Sorted(slices.Values(outcomes))) {
		t.Errorf("tested %v", got)
	}
}

func TestReasonsOfFollowers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, client},
		{context.Canceled, client},
		{fmt.Errorf("x: %w", changelog.ErrCursorExpired), expired},
		{changelog.ErrClosed, stopping},
		{usererror.Errors{usererror.NewForbidden("", "no")}, denied},
		{&gqlerror.Error{Extensions: map[string]any{"code": graphqlhttp.CodeUnauthenticated}}, denied},
		{errors.New("a fault"), failed},
	} {
		if got := leftReason(c.err); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
}

// TestServe: profiles are for the same machine, and the command line for none.
func TestServe(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := used(t)
	stop := m.Serve(listener, slog.New(slog.DiscardHandler))
	for path, want := range map[string]int{
		"/metrics": 200, "/debug/pprof/": 200, "/debug/pprof/heap": 200, "/debug/pprof/cmdline": 404, "/": 404, "/graphql": 404,
	} {
		resp, err := http.Get("http://" + listener.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d %.80s", path, resp.StatusCode, text)
		}
	}
	for address, want := range map[string]int{"192.0.2.1:40000": 403, "[2001:db8::1]:40000": 403, "127.0.0.2:40000": 200, "[::1]:40000": 200, "nonsense": 403} {
		r := httptest.NewRequest(http.MethodGet, "/debug/pprof/goroutine", nil)
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		m.handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("a profile for %s: %d, want %d", address, w.Code, want)
		}
	}
	stop()
	if conn, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		conn.Close()
		t.Error("it still answers")
	}
}
