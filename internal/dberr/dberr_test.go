package dberr_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"contactgraph/internal/dberr"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

func TestWhatAnErrorMeans(t *testing.T) {
	t.Parallel()
	pg := func(code string) error {
		return fmt.Errorf("ent: %w", &pgconn.PgError{Code: code, Message: "of a server"})
	}
	lite := func(code sqlite3.ErrNo, extended sqlite3.ErrNoExtended) error {
		return fmt.Errorf("ent: %w", sqlite3.Error{Code: code, ExtendedCode: extended})
	}
	for _, tt := range []struct {
		name                                                        string
		err                                                         error
		unique, foreign, conflict, aborted, unavailable, rolledBack bool
	}{
		{name: "none", err: nil},
		{name: "of another package", err: errors.New("connection refused")},
		{name: "no rows", err: sql.ErrNoRows},
		{name: "a caller that has gone away", err: context.Canceled},
		{name: "PostgreSQL's unique key", err: pg("23505"), unique: true, rolledBack: true},
		{name: "PostgreSQL's foreign key", err: pg("23503"), foreign: true, rolledBack: true},
		{name: "a serialization failure", err: pg("40001"), conflict: true, unavailable: true, rolledBack: true},
		{name: "a deadlock", err: pg("40P01"), conflict: true, unavailable: true, rolledBack: true},
		{name: "a transaction that has failed", err: pg("25P02"), aborted: true, rolledBack: true},
		{name: "a commit that became a rollback", err: fmt.Errorf("ent: %w", pgx.ErrTxCommitRollback), aborted: true, rolledBack: true},
		{name: "too many connections", err: pg("53300"), unavailable: true},
		{name: "a server that is starting", err: pg("57P03"), unavailable: true},
		{name: "a server that is stopping", err: pg("57P01"), unavailable: true},
		{name: "a server that has crashed", err: pg("57P02"), unavailable: true},
		{name: "a standby", err: pg("25006"), unavailable: true},
		{name: "a protocol that broke off", err: pg("08006"), unavailable: true},
		{name: "an invalid statement", err: pg("42601")},
		{name: "a pooled connection that is dead", err: driver.ErrBadConn, unavailable: true},
		{name: "a connection that was closed", err: net.ErrClosed, unavailable: true},
		{name: "a connection that ended", err: io.ErrUnexpectedEOF, unavailable: true},
		{name: "no answer in time", err: context.DeadlineExceeded, unavailable: true},
		{name: "a refused connection", err: &net.OpError{Op: "dial", Err: errors.New("refused")}, unavailable: true},
		{name: "SQLite's unique key", err: lite(sqlite3.ErrConstraint, sqlite3.ErrConstraintUnique), unique: true, rolledBack: true},
		{name: "SQLite's foreign key", err: lite(sqlite3.ErrConstraint, sqlite3.ErrConstraintForeignKey), foreign: true, rolledBack: true},
		{name: "a locked file", err: lite(sqlite3.ErrBusy, 0), unavailable: true, rolledBack: true},
		{name: "a full disk", err: lite(sqlite3.ErrFull, 0), unavailable: true, rolledBack: true},
		{name: "a disk that fails", err: lite(sqlite3.ErrIoErr, sqlite3.ErrIoErrFsync)},
		{name: "another transaction was faster", err: fmt.Errorf("a write: %w", dberr.Raced(errors.New("x"))), conflict: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for question, a := range map[string][2]bool{
				"IsUnique":     {dberr.IsUnique(tt.err), tt.unique},
				"IsForeignKey": {dberr.IsForeignKey(tt.err), tt.foreign},
				"IsConflict":   {dberr.IsConflict(tt.err), tt.conflict},
				"IsAborted":    {dberr.IsAborted(tt.err), tt.aborted},
				"IsRolledBack": {dberr.IsRolledBack(tt.err), tt.rolledBack},
				"Classify":     {errors.Is(dberr.Classify(tt.err), dberr.ErrUnavailable), tt.unavailable},
			} {
				if a[0] != a[1] {
					t.Errorf("%s: got %v, want %v", question, a[0], a[1])
				}
			}
			if classified := dberr.Classify(tt.err); !errors.Is(classified, tt.err) {
				t.Errorf("Classify lost the error: %v", classified)
			}
		})
	}
}

func TestKeyTakenBy(t *testing.T) {
	t.Parallel()
	email := dberr.Key{Index: "contact_account_id_email_key", Column: "contacts.email_key"}
	unique := func(name, message string) error {
		return fmt.Errorf("ent: %w", &pgconn.PgError{Code: "23505", ConstraintName: name, Message: message})
	}
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"PostgreSQL's", unique("contact_account_id_email_key", "duplicate key"), true},
		{"of a shard of Citus", unique("", `duplicate key value violates unique constraint "contact_account_id_email_key_102509"`), true},
		{"of another key's shard", unique("", `duplicate key value violates unique constraint "contact_account_id_phone_key_102509"`), false},
		{"of another key", unique("contact_account_id_phone_key", "duplicate key"), false},
		{"of no key", &pgconn.PgError{Code: "42601", ConstraintName: "contact_account_id_email_key"}, false},
		{"of something else", errors.New("contacts.email_key"), false},
	} {
		if got := email.TakenBy(tt.err); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
