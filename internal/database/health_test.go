package database

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/dberr"
)

// TestAWriteToFilesThatAreGoneIsNotAcknowledged deletes and replaces the files of an open database.
func TestAWriteToFilesThatAreGoneIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	replace := func(t *testing.T, name string) {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{os.WriteFile(name+".new", text, 0o600), os.Rename(name+".new", name)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(t *testing.T, name string) {
		t.Helper()
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	move := func(t *testing.T, name string) {
		t.Helper()
		if err := os.Rename(name, name+".moved"); err != nil {
			t.Fatal(err)
		}
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		for name, do := range map[string]func(*testing.T, string){"replaced": replace, "deleted": remove, "moved": move} {
			t.Run("the file "+suffix+" is "+name, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "t.db")
				db, logged := openAt(t, file, clockAt(someTime), Options{})
				f := &fixture{DB: db, t: t}
				ctx := f.account("Demo")
				do(t, file+suffix)
				if err := db.Write(ctx, 0, addShop("lost")); !errors.Is(err, dberr.ErrUnknown) {
					t.Errorf("the write after it: %v, want that its outcome is unknown", err)
				}
				if err := db.Write(ctx, 0, addShop("refused")); !errors.Is(err, dberr.ErrUnavailable) {
					t.Errorf("the next write: %v, want that the database is not available", err)
				}
				if err := db.Health(); !errors.Is(err, errFilesGone) || strings.Contains(err.Error(), file) {
					t.Errorf("its health: %v", err)
				}
				if got := logged.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, file+suffix) || !strings.Contains(got, "restore a backup") {
					t.Errorf("logged %s", got)
				}
			})
		}
	}
}

// TestFilesThatAreGoneAreNoticedWithoutAWrite checks an idle server.
func TestFilesThatAreGoneAreNoticedWithoutAWrite(t *testing.T) {
	t.Parallel()
	f := newSQLite(t)
	ctx := f.account("Demo")
	f.keepOnce(ctx)
	if err := f.Health(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(f.url); err != nil {
		t.Fatal(err)
	}
	f.keepOnce(ctx)
	if err := f.Health(); !errors.Is(err, errFilesGone) {
		t.Errorf("its health: %v", err)
	}
	if err := f.Write(ctx, 0, addShop("North")); !errors.Is(err, dberr.ErrUnavailable) {
		t.Errorf("a write: %v", err)
	}
}

// TestFilesThatStayAreNotReported runs what rewrites the files, and opens them by other names.
func TestFilesThatStayAreNotReported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "t.db"), filepath.Join(dir, "link.db")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	f := openFixture(t, link)
	ctx := f.account("Demo")
	steps := map[string]func() error{
		"another server":     func() error { return openFixture(t, file).Write(f.account("Other"), 0, addShop("x")) },
		"a command":          func() error { _, err := Migrate(ctx, file, slog.New(slog.DiscardHandler)); return err },
		"a backup":           func() error { return Backup(ctx, file, filepath.Join(dir, "copy.db"), nil) },
		"a hard link":        func() error { return os.Link(file, filepath.Join(dir, "hard.db")) },
		"a write":            func() error { return f.Write(ctx, 0, addShop("North")) },
		"a checkpoint":       func() error { return execute(ctx, file, "PRAGMA wal_checkpoint(TRUNCATE)") },
		"VACUUM":             func() error { return execute(ctx, file, "VACUUM") },
		"a restart of a WAL": func() error { return execute(ctx, file, "PRAGMA wal_checkpoint(RESTART)") },
	}
	for name, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := f.Write(ctx, 0, addShop(name)); err != nil {
			t.Errorf("a write after %s: %v", name, err)
		}
	}
	if err := f.Health(); err != nil {
		t.Error(err)
	}
}

