// Package metrics measures the server for Prometheus. The packages that are measured do not know of
// it: they report what happens to small interfaces, which Metrics implements, or return what they
// are doing when they are asked.
//
// Start reading at New, which creates the metrics. Watch adds those that are read when Prometheus
// asks, in state.go; listener.go serves them. The values of labels are few and chosen by the
// server: patterns of routes, codes, types. None is a name, an id or a text of a client, except the
// ids of accounts with large change logs. docs/metrics.md lists all metrics; a test compares.
package metrics

import (
	"errors"
	"strconv"
	"time"

	"contactgraph/internal/changelog"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/server"
	"contactgraph/internal/usererror"
	"contactgraph/internal/version"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/vektah/gqlparser/v2/ast"
)

// namespace begins the names of all metrics but those of Go and of the process.
const namespace = "contactgraph"

// other is the value of a label for what has no value of its own.
const other = "other"

// Metrics are the metrics of one server.
type Metrics struct {
	registry *prometheus.Registry

	requests    *prometheus.CounterVec
	requestTook *prometheus.HistogramVec

	operations    *prometheus.CounterVec
	operationTook *prometheus.HistogramVec
	graphqlErrors *prometheus.CounterVec
	cutOff        prometheus.Counter

	writes     *prometheus.CounterVec
	rejections *prometheus.CounterVec
	queued     prometheus.Histogram
	batchSize  prometheus.Histogram
	batchTook  prometheus.Histogram
	commitTook prometheus.Histogram
	retries    *prometheus.CounterVec

	feedDelay prometheus.Histogram
	feedLeft  *prometheus.CounterVec
	logSize   *prometheus.GaugeVec
}

// buckets are the upper bounds of durations, in seconds: 0.1 ms to 26 s, by factors of 2.
var buckets = prometheus.ExponentialBuckets(0.0001, 2, 19)

// New returns the metrics of a server of this version.
func New(v version.Info) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.requests = m.counters("http_requests_total", "Requests that were answered, by the pattern of their path, their method and their status.", "route", "method", "status")
	m.requestTook = m.histograms("http_request_duration_seconds", "Time until a request was answered, except event streams.", "route", "method")
	m.operations = m.counters("graphql_operations_total", "GraphQL operations that have ended, by type; none if it could not begin.", "operation")
	m.operationTook = m.histograms("graphql_operation_duration_seconds", "Time that queries and mutations took.", "operation")
	m.graphqlErrors = m.counters("graphql_errors_total", "Errors of GraphQL responses, by extensions.code. Errors in payloads do not count.", "code")
	m.cutOff = m.counter("streams_cut_off_total", "WebSockets and event streams that were ended because their client did not read.")
	m.writes = m.counters("writes_total", "Writes to the database, by outcome.", "outcome")
	m.rejections = m.counters("write_rejections_total", "Errors that rejected a write, by code, such as VERSION_CONFLICT.", "code")
	m.queued = m.histogram("write_queue_seconds", "Time that a write waited until it ran.", buckets)
	m.batchSize = m.histogram("write_batch_size", "Writes that shared a transaction.", prometheus.ExponentialBuckets(1, 2, 7))
	m.batchTook = m.histogram("write_batch_seconds", "Time that a transaction of writes took, with its commit.", buckets)
	m.commitTook = m.histogram("write_commit_seconds", "Time that the commit of a transaction of writes took.", buckets)
	m.retries = m.counters("write_retries_total", "Writes that were run again because their transaction failed, by reason.", "reason")
	m.feedDelay = m.histogram("feed_delay_seconds", "Time from the latest of some changes until they were read for followers.", buckets)
	m.feedLeft = m.counters("feed_ended_total", "Followers of the change log that have ended, by reason.", "reason")
	m.logSize = m.gauges("log_changes", "Changes in the change log of each of the accounts that have most; the account other is the sum of the rest.", "account")
	build := m.gauges("build_info", "1, with the version of the program.", "version", "revision", "go", "migration")
	build.WithLabelValues(v.Version, v.Revision, v.Go, v.Migration).Set(1)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.expose()
	return m
}

// expose creates the values of counters that alerts are about, so that the first increase is one.
func (m *Metrics) expose() {
	for _, outcome := range outcomes {
		m.writes.WithLabelValues(outcome)
	}
	for _, reason := range leftReasons {
		m.feedLeft.WithLabelValues(reason)
	}
	for _, reason := range retryReasons {
		m.retries.WithLabelValues(reason)
	}
	for _, code := range []string{graphqlhttp.CodeInternal, graphqlhttp.CodeUnavailable, graphqlhttp.CodeOutcomeUnknown} {
		m.graphqlErrors.WithLabelValues(code)
	}
	m.rejections.WithLabelValues(string(usererror.VersionConflict))
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(g)
	return g
}

