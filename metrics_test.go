package main

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var metricsURL = regexp.MustCompile(`url=(http://(\S+)/metrics)`)

// scrape returns the metrics of a server that was started with --metrics-addr.
func (r *running) scrape() string {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		found := metricsURL.FindStringSubmatch(r.stderr.String())
		if found == nil {
			continue
		}
		resp, err := http.Get(found[1])
		if err != nil {
			r.t.Fatal(err)
		}
		return readAll(r.t, resp)
	}
	r.t.Fatalf("no metrics are served:\n%s", &r.stderr)
	return ""
}

// TestMetrics sends requests of each kind, and reads what was counted.
func TestMetrics(t *testing.T) {
	t.Parallel()
	r := start(t, nil, "--demo", "--demo-contacts", "20", "--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0",
		"--database", filepath.Join(t.TempDir(), "demo.db")).ready()
	const write = `{"query": "mutation { updateContact(input: {id: \"7\", expectedVersion: \"QEA=\", set: {lastName: \"Secretive\"}}) { errors { code } } }"}`
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/healthz", ""},
		{"GET", "/healthz/", ""},
		{"GET", "/nowhere/secretive", ""},
		{"GET", "/api/v1/Contacts/7", ""},
		{"GET", "/API/V1/CONTACTS/8", ""},
		{"PUT", "/api/v1/contacts/7/secretive", ""},
		{"POST", "/graphql", `{"query": "query Secretive { viewer { name } }"}`},
		{"POST", "/graphql", `{"query": "{ secretive }"}`},
		{"POST", "/graphql", strings.Replace(write, `expectedVersion: \"QEA=\", `, `onConflict: OVERWRITE, `, 1)},
		{"POST", "/graphql", write},
	} {
		r.do(c.method, c.path, c.body, "X-ApiKey", "demo-agent", "Content-Type", "application/json")
	}
	stream, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/graphql?query="+
		"subscription{contactChanges{cursor}}", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream.Header.Set("Accept", "text/event-stream")
	stream.Header.Set("X-ApiKey", "demo-agent")
	resp, err := http.DefaultClient.Do(stream)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	io.ReadAtLeast(resp.Body, make([]byte, 3), 3) // the stream is open
	var got string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		got = r.scrape()
		if strings.Contains(got, "contactgraph_feed_followers 1\n") && strings.Contains(got, "contactgraph_log_changes{") {
			break // both take a moment
		}
	}
	for _, want := range []string{
		`contactgraph_build_info{go="go1.`,
		`contactgraph_ready 1`,
		`contactgraph_http_requests_total{method="GET",route="/healthz",status="200"} 2`,
		`contactgraph_http_requests_total{method="GET",route="other",status="404"} 1`,
		`contactgraph_http_requests_total{method="GET",route="/api/v1/contacts/{id}",status="200"} 2`,
		`contactgraph_http_requests_total{method="POST",route="/graphql",status="200"} 4`,
		`contactgraph_http_request_duration_seconds_count{method="POST",route="/graphql"} 4`,
		`contactgraph_graphql_operations_total{operation="query"} 1`,
		`contactgraph_graphql_operations_total{operation="mutation"} 2`,
		`contactgraph_graphql_operations_total{operation="none"} 1`,
		`contactgraph_graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1`,
		`contactgraph_write_rejections_total{code="VERSION_CONFLICT"} 1`,
		`contactgraph_database_connections_max{pool="readers"}`,
		`contactgraph_feed_followers 1`,
		`contactgraph_log_changes{account="1"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if strings.Contains(strings.ToLower(got), "secretive") {
		t.Error("the metrics have what a client has sent")
	}
	if t.Failed() {
		t.Log(got)
	}
	if err := r.shutDown(); err != nil {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", metricsURL.FindStringSubmatch(r.stderr.String())[2]); err == nil {
		conn.Close()
		t.Error("metrics are served after the end")
	}
}

// TestMetricsBeforeTheDatabase: a server that does not become ready can be measured.
func TestMetricsBeforeTheDatabase(t *testing.T) {
	t.Parallel()
	r := start(t, nil, "--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0", "--database", "postgres://x@127.0.0.1:1/none")
	if got := r.scrape(); !strings.Contains(got, "contactgraph_ready 0\n") {
		t.Errorf("got %s", got)
	}
	if err := r.shutDown(); err != nil {
		t.Error(err)
	}
}

func TestMetricsAddress(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.db")
	taken := start(t, nil, "--addr", "127.0.0.1:0", "--metrics-addr", publicAddress(t), "--database", file)
	taken.scrape()
	if !strings.Contains(taken.stderr.String(), "other machines can read the metrics") {
		t.Errorf("logged %s", &taken.stderr)
	}
	address := metricsURL.FindStringSubmatch(taken.stderr.String())[2]
	err := start(t, nil, "--addr", "127.0.0.1:0", "--metrics-addr", address, "--database", file).refused()
	if err == nil || !strings.Contains(err.Error(), "--metrics-addr") {
		t.Errorf("the same address: %v", err)
	}
	if err := taken.shutDown(); err != nil {
		t.Error(err)
	}
}