// execute runs a statement as another program does.
func execute(ctx context.Context, file, statement string) error {
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// damage returns an SQLite file with damaged pages.
func damage(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "t.db")
	f := openFixture(t, file)
	ctx := f.account("Demo")
	for range 40 {
		if err := f.Write(ctx, 0, addShop(strings.Repeat("North", 200))); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	info, err := h.Stat()
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for at := info.Size() - 8*page; at < info.Size(); at += page { // the last pages are those of the stores
		if _, err := h.WriteAt([]byte(strings.Repeat("\xff", 64)), at); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// TestDamageMakesTheServerNotReady reads damaged pages, and lets PostgreSQL report some.
func TestDamageMakesTheServerNotReady(t *testing.T) {
	t.Parallel()
	t.Run("SQLite, when it is read", func(t *testing.T) {
		t.Parallel()
		db, logged := openAt(t, damage(t), clockAt(someTime), Options{})
		wantDamage(t, db, logged, func() error {
			_, err := db.Client().Store.Query().All(systemOf(t, 1))
			return err
		})
	})
	t.Run("SQLite, when it is written", func(t *testing.T) {
		t.Parallel()
		db, logged := openAt(t, damage(t), clockAt(someTime), Options{})
		wantDamage(t, db, logged, func() error {
			return db.Write(systemOf(t, 1), 0, func(ctx context.Context, tx *Tx) error {
				return tx.Ent.Store.Update().SetName("x").Exec(ctx)
			})
		})
	})
	for _, code := range []string{"XX001", "XX002"} {
		t.Run("PostgreSQL, "+code, func(t *testing.T) {
			t.Parallel()
			db, logged := openAt(t, emptyPostgres(t), clockAt(someTime), Options{})
			wantDamage(t, db, logged, func() error {
				return db.Write(systemOf(t, 0), 0, func(ctx context.Context, tx *Tx) error {
					_, err := tx.Ent.ExecContext(ctx, `DO $$ BEGIN RAISE 'invalid page' USING ERRCODE = '`+code+`'; END $$`)
					return err
				})
			})
		})
	}
}

func wantDamage(t *testing.T, db *DB, logged *logOf, find func() error) {
	t.Helper()
	if err := db.Health(); err != nil {
		t.Errorf("before: %v", err)
	}
	for range 2 {
		if err := find(); !dberr.IsCorrupt(err) {
			t.Errorf("the statement: %v", err)
		}
	}
	if err := db.Health(); !errors.Is(err, errCorrupt) {
		t.Errorf("after: %v", err)
	}
	if got := logged.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, "restore a backup") {
		t.Errorf("logged %s", got)
	}
}

func TestOpenLooksForDamage(t *testing.T) {
	t.Parallel()
	file := damage(t)
	_, err := Open(t.Context(), file, Options{VerifyFor: time.Minute})
	for _, want := range []string{"the database " + file + " is corrupt", "restore a backup by setting --database to it", "--allow-corrupt"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	db, logged := openAt(t, file, clockAt(someTime), Options{VerifyFor: time.Minute, AllowCorrupt: true})
	if got := logged.String(); db == nil || !strings.Contains(got, "level=WARN") || !strings.Contains(got, "is used regardless") {
		t.Errorf("opened regardless: logged %s", got)
	}
	_, logged = openAt(t, file, clockAt(someTime), Options{VerifyFor: time.Nanosecond})
	if got := logged.String(); !strings.Contains(got, "was stopped before it was complete") {
		t.Errorf("without time for the check: logged %s", got)
	}
	for _, url := range []string{filepath.Join(t.TempDir(), "sound.db"), emptyPostgres(t)} {
		if _, logged := openAt(t, url, clockAt(someTime), Options{VerifyFor: time.Minute}); strings.Contains(logged.String(), "damage") {
			t.Errorf("a sound database: logged %s", logged)
		}
	}
}

// TestACheckThatIsInterruptedDoesNoHarm opens a file that takes longer to check than there is time.
func TestACheckThatIsInterruptedDoesNoHarm(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "t.db")
	f := openFixture(t, file)
	ctx := f.account("Demo")
	err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Ent.ExecContext(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
			INSERT INTO stores (account_id, name) SELECT 1, hex(zeroblob(500000)) FROM n`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	db, logged := openAt(t, file, clockAt(someTime), Options{VerifyFor: 5 * time.Millisecond})
	if err := db.Write(ctx, 0, addShop("North")); err != nil || db.Health() != nil {
		t.Errorf("a write after it: %v, health: %v", err, db.Health())
	}
	t.Log(logged)
}

// TestADatabaseThatCannotBeWrittenIsNotReady makes the row of the clock unwritable.
func TestADatabaseThatCannotBeWrittenIsNotReady(t *testing.T) {
	t.Parallel()
	db, logged := openAt(t, emptyDatabase(t), clockAt(someTime), Options{})
	ctx := systemOf(t, 0)
	run := func(statement string) {
		t.Helper()
		err := db.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Ent.ExecContext(ctx, statement)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	run(`ALTER TABLE "clocks" RENAME COLUMN "at" TO "gone"`)
	db.Now()
	for range 2 {
		db.keepOnce(ctx)
		if err := db.Health(); !errors.Is(err, errUnwritable) {
			t.Errorf("its health: %v", err)
		}
	}
	run(`ALTER TABLE "clocks" RENAME COLUMN "gone" TO "at"`)
	db.keepOnce(ctx)
	if err := db.Health(); err != nil {
		t.Errorf("its health when it can be written again: %v", err)
	}
	if got := logged.String(); strings.Count(got, "cannot be written") != 1 || !strings.Contains(got, "can be written again") {
		t.Errorf("logged %s", got)
	}
}
