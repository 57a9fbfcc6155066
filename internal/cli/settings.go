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
)

// Settings are the flags of every command.
type Settings struct {
	Config       string     `placeholder:"FILE" help:"YAML file with settings: a line for each, such as log-level: debug. The names are those of the flags of serve. Flags and environment variables take precedence."`
	Database     string     `default:"contactgraph.db" help:"SQLite file or connection string of PostgreSQL, such as postgres://USER@HOST/DATABASE. Commands that write create a missing file."`
	DatabaseFile string     `placeholder:"FILE" instead:"database" help:"File with the value of --database, which can contain a password."`
	LogFormat    string     `default:"text" enum:"text,json" help:"Format of the log on standard error: text or json."`
	LogLevel     slog.Level `default:"info" help:"Lowest level to log: debug, info, warn or error."`
}

// AfterApply reads --database-file. kong calls it before the command runs.
func (s *Settings) AfterApply(ctx context.Context, p *Process) (err error) {
	if s.DatabaseFile != "" {
		s.Database, err = ReadSecret(ctx, "database-file", s.DatabaseFile, slog.New(s.LogHandler(p.Stderr, s.LogLevel)))
	}
	return err
}

// LogHandler returns the handler that writes the log to w, from the given level on.
func (s Settings) LogHandler(w io.Writer, level slog.Leveler) slog.Handler {
	o := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		o.ReplaceAttr = milliseconds
		return slog.NewJSONHandler(w, o)
	}
	return slog.NewTextHandler(w, o)
}

// milliseconds names the unit of a duration, which is a plain number in JSON.
func milliseconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		return slog.Float64(a.Key+"_ms", float64(a.Value.Duration())/float64(time.Millisecond))
	}
	return a
}

// DatabaseName returns the database without its password, for messages.
func (s Settings) DatabaseName() string { return database.Name(s.Database) }

// Services are an open database and the services on it.
type Services struct {
	*app.Services

	DB *database.DB
}

// Open opens the database, and migrates it if necessary. The caller closes the services.
func (s Settings) Open(ctx context.Context, log *slog.Logger) (*Services, error) {
	return s.open(ctx, database.Options{Logger: log})
}

// verifyFor is how long the start of a server may take to look for damage in the database.
const verifyFor = 5 * time.Second

// OpenToServe is Open for a server, which also waits for a database that cannot be reached, and
// looks for damage in it. With allowCorrupt, it opens a damaged database as well. The observer, nil
// for none, learns how writes fare.
func (s Settings) OpenToServe(ctx context.Context, log *slog.Logger, allowCorrupt bool, observer database.Observer) (*Services, error) {
	return s.open(ctx, database.Options{Logger: log, VerifyFor: verifyFor, AllowCorrupt: allowCorrupt, Wait: true, Observer: observer})
}

func (s Settings) open(ctx context.Context, o database.Options) (*Services, error) {
	db, err := database.Open(ctx, s.Database, o)
	if err != nil {
		return nil, err
	}
	return &Services{app.New(db, auth.NewPasswords(runtime.GOMAXPROCS(0)/2), db.Now, o.Logger), db}, nil
}

// Close closes the database.
func (s *Services) Close() error { return s.DB.Close() }

// Account returns the account with this name. If it does not exist, the error explains how to
// create it.
func (s *Services) Account(ctx context.Context, name string) (id int, err error) {
	id, found, err := s.Auth.AccountByName(ctx, name)
	if err == nil && !found {
		err = fmt.Errorf("there is no account %q: to create it, run %s key create --new-account --account %q "+
			"--name KEY --role admin with the same --database", name, program, name)
	}
	return id, err
}
