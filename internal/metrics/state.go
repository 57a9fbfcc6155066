package metrics

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/database"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/usererror"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func isCanceled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func leftReason(err error) string {
	var (
		errs  usererror.Errors
		shown *gqlerror.Error
	)
	switch {
	case err == nil, isCanceled(err):
		return client
	case errors.Is(err, changelog.ErrCursorExpired):
		return expired
	case errors.Is(err, changelog.ErrClosed):
		return stopping
	case errors.As(err, &errs), errors.Is(err, authz.ErrUnauthenticated):
		return denied
	case errors.As(err, &shown) && shown.Extensions["code"] == graphqlhttp.CodeUnauthenticated:
		return denied
	}
	return failed
}

// WatchReady adds whether the server is ready. ready returns why it is not, and must not wait.
func (m *Metrics) WatchReady(ready func(context.Context) error) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "ready", Help: "1 if the server is ready; the reason why it is not is at /readyz.",
	}, func() float64 {
		if ready(context.Background()) != nil {
			return 0
		}
		return 1
	}))
}

// Watch adds what the database and the hub are doing whenever Prometheus asks.
func (m *Metrics) Watch(db interface{ Stats() database.Stats }, hub interface{ Stats() changelog.Stats }) {
	m.registry.MustRegister(&state{db.Stats, hub.Stats})
}

// state reads what the server is doing.
type state struct {
	database func() database.Stats
	hub      func() changelog.Stats
}

var _ prometheus.Collector = (*state)(nil)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

var (
	reads           = describe("reads_running", "Reads that run, or wait for their account's share of the connections.")
	writers         = describe("writers", "Transactions of writes that can run at the same time.")
	writersBusy     = describe("writers_busy", "Transactions of writes that run.")
	writesWaiting   = describe("writes_waiting", "Writes that wait in the queues of their accounts.")
	writingAccounts = describe("writing_accounts", "Accounts whose writes wait or run.")

	connections     = describe("database_connections", "Connections to the database, by pool and state.", "pool", "state")
	connectionsMax  = describe("database_connections_max", "Connections that a pool can have.", "pool")
	connectionWaits = describe("database_connection_waits_total", "Times that a connection of a pool was waited for.", "pool")
	connectionWait  = describe("database_connection_wait_seconds_total", "Time that connections of a pool were waited for.", "pool")

	followers  = describe("feed_followers", "Followers of the change log: open streams of changes.")
	catchingUp = describe("feed_catching_up", "Followers that wait to read the log from the database, because they are far behind.")
	lag        = describe("feed_lag_changes", "Changes that were not sent yet to the follower of an account that is furthest behind.")
)

// Describe describes nothing, so that nothing is collected to register it.
func (*state) Describe(chan<- *prometheus.Desc) {}

// Collect reads the state.
func (s *state) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value int, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), labels...)
	}
	db, hub := s.database(), s.hub()
	gauge(reads, db.Reads)
	gauge(writers, db.Writers)
	gauge(writersBusy, db.BusyWriters)
	gauge(writesWaiting, db.WaitingWrites)
	gauge(writingAccounts, db.WritingAccounts)
	for pool, stats := range map[string]sql.DBStats{"readers": db.Readers, "writers": db.Writer} {
		gauge(connections, stats.InUse, pool, "in_use")
		gauge(connections, stats.Idle, pool, "idle")
		gauge(connectionsMax, stats.MaxOpenConnections, pool)
		to <- prometheus.MustNewConstMetric(connectionWaits, prometheus.CounterValue, float64(stats.WaitCount), pool)
		to <- prometheus.MustNewConstMetric(connectionWait, prometheus.CounterValue, stats.WaitDuration.Seconds(), pool)
	}
	gauge(followers, hub.Followers)
	gauge(catchingUp, hub.CatchingUp)
	gauge(lag, int(hub.Lag))
}

const (
	// logSizeInterval is how often the sizes of the change logs are read.
	logSizeInterval = time.Minute
	// largestLogs is how many accounts have a size of their own.
	largestLogs = 50
	// logSizeTimeout bounds the read.
	logSizeTimeout = 10 * time.Second
)

// ServeLogSizes reads the sizes of the change logs every minute, until ctx ends.
func (m *Metrics) ServeLogSizes(ctx context.Context, read func(context.Context) ([]database.LogSize, error), log *slog.Logger) {
	ticker := time.NewTicker(logSizeInterval)
	defer ticker.Stop()
	for {
		if err := m.readLogSizes(ctx, read); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "the sizes of the change logs could not be read", slog.Any("error", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (m *Metrics) readLogSizes(ctx context.Context, read func(context.Context) ([]database.LogSize, error)) error {
	ctx, cancel := context.WithTimeout(ctx, logSizeTimeout)
	defer cancel()
	sizes, err := read(ctx)
	if err != nil {
		return err
	}
	own := sizes[:min(len(sizes), largestLogs)]
	var rest int64
	for _, s := range sizes[len(own):] {
		rest += s.Changes
	}
	m.logSize.Reset() // an account that is no longer among the largest has no size of its own
	for _, s := range own {
		m.logSize.WithLabelValues(strconv.Itoa(s.Account)).Set(float64(s.Changes))
	}
	m.logSize.WithLabelValues(other).Set(float64(rest))
	return nil
}
