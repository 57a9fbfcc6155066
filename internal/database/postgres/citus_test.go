package postgres_test

import (
	"database/sql"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/database/schema"

	"github.com/google/go-cmp/cmp"
)

// unspread are the tables that are not distributed by account, and why.
var unspread = map[string]string{
	"attempts":         "an address belongs to no account, and stays on the coordinator",
	"used_states":      "the state of a sign-in belongs to no account, and stays on the coordinator",
	"password_resets":  "a request may name an account that does not exist: they stay on the coordinator",
	"accounts":         "these are the tenants: every server has all of them",
	"api_keys":         "a key is looked up before the account is known: every server has all of them",
	"clocks":           "it is about the servers, and stays on the coordinator",
	"schema_revisions": "it is about the tables, and stays on the coordinator",
}

// unready finds what keeps the tables of a PostgreSQL database from being distributed by
// account_id: what Citus would refuse, and what would allow a row of one account to refer to a row
// of another. It reads PostgreSQL's catalogue, so it checks the result of the migrations, not
// ent/schema.
const unready = `
	WITH ours AS ( -- the tables, and whether their rows are spread by account
		SELECT c.oid, c.relname AS name, c.relname::text <> ALL ($1::text[]) AS spread
		FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
	), account AS (
		SELECT attrelid AS oid, attnum FROM pg_attribute WHERE attname = 'account_id'
	)
	-- Each server checks a unique key for its own rows. It must begin with the account.
	SELECT o.name || ': the unique index ' || i.indexrelid::regclass || ' does not begin with account_id'
	FROM pg_index i JOIN ours o ON o.oid = i.indrelid LEFT JOIN account a USING (oid)
	WHERE i.indisunique AND o.spread AND i.indkey[0] IS DISTINCT FROM a.attnum
	UNION ALL
	SELECT o.name || ': has no primary key'
	FROM ours o WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = o.oid AND i.indisprimary)
	UNION ALL
	SELECT o.name || ': the exclusion constraint ' || c.conname || ' cannot be checked'
	FROM pg_constraint c JOIN ours o ON o.oid = c.conrelid WHERE c.contype = 'x'
	UNION ALL
	-- A foreign key can be checked only if both rows are on one server.
	SELECT o.name || ': the foreign key ' || c.conname || ' does not begin with account_id on both sides'
	FROM pg_constraint c JOIN ours o ON o.oid = c.conrelid JOIN ours r ON r.oid = c.confrelid
	LEFT JOIN account a ON a.oid = o.oid LEFT JOIN account ra ON ra.oid = r.oid
	WHERE c.contype = 'f' AND o.spread
	AND (c.conkey[1] IS DISTINCT FROM a.attnum OR r.spread AND c.confkey[1] IS DISTINCT FROM ra.attnum)
	UNION ALL
	SELECT o.name || ': the foreign key ' || c.conname || ' leads from a table that is on every server to one that is not'
	FROM pg_constraint c JOIN ours o ON o.oid = c.conrelid JOIN ours r ON r.oid = c.confrelid
	WHERE c.contype = 'f' AND r.spread AND NOT o.spread
	UNION ALL
	SELECT o.name || ': the foreign key ' || c.conname || ' would set account_id'
	FROM pg_constraint c JOIN ours o ON o.oid = c.conrelid
	WHERE c.contype = 'f' AND (c.confdeltype IN ('n', 'd') OR c.confupdtype IN ('n', 'd', 'c'))
	UNION ALL
	-- Each server assigns ids from a range of its own, for which they need 64 bits.
	SELECT o.name || ': the identity ' || t.attname || ' is no bigint'
	FROM pg_attribute t JOIN ours o ON o.oid = t.attrelid WHERE t.attidentity <> '' AND t.atttypid <> 'bigint'::regtype
	UNION ALL
	SELECT o.name || ': the trigger ' || t.tgname || ' cannot be kept'
	FROM pg_trigger t JOIN ours o ON o.oid = t.tgrelid WHERE NOT t.tgisinternal
	UNION ALL
	SELECT o.name || ': account_id may be null'
	FROM ours o LEFT JOIN account a USING (oid) LEFT JOIN pg_attribute t ON t.attrelid = o.oid AND t.attnum = a.attnum
	WHERE o.spread AND NOT coalesce(t.attnotnull, false)
	ORDER BY 1`

