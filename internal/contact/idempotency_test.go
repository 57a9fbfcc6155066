package contact_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/idempotencykey"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

// outcomeJSON returns what a client can see of an outcome, as JSON.
func outcomeJSON(v any) string {
	var all []any
	switch v := v.(type) {
	case *contact.Result:
		row := v.Change
		var fields any // as read from the log
		if err := json.Unmarshal(contacttest.Must(json.Marshal(row.Fields)), &fields); err != nil {
			panic(err)
		}
		all = append(all, v.Contact.Version, revision.FormatTime(v.Contact.LastModified), fieldValues(v.Contact), changeID(row).String(), row.Seq, row.Kind,
			row.Source, row.ActorName, revision.FormatTime(row.At), row.Undoes, fields)
	case []contact.Outcome:
		for _, o := range v {
			all = append(all, outcomeJSON(o.Result))
		}
	default:
		all = append(all, v)
	}
	return string(contacttest.Must(json.MarshalIndent(all, "", " ")))
}

// fieldValues returns the fields of a contact.
func fieldValues(c *ent.Contact) map[string]any {
	p := contactState(c)
	delete(p, "properties") // most commands do not read these
	delete(p, "membership")
	delete(p, "logins")
	delete(p, "externalIds")
	return p
}

// A command that is repeated under its key returns the first outcome and writes nothing.
func TestRepeatsReturnTheFirstOutcome(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c, other := a.NewContact(everyField(a)), a.NewContact(nil)
	deleted := a.NewContact(field.Patch{field.FirstName: "Ida"}, contact.Details{Membership: &a.SegmentIDs})
	undone := contacttest.Must(a.OverwriteFields(a.Agent, other.ID, field.Patch{field.LastName: "Ek"})).Change
	details := contact.Details{
		Properties: []contact.PropertyPatch{contacttest.SetProperty(a.NewProperty(catalog.NewProperty{Name: "p"}), "x")}, Logins: &[]field.Login{{Name: "anna", Kind: "BLANK"}}, Membership: &a.SegmentIDs,
	}
	tests := map[string]func(a *contacttest.Tenant) (any, error){
		"update": func(a *contacttest.Tenant) (any, error) {
			return a.OverwriteFields(a.Admin, c.ID, field.Patch{field.FirstName: "Eva"})
		},
		"details": func(a *contacttest.Tenant) (any, error) { return a.OverwriteDetails(a.Admin, c.ID, details) },
		"create": func(a *contacttest.Tenant) (any, error) {
			return a.Create(a.Admin, contact.Create{RegistrationSource: "test", Details: contact.Details{Membership: &a.SegmentIDs}})
		},
		"delete": func(a *contacttest.Tenant) (any, error) {
			return a.Delete(a.Admin, contact.Delete{ID: deleted.ID, Lock: contacttest.Overwrite})
		},
		"undo": func(a *contacttest.Tenant) (any, error) { return a.Undo(a.Admin, changeID(undone)) },
		"all": func(a *contacttest.Tenant) (any, error) {
			return a.UpdateAll(a.Admin, []contact.Update{{ID: c.ID, Lock: contacttest.Overwrite}, {ID: other.ID, Lock: contacttest.Overwrite}})
		},
		"each": func(a *contacttest.Tenant) (any, error) {
			return a.UpdateEach(a.Admin, []contact.Update{{ID: c.ID, Lock: contacttest.Overwrite}, {ID: c.ID, Lock: contacttest.Overwrite}})
		},
		"create all": func(a *contacttest.Tenant) (any, error) {
			return a.RunAll(a.Admin, []contact.Command{contact.Create{RegistrationSource: "one"}, contact.Create{RegistrationSource: "two"}})
		},
		"upsert each": func(a *contacttest.Tenant) (any, error) {
			u := contact.Upsert{Match: contact.Match{Email: new("upserted@example.com")}, Create: contact.Create{Set: field.Patch{field.FirstName: "Anna"}}}
			return a.RunEach(a.Admin, []contact.Command{u, u})
		},
		"store": func(a *contacttest.Tenant) (any, error) { return a.CreateStore(a.Admin, catalog.Entry{Name: "new"}) },
		"rename": func(a *contacttest.Tenant) (any, error) {
			return a.RenameSegment(a.Admin, catalog.Entry{ID: a.SegmentIDs[2], Name: "new"})
		},
		"property": func(a *contacttest.Tenant) (any, error) {
			return a.CreateProperty(a.Admin, catalog.NewProperty{Name: "new", Kind: "TEXT"})
		},
		"removal": func(a *contacttest.Tenant) (any, error) { return nil, a.DeleteStore(a.Admin, a.StoreIDs[2]) },
	}
	for name, do := range tests {
		keyed, key := a.WithKey(name, "the request")
		first, err := do(keyed)
		if err != nil || key.Replayed() {
			t.Errorf("%s: replayed %v, %v", name, key.Replayed(), err)
			continue
		}
		contacttest.Must(a.OverwriteFields(a.Admin, c.ID, field.Patch{field.FirstName: "later"}))
		before := f.DB.Dump()
		keyed, key = a.WithKey(name, "the request")
		again, err := do(keyed)
		if err != nil || !key.Replayed() {
			t.Errorf("%s again: replayed %v, %v", name, key.Replayed(), err)
		}
		if diff := cmp.Diff(outcomeJSON(first), outcomeJSON(again)); diff != "" {
			t.Errorf("%s (-first +again)\n%s", name, diff)
		}
		if diff := cmp.Diff(before, f.DB.Dump()); diff != "" {
			t.Errorf("%s again: it changed the database (-before +after)\n%s", name, diff)
		}
		keyed, _ = a.WithKey(name, "another request")
		f.WantErrors(name+" for another request", func() error { return outcomeErr(do(keyed)) }, "IDEMPOTENCY_KEY_REUSED")
	}
}

