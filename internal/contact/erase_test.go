package contact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"contactgraph/ent/auditentry"
	"contactgraph/ent/change"
	"contactgraph/ent/job"
	"contactgraph/ent/jobitem"
	"contactgraph/internal/audit"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// canary is in every value of the contact to erase.
const canary = "Kanarienvogel"

// newCanaryContact creates a contact that has the canary in all its current and previous values,
// written by several actors.
func newCanaryContact(t *testing.T, a *contacttest.Tenant) int {
	t.Helper()
	note := a.NewProperty(catalog.NewProperty{Name: "Note", Multiple: true})
	mark := func(n string) field.Patch {
		p := field.Patch{}
		for _, f := range contacttest.TextFields() {
			p[f] = canary + n
		}
		p[field.Email], p[field.PhoneCountryCode], p[field.Phone] = canary+n+"@example.com", "46", "7017406"+n
		return p
	}
	details := func(n string) contact.Details {
		return contact.Details{
			Properties: []contact.PropertyPatch{{Property: note, Values: []field.Value{{Value: canary + n, Description: new(canary)}}}},
			Logins:     &[]field.Login{{Name: canary + n, Kind: "BLANK"}}, Membership: &a.SegmentIDs, ExternalIDs: &[]field.ExternalID{{System: "crm", Value: canary + n}},
		}
	}
	c := contacttest.Must(a.Create(a.Agent, contact.Create{
		RegistrationSource: canary, RegistrationIP: canary, Set: mark("05"), Details: details("05"), Password: &contact.PasswordChange{New: new(canary)},
	})).Contact
	keyed, _ := a.WithKey("key", canary)
	contacttest.Must(keyed.OverwriteFields(a.Agent, c.ID, mark("06")))
	keyed, _ = a.WithKey("key", canary)
	contacttest.Must(keyed.OverwriteFields(a.AsCustomer(c), c.ID, field.Patch{field.FirstName: canary + "07"}))
	contacttest.Must(a.OverwriteDetails(a.Agent, c.ID, details("06")))
	return c.ID
}

// An erased contact leaves nothing: in no table, no result and, after a vacuum, no byte of the
// file.
func TestErasedContactLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, deleted := range []bool{false, true} {
		f := contacttest.New(t)
		a := f.Demo
		id := newCanaryContact(t, a)
		secret := a.MustGet(id).Secret
		if deleted {
			contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: id, Lock: contacttest.Overwrite}))
		}
		paths := func() (list []string) {
			for _, row := range a.MustHistory(a.Agent, id, query.MaxPage) {
				for _, c := range row.Fields {
					list = append(list, c.Path)
				}
			}
			return list
		}
		before, beforeRows := paths(), len(a.Log())
		if n := strings.Count(f.DB.Dump(), canary); n < 20 {
			t.Fatalf("the canary is only %d times in the database", n)
		}
		signedIn(a, id)
		imported(a, id)
		r := contacttest.Must(f.Erase(a.Admin, id))
		if r.Contact != nil || r.Change.Kind != change.KindERASE {
			t.Errorf("erasing gives %v, %s", r.Contact, r.Change.Kind)
		}
		if diff := cmp.Diff(before, paths()); diff != "" || len(a.Log()) != beforeRows+1 {
			t.Errorf("the paths in the log (-before +after)\n%s", diff)
		}
		entry := f.DB.Client().AuditEntry.Query().Where(auditentry.Action(string(audit.ContactErased))).OnlyX(a.Admin)
		if entry.SubjectID == nil || *entry.SubjectID != id || entry.SubjectName != nil {
			t.Errorf("the audit log has %v", entry)
		}
		dump := f.DB.Dump()
		for _, trace := range []string{canary, strings.ToLower(canary), "70174060", secret, "203.0.113.77"} {
			if strings.Contains(dump, trace) {
				t.Errorf("%q is in the database:\n%s", trace, dump)
			}
		}
		if n := f.DB.Client().IdempotencyKey.Query().CountX(a.Agent); n != 0 {
			t.Errorf("%d keys of writes of the contact are left", n)
		}
		checkFile(t, f.DB, secret)
	}
}

// imported records that a job was to write the contact.
func imported(a *contacttest.Tenant, id int) {
	a.T.Helper()
	text := json.RawMessage(`{"set": {"firstName": "` + canary + `"}}`)
	err := a.DB.Write(viewer.NewSystemContext(a.T.Context(), a.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		row, err := tx.Ent.Job.Create().SetKind(job.KindIMPORT).SetState(job.StateAPPLIED).SetActorKind(viewer.ActorUser).SetActorID(1).
			SetActorName("Ada").SetOptions(json.RawMessage("{}")).SetCounts(map[string]int{}).SetCreatedAt(contacttest.Start).
			SetUpdatedAt(contacttest.Start).Save(ctx)
		if err != nil {
			return err
		}
		return tx.Ent.JobItem.Create().SetJobID(row.ID).SetNumber(1).SetAction(jobitem.ActionUPDATE).SetContactID(id).
			SetContent(text).SetErrors(text).SetChanges([]revision.FieldChange{{Path: "firstName", Old: canary, New: canary}}).Exec(ctx)
	})
	if err != nil {
		a.T.Fatal(err)
	}
}