// TestTablesCanBeDistributed checks that Citus could distribute the tables.
func TestTablesCanBeDistributed(t *testing.T) {
	t.Parallel()
	c := databasetest.Connect(t, databasetest.EmptyPostgres(t))
	if _, err := schema.Migrate(t.Context(), c, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, statement, want string }{
		{"the tables as they are", "SELECT", ""},
		{"a primary key without the account", "CREATE TABLE notes (id bigint PRIMARY KEY, account_id bigint NOT NULL)",
			"notes: the unique index notes_pkey does not begin with account_id"},
		{"a primary key with the account behind", "CREATE TABLE notes (id bigint, account_id bigint, PRIMARY KEY (id, account_id))",
			"notes: the unique index notes_pkey does not begin with account_id"},
		{"a table without an account", "CREATE TABLE notes (id bigint PRIMARY KEY)",
			"notes: account_id may be null\nnotes: the unique index notes_pkey does not begin with account_id"},
		{"an account that may be null", "ALTER TABLE stores DROP CONSTRAINT stores_pkey CASCADE, ALTER account_id DROP NOT NULL",
			"stores: account_id may be null\nstores: has no primary key"},
		{"a unique index without the account", "CREATE UNIQUE INDEX email ON contacts (email_key)",
			"contacts: the unique index email does not begin with account_id"},
		{"a unique index of an expression", "CREATE UNIQUE INDEX email ON contacts ((account_id + 0), email_key)",
			"contacts: the unique index email does not begin with account_id"},
		{"a unique constraint without the account", "ALTER TABLE logins ADD UNIQUE (name_key)",
			"logins: the unique index logins_name_key_key does not begin with account_id"},
		{"an exclusion", "ALTER TABLE logins ADD EXCLUDE USING btree (name_key WITH =)",
			"logins: the exclusion constraint logins_name_key_excl cannot be checked"},
		{"a foreign key without the account", "ALTER TABLE logins ADD CONSTRAINT fk FOREIGN KEY (contact_id) REFERENCES accounts (id)",
			"logins: the foreign key fk does not begin with account_id on both sides"},
		{"a foreign key that crosses the columns", `CREATE UNIQUE INDEX crossed ON stores (id, account_id);
			ALTER TABLE contacts ADD CONSTRAINT fk FOREIGN KEY (account_id, company_id) REFERENCES stores (id, account_id)`,
			"contacts: the foreign key fk does not begin with account_id on both sides\nstores: the unique index crossed does not begin with account_id"},
		{"a foreign key from a table that is everywhere", `ALTER TABLE api_keys ADD contact_id bigint;
			ALTER TABLE api_keys ADD CONSTRAINT fk FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, id)`,
			"api_keys: the foreign key fk leads from a table that is on every server to one that is not"},
		{"SET NULL", "ALTER TABLE logins ADD CONSTRAINT fk FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, id) ON DELETE SET NULL",
			"logins: the foreign key fk would set account_id"},
		{"SET DEFAULT", "ALTER TABLE logins ADD CONSTRAINT fk FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, id) ON DELETE SET DEFAULT",
			"logins: the foreign key fk would set account_id"},
		{"ON UPDATE CASCADE", "ALTER TABLE logins ADD CONSTRAINT fk FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, id) ON UPDATE CASCADE",
			"logins: the foreign key fk would set account_id"},
		{"an identity of 32 bits", "ALTER TABLE logins ADD COLUMN n integer GENERATED ALWAYS AS IDENTITY",
			"logins: the identity n is no bigint"},
		{"a trigger", "CREATE TRIGGER tick BEFORE UPDATE ON logins FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
			"logins: the trigger tick cannot be kept"},
	} {
		if diff := cmp.Diff(tt.want, strings.Join(obstacles(t, c.Writer, tt.statement), "\n")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

// obstacles returns what unready finds after the statement, which is undone.
func obstacles(t *testing.T, db *sql.DB, statement string) []string {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	rows, err := tx.QueryContext(t.Context(), unready, slices.Collect(maps.Keys(unspread)))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
