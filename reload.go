package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"contactgraph/internal/cli"
	"contactgraph/internal/server"
)

// notifyHangups returns the channel of SIGHUP, which from then on does not end the process.
func notifyHangups() (hangups <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c, func() { signal.Stop(c) }
}

// reload reads the settings again at each SIGHUP, until ctx ends. It applies the log level, and
// reads the files of the certificate, if there is one. All other settings, and connections, stay as
// they are; the log names settings that have changed and need a restart. If the settings cannot be
// read, nothing changes.
func reload(ctx context.Context, hangups <-chan os.Signal, p *cli.Process, level *slog.LevelVar, certificate *server.Certificate, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
		}
		if certificate != nil {
			certificate.Reload() // logs the result
		}
		fresh, changed, err := p.Reparse()
		if err != nil {
			log.ErrorContext(ctx, "the settings could not be read again; the server continues with the previous ones", slog.Any("error", err))
			continue
		}
		level.Set(fresh.(*commands).Serve.LogLevel) //nolint:forcetypeassert // run passes this type
		log.Log(ctx, max(slog.LevelInfo, level.Level()), "the settings were read again", slog.String("log_level", level.Level().String()))
		if later := restartNeeded(changed); len(later) > 0 {
			log.WarnContext(ctx, "some settings have changed, but apply only after a restart", slog.Any("flags", later))
		}
	}
}

// restartNeeded returns those of the changed flags that apply only after a restart.
func restartNeeded(changed []string) (flags []string) {
	for _, flag := range changed {
		if flag != "--log-level" {
			flags = append(flags, flag)
		}
	}
	return flags
}