// signedIn records that the contact has signed in from an address.
func signedIn(a *contacttest.Tenant, id int) {
	a.T.Helper()
	who := viewer.Viewer{Account: a.Account, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: id}, Address: netip.MustParseAddr("203.0.113.77")}
	err := a.DB.Write(viewer.NewSystemContext(a.T.Context(), a.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		unknown := viewer.Viewer{Account: a.Account, Address: who.Address}
		failed := audit.Entry{Action: audit.SignInFailed, Name: a.Passwords.Owner(a.Account, id)}
		return errors.Join(audit.Record(ctx, tx.Ent, who, contacttest.Start, audit.Entry{Action: audit.SignedIn}),
			audit.Record(ctx, tx.Ent, unknown, contacttest.Start, failed))
	})
	if err != nil {
		a.T.Fatal(err)
	}
}

// checkFile searches the bytes of a SQLite database.
func checkFile(t *testing.T, db *databasetest.DB, secret string) {
	t.Helper()
	if databasetest.Postgres() {
		return // its files are in the operator's hands
	}
	if _, err := db.Raw().ExecContext(t.Context(), "VACUUM"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Raw().ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	files := contacttest.Must(filepath.Glob(db.URL + "*"))
	if len(files) == 0 {
		t.Fatal("no file")
	}
	for _, file := range files {
		content := bytes.ToLower(contacttest.Must(os.ReadFile(file)))
		for _, trace := range []string{canary, secret} {
			if bytes.Contains(content, bytes.ToLower([]byte(trace))) {
				t.Errorf("%q is in %s", trace, filepath.Base(file))
			}
		}
	}
}

func TestEraseFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	id := newCanaryContact(t, a)
	named := contacttest.Must(a.OverwriteFields(a.Agent, id, field.Patch{field.FirstName: "Eva"})).Change
	deleted := contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: id, Lock: contacttest.Overwrite})).Change
	f.WantErrors("an agent", func() error { return contacttest.ErrOf(f.Erase(a.Agent, id)) }, "FORBIDDEN")
	f.WantErrors("a customer", func() error { return contacttest.ErrOf(f.Erase(a.AsCustomerID(id), id)) }, "FORBIDDEN")
	f.WantErrors("another account", func() error { return contacttest.ErrOf(f.Erase(f.Other.Admin, id)) }, "NOT_FOUND")
	f.WantErrors("what never was", func() error { return contacttest.ErrOf(f.Erase(a.Admin, 999)) }, "NOT_FOUND")
	erased := contacttest.Must(f.Erase(a.Admin, id)).Change
	f.WantErrors("twice", func() error { return contacttest.ErrOf(f.Erase(a.Admin, id)) }, "NOT_FOUND")
	f.WantErrors("undoing its deletion", func() error { return contacttest.ErrOf(a.Undo(a.Agent, changeID(deleted))) }, "INVALID")
	f.WantErrors("undoing its erasure", func() error { return contacttest.ErrOf(a.Undo(a.Agent, changeID(erased))) }, "INVALID")
	f.WantErrors("undoing a change", func() error { return contacttest.ErrOf(a.Undo(a.Agent, changeID(named))) }, "NOT_FOUND")
	if c, err := a.AsOf(a.Agent, id, 1); err == nil {
		t.Errorf("its past shows %v", c)
	}
}

// A contact can be erased even if all its changes have been pruned from the log.
func TestEraseAfterPruning(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c, deleted := a.NewContact(field.Patch{field.FirstName: "Anna"}), a.NewContact(nil)
	contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: deleted.ID, Lock: contacttest.Overwrite}))
	f.Advance(48 * time.Hour)
	contacttest.Must(0, f.Prune(t.Context(), 24*time.Hour))
	if r := contacttest.Must(a.Erase(a.Admin, c.ID)); r.Change.Version != c.Version+1 || r.Change.Kind != change.KindERASE {
		t.Errorf("got %v", r.Change)
	}
	for _, id := range []int{c.ID, deleted.ID} {
		f.WantErrors("again, or a contact without a trace", func() error { return contacttest.ErrOf(a.Erase(a.Admin, id)) }, "NOT_FOUND")
	}
}
