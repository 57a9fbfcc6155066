package verify_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/pgserver"
	"contactgraph/internal/rekey"
	"contactgraph/internal/verify"
	"contactgraph/internal/viewer"

	"github.com/jackc/pgx/v5"
)

// TestPointInTimeRecovery does what docs/backup.md describes: a server archives its WAL, its files
// are copied while it is written to, a statement deletes rows, and the copy is recovered to the
// time before.
func TestPointInTimeRecovery(t *testing.T) {
	t.Parallel()
	if !databasetest.Postgres() {
		t.Skip("it is about PostgreSQL")
	}
	archive, err := os.MkdirTemp("", "wal") //nolint:usetesting // the server may run as another user, who cannot enter t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(archive) })
	if err := os.Chmod(archive, 0o777); err != nil {
		t.Fatal(err)
	}
	s, err := pgserver.Start(t.Context(), pgserver.Options{NoSync: true, Settings: pgserver.ArchiveSettings(archive)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop() })
	if err := s.CreateDatabase(t.Context(), "contactgraph"); err != nil {
		t.Fatal(err)
	}
	url := s.URL("contactgraph")
	write := openToWrite(t, url)
	write(0, 20)
	backup, err := s.BaseBackup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	write(20, 40)
	before := text(t, url, "SELECT clock_timestamp()::text")
	time.Sleep(10 * time.Millisecond)
	databasetest.Execute(t, url, "DELETE FROM search_terms")
	if differences, _ := verified(t, url); differences == 0 {
		t.Error("the deletion is not found")
	}
	last := text(t, url, "SELECT pg_walfile_name(pg_switch_wal())")
	await(t, "the archive has the last WAL", func() bool {
		_, err := os.Stat(filepath.Join(archive, last))
		return err == nil
	})
	s.Crash()
	if err := s.Recover(t.Context(), backup, pgserver.RecoverySettings(archive, before)); err != nil {
		t.Fatal(err)
	}
	await(t, "the end of the recovery", func() bool { return text(t, url, "SELECT pg_is_in_recovery()::text") == "false" })
	if differences, contacts := verified(t, url); differences != 0 || contacts != 40 {
		t.Errorf("%d contacts with %d differences are recovered, want 40 without", contacts, differences)
	}
	openToWrite(t, url)(40, 41)
}

// openToWrite opens the database with an account, and returns a function that creates contacts.
func openToWrite(t *testing.T, url string) func(from, to int) {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	services := app.New(db, auth.NewPasswords(1), db.Now, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		services.Hub.Close()
		db.Close()
	})
	ctx := viewer.NewSystemContext(t.Context(), 0)
	account, found, err := services.Auth.AccountByName(ctx, "Demo")
	if err == nil && !found {
		account, err = services.Auth.CreateAccount(ctx, "Demo")
	}
	if err == nil {
		_, err = services.Keys.Run(t.Context(), rekey.Outdated)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx = viewer.NewSystemContext(t.Context(), account)
	return func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			_, err := services.Contacts.Create(ctx, contact.Create{RegistrationSource: "test", Set: field.Patch{field.Email: fmt.Sprintf("%d@example.com", i)}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// verified returns the number of differences and of contacts.
func verified(t *testing.T, url string) (differences, contacts int) {
	t.Helper()
	r, err := database.OpenReader(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all, err := verify.Run(t.Context(), r, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		differences, contacts = differences+a.Differences, contacts+a.Contacts
	}
	return differences, contacts
}

// text returns what a query for one text returns.
func text(t *testing.T, url, query string) (text string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), query).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(text)
}

// await waits until something is done.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no end of the wait for ", what)
		}
	}
}
