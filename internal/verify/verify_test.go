package verify_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/rekey"
	"contactgraph/internal/verify"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// fixture is a database with a contact that has something of everything, one that was deleted, and
// one that was erased.
type fixture struct {
	*contacttest.Tenant

	raw                       *sql.DB
	keys                      *rekey.Service
	full, plain, gone, erased int
	property                  int
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Tenant: contacttest.New(t).Demo}
	f.raw = f.DB.Raw()
	t.Cleanup(func() { f.raw.Close() })
	f.keys = rekey.New(f.DB, f.Now, f.Logger)
	f.property = f.NewProperty(catalog.NewProperty{Name: "Size", Multiple: true})
	f.full = contacttest.Must(f.Create(f.Agent, contact.Create{
		RegistrationSource: "test", RegistrationStore: &f.StoreIDs[0], Password: &contact.PasswordChange{New: new("secret")},
		Set: field.Patch{
			field.Email: "Ann@example.com", field.FirstName: "Ann", field.LastName: "Ek", field.PhoneCountryCode: "46", field.Phone: "0701740605",
			field.LimitPermanently: true, field.LimitUntil: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), field.PreferredStore: f.StoreIDs[1],
			field.Company: f.CompanyIDs[0], field.PermissionSource: "form",
		},
		Details: contact.Details{
			Properties: []contact.PropertyPatch{contacttest.SetProperty(f.property, "1", "2")}, Logins: &[]field.Login{{Name: "Ann", Kind: login.KindBlank}},
			ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "7"}}, Membership: &[]int{f.SegmentIDs[0]},
		},
	})).Contact.ID
	contacttest.Must(f.OverwriteFields(f.Agent, f.full, field.Patch{field.LastName: "Ek-Berg"}))
	f.plain = f.NewContact(field.Patch{field.Email: "bo@example.com"}).ID
	f.gone = f.NewContact(field.Patch{field.Email: "cy@example.com"}).ID
	contacttest.Must(f.Delete(f.Agent, contact.Delete{ID: f.gone, Lock: contacttest.Overwrite}))
	f.erased = f.NewContact(field.Patch{field.Email: "di@example.com"}).ID
	contacttest.Must(f.Erase(f.Admin, f.erased))
	contacttest.Must(f.keys.Run(t.Context(), rekey.Outdated))
	return f
}

// verify returns the differences and the summaries of both accounts.
func (f *fixture) verify(t *testing.T) (found []verify.Difference, all []verify.Summary) {
	t.Helper()
	r, err := database.OpenReader(t.Context(), f.DB.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all, err = verify.Run(t.Context(), r, verify.Options{Found: func(d verify.Difference) { found = append(found, d) }})
	if err != nil {
		t.Fatal(err)
	}
	return found, all
}

// exec runs statements, in which the names of the fixture stand for ids.
func (f *fixture) exec(t *testing.T, statement string) {
	t.Helper()
	for name, id := range map[string]int{"$full": f.full, "$plain": f.plain, "$gone": f.gone, "$erased": f.erased, "$store": f.StoreIDs[2]} {
		statement = strings.ReplaceAll(statement, name, fmt.Sprint(id))
	}
	for one := range strings.SplitSeq(statement, "; ") {
		if _, err := f.raw.ExecContext(t.Context(), one); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
	}
}

func TestNothingIsFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	found, all := f.verify(t)
	for _, d := range found {
		t.Error(d)
	}
	want := verify.Summary{ID: f.Account, Name: "demo", Contacts: 2, Changes: 7, Keys: verify.KeysCompared, Complete: true}
	if len(all) != 2 || all[0] != want {
		t.Errorf("got %+v, want %+v first", all, want)
	}
}

