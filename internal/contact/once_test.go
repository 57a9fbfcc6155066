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
	"contactgraph/internal/contact/field"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

// keyed returns the tenant whose commands have an idempotency key of a request.
func (a *tenant) keyed(key, request string) (*tenant, *idempotency.Key) {
	k := must(idempotency.NewKey([]string{key}, request))
	f := &fixture{
		Commands: a.Commands.WithKey(k), Queries: a.Queries, Catalog: a.Catalog.WithKey(k), Changes: a.Changes, db: a.db, t: a.t,
	}
	keyed := *a
	keyed.fixture = f
	return &keyed, k
}

// shown is what can be seen of an outcome, as JSON.
func shown(v any) string {
	var all []any
	switch v := v.(type) {
	case *contact.Result:
		row := v.Change
		var fields any // as the log gives them back
		if err := json.Unmarshal(must(json.Marshal(row.Fields)), &fields); err != nil {
			panic(err)
		}
		all = append(all, v.Contact.Version, revision.FormatTime(v.Contact.LastModified), byPathOf(v.Contact), idOf(row).String(), row.Seq, row.Kind,
			row.Source, row.ActorName, revision.FormatTime(row.At), row.Undoes, fields)
	case []contact.Outcome:
		for _, o := range v {
			all = append(all, shown(o.Result))
		}
	default:
		all = append(all, v)
	}
	return string(must(json.MarshalIndent(all, "", " ")))
}

// byPathOf are the fields of a contact.
func byPathOf(c *ent.Contact) map[string]any {
	p := portrait(c)
	delete(p, "properties") // which most commands do not read
	delete(p, "membership")
	delete(p, "logins")
	return p
}

// Every command that is repeated under its key gives the first outcome, and does nothing.
func TestRepeatsFindTheFirstOutcome(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c, other := a.create(a.everything()), a.create(nil)
	gone := a.create(field.Patch{field.FirstName: "Ida"}, contact.Details{Membership: &a.segments})
	undone := must(a.update(a.agent, other.ID, field.Patch{field.LastName: "Ek"})).Change
	details := contact.Details{
		Properties: []contact.PropertyPatch{set(a.property(catalog.NewProperty{Name: "p"}), "x")}, Logins: &[]field.Login{{Name: "anna", Kind: "BLANK"}}, Membership: &a.segments,
	}
	tests := map[string]func(a *tenant) (any, error){
		"update": func(a *tenant) (any, error) {
			return a.update(a.admin, c.ID, field.Patch{field.FirstName: "Eva"})
		},
		"details": func(a *tenant) (any, error) { return a.details(a.admin, c.ID, details) },
		"create": func(a *tenant) (any, error) {
			return a.Create(a.admin, contact.Create{RegistrationSource: "test", Details: contact.Details{Membership: &a.segments}})
		},
		"delete": func(a *tenant) (any, error) {
			return a.Delete(a.admin, contact.Delete{ID: gone.ID, Lock: overwrite})
		},
		"undo": func(a *tenant) (any, error) { return a.Undo(a.admin, idOf(undone)) },
		"all": func(a *tenant) (any, error) {
			return a.UpdateAll(a.admin, []contact.Update{{ID: c.ID, Lock: overwrite}, {ID: other.ID, Lock: overwrite}})
		},
		"each": func(a *tenant) (any, error) {
			return a.UpdateEach(a.admin, []contact.Update{{ID: c.ID, Lock: overwrite}, {ID: c.ID, Lock: overwrite}})
		},
		"store": func(a *tenant) (any, error) { return a.CreateStore(a.admin, catalog.Entry{Name: "new"}) },
		"rename": func(a *tenant) (any, error) {
			return a.RenameSegment(a.admin, catalog.Entry{ID: a.segments[2], Name: "new"})
		},
		"property": func(a *tenant) (any, error) {
			return a.CreateProperty(a.admin, catalog.NewProperty{Name: "new", Kind: "TEXT"})
		},
		"removal": func(a *tenant) (any, error) { return nil, a.DeleteStore(a.admin, a.stores[2]) },
	}
	for name, do := range tests {
		keyed, key := a.keyed(name, "the request")
		first, err := do(keyed)
		if err != nil || key.Replayed() {
			t.Errorf("%s: replayed %v, %v", name, key.Replayed(), err)
			continue
		}
		must(a.update(a.admin, c.ID, field.Patch{field.FirstName: "later"}))
		before := f.db.Dump()
		keyed, key = a.keyed(name, "the request")
		again, err := do(keyed)
		if err != nil || !key.Replayed() {
			t.Errorf("%s again: replayed %v, %v", name, key.Replayed(), err)
		}
		if diff := cmp.Diff(shown(first), shown(again)); diff != "" {
			t.Errorf("%s (-first +again)\n%s", name, diff)
		}
		if diff := cmp.Diff(before, f.db.Dump()); diff != "" {
			t.Errorf("%s again: it changed the database (-before +after)\n%s", name, diff)
		}
		keyed, _ = a.keyed(name, "another request")
		f.refused(name+" for another request", func() error { return WithRelations(do(keyed)) }, "IDEMPOTENCY_KEY_REUSED")
	}
}

