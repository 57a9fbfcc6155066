package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/database/sqlite"
	"contactgraph/internal/dberr"

	"github.com/google/go-cmp/cmp"
)

// TestBackupOfADatabaseInUse copies while a writer writes, and opens the copy: it has all writes
// that were acknowledged before, and none without those in front of it.
func TestBackupOfADatabaseInUse(t *testing.T) {
	t.Parallel()
	f := open(t, databasetest.SQLiteURL(t))
	ctx := f.account("Demo")
	var acknowledged atomic.Int64
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if err := f.Write(ctx, 1, f.addAndLog(i)); err != nil {
				stopped <- err
				return
			}
			acknowledged.Add(1)
		}
	}()
	for round := range 5 {
		for before := acknowledged.Load(); acknowledged.Load() < before+10; time.Sleep(time.Millisecond) {
			if len(stopped) > 0 {
				t.Fatal(<-stopped)
			}
		}
		file := filepath.Join(t.TempDir(), fmt.Sprint(round))
		least := acknowledged.Load()
		if err := database.Backup(t.Context(), f.URL, file, nil); err != nil {
			t.Fatal(err)
		}
		checkCopy(ctx, t, file, least)
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// checkCopy opens a copy, and writes to it.
func checkCopy(ctx context.Context, t *testing.T, file string, least int64) {
	t.Helper()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: want a file for its owner alone", info, err)
	}
	f := open(t, file)
	shops := f.shops(ctx)
	if int64(len(shops)) < least {
		t.Errorf("the copy has %d writes, and %d were acknowledged before", len(shops), least)
	}
	for i, name := range shops {
		if name != fmt.Sprint(i) {
			t.Fatalf("write %d is missing: the copy continues with %s", i, name)
		}
	}
	if got := len(f.seqs(ctx)); got != len(shops) {
		t.Errorf("%d writes have %d rows in the log", len(shops), got)
	}
	if err := f.Write(ctx, 1, f.addAndLog(len(shops))); err != nil {
		t.Errorf("writing to the copy: %v", err)
	}
	var sound string
	if err := databasetest.Connect(t, file).Readers.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Errorf("integrity: %s, %v", sound, err)
	}
}

// TestBackupWaitsForNoWriter copies while a transaction is open.
func TestBackupWaitsForNoWriter(t *testing.T) {
	t.Parallel()
	f := open(t, databasetest.SQLiteURL(t))
	ctx := f.account("Demo")
	file := filepath.Join(t.TempDir(), "copy.db")
	err := f.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		return errors.Join(addShop("North")(ctx, tx), database.Backup(ctx, f.URL, file, nil))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := open(t, file).shops(ctx); got != nil {
		t.Errorf("the copy has %q, which was not committed", got)
	}
}

