package databasetest_test

import (
	"context"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// TestHandWrittenStatementsAreRecorded shows that the statements that package database runs after
// the functions of its writes are recorded, too.
func TestHandWrittenStatementsAreRecorded(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t)
	account := db.Account("Demo")
	ctx := viewer.NewSystemContext(t.Context(), account)
	ran := db.Statements(func() {
		err := db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
			tx.AppendChange(&ent.Change{
				AccountID: account, ContactID: 7, Version: 1, Kind: change.KindUPDATE, Source: change.SourceIMPORT,
				ActorKind: viewer.ActorSystem, Fields: []revision.FieldChange{},
			})
			return tx.ReserveID(ctx, "contacts", 7)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	want := []string{"UPDATE `feeds`", "INSERT INTO `changes`"}
	if databasetest.Postgres() {
		want = append([]string{"SELECT setval("}, want...) // it moves a sequence, which belongs to no account
	}
	if len(ran) != len(want) {
		t.Fatalf("ran %q, want %q …", ran, want)
	}
	for i, statement := range ran {
		if !strings.HasPrefix(statement, want[i]) {
			t.Errorf("ran %q, want %q …", statement, want[i])
		}
	}
	for _, statement := range ran[len(ran)-2:] {
		without := strings.ReplaceAll(statement, "`account_id`", "`id`")
		if databasetest.Stray(statement) != "" || databasetest.Stray(without) == "" {
			t.Errorf("Stray does not see the account: %s", statement)
		}
	}
}