// TestDamageIsFound damages rows by statements, and expects a difference at the path.
func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, statement string
		want            string // the paths, with the contact
	}{
		{"an email address", "UPDATE contacts SET email = 'x@example.com' WHERE id = $full", "$full email, $full emailKey, $full searchTerms"},
		{"an email address in another case", "UPDATE contacts SET email = 'ann@example.com' WHERE id = $full", "$full email"},
		{"a name", "UPDATE contacts SET first_name = NULL WHERE id = $full", "$full firstName, $full nameKey, $full searchTerms"},
		{"a phone number", "UPDATE contacts SET phone = '0701740606' WHERE id = $full", "$full phone, $full phoneKey, $full searchTerms"},
		{"a country code", "UPDATE contacts SET phone_country_code = '47' WHERE id = $full", "$full phoneCountryCode, $full phoneKey, $full searchTerms"},
		{"a flag", "UPDATE contacts SET limit_mails_permanently = false WHERE id = $full", "$full limitMailsPermanently"},
		{"a time", "UPDATE contacts SET limit_mails_temporarily_until = NULL WHERE id = $full", "$full limitMailsTemporarilyUntil"},
		{"a reference", "UPDATE contacts SET preferred_store_id = $store WHERE id = $full", "$full preferredStoreId"},
		{"a company", "UPDATE contacts SET company_id = NULL WHERE id = $full", "$full companyId"},
		{"a source", "UPDATE contacts SET latest_permission_source = 'x' WHERE id = $full", "$full latestPermissionSource"},
		{"a secret", "UPDATE contacts SET secret = 'x' WHERE id = $full", "$full secret"},
		{"a registration", "UPDATE contacts SET registration_source = 'x', registration_ip = 'x' WHERE id = $full", "$full registrationIp, $full registrationSource"},
		{"the store of a registration", "UPDATE contacts SET registration_store_id = NULL WHERE id = $full", "$full registrationStoreId"},
		{"the time of a registration", "UPDATE contacts SET registered_at = last_modified WHERE id = $full", "$full registrationDateTime"},
		{"a version", "UPDATE contacts SET version = version + 1 WHERE id = $full", "$full version"},
		{"a time of the last write", "UPDATE contacts SET last_modified = registered_at WHERE id = $full", "$full lastModified"},
		{"a lost password", "UPDATE contacts SET password_hash = NULL WHERE id = $full", "$full password"},
		{"a password", "UPDATE contacts SET password_hash = 'x' WHERE id = $plain", "$plain password"},
		{"a contact", "DELETE FROM sessions WHERE contact_id = $plain; DELETE FROM search_terms WHERE contact_id = $plain; DELETE FROM contacts WHERE id = $plain", "$plain contact"},
		{"a contact that was deleted", "INSERT INTO contacts (id, account_id, secret, version, registered_at, registration_source, registration_ip, last_modified, name_key, limit_mails_permanently) SELECT $gone, account_id, 'x', 3, registered_at, '', '', last_modified, '', false FROM contacts WHERE id = $full", "$gone contact"},
		{"a property", "UPDATE property_values SET value = '3' WHERE contact_id = $full AND position = 1", "$full properties.P"},
		{"a description", "UPDATE property_values SET description = '' WHERE contact_id = $full AND position = 1", "$full properties.P"},
		{"a property without values", "DELETE FROM property_values WHERE contact_id = $full", "$full properties.P"},
		{"the type of a login", "UPDATE logins SET type = 'EMAIL' WHERE contact_id = $full", "$full logins"},
		{"a login", "DELETE FROM logins WHERE contact_id = $full", "$full logins"},
		{"the key of a login", "UPDATE logins SET name_key = 'x' WHERE contact_id = $full", "$full loginKeys"},
		{"a login that is hidden by none", "UPDATE logins SET name_key = '\u20601' WHERE contact_id = $full", "$full loginKeys"},
		{"an external id", "UPDATE external_ids SET value = '8' WHERE contact_id = $full", "$full externalIds"},
		{"a segment", "DELETE FROM memberships WHERE contact_id = $full", "$full membership"},
		{"a segment too many", "INSERT INTO memberships (account_id, contact_id, segment_id) SELECT account_id, $plain, segment_id FROM memberships", "$plain membership"},
		{"a key", "UPDATE contacts SET email_key = 'x' WHERE id = $full", "$full emailKey"},
		{"a lost key", "UPDATE contacts SET phone_key = NULL WHERE id = $full", "$full phoneKey"},
		{"an order", "UPDATE contacts SET name_key = '' WHERE id = $full", "$full nameKey"},
		{"a search term", "DELETE FROM search_terms WHERE contact_id = $full AND kind = 'name'", "$full searchTerms"},
		{"a search term too many", "INSERT INTO search_terms (account_id, contact_id, kind, term) SELECT account_id, id, 'name', 'x' FROM contacts WHERE id = $plain", "$plain searchTerms"},
		{"a lost change", "DELETE FROM changes WHERE contact_id = $full AND version = 1", "0 log.sequence, $full log.version"},
		{"the last change", "DELETE FROM changes WHERE contact_id = $full AND version = 2", "0 log.sequence, $full lastModified, $full lastName, $full version"},
		{"all changes of a contact", "DELETE FROM changes WHERE contact_id = $full", "0 log.sequence, $full log"},
		{"a counter", "UPDATE feeds SET seq = seq + 1", "0 log.sequence, 0 log.sequence"},
		{"a value in the log", "UPDATE changes SET fields = '[{\"path\":\"lastName\",\"old\":\"Ek\",\"new\":\"Berg\"}]' WHERE contact_id = $full AND version = 2", "$full lastName"},
		{"an old value in the log", "UPDATE changes SET fields = '[{\"path\":\"lastName\",\"old\":\"E\",\"new\":\"Ek-Berg\"}]' WHERE contact_id = $full AND version = 2", "$full lastName"},
		{"values of an erased contact", "UPDATE changes SET fields = '[{\"path\":\"lastName\",\"old\":null,\"new\":\"Berg\"}]' WHERE contact_id = $erased AND version = 1", "$erased log"},
		{"a kind of change", "UPDATE changes SET kind = 'UPDATE' WHERE contact_id = $gone AND version = 2", "$gone contact"},
	}
	f := newFixture(t)
	f.save(t)
	for _, tt := range tests {
		f.exec(t, tt.statement)
		found, _ := f.verify(t)
		var got []string
		for _, d := range found {
			got = append(got, fmt.Sprint(d.Contact, " ", d.Path))
			if text := d.String(); strings.Contains(text, "hash") || d.Path == field.PathSecret && !strings.Contains(text, `"***"`) {
				t.Errorf("%s: %s", tt.name, text)
			}
		}
		slices.Sort(got)
		want := f.paths(tt.want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, want)
		}
		f.restore(t)
	}
	if found, _ := f.verify(t); len(found) > 0 {
		t.Errorf("after all: %v", found)
	}
}

// paths returns the wanted paths with the ids of the contacts, sorted.
func (f *fixture) paths(text string) []string {
	for name, id := range map[string]int{"$full": f.full, "$plain": f.plain, "$gone": f.gone, "$erased": f.erased} {
		text = strings.ReplaceAll(text, name, fmt.Sprint(id))
	}
	text = strings.ReplaceAll(text, "properties.P", field.PropertyPath(f.property))
	all := strings.Split(text, ", ")
	slices.Sort(all)
	return all
}

// saved are the tables that the statements change, in the order of their references.
var saved = []string{"contacts", "property_values", "logins", "external_ids", "memberships", "search_terms", "changes", "feeds"}

// save copies the tables.
func (f *fixture) save(t *testing.T) {
	t.Helper()
	for _, table := range saved {
		f.exec(t, "CREATE TABLE saved_"+table+" AS SELECT * FROM "+table)
	}
}

// restore gives the tables the rows that save has copied.
func (f *fixture) restore(t *testing.T) {
	t.Helper()
	for _, table := range slices.Backward(saved) {
		f.exec(t, "DELETE FROM "+table)
	}
	for _, table := range saved {
		f.exec(t, "INSERT INTO "+table+" SELECT * FROM saved_"+table)
	}
}
