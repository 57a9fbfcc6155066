package metrics

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	readTimeout = 10 * time.Second
	// writeTimeout is more than the longest profile that is taken by default, of 30 seconds.
	writeTimeout = 2 * time.Minute
	idleTimeout  = 2 * time.Minute
	stopTimeout  = time.Second
)

// Serve serves /metrics and /debug/pprof on the listener until stop is called.
func (m *Metrics) Serve(listener net.Listener, log *slog.Logger) (stop func()) {
	h := &http.Server{
		Handler: m.handler(), ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := h.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are no longer served", slog.Any("error", err))
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if h.Shutdown(ctx) != nil {
			_ = h.Close() // a profile that is being taken
		}
		<-served
	}
}

func (m *Metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	// Not /debug/pprof/cmdline: the command line can contain the password of the database.
	for path, handler := range map[string]http.HandlerFunc{
		"/debug/pprof/": pprof.Index, "/debug/pprof/cmdline": http.NotFound, "/debug/pprof/profile": pprof.Profile,
		"/debug/pprof/symbol": pprof.Symbol, "/debug/pprof/trace": pprof.Trace,
	} {
		mux.Handle(path, ownMachine(handler))
	}
	return mux
}

// ownMachine answers only requests of this machine: a profile slows the server down, and shows more
// of it than a count.
func ownMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil || !net.ParseIP(host).IsLoopback() {
			http.Error(w, "Profiles are only for requests of the same machine.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
