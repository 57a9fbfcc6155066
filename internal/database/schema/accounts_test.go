package schema_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/dberr"
	"contactgraph/internal/viewer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// TestDatabaseRefusesALinkBetweenAccounts bypasses ent and the rules: the composite foreign keys
// are the last defence.
func TestDatabaseRefusesALinkBetweenAccounts(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t)
	mine, theirs := addRows(t, db, "Demo"), addRows(t, db, "Other")
	writer := databasetest.Connect(t, db.URL).Writer
	tests := []struct {
		name   string
		insert string
		args   func(r rows) []any
	}{
		{"the store that a contact prefers", "UPDATE contacts SET preferred_store_id = $1 WHERE id = $2",
			func(r rows) []any { return []any{r.store, mine.contact} }},
		{"the store that registered a contact", "UPDATE contacts SET registration_store_id = $1 WHERE id = $2",
			func(r rows) []any { return []any{r.store, mine.contact} }},
		{"the company of a contact", "UPDATE contacts SET company_id = $1 WHERE id = $2",
			func(r rows) []any { return []any{r.company, mine.contact} }},
		{"the segment of a membership", "INSERT INTO memberships (account_id, contact_id, segment_id) VALUES ($1, $2, $3)",
			func(r rows) []any { return []any{mine.account, mine.contact, r.segment} }},
		{"the contact of a membership", "INSERT INTO memberships (account_id, contact_id, segment_id) VALUES ($1, $2, $3)",
			func(r rows) []any { return []any{mine.account, r.contact, mine.segment} }},
		{"the contact of a login", "INSERT INTO logins (account_id, contact_id, name, name_key, type) VALUES ($1, $2, 'x', 'x', 'BLANK')",
			func(r rows) []any { return []any{mine.account, r.contact} }},
		{"the contact of a value", "INSERT INTO property_values (account_id, contact_id, property_id, position, value) VALUES ($1, $2, $3, 0, 'x')",
			func(r rows) []any { return []any{mine.account, r.contact, mine.property} }},
		{"the property of a value", "INSERT INTO property_values (account_id, contact_id, property_id, position, value) VALUES ($1, $2, $3, 0, 'x')",
			func(r rows) []any { return []any{mine.account, mine.contact, r.property} }},
		{"the contact of a search term", "INSERT INTO search_terms (account_id, contact_id, kind, term) VALUES ($1, $2, 'name', 'x')",
			func(r rows) []any { return []any{mine.account, r.contact} }},
		{"the contact of a session", "INSERT INTO sessions (account_id, contact_id, token_hash, expires_at) VALUES ($1, $2, 'x', '2026-03-01T00:00:00Z')",
			func(r rows) []any { return []any{mine.account, r.contact} }},
		{"the user of a session", "INSERT INTO sessions (account_id, user_id, token_hash, expires_at) VALUES ($1, $2, 'x', '2026-03-01T00:00:00Z')",
			func(r rows) []any { return []any{mine.account, r.user} }},
	}
	for _, tt := range tests {
		if err := try(t, writer, tt.insert, tt.args(theirs)...); !dberr.IsForeignKey(err) {
			t.Errorf("%s: got %v, want that a foreign key failed", tt.name, err)
		}
		if err := try(t, writer, tt.insert, tt.args(mine)...); err != nil {
			t.Errorf("%s, within the account: %v", tt.name, err)
		}
	}
}

// try runs a statement and undoes it.
func try(t *testing.T, db *sql.DB, statement string, args ...any) error {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	_, err = tx.ExecContext(t.Context(), statement, args...)
	return err
}

// rows are the ids of one row of each kind.
type rows struct{ account, store, company, segment, property, contact, user int }

// addRows adds an account with one row of each kind.
func addRows(t *testing.T, db *databasetest.DB, name string) rows {
	t.Helper()
	r := rows{account: db.Account(name)}
	err := db.Write(viewer.NewSystemContext(t.Context(), r.account), 0, func(ctx context.Context, tx *database.Tx) error {
		r.store = tx.Ent.Store.Create().SetName("North").SaveX(ctx).ID
		r.company = tx.Ent.Company.Create().SetName("Example").SaveX(ctx).ID
		r.segment = tx.Ent.Segment.Create().SetName("News").SaveX(ctx).ID
		r.property = tx.Ent.Property.Create().SetName("Note").SetNameKey("note").SetKind("TEXT").SaveX(ctx).ID
		r.user = tx.Ent.User.Create().SetLogin("x").SetLoginKey("x").SetName("x").SetRole("AGENT").SetPasswordHash("x").SaveX(ctx).ID
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		r.contact = tx.Ent.Contact.Create().SetSecret("x").SetRegisteredAt(now).SetRegistrationSource("x").SetRegistrationIP("").
			SetLastModified(now).SaveX(ctx).ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
