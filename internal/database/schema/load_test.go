package schema_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/database/schema"
)

// writeOfOlder are the statements of a write of the first version, in their order. CONTACT stands
// for an id.
var writeOfOlder = []string{
	`SELECT "id" FROM "contacts" WHERE "account_id" = 1 AND "id" = CONTACT FOR UPDATE`,
	`UPDATE "contacts" SET "version" = "version" + 1 WHERE "account_id" = 1 AND "id" = CONTACT`,
	`UPDATE "feeds" SET "seq" = "seq" + 1 WHERE "account_id" = 1`,
	`INSERT INTO "changes" ("account_id", "seq", "contact_id", "version", "kind", "actor_kind", "actor_id", "actor_name", "source", "at", "fields")
		SELECT 1, (SELECT "seq" FROM "feeds" WHERE "account_id" = 1), "id", "version", 'UPDATE', 'system', 0, '', 'IMPORT', now(), '[]'
		FROM "contacts" WHERE "account_id" = 1 AND "id" = CONTACT`,
}

// TestMigratingUnderLoad migrates databases of earlier versions while 16 clients write. No
// migration fails, and no write does; the slowest is logged. Half of the databases lack the
// migration that alters the change log before the counter, against the order of the writes.
func TestMigratingUnderLoad(t *testing.T) {
	t.Parallel()
	if os.Getenv("CONTACTGRAPH_TEST_ENGINE") != "postgres" {
		t.Skip("SQLite has one writer; with CONTACTGRAPH_TEST_ENGINE=postgres this runs")
	}
	const rounds, clients = 20, 16
	var slowest, total atomic.Int64
	files, err := schema.MigrationFiles("postgres")
	if err != nil {
		t.Fatal(err)
	}
	for round := range rounds {
		has := 2
		if round%2 == 1 {
			has = 1 + round/2%(len(files)-1)
		}
		url := databasetest.EmptyPostgres(t)
		c := databasetest.Connect(t, url)
		if err := schema.MigrateFirst(t.Context(), c, has); err != nil {
			t.Fatal(err)
		}
		databasetest.Execute(t, url, `INSERT INTO "accounts" ("name", "name_key") VALUES ('Demo', 'demo')`)
		databasetest.Execute(t, url, `INSERT INTO "feeds" ("seq", "account_id") VALUES (0, 1)`)
		databasetest.Execute(t, url, fmt.Sprintf(`INSERT INTO "contacts" ("secret", "registered_at", "registration_source", "registration_ip", "last_modified", "account_id")
			SELECT n::text, now(), '', '', now(), 1 FROM generate_series(1, %d) n`, clients))
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		db := raw(t, url)
		db.SetMaxOpenConns(clients)
		db.SetMaxIdleConns(clients)
		var writes atomic.Int64
		for i := range clients {
			writers.Go(func() {
				for ctx.Err() == nil {
					begin := time.Now()
					if err := writeAsOlder(t.Context(), db, i+1); err != nil {
						t.Errorf("a write: %v", err)
						return
					}
					writes.Add(1)
					total.Add(1)
					for took := int64(time.Since(begin)); ; {
						if old := slowest.Load(); took <= old || slowest.CompareAndSwap(old, took) {
							break
						}
					}
				}
			})
		}
		for writes.Load() < 4*clients && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		if _, err := schema.Migrate(t.Context(), c, slog.New(slog.DiscardHandler)); err != nil {
			t.Errorf("migrating a database that has %d files: %v", has, err)
		}
		stop()
		writers.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			break
		}
	}
	if !t.Failed() { // a row of the table of make test-faults; the last column is the slowest write
		t.Logf("RESULT|upgrade under load|%d|%d|0|%s", rounds, total.Load(), time.Duration(slowest.Load()).Round(time.Millisecond))
	}
}

// writeAsOlder writes a contact as a server of the first version does.
func writeAsOlder(ctx context.Context, db *sql.DB, contact int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, statement := range writeOfOlder {
		if _, err := tx.ExecContext(ctx, strings.ReplaceAll(statement, "CONTACT", strconv.Itoa(contact))); err != nil {
			return err
		}
	}
	return tx.Commit()
}
