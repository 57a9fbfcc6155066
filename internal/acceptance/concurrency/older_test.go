package concurrency

import (
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// olderTables are the statements that turn the tables into those of the version before.
const olderTables = `
	DROP TABLE job_keys; DROP TABLE job_chunks; DROP TABLE job_items; DROP TABLE jobs; ALTER TABLE changes DROP COLUMN job_id;
	DROP INDEX change_deletions; ALTER TABLE clocks DROP COLUMN version_floor; ALTER TABLE feeds DROP COLUMN start; DROP TABLE derivations; DROP INDEX contact_without_email_key; DROP INDEX contact_without_phone_key;
	DROP TABLE external_ids; DROP INDEX property_account_id_api_name;
	ALTER TABLE properties DROP COLUMN api_name; ALTER TABLE api_keys DROP COLUMN trusted_only;
	DROP TABLE password_resets; DROP INDEX auditentry_account_id_actor_kind_actor_id_at;
	DROP INDEX company_account_id_number; DROP INDEX company_account_id_parent_id; DROP INDEX company_account_id_primary_contact_id;
	ALTER TABLE companies DROP COLUMN number; ALTER TABLE companies DROP COLUMN email_domains; ALTER TABLE companies DROP COLUMN logo;
	ALTER TABLE companies DROP COLUMN parent_id; ALTER TABLE companies DROP COLUMN primary_contact_id; ALTER TABLE companies DROP COLUMN last_modified;
	ALTER TABLE properties DROP COLUMN label; DROP INDEX store_account_id_number;
	ALTER TABLE stores DROP COLUMN number; ALTER TABLE stores DROP COLUMN phone; ALTER TABLE stores DROP COLUMN address;
	ALTER TABLE stores DROP COLUMN zip_code; ALTER TABLE stores DROP COLUMN city; ALTER TABLE stores DROP COLUMN email;
	ALTER TABLE stores DROP COLUMN json_string; ALTER TABLE stores DROP COLUMN last_modified;
	ALTER TABLE changes DROP COLUMN merged;
	DROP TABLE duplicate_keys; DROP TABLE duplicate_pairs; DROP TABLE duplicate_profiles; DROP TABLE duplicate_states;
	DELETE FROM schema_revisions WHERE description IN ('derivations', 'external_ids', 'password_resets', 'audit_actor', 'catalog_columns', 'restored', 'deletions', 'jobs', 'merged_contacts', 'duplicates');
	DELETE FROM search_terms WHERE contact_id IN (7, 8);
	UPDATE contacts SET email = 'Zoë@bücher.example', email_key = 'Zoë@bücher.example', phone = 'tel:+46-70-1749941', phone_country_code = NULL,
		phone_key = 'tel:+46-70-1749941' WHERE id = 7;
	UPDATE contacts SET email = 'Zoë@xn--bcher-kva.example', email_key = 'zoë@xn--bcher-kva.example' WHERE id = 8;`

// TestServerOnAnOlderDatabase starts a server on a database of the version before, in which
// contacts have other keys. When it is ready, they are found by those of this version, and it has
// reported which contact has no key because of another one. What a server of that version writes
// later is found after the next start.
func TestServerOnAnOlderDatabase(t *testing.T) {
	t.Parallel()
	harness.OnSelected(t, serveOlder)
}

func serveOlder(t *testing.T, e harness.Engine) {
	s := harness.Start(t, harness.NewDatabase(t, e), 20)
	s.Stop()
	for statement := range strings.SplitSeq(olderTables, ";") {
		if strings.TrimSpace(statement) != "" {
			harness.RunSQL(t, s.Database, statement)
		}
	}
	s = harness.Start(t, s.Database, 20)
	wantFound := func(id, lookup string) {
		t.Helper()
		type contact struct{ ID string }
		found := harness.Query[contact](s, harness.APIKey("demo-agent"), "{ "+lookup+" { id } }", nil)
		if want := harness.Query[contact](s, harness.APIKey("demo-agent"), `{ contact(id: "`+id+`") { id } }`, nil); found != want {
			t.Errorf("%s found %v, want %v", lookup, found, want)
		}
	}
	wantFound("7", `contactByEmail(email: "ZOË@XN--BCHER-KVA.example")`)
	wantFound("7", `contactByPhone(phone: "070-174 99 41", phoneCountryCode: "46")`)
	for _, want := range []string{"migration applied", "another contact has it", "contact_id=8 owner_id=7"} {
		if !strings.Contains(s.Log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, s.Log)
		}
	}
	s.Stop()
	harness.RunSQL(t, s.Database, "UPDATE contacts SET email = 'later\u200b@example.com', email_key = 'later\u200b@example.com', "+
		"last_modified = (SELECT max(last_modified) FROM contacts) WHERE id = 9")
	s = harness.Start(t, s.Database, 20)
	wantFound("9", `contactByEmail(email: "later@example.com")`)
}
