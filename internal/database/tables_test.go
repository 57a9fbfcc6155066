package database

import (
	"context"
	"strings"
	"testing"

	"contactgraph/ent/migrate"
	"contactgraph/internal/dberr"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
)

// withoutAccount names the keys that need not begin with account_id, and why.
var withoutAccount = map[string]string{
	"api_keys primary key":       "a key is looked up before the account is known",
	"api_keys apikey_token_hash": "the same",
	"accounts":                   "it is the tenant itself",
}

// TestKeysBeginWithTheAccount is what lets the database itself refuse a link between accounts, and be distributed by them.
func TestKeysBeginWithTheAccount(t *testing.T) {
	t.Parallel()
	for _, d := range []string{dialect.SQLite, dialect.Postgres} {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			for _, table := range tablesOf(t, d) {
				for key, columns := range keysOf(d, table) {
					if withoutAccount[table.Name] != "" || withoutAccount[table.Name+" "+key] != "" {
						continue
					}
					if columns[0].Name != accountColumn {
						t.Errorf("%s: %s begins with %s", table.Name, key, columns[0].Name)
					}
				}
			}
		})
	}
}

// keysOf returns the columns of each key of the table by name. On SQLite the primary key is left out: id is the rowid.
func keysOf(d string, table *schema.Table) map[string][]*schema.Column {
	keys := map[string][]*schema.Column{}
	if d != dialect.SQLite {
		keys["primary key"] = table.PrimaryKey
	}
	for _, i := range table.Indexes {
		if i.Unique {
			keys[i.Name] = i.Columns
		}
	}
	for _, fk := range table.ForeignKeys {
		keys[fk.Symbol] = fk.Columns
		if fk.RefTable.Name != accountsTable {
			keys[fk.Symbol+" as referred to"] = fk.RefColumns
		}
	}
	for _, c := range table.Columns {
		if c.Unique {
			keys["column "+c.Name] = []*schema.Column{c}
		}
	}
	return keys
}

func TestEveryReferenceHasAKeyToReferTo(t *testing.T) {
	t.Parallel()
	for _, d := range []string{dialect.SQLite, dialect.Postgres} {
		for _, table := range tablesOf(t, d) {
			for _, fk := range table.ForeignKeys {
				if fk.RefTable.Name != accountsTable && !hasKey(fk.RefTable, fk.RefColumns) {
					t.Errorf("%s: %s refers to %s, which has no such key", d, fk.Symbol, fk.RefTable.Name)
				}
			}
		}
	}
}

func hasKey(table *schema.Table, columns []*schema.Column) bool {
	names := func(cs []*schema.Column) string {
		var all []string
		for _, c := range cs {
			all = append(all, c.Name)
		}
		return strings.Join(all, ",")
	}
	if names(table.PrimaryKey) == names(columns) {
		return true
	}
	for _, i := range table.Indexes {
		if i.Unique && names(i.Columns) == names(columns) {
			return true
		}
	}
	return false
}

func TestTablesLeavesEntsOwnAsTheyAre(t *testing.T) {
	t.Parallel()
	before := tablesOf(t, dialect.SQLite)
	tablesOf(t, dialect.Postgres)
	for i, table := range tablesOf(t, dialect.SQLite) {
		if len(table.Indexes) != len(before[i].Indexes) || len(table.PrimaryKey) != 1 || len(migrate.Tables[i].PrimaryKey) != 1 {
			t.Errorf("%s has changed", table.Name)
		}
	}
}

// TestDatabaseRefusesALinkBetweenAccounts goes past ent and the rules: the composite foreign keys are the last line.
func TestDatabaseRefusesALinkBetweenAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	mine, theirs := f.rows(demo), f.rows(other)
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
		if err := f.try(tt.insert, tt.args(theirs)...); !dberr.IsForeignKey(err) {
			t.Errorf("%s: got %v, want that a foreign key failed", tt.name, err)
		}
		if err := f.try(tt.insert, tt.args(mine)...); err != nil {
			t.Errorf("%s, within the account: %v", tt.name, err)
		}
	}
}

// try runs a statement and undoes it.
func (f *fixture) try(statement string, args ...any) error {
	f.t.Helper()
	tx, err := f.engine.writer.BeginTx(f.t.Context(), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	defer tx.Rollback()
	_, err = tx.ExecContext(f.t.Context(), statement, args...)
	return err
}

// rows are the ids of one row of each kind.
type rows struct{ account, store, company, segment, property, contact, user int }

// rows makes one row of each kind in the context's account.
func (f *fixture) rows(ctx context.Context) rows {
	f.t.Helper()
	v, _ := viewer.FromContext(ctx)
	r := rows{account: v.Account}
	err := f.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		r.store = tx.Ent.Store.Create().SetName("North").SaveX(ctx).ID
		r.company = tx.Ent.Company.Create().SetName("Example").SaveX(ctx).ID
		r.segment = tx.Ent.Segment.Create().SetName("News").SaveX(ctx).ID
		r.property = tx.Ent.Property.Create().SetName("Note").SetNameKey("note").SetKind("TEXT").SaveX(ctx).ID
		r.user = tx.Ent.User.Create().SetLogin("x").SetLoginKey("x").SetName("x").SetRole("AGENT").SetPasswordHash("x").SaveX(ctx).ID
		now := logRow(ctx, 0, 0).At
		r.contact = tx.Ent.Contact.Create().SetSecret("x").SetRegisteredAt(now).SetRegistrationSource("x").SetRegistrationIP("").
			SetLastModified(now).SaveX(ctx).ID
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}