func (m *Metrics) histogram(name, help string, bounds []float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: bounds})
	m.registry.MustRegister(h)
	return h
}

func (m *Metrics) histograms(name, help string, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(h)
	return h
}

// Answered counts a request.
func (m *Metrics) Answered(a server.Answered) {
	route := a.Route
	if route == "" {
		route = other
	}
	m.requests.WithLabelValues(route, a.Method, strconv.Itoa(a.Status)).Inc()
	if !a.Stream {
		m.requestTook.WithLabelValues(route, a.Method).Observe(a.Took.Seconds())
	}
}

var _ graphqlhttp.Observer = (*Metrics)(nil)

// Ended counts an operation.
func (m *Metrics) Ended(operation ast.Operation, took time.Duration) {
	name := string(operation)
	if operation == "" {
		name = "none"
	}
	m.operations.WithLabelValues(name).Inc()
	if operation == ast.Query || operation == ast.Mutation {
		m.operationTook.WithLabelValues(name).Observe(took.Seconds())
	}
}

// Failed counts an error of a response. All codes are those of the server.
func (m *Metrics) Failed(code string) {
	if code == "" {
		code = other
	}
	m.graphqlErrors.WithLabelValues(code).Inc()
}

// CutOff counts a stream whose client did not read.
func (m *Metrics) CutOff() { m.cutOff.Inc() }

var _ database.Observer = (*Metrics)(nil)

// The outcomes of writes.
const (
	committed   = "committed"
	rejected    = "rejected"    // by a rule, also one of the database
	conflict    = "conflict"    // lost against others in every attempt
	canceled    = "canceled"    // its caller went away before it ran
	unavailable = "unavailable" // the database could not be reached, or too many writes were waiting
	unknown     = "unknown"     // the commit failed, and may have taken effect
)

var outcomes = []string{committed, rejected, conflict, canceled, unavailable, unknown}

// Wrote counts a write.
func (m *Metrics) Wrote(waited time.Duration, outcome error) {
	m.queued.Observe(waited.Seconds())
	m.writes.WithLabelValues(outcomeOf(outcome)).Inc()
	if outcome == nil {
		return
	}
	errs, _ := errors.AsType[usererror.Errors](outcome)
	for _, e := range errs {
		m.rejections.WithLabelValues(string(e.Code)).Inc()
	}
}

func outcomeOf(err error) string {
	switch {
	case err == nil:
		return committed
	case errors.Is(err, dberr.ErrUnknown):
		return unknown
	case errors.Is(err, dberr.ErrUnavailable):
		return unavailable
	case dberr.IsConflict(err):
		return conflict
	case isCanceled(err):
		return canceled
	}
	return rejected
}

// The reasons for which writes are run again.
const (
	raced         = "raced"         // another process was faster with the same unique value
	serialization = "serialization" // a serialization failure or a deadlock
	shared        = "shared"        // another write of the transaction made it fail
)

var retryReasons = []string{raced, serialization, shared}

// Retried counts writes that are run again.
func (m *Metrics) Retried(writes int, cause error) {
	reason := shared
	switch {
	case dberr.IsRaced(cause):
		reason = raced
	case dberr.IsConflict(cause):
		reason = serialization
	}
	m.retries.WithLabelValues(reason).Add(float64(writes))
}

// Committed measures a transaction.
func (m *Metrics) Committed(writes int, took, commit time.Duration) {
	m.batchSize.Observe(float64(writes))
	m.batchTook.Observe(took.Seconds())
	m.commitTook.Observe(commit.Seconds())
}

var _ changelog.Observer = (*Metrics)(nil)

// Read measures how soon changes reach followers.
func (m *Metrics) Read(written time.Time) { m.feedDelay.Observe(max(0, time.Since(written).Seconds())) }

// The reasons for which followers end.
const (
	client   = "client"         // the client has ended it, or has gone away
	expired  = "cursor_expired" // the cursor is older than the log, or of another one
	stopping = "server_stopping"
	denied   = "denied" // the credentials have ended, or no longer suffice
	failed   = "failed"
)

var leftReasons = []string{client, expired, stopping, denied, failed}

// Left counts a follower that has ended.
func (m *Metrics) Left(reason error) { m.feedLeft.WithLabelValues(leftReason(reason)).Inc() }
