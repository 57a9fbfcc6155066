package database

import (
	"context"
	"strings"
	"testing"

	"contactgraph/internal/database/dialect"
)

// TestWithoutTracesNothingIsAllocated: reads and writes that are not traced cost nothing.
func TestWithoutTracesNothingIsAllocated(t *testing.T) {
	ctx := context.WithValue(t.Context(), t, t)
	batch := []*request{newRequest(ctx, nil, 1), newRequest(ctx, nil, 2)}
	steps := []dialect.Step{{Statement: `UPDATE "feeds" SET "seq" = 1`}}
	allocations := testing.AllocsPerRun(100, func() {
		same, span := beginSpan(ctx, "write")
		endSpan(span, nil)
		endSpan(beginStatement(same, "sqlite3", `SELECT "id" FROM "contacts"`), nil)
		endSpan(beginSteps(same, "sqlite3", "COMMIT", steps), nil)
		_, span = beginBatch(same, batch)
		endSpan(span, context.Canceled)
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		`SELECT "id" FROM "contacts" WHERE "account_id" = $1`: "SELECT contacts",
		`UPDATE "feeds" SET "seq" = "seq" + ?`:                "UPDATE feeds",
		`INSERT INTO "changes" ("id") VALUES ($1)`:            "INSERT changes",
		`DELETE FROM "search_terms" WHERE "account_id" = 1`:   "DELETE search_terms",
		`SELECT COUNT(*) FROM (SELECT 1 FROM "stores")`:       "SELECT stores",
		"SELECT `id` FROM `logins` WHERE `x` = ?":             "SELECT logins",
		"UPDATE `contacts` SET `version` = 1":                 "UPDATE contacts",
		`SELECT 1`:                                            "SELECT",
		`SAVEPOINT w`:                                         "SAVEPOINT",
		`COMMIT`:                                              "COMMIT",
	} {
		if got := summarize(statement); got != want {
			t.Errorf("%s: %q, want %q", statement, got, want)
		}
	}
}

func TestTextsOfQueriesAreBounded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"COMMIT": 6, strings.Repeat("(?), ", 1000): maxQueryText} {
		if got := queryText(text).Value.AsString(); len(got) != want || !strings.HasPrefix(text, got) {
			t.Errorf("%d bytes remain of %d, want %d", len(got), len(text), want)
		}
	}
}
