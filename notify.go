package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notifyManager reports to systemd that the server is ready, and when it stops, by the protocol of
// sd_notify(3), until ctx ends. If the unit has WatchdogSec, it also reports that the server at url
// answers; if it does not any more, systemd restarts it. Without systemd it does nothing.
func notifyManager(ctx context.Context, url string, log *slog.Logger) {
	notify(ctx, daemon.SdNotifyReady, log)
	defer notify(context.WithoutCancel(ctx), daemon.SdNotifyStopping, log)
	timeout, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.WarnContext(ctx, "the watchdog of systemd cannot be used", slog.Any("error", err))
	}
	if timeout == 0 {
		<-ctx.Done()
		return
	}
	ticker := time.NewTicker(timeout / 3)
	defer ticker.Stop()
	for {
		if err := alive(ctx, url, timeout/3); err == nil {
			notify(ctx, daemon.SdNotifyWatchdog, log)
		} else if ctx.Err() == nil {
			log.ErrorContext(ctx, "the server does not answer its own request to /healthz", slog.Any("error", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// alive fails if the server does not answer /healthz, which needs no database, in time. A
// connection that it closes is an answer, too: that of the limit of connections, which a restart
// would not help.
func alive(ctx context.Context, url string, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,                                  // so that it also needs a new connection
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the certificate is for other names
	}}
	response, err := client.Do(request)
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func notify(ctx context.Context, state string, log *slog.Logger) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.WarnContext(ctx, "systemd could not be notified", slog.String("state", state), slog.Any("error", err))
	}
}