// TestNoWriterWaitsForABackup writes while a copy is under way.
func TestNoWriterWaitsForABackup(t *testing.T) {
	t.Parallel()
	f := open(t, databasetest.SQLiteURL(t))
	ctx := f.account("Demo")
	databasetest.Execute(t, f.URL, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 48)
		INSERT INTO stores (account_id, name) SELECT accounts.id, hex(zeroblob(500000)) FROM n, accounts`)
	for attempt := range 10 {
		file := filepath.Join(t.TempDir(), "copy.db")
		done := make(chan error, 1)
		go func() { done <- database.Backup(t.Context(), f.URL, file, nil) }()
		begun := false
		for !begun && len(done) == 0 {
			info, err := os.Stat(file + ".partial")
			begun = err == nil && info.Size() > 0
		}
		if err := f.Write(ctx, 0, addShop("North")); err != nil {
			t.Fatal(err)
		}
		meanwhile := begun && len(done) == 0
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if meanwhile {
			t.Logf("a write was acknowledged while copy %d was under way", attempt+1)
			return
		}
	}
	t.Error("no write was acknowledged while a copy was under way")
}

func TestBackupRefusesWithAReason(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if _, err := database.Migrate(t.Context(), in("t.db"), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	foreign(t, in("foreign.db"))
	for _, name := range []string{"old.db", "stale.db-wal", "busy.db.partial", "empty.db"} {
		if err := os.WriteFile(in(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lockFile(t, in("busy.db.partial"))
	before := contents(t, dir)
	for _, tt := range []struct{ name, url, file, want string }{
		{"a file that exists", in("t.db"), in("old.db"), "old.db exists: choose a name that no file has"},
		{"the database itself", in("t.db"), in("t.db"), "t.db exists: choose a name that no file has"},
		{"a folder", in("t.db"), dir, "exists: choose a name that no file has"},
		{"a file that SQLite would take for the copy's", in("t.db"), in("stale.db"), "stale.db-wal exists: choose a name that no file has"},
		{"a copy under way", in("t.db"), in("busy.db"), "busy.db.partial exists: another backup is writing it"},
		{"a folder that is not there", in("t.db"), in("no/copy.db"), "the folder " + in("no") + " does not exist: create it"},
		{"no database", in("none.db"), in("copy.db"), "there is no database " + in("none.db") + "; set --database to the file that the server uses"},
		{"an empty database", in("empty.db"), in("copy.db"), "is empty; set --database"},
		{"another program's database", in("foreign.db"), in("copy.db"), "has tables of another program, such as invoices; set --database"},
		{"PostgreSQL", "postgres://user:secret@localhost/x", in("copy.db"), "back up a PostgreSQL database with pg_dump"},
	} {
		err := database.Backup(t.Context(), tt.url, tt.file, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Errorf("it changed the folder (-before +after)\n%s", diff)
	}
}

// TestBackupOfADamagedDatabaseLeavesNothing copies a database with a row that its table does not
// allow, which is copied without an error, and one with pages that cannot be read.
func TestBackupOfADamagedDatabaseLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, file string){
		"a row that its table does not allow": func(t *testing.T, file string) {
			t.Helper()
			databasetest.Execute(t, file, `CREATE TABLE notes (text text); INSERT INTO notes VALUES (NULL);
				PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE notes (text text NOT NULL)' WHERE name = 'notes'`)
		},
		"pages that cannot be read": func(t *testing.T, file string) {
			t.Helper()
			databasetest.Execute(t, file, `INSERT INTO accounts (name, name_key) VALUES (hex(zeroblob(20000)), 'x'); PRAGMA wal_checkpoint(TRUNCATE)`)
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			f, err := os.OpenFile(file, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			const page = 4096
			for at := int64(page); at < info.Size(); at += page {
				if _, err := f.WriteAt([]byte(strings.Repeat("\xff", 16)), at); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "t.db")
			if _, err := database.Migrate(t.Context(), file, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatal(err)
			}
			damage(t, file)
			if err := database.Backup(t.Context(), file, filepath.Join(dir, "copy.db"), nil); !dberr.IsCorrupt(err) {
				t.Errorf("got %v, want that it is damaged", err)
			}
			for name := range contents(t, dir) {
				if strings.HasPrefix(name, "copy.db") {
					t.Errorf("it left %s", name)
				}
			}
		})
	}
}

// lockFile locks a file as a backup does that is writing it, until the test ends.
func lockFile(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
}

// TestBackupsRemoveWhatKilledOnesLeave leaves files of other names, and one that is being written.
func TestBackupsRemoveWhatKilledOnesLeave(t *testing.T) {
	t.Parallel()
	f := open(t, databasetest.SQLiteURL(t))
	dir := t.TempDir()
	for _, name := range []string{"copy.db.partial", "a-1.db.partial", "a-2.db.partial", "b-1.db.partial", "a-3.db"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half of it"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lockFile(t, filepath.Join(dir, "a-2.db.partial"))
	err := database.Backup(t.Context(), f.URL, filepath.Join(dir, "copy.db"), func(name string) bool { return strings.HasPrefix(name, "a-") })
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(maps.Keys(contents(t, dir)))
	if diff := cmp.Diff([]string{"a-2.db.partial", "a-3.db", "b-1.db.partial", "copy.db"}, got); diff != "" {
		t.Errorf("(-want +left)\n%s", diff)
	}
}

// TestBackupsOfTheSameName run at the same time: one succeeds, and the others say why they do not.
func TestBackupsOfTheSameName(t *testing.T) {
	t.Parallel()
	f := open(t, databasetest.SQLiteURL(t))
	f.account("Demo")
	for range 5 {
		file := filepath.Join(t.TempDir(), "copy.db")
		var group sync.WaitGroup
		var done atomic.Int32
		for range 4 {
			group.Go(func() {
				err := database.Backup(t.Context(), f.URL, file, nil)
				switch {
				case err == nil:
					done.Add(1)
				case !strings.Contains(err.Error(), "exists: "):
					t.Error(err)
				}
			})
		}
		group.Wait()
		if done.Load() != 1 {
			t.Errorf("%d backups succeeded", done.Load())
		}
	}
}

func TestBackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	err := sqlite.CreateComplete(filepath.Join(dir, "copy.db"), nil, func(partial string) error {
		return errors.Join(os.WriteFile(partial, []byte("half of it"), 0o600), errTest)
	})
	if !errors.Is(err, errTest) {
		t.Errorf("got %v, want what went wrong", err)
	}
	if got := contents(t, dir); len(got) != 0 {
		t.Errorf("it left %q", got)
	}
}
