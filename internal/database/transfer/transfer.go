// Package transfer copies a database into another one, of the same engine or another. Everything
// that clients hold stays valid: ids, versions, cursors, API keys and sessions.
//
// The tables are those of ent, so that a new one needs no line here. They are read in one snapshot,
// in the order of their references, and within a table in the order of their ids. Each batch of
// rows is one transaction of the target, so after an interruption the target has the first rows of
// the source; a repeat compares them with those, and continues behind them. Until all rows have
// been compared, the target is marked as incomplete, and no server opens it.
//
// Start reading at Copy. table.go copies one table, canonical.go computes the checksums, and
// order.go lists the tables.
package transfer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/engines"
	"contactgraph/internal/database/schema"
)

// Options of Copy.
type Options struct {
	// Account is the normalized name of the only account to copy; "" for everything. What belongs
	// to no account, such as waits after failed sign-ins, is then left out.
	Account string
	// Progress is called after each batch.
	Progress func(Progress)
}

// Progress is how far a copy is.
type Progress struct {
	Table       string
	Rows, Total int64 // of all tables, of those that are in the target
}

// Table is a table that was copied. The checksum is the same for the same rows on every engine.
type Table struct {
	Name     string `json:"name"`
	Rows     int64  `json:"rows"`
	Checksum string `json:"checksum"`
}

// Result is a copy that is complete and was compared.
type Result struct {
	Tables  []Table `json:"tables"`
	Resumed bool    `json:"resumed"` // an earlier call had copied some of the rows
	// Missed is the number of changes of contacts that were written to the source after the copy
	// began, and that the copy does not have.
	Missed int64 `json:"missed"`
}

// ErrChanged is the error of a repeated Copy whose source has changed since the first call.
var ErrChanged = errors.New("the source has changed since the copy was begun")

// Copy copies the database from to the database to, which must be empty, or have a part of the same
// copy from an earlier call. It fails if the target then differs from the source. Its errors are
// for the operator.
func Copy(ctx context.Context, from, to string, o Options) (r *Result, err error) {
	source, err := openSource(ctx, from, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	target, resumed, err := openTarget(ctx, to, source)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	c := &copying{source: source, target: target, progress: o.Progress}
	if err := c.count(ctx); err != nil {
		return nil, err
	}
	r = &Result{Resumed: resumed}
	last := map[string]int64{}
	for _, t := range source.tables {
		copied, err := c.table(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("copying the table %s: %w", t.Name, err)
		}
		r.Tables = append(r.Tables, copied)
		if last[t.Name], err = source.dialect.LastID(ctx, source.tx, t.Name); err != nil {
			return nil, fmt.Errorf("reading the last id of the table %s: %w", t.Name, err)
		}
	}
	if err := target.Dialect.FinishLoad(ctx, target.Writer, last); err != nil {
		return nil, fmt.Errorf("setting the last ids: %w", err)
	}
	if err := c.checkLastIDs(ctx, last); err != nil {
		return nil, err
	}
	if r.Missed, err = source.missed(ctx); err != nil {
		return nil, err
	}
	return r, target.Exclusive(ctx, schema.MarkComplete)
}

// checkLastIDs fails if the target would assign an id again.
func (c *copying) checkLastIDs(ctx context.Context, last map[string]int64) error {
	for table, want := range last {
		got, err := c.target.Dialect.LastID(ctx, c.target.Writer, table)
		if err != nil {
			return err
		}
		if got < want {
			return fmt.Errorf("the last id of the table %s is %d, not %d", table, got, want)
		}
	}
	return nil
}

// source is the database that is read, in one snapshot.
type source struct {
	url, name string
	dialect   dialect.Dialect
	db        *sql.DB
	tx        *sql.Tx
	tables    []table
	account   int64 // 0 for all
	end       int64 // of the change logs
}

func openSource(ctx context.Context, url string, o Options) (*source, error) {
	d, err := engines.For(url)
	if err != nil {
		return nil, err
	}
	s := &source{url: url, name: d.Redact(url), dialect: d}
	if err := s.checkMigrated(ctx); err != nil {
		return nil, err
	}
	var missing string
	if s.db, missing, err = d.Inspect(ctx, url); err != nil || missing != "" {
		return nil, errors.Join(err, errors.New(missing))
	}
	if err := s.begin(ctx, o); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// checkMigrated fails if the database does not have exactly the migrations of this binary, which is
// what the target gets.
func (s *source) checkMigrated(ctx context.Context) error {
	status, err := schema.StatusOf(ctx, s.dialect, s.url)
	switch {
	case err != nil:
		return err
	case status.Lacks != "":
		return errors.New(status.Lacks)
	case slices.ContainsFunc(status.Migrations, schema.Migration.IsPending):
		return fmt.Errorf("the database %s lacks migrations: run migrate up on it first", s.name)
	case slices.ContainsFunc(status.Migrations, func(m schema.Migration) bool { return m.Unknown }):
		return fmt.Errorf("the database %s is an incomplete copy, or was changed by a newer version of contactgraph: copy it with that version", s.name)
	}
	return nil
}

// begin begins the snapshot.
func (s *source) begin(ctx context.Context, o Options) (err error) {
	if s.tx, err = s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}); err != nil {
		return err
	}
	if o.Account != "" {
		err := s.tx.QueryRowContext(ctx, "SELECT id FROM accounts WHERE name_key = $1", o.Account).Scan(&s.account)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("the database %s has no account %q", s.name, o.Account)
		}
		if err != nil {
			return err
		}
	}
	if s.tables, err = tablesOf(s.dialect, s.account); err != nil {
		return err
	}
	s.end, err = s.logEnd(ctx, s.tx)
	return err
}

// logEnd returns how many sequence numbers all accounts that are copied have used.
func (s *source) logEnd(ctx context.Context, db dialect.Querier) (end int64, err error) {
	err = db.QueryRowContext(ctx, "SELECT CAST(coalesce(sum(seq - coalesce(\"start\", 0)), 0) AS bigint) FROM feeds WHERE account_id = $1 OR $1 = 0", s.account).Scan(&end)
	return end, err
}

// missed ends the snapshot, and returns the number of changes that were written since it began.
func (s *source) missed(ctx context.Context) (int64, error) {
	if err := s.tx.Rollback(); err != nil {
		return 0, err
	}
	end, err := s.logEnd(ctx, s.db)
	return end - s.end, err
}

func (s *source) close() error {
	if s.tx != nil {
		s.tx.Rollback() //nolint:errcheck // it only reads, and may have ended
	}
	return s.db.Close()
}

// describe names what is copied, for a repeat.
func (s *source) describe() string {
	return fmt.Sprintf("copy of %s, account %d", s.name, s.account)
}
