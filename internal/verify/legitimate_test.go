package verify_test

import (
	"fmt"
	"testing"
	"time"

	"contactgraph/ent/login"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/rekey"
	"contactgraph/internal/revision"
	"contactgraph/internal/verify"

	"pgregory.net/rapid"
)

// TestWhatIsNoDifference has states in which the log and the tables differ for a reason.
func TestWhatIsNoDifference(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(t *testing.T, f *fixture)
		partial int
		keys    verify.Keys
	}{
		{"the log begins at a random number", func(t *testing.T, f *fixture) {
			f.exec(t, "UPDATE changes SET seq = seq + 5000; UPDATE feeds SET seq = seq + 5000, start = 5000")
		}, 0, verify.KeysCompared},
		{"the database was restored", func(t *testing.T, f *fixture) {
			contacttest.Must(f.DB.Restored(t.Context()))
			contacttest.Must(f.OverwriteFields(f.Agent, f.full, field.Patch{field.LastName: "Ås"}))
			contacttest.Must(f.DB.Restored(t.Context()))
			f.NewContact(field.Patch{field.LastName: "Ek"})
		}, 0, verify.KeysCompared},
		{"the log begins after a restore", func(t *testing.T, f *fixture) {
			contacttest.Must(f.DB.Restored(t.Context()))
			contacttest.Must(f.OverwriteFields(f.Agent, f.full, field.Patch{field.LastName: "Ås"}))
			f.exec(t, "DELETE FROM changes WHERE seq <= 7; UPDATE feeds SET cut = 7 WHERE seq > 7")
		}, 2, verify.KeysCompared},
		{"the log begins after the creation of contacts", func(t *testing.T, f *fixture) {
			f.exec(t, "DELETE FROM changes WHERE seq <= 2; UPDATE feeds SET cut = 2 WHERE seq = 7")
			f.exec(t, "UPDATE contacts SET first_name = 'unknown', name_key = '' WHERE id = $full; DELETE FROM derivations")
		}, 1, verify.KeysPending},
		{"the log has nothing of a contact", func(t *testing.T, f *fixture) {
			f.exec(t, "DELETE FROM changes WHERE seq <= 3; UPDATE feeds SET cut = 3 WHERE seq = 7")
		}, 2, verify.KeysCompared},
		{"the forms are older", func(t *testing.T, f *fixture) {
			f.exec(t, "UPDATE derivations SET forms = forms - 1; UPDATE contacts SET email_key = 'old' WHERE id = $full")
		}, 0, verify.KeysPending},
		{"the forms are newer", func(t *testing.T, f *fixture) {
			f.exec(t, "UPDATE derivations SET forms = forms + 1; UPDATE contacts SET email_key = 'new' WHERE id = $full")
		}, 0, verify.KeysNewer},
		{"the keys are being computed", func(t *testing.T, f *fixture) {
			f.exec(t, "UPDATE derivations SET done = $full; UPDATE contacts SET email_key = 'old' WHERE id = $plain")
		}, 0, verify.KeysRunning},
		{"another contact has the key", func(t *testing.T, f *fixture) {
			id := f.NewContact(field.Patch{field.Email: "eve@example.com"}).ID
			contacttest.Must(f.OverwriteDetails(f.Agent, id, contact.Details{Logins: &[]field.Login{{Name: "eve", Kind: login.KindBlank}}}))
			f.exec(t, "UPDATE contacts SET email = 'ANN@example.com', email_key = 'old' WHERE id = "+fmt.Sprint(id))
			f.exec(t, "UPDATE logins SET name = 'ANN', name_key = 'old' WHERE name = 'eve'")
			f.exec(t, `DELETE FROM derivations`)
			f.exec(t, fmt.Sprintf(`DELETE FROM changes WHERE contact_id = %d; UPDATE feeds SET seq = seq - 2 WHERE seq = 9; UPDATE feeds SET cut = 1 WHERE seq = 7; DELETE FROM changes WHERE seq = 1`, id))
			contacttest.Must(f.keys.Run(t.Context(), rekey.Modified))
		}, 2, verify.KeysCompared},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			tt.change(t, f)
			found, all := f.verify(t)
			for _, d := range found {
				t.Error(d)
			}
			if all[0].Partial != tt.partial || all[0].Keys != tt.keys {
				t.Errorf("got %+v, want %d partial and %s", all[0], tt.partial, tt.keys)
			}
		})
	}
}