// outcomeErr returns the error of a command, or that of the items of a batch, which is the same for
// all.
func outcomeErr(v any, err error) error {
	if outcomes, ok := v.([]contact.Outcome); ok && err == nil {
		return outcomes[0].Err()
	}
	return err
}

func TestFailuresAreNotStored(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	keyed, _ := a.WithKey("key", "request")
	f.WantErrors("stale", func() error {
		return contacttest.ErrOf(keyed.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.ExpectVersion(9)}))
	}, "VERSION_CONFLICT")
	if r := contacttest.Must(keyed.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.ExpectVersionOf(c)})); r.Contact.Version != 2 {
		t.Errorf("got %v", r.Contact)
	}
}

// A key belongs to its actor and expires after a day.
func TestKeysBelongToOneActorAndExpire(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	write := func(who context.Context) bool {
		keyed, key := a.WithKey("key", "request")
		contacttest.Must(keyed.OverwriteFields(who, c.ID, nil))
		return key.Replayed()
	}
	for _, who := range []context.Context{a.Admin, a.Agent, a.AsCustomer(c)} {
		if write(who) {
			t.Error("another actor's key was found")
		}
		if !write(who) {
			t.Error("an actor's own key was not found")
		}
	}
	f.Advance(24 * time.Hour)
	if write(a.Agent) {
		t.Error("a key was found after a day")
	}
	if n := f.DB.Client().IdempotencyKey.Query().Where(idempotencykey.ActorID(2)).CountX(a.Agent); n != 1 {
		t.Errorf("%d keys of the agent are stored", n)
	}
}

// A repeat sends a current password that is no longer current. The key contains nothing of
// passwords.
func TestPasswordIsChangedOnce(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := contacttest.Must(a.Create(a.Agent, contact.Create{RegistrationSource: "test", Password: &contact.PasswordChange{New: new("old")}})).Contact
	for range 2 {
		keyed, _ := a.WithKey("key", "request")
		if _, err := setPassword(a.AsCustomer(c), keyed.Commands, c.ID, new("new"), new("old")); err != nil {
			t.Error(err)
		}
	}
	if got := a.MustGet(c.ID); got.Version != 2 || *got.PasswordHash != "hash of new" {
		t.Errorf("got version %d, %s", got.Version, *got.PasswordHash)
	}
}

// Of concurrent requests with one key, one is applied, and all get its outcome.
func TestRepeatsRace(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	runConcurrently(func(i int) {
		keyed, _ := a.WithKey(fmt.Sprint("key ", i%8), "request")
		if r, err := keyed.OverwriteFields(a.Agent, c.ID, nil); err != nil || r.Contact.Version != r.Change.Version {
			t.Errorf("%v, %v", r, err)
		}
		keyed, _ = a.WithKey(fmt.Sprint("create ", i%8), "request")
		if _, err := keyed.Create(a.Agent, contact.Create{RegistrationSource: fmt.Sprint("key ", i%8)}); err != nil {
			t.Error(err)
		}
	})
	if got := a.MustGet(c.ID).Version; got != 9 {
		t.Errorf("8 keys raised the version to %d", got)
	}
	if n := f.DB.Client().Contact.Query().CountX(a.Agent); n != 9 {
		t.Errorf("8 keys created %d contacts", n-1)
	}
}