// whole is the error of a command, or of the items of a batch, which is the same for all.
func WithRelations(v any, err error) error {
	if outcomes, ok := v.([]contact.Outcome); ok && err == nil {
		return outcomes[0].Err()
	}
	return err
}

func TestWhatIsRefusedIsNotKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	keyed, _ := a.keyed("key", "request")
	f.refused("stale", func() error { return errOf(keyed.Update(a.agent, contact.Update{ID: c.ID, Lock: expecting(9)})) }, "VERSION_CONFLICT")
	if r := must(keyed.Update(a.agent, contact.Update{ID: c.ID, Lock: at(c)})); r.Contact.Version != 2 {
		t.Errorf("got %v", r.Contact)
	}
}

// A key is its actor's own, and a day long.
func TestKeysAreOfOneActorAndExpire(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	write := func(who context.Context) bool {
		keyed, key := a.keyed("key", "request")
		must(keyed.update(who, c.ID, nil))
		return key.Replayed()
	}
	for _, who := range []context.Context{a.admin, a.agent, a.as(c)} {
		if write(who) {
			t.Error("another actor's key was found")
		}
		if !write(who) {
			t.Error("an actor's own key was not found")
		}
	}
	f.forward(24 * time.Hour)
	if write(a.agent) {
		t.Error("a key was found after a day")
	}
	if n := f.db.Client().IdempotencyKey.Query().Where(idempotencykey.ActorID(2)).CountX(a.agent); n != 1 {
		t.Errorf("%d keys are kept of the agent", n)
	}
}

// The current password that a repeat sends is not current any more, and nothing of passwords is in the key.
func TestPasswordIsChangedOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := must(a.Create(a.agent, contact.Create{RegistrationSource: "test", Password: &contact.PasswordChange{New: new("old")}})).Contact
	for range 2 {
		keyed, _ := a.keyed("key", "request")
		if _, err := keyed.setPassword(a.as(c), c.ID, new("new"), new("old")); err != nil {
			t.Error(err)
		}
	}
	if got := a.get(c.ID); got.Version != 2 || *got.PasswordHash != "hash of new" {
		t.Errorf("got version %d, %s", got.Version, *got.PasswordHash)
	}
}

// Many with one key at once: one is applied, and all have its outcome.
func TestRepeatsRace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	race(func(i int) {
		keyed, _ := a.keyed(fmt.Sprint("key ", i%8), "request")
		if r, err := keyed.update(a.agent, c.ID, nil); err != nil || r.Contact.Version != r.Change.Version {
			t.Errorf("%v, %v", r, err)
		}
		keyed, _ = a.keyed(fmt.Sprint("create ", i%8), "request")
		if _, err := keyed.Create(a.agent, contact.Create{RegistrationSource: fmt.Sprint("key ", i%8)}); err != nil {
			t.Error(err)
		}
	})
	if got := a.get(c.ID).Version; got != 9 {
		t.Errorf("8 keys raised the version to %d", got)
	}
	if n := f.db.Client().Contact.Query().CountX(a.agent); n != 9 {
		t.Errorf("8 keys made %d contacts", n-1)
	}
}
