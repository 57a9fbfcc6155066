package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"time"

	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

// Settings are those of every command.
type Settings struct {
	Database  string     `default:"contactgraph.db" help:"Where the data is: a file, created if there is none, or postgres://USER@HOST/DATABASE."`
	LogFormat string     `default:"text" enum:"text,json" help:"How the log on standard error is written: text or json."`
	LogLevel  slog.Level `default:"info" help:"What the log holds at least: debug, info, warn or error."`
}

// LogHandler writes the log to w.
func (s Settings) LogHandler(w io.Writer) slog.Handler {
	o := &slog.HandlerOptions{Level: s.LogLevel}
	if s.LogFormat == "json" {
		return slog.NewJSONHandler(w, o)
	}
	return slog.NewTextHandler(w, o)
}

// DatabaseName is the database as it may be shown: without a password.
func (s Settings) DatabaseName() string { return database.Name(s.Database) }

// Services are what commands work with: an open database and the services on it.
type Services struct {
	*app.Services

	DB *database.DB
}

// Open opens the database.
func (s Settings) Open(ctx context.Context, log *slog.Logger) (*Services, error) {
	db, err := database.Open(ctx, s.Database, database.Options{Logger: log})
	if err != nil {
		return nil, err
	}
	return &Services{app.New(db, auth.NewPasswords(runtime.GOMAXPROCS(0)), time.Now, log), db}, nil
}

// Close closes the database.
func (s *Services) Close() error { return s.DB.Close() }

// Account returns the account of this name. If there is none, the error says how to make it.
func (s *Services) Account(ctx context.Context, name string) (id int, err error) {
	id, found, err := s.Auth.AccountByName(ctx, name)
	if err == nil && !found {
		err = fmt.Errorf("there is no account %q: %s key create --new-account --account %q --name KEY --role admin, with the same --database, makes it", name, program, name)
	}
	return id, err
}

// roles are those that a key or user can have, as flags name them.
var roles = map[string]viewer.Role{"admin": viewer.Admin, "agent": viewer.Agent}
