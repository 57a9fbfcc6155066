package contact_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"contactgraph/internal/authz"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"

	"github.com/google/go-cmp/cmp"
)

type batchFunc = func(context.Context, []contact.Update) ([]contact.Outcome, error)

// outcomeCodes returns the errors of each outcome, as in contacttest.CodesOf.
func outcomeCodes(t *testing.T, outcomes []contact.Outcome, err error) (list [][]string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if (o.Result == nil) != (len(o.Errors) > 0) {
			t.Errorf("both a result %v and errors %v", o.Result, o.Errors)
		}
		list = append(list, contacttest.CodesOf(o.Errors))
	}
	return list
}

func TestUpdateAllIsAllOrNothing(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	one, two := a.NewContact(field.Patch{field.Email: "one@example.com"}), a.NewContact(field.Patch{field.Email: "two@example.com"})
	name := field.Patch{field.FirstName: "Eva"}
	tests := []struct {
		name    string
		updates []contact.Update
		want    [][]string
	}{
		{"one is stale", []contact.Update{{ID: one.ID, Lock: contacttest.ExpectVersionOf(one), Set: name}, {ID: two.ID, Lock: contacttest.ExpectVersion(9), Set: name}},
			[][]string{{"NOT_APPLIED"}, {"VERSION_CONFLICT"}}},
		{"one is not there", []contact.Update{{ID: 999, Lock: contacttest.Overwrite}, {ID: two.ID, Lock: contacttest.ExpectVersionOf(two), Set: name}}, [][]string{{"NOT_FOUND"}, {"NOT_APPLIED"}}},
		{"all errors are reported", []contact.Update{
			{ID: one.ID, Lock: contacttest.ExpectVersion(9), Set: field.Patch{field.PreferredStore: 999}}, {ID: two.ID, Set: field.Patch{field.LimitPermanently: nil}},
		}, [][]string{{"VERSION_CONFLICT", "STORE_NOT_FOUND preferredStoreId"}, {"REQUIRED expectedVersion", "REQUIRED limitMailsPermanently"}}},
		{"both want one address", []contact.Update{
			{ID: one.ID, Lock: contacttest.ExpectVersionOf(one), Set: field.Patch{field.Email: "new@example.com"}}, {ID: two.ID, Lock: contacttest.ExpectVersionOf(two), Set: field.Patch{field.Email: "NEW@example.com"}},
		}, [][]string{{"NOT_APPLIED"}, {"EMAIL_TAKEN email"}}},
		{"one wants what the other keeps", []contact.Update{
			{ID: one.ID, Lock: contacttest.ExpectVersionOf(one), Set: field.Patch{field.Email: "two@example.com"}}, {ID: two.ID, Lock: contacttest.ExpectVersionOf(two), Set: name},
		}, [][]string{{"EMAIL_TAKEN email"}, {"NOT_APPLIED"}}},
		{"one contact twice", []contact.Update{{ID: one.ID, Lock: contacttest.ExpectVersionOf(one), Set: name}, {ID: one.ID, Lock: contacttest.ExpectVersionOf(one)}}, [][]string{{"NOT_APPLIED"}, {"DUPLICATE"}}},
	}
	for _, tt := range tests {
		before := f.DB.Dump()
		outcomes, err := f.UpdateAll(a.Agent, tt.updates)
		if diff := cmp.Diff(tt.want, outcomeCodes(t, outcomes, err)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(before, f.DB.Dump()); diff != "" {
			t.Errorf("%s: it changed the database\n%s", tt.name, diff)
		}
	}
}

// The contacts of one call can exchange keys, and the others keep theirs.
func TestUpdateAllSwapsKeys(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	ids := make([]int, 4)
	for i := range ids {
		ids[i] = a.NewContact(field.Patch{field.Email: fmt.Sprint(i, "@example.com"), field.PhoneCountryCode: "46", field.Phone: fmt.Sprint("70174060", i)}).ID
	}
	email := func(i, from int) contact.Update {
		return contact.Update{ID: ids[i], Lock: contacttest.Overwrite, Set: field.Patch{field.Email: fmt.Sprint(from, "@example.com")}}
	}
	for round := range 3 {
		outcomes, err := f.UpdateAll(a.Agent, []contact.Update{
			email(0, (1+round)%3), email(1, (2+round)%3), email(2, (0+round)%3),
			{ID: ids[3], Lock: contacttest.Overwrite, Set: field.Patch{field.Phone: fmt.Sprint("70174061", round)}},
		})
		if diff := cmp.Diff([][]string{{}, {}, {}, {}}, outcomeCodes(t, outcomes, err)); diff != "" {
			t.Fatalf("round %d\n%s", round, diff)
		}
		for i, from := range []int{(1 + round) % 3, (2 + round) % 3, (0 + round) % 3} {
			found := contacttest.Must(a.ByEmail(a.Agent, fmt.Sprint(from, "@example.com")))
			if found == nil || found.ID != ids[i] || *found.Email != *found.EmailKey {
				t.Errorf("round %d: the address %d is found at %v, not at %d", round, from, found, ids[i])
			}
			if found := contacttest.Must(a.ByPhone(a.Agent, "46", fmt.Sprint("70174060", i))); found == nil || found.ID != ids[i] {
				t.Errorf("round %d: the number of %d is found at %v", round, ids[i], found)
			}
		}
	}
	handed, err := f.UpdateAll(a.Agent, []contact.Update{
		{ID: ids[0], Lock: contacttest.Overwrite, Set: field.Patch{field.Email: nil}},
		{ID: ids[3], Lock: contacttest.Overwrite, Set: field.Patch{field.Email: *a.MustGet(ids[0]).Email}},
	})
	if diff := cmp.Diff([][]string{{}, {}}, outcomeCodes(t, handed, err)); diff != "" {
		t.Errorf("an address is passed on\n%s", diff)
	}
}

func TestUpdateEachIsIndependent(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	one, two := a.NewContact(nil), a.NewContact(field.Patch{field.Email: "two@example.com"})
	outcomes, err := f.UpdateEach(a.Agent, []contact.Update{
		{ID: one.ID, Lock: contacttest.ExpectVersionOf(one), Set: field.Patch{field.FirstName: "Eva"}},
		{ID: one.ID, Lock: contacttest.ExpectVersionOf(one), Set: field.Patch{field.FirstName: "Ida"}},
		{ID: one.ID, Lock: contacttest.MergeFrom(one.Version), Set: field.Patch{field.LastName: "Ek"}},
		{ID: two.ID, Lock: contacttest.ExpectVersionOf(two), Set: field.Patch{field.Email: nil}},
		{ID: 999, Lock: contacttest.Overwrite},
	})
	want := [][]string{{}, {"VERSION_CONFLICT"}, {}, {}, {"NOT_FOUND"}}
	if diff := cmp.Diff(want, outcomeCodes(t, outcomes, err)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if c := a.MustGet(one.ID); *c.FirstName != "Eva" || *c.LastName != "Ek" || c.Version != 3 {
		t.Errorf("got %v", c)
	}
}

func TestTooManyUpdates(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	for _, do := range []batchFunc{f.UpdateAll, f.UpdateEach} {
		f.WantErrors("one too many", func() error { return contacttest.ErrOf(do(a.Agent, make([]contact.Update, contact.MaxCommands+1))) }, "TOO_MANY")
		if outcomes, err := do(a.Agent, nil); err != nil || len(outcomes) != 0 {
			t.Errorf("none: %v, %v", outcomes, err)
		}
		if _, err := do(t.Context(), make([]contact.Update, 1)); !errors.Is(err, authz.ErrUnauthenticated) {
			t.Errorf("without a viewer: %v", err)
		}
	}
}

// Concurrent batches and single writes lose nothing and do not deadlock.
func TestBatchesRace(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	const contacts = 8
	ids := make([]int, contacts)
	for i := range ids {
		ids[i] = a.NewContact(field.Patch{field.Email: fmt.Sprint(i, "@example.com")}).ID
	}
	before := a.MustGet(ids[0]).Version
	runConcurrently(func(i int) {
		var updates []contact.Update
		for j := range contacts {
			n := (i*(2*(i%4)+1) + j*(2*(i%4)+1)) % contacts // in a different order each
			updates = append(updates, contact.Update{ID: ids[n], Lock: contacttest.Overwrite, Set: field.Patch{field.FirstName: fmt.Sprint(i)}})
		}
		outcomes, err := f.UpdateAll(a.Agent, updates)
		if got := outcomeCodes(t, outcomes, err); len(got) != contacts || len(got[0]) > 0 {
			t.Errorf("goroutine %d: %v", i, got)
		}
		contacttest.Must(a.OverwriteFields(a.Agent, ids[i%contacts], field.Patch{field.LastName: fmt.Sprint(i)}))
	})
	for _, id := range ids {
		if got := a.MustGet(id).Version - before; got != concurrency+concurrency/contacts {
			t.Errorf("contact %d was written %d times", id, got)
		}
	}
}