// TestRandomWritesVerify runs random commands, also the deletion of old changes, and finds no
// difference.
func TestRandomWritesVerify(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := []int{f.full, f.plain, f.gone, f.erased}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			f.randomWrite(rt, &ids)
		}
		found, _ := f.verify(t)
		for _, d := range found {
			rt.Error(d)
		}
	})
	if len(ids) < 10 {
		t.Errorf("only %d contacts were created", len(ids))
	}
}

var (
	texts  = []any{nil, "", "Ann", "ÅSA", "a\u030asa", "日本", "a'b\"c"}
	emails = []any{nil, "", "a@example.com", "A@EXAMPLE.COM", "å@example.com", "b@example.com", "c@example.com"}
	phones = []any{nil, "070-174 06 05", "+46701740605", "12", "x"}
	until  = []any{nil, time.Date(2026, 3, 1, 13, 0, 0, 123_456_700, time.FixedZone("", 3600))}
)

// randomWrite runs a command, which may fail: then it must change nothing.
func (f *fixture) randomWrite(rt *rapid.T, ids *[]int) {
	id := rapid.SampledFrom(*ids).Draw(rt, "contact")
	switch rapid.IntRange(0, 8).Draw(rt, "command") {
	case 0:
		r, err := f.Create(f.Agent, contact.Create{RegistrationSource: "x", Set: f.patch(rt), Details: f.details(rt)})
		if err == nil {
			*ids = append(*ids, r.Contact.ID)
		}
	case 1, 2:
		f.OverwriteFields(f.Agent, id, f.patch(rt))
	case 3, 4:
		f.OverwriteDetails(f.Agent, id, f.details(rt))
	case 5:
		f.Update(f.Agent, contact.Update{ID: id, Lock: contacttest.Overwrite, Password: &contact.PasswordChange{New: new("secret")}})
	case 6:
		if rapid.Bool().Draw(rt, "erase") && len(*ids) > 4 {
			f.Erase(f.Admin, id)
		} else {
			f.Delete(f.Agent, contact.Delete{ID: id, Lock: contacttest.Overwrite})
		}
	case 7:
		version := revision.Version(rapid.IntRange(1, 4).Draw(rt, "version"))
		f.Undo(f.Agent, revision.ChangeID{Contact: id, Version: version})
	default:
		if rapid.IntRange(0, 9).Draw(rt, "prune") == 0 {
			f.Prune(f.Admin, 20*time.Second)
		}
	}
}

func (f *fixture) patch(rt *rapid.T) field.Patch {
	p := field.Patch{}
	for _, drawn := range []struct {
		field  *field.Field
		values []any
	}{
		{field.Email, emails}, {field.Phone, phones}, {field.FirstName, texts}, {field.LastName, texts}, {field.PermissionSource, texts},
		{field.LimitPermanently, []any{true, false}}, {field.LimitUntil, until}, {field.PreferredStore, []any{nil, f.StoreIDs[0], f.StoreIDs[1]}},
		{field.Company, []any{nil, f.CompanyIDs[0]}},
	} {
		if rapid.IntRange(0, 2).Draw(rt, "given") == 0 {
			p[drawn.field] = rapid.SampledFrom(drawn.values).Draw(rt, drawn.field.Path)
		}
	}
	return p
}

func (f *fixture) details(rt *rapid.T) (d contact.Details) {
	some := func(name string) bool { return rapid.Bool().Draw(rt, name) }
	if some("properties") {
		d.Properties = []contact.PropertyPatch{contacttest.SetProperty(f.property,
			rapid.SliceOfN(rapid.SampledFrom([]string{"1", "x", "Zoë"}), 0, 3).Draw(rt, "values")...)}
	}
	if some("logins") {
		set := []field.Login{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "B", "c", "Å", "d"}), 0, 2, rapid.ID).Draw(rt, "names") {
			set = append(set, field.Login{Name: name, Kind: rapid.SampledFrom([]login.Kind{login.KindBlank, login.KindEmail}).Draw(rt, "kind")})
		}
		d.Logins = &set
	}
	if some("external ids") {
		set := []field.ExternalID{}
		for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "A", "1"}), 0, 2, rapid.ID).Draw(rt, "ids") {
			set = append(set, field.ExternalID{System: "crm", Value: id})
		}
		d.ExternalIDs = &set
	}
	if some("membership") {
		set := rapid.SliceOfNDistinct(rapid.SampledFrom(f.SegmentIDs), 0, 3, rapid.ID).Draw(rt, "segments")
		d.Membership = &set
	}
	return d
}
