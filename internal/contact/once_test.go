package contact_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/idempotencykey"
	"contactgraph/internal/contact"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

// keyed is ctx with an idempotency key for a request.
func keyed(ctx context.Context, key, request string) (context.Context, *contact.RequestKey) {
	k := must(contact.NewRequestKey([]string{key}, request))
	return contact.WithRequestKey(ctx, k), k
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
	gone := a.create(contact.Patch{contact.FirstName: "Ida"}, contact.Details{Membership: &a.segments})
	undone := must(a.update(a.agent, other.ID, contact.Patch{contact.LastName: "Ek"})).Change
	details := contact.Details{
		Properties: []contact.PropertyPatch{set(a.property(contact.NewProperty{Name: "p"}), "x")}, Logins: &[]contact.Login{{Name: "anna", Kind: "BLANK"}}, Membership: &a.segments,
	}
	tests := map[string]func(ctx context.Context) (any, error){
		"update": func(ctx context.Context) (any, error) {
			return a.update(ctx, c.ID, contact.Patch{contact.FirstName: "Eva"})
		},
		"details": func(ctx context.Context) (any, error) { return a.details(ctx, c.ID, details) },
		"create": func(ctx context.Context) (any, error) {
			return a.Create(ctx, contact.Create{RegistrationSource: "test", Details: contact.Details{Membership: &a.segments}})
		},
		"delete": func(ctx context.Context) (any, error) {
			return a.Delete(ctx, contact.Delete{ID: gone.ID, Lock: overwrite})
		},
		"undo": func(ctx context.Context) (any, error) { return a.Undo(ctx, idOf(undone)) },
		"all": func(ctx context.Context) (any, error) {
			return a.UpdateAll(ctx, []contact.Update{{ID: c.ID, Lock: overwrite}, {ID: other.ID, Lock: overwrite}})
		},
		"each": func(ctx context.Context) (any, error) {
			return a.UpdateEach(ctx, []contact.Update{{ID: c.ID, Lock: overwrite}, {ID: c.ID, Lock: overwrite}})
		},
		"store": func(ctx context.Context) (any, error) { return a.CreateStore(ctx, contact.Named{Name: "new"}) },
		"rename": func(ctx context.Context) (any, error) {
			return a.RenameSegment(ctx, contact.Named{ID: a.segments[2], Name: "new"})
		},
		"property": func(ctx context.Context) (any, error) {
			return a.CreateProperty(ctx, contact.NewProperty{Name: "new", Kind: "TEXT"})
		},
		"removal": func(ctx context.Context) (any, error) { return nil, a.DeleteStore(ctx, a.stores[2]) },
	}
	for name, do := range tests {
		ctx, key := keyed(a.admin, name, "the request")
		first, err := do(ctx)
		if err != nil || key.Replayed() {
			t.Errorf("%s: replayed %v, %v", name, key.Replayed(), err)
			continue
		}
		must(a.update(a.admin, c.ID, contact.Patch{contact.FirstName: "later"}))
		before := f.db.Dump()
		ctx, key = keyed(a.admin, name, "the request")
		again, err := do(ctx)
		if err != nil || !key.Replayed() {
			t.Errorf("%s again: replayed %v, %v", name, key.Replayed(), err)
		}
		if diff := cmp.Diff(shown(first), shown(again)); diff != "" {
			t.Errorf("%s (-first +again)\n%s", name, diff)
		}
		if diff := cmp.Diff(before, f.db.Dump()); diff != "" {
			t.Errorf("%s again: it changed the database (-before +after)\n%s", name, diff)
		}
		ctx, _ = keyed(a.admin, name, "another request")
		f.refused(name+" for another request", func() error { return whole(do(ctx)) }, "IDEMPOTENCY_KEY_REUSED")
	}
}

// whole is the error of a command, or of the items of a batch, which is the same for all.
func whole(v any, err error) error {
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
	ctx, _ := keyed(a.agent, "key", "request")
	f.refused("stale", func() error { return errOf(a.Update(ctx, contact.Update{ID: c.ID, Lock: expecting(9)})) }, "VERSION_CONFLICT")
	if r := must(a.Update(ctx, contact.Update{ID: c.ID, Lock: at(c)})); r.Contact.Version != 2 {
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
		ctx, key := keyed(who, "key", "request")
		must(a.update(ctx, c.ID, nil))
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
		ctx, _ := keyed(a.as(c), "key", "request")
		if _, err := f.setPassword(ctx, c.ID, new("new"), new("old")); err != nil {
			t.Error(err)
		}
	}
	if got := a.get(c.ID); got.Version != 2 || *got.PasswordHash != "hash of new" {
		t.Errorf("got version %d, %s", got.Version, *got.PasswordHash)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", strings.Repeat("x", 256), "a\x00b", "\xff"} {
		if _, err := contact.NewRequestKey([]string{key}, nil); !errors.Is(err, contact.ErrRequestKey) {
			t.Errorf("%q: %v", key, err)
		}
	}
	for _, given := range [][]string{nil, {"a", "b"}} {
		if _, err := contact.NewRequestKey(given, nil); !errors.Is(err, contact.ErrRequestKey) {
			t.Errorf("%q: %v", given, err)
		}
	}
	if _, err := contact.NewRequestKey([]string{strings.Repeat("x", 255)}, nil); err != nil {
		t.Error(err)
	}
}

// Many with one key at once: one is applied, and all have its outcome.
func TestRepeatsRace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	race(func(i int) {
		ctx, _ := keyed(a.agent, fmt.Sprint("key ", i%8), "request")
		if r, err := a.update(ctx, c.ID, nil); err != nil || r.Contact.Version != r.Change.Version {
			t.Errorf("%v, %v", r, err)
		}
		ctx, _ = keyed(a.agent, fmt.Sprint("create ", i%8), "request")
		if _, err := a.Create(ctx, contact.Create{RegistrationSource: fmt.Sprint("key ", i%8)}); err != nil {
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
