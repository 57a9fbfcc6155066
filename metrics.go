package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"contactgraph/internal/cli"
	"contactgraph/internal/database"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/metrics"
	"contactgraph/internal/server"
	"contactgraph/internal/version"
)

// measurements are the flags about metrics.
type measurements struct {
	MetricsAddr string `placeholder:"ADDRESS" help:"Address to serve metrics for Prometheus on, at /metrics, and profiles of Go, at /debug/pprof/, such as 127.0.0.1:9101. Profiles are only for requests of the same machine. By default, neither is served."`
}

// observers report to the metrics of a server. All of them are nil without metrics.
type observers struct {
	metrics  *metrics.Metrics
	database database.Observer
	graphQL  graphqlhttp.Observer
	answered func(server.Answered)
}

// start serves the metrics. stop ends that, and is never nil.
func (m measurements) start(ctx context.Context, log *slog.Logger) (o observers, stop func(), err error) {
	if m.MetricsAddr == "" {
		return o, func() {}, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", m.MetricsAddr)
	if err != nil {
		return o, nil, fmt.Errorf("cannot serve metrics on %q: set --metrics-addr to a free port, such as 127.0.0.1:9101: %w", m.MetricsAddr, err)
	}
	if !isLoopback(listener.Addr()) {
		log.WarnContext(ctx, "other machines can read the metrics without credentials: let a firewall allow only Prometheus, "+
			"or set --metrics-addr to a loopback address", slog.String("address", listener.Addr().String()))
	}
	measured := metrics.New(version.Current())
	log.InfoContext(ctx, "serving metrics", slog.String("url", "http://"+listener.Addr().String()+"/metrics"))
	return observers{measured, measured, measured, measured.Answered}, measured.Serve(listener, log), nil
}

// watchReady adds whether the server is ready.
func (o observers) watchReady(ready func(context.Context) error) {
	if o.metrics != nil {
		o.metrics.WatchReady(ready)
	}
}

// watch adds what the services are doing.
func (o observers) watch(s *cli.Services) {
	if o.metrics == nil {
		return
	}
	s.Hub.Observer = o.metrics
	o.metrics.Watch(s.DB, s.Hub)
}

// readLogSizes reads the sizes of the change logs again and again, until ctx ends.
func (o observers) readLogSizes(ctx context.Context, s *cli.Services, log *slog.Logger) {
	if o.metrics != nil {
		o.metrics.ServeLogSizes(ctx, s.DB.LogSizes, log)
	}
}
