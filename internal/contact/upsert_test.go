package contact_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/change"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// matches are matches by each kind of key, with another spelling where there is one.
func matches() map[string][2]contact.Match {
	id := field.ExternalID{System: "crm", Value: "A-1"}
	return map[string][2]contact.Match{
		"email":       {{Email: new("anna@example.com")}, {Email: new("ANNA@example.com")}},
		"phone":       {{Phone: new("+46701740605")}, {Phone: new("070-174 06 05"), PhoneCountryCode: new("46")}},
		"local phone": {{Phone: new("070-174 06 06")}, {Phone: new("070 1740606")}},
		"external id": {{ExternalID: &id}, {ExternalID: &id}},
	}
}

func upsert(m contact.Match, name string) contact.Upsert {
	return contact.Upsert{Match: m, Create: contact.Create{RegistrationSource: "test", Set: field.Patch{field.FirstName: name}}}
}

// TestUpsertCreatesOnceAndThenUpdates: a repeat finds the contact by the key of the match, which
// the first one has written.
func TestUpsertCreatesOnceAndThenUpdates(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	for name, m := range matches() {
		first := contacttest.Must(f.Upsert(a.Agent, upsert(m[0], "Anna")))
		second := contacttest.Must(f.Upsert(a.Agent, upsert(m[1], "Eva")))
		if first.Change.Kind != change.KindCREATE || second.Change.Kind != change.KindUPDATE || first.Contact.ID != second.Contact.ID || *second.Contact.FirstName != "Eva" {
			t.Errorf("%s: %v, and then %v", name, first, second)
		}
		details := contact.Upsert{Match: m[0], Create: contact.Create{Details: contact.Details{Add: contact.Elements{Membership: a.SegmentIDs[:1]}}}}
		if r := contacttest.Must(f.Upsert(a.Agent, details)); r.Change.Kind != change.KindDETAILS || len(storedSegments(a, r.Contact)) != 1 {
			t.Errorf("%s: details are written as %v", name, r.Change)
		}
	}
	own := upsert(contact.Match{Email: new("match@example.com")}, "Anna")
	own.Set[field.Email] = "own@example.com"
	if r := contacttest.Must(f.Upsert(a.Agent, own)); *r.Contact.Email != "own@example.com" {
		t.Errorf("the key of the match replaced %s", *r.Contact.Email)
	}
	complete := upsert(contact.Match{ExternalID: &field.ExternalID{System: "crm", Value: "2"}}, "Anna")
	complete.ExternalIDs = &[]field.ExternalID{{System: "crm", Value: "3"}}
	r := contacttest.Must(f.Upsert(a.Agent, complete))
	if diff := cmp.Diff([]string{"crm 2", "crm 3"}, storedExternalIDs(a, r.Contact)); diff != "" {
		t.Error(diff)
	}
}

// TestRepeatedUpsertsCreateOneContact: a write cannot take the key of its match from the contact.
func TestRepeatedUpsertsCreateOneContact(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	anna, phone := contact.Match{Email: new("anna@example.com")}, contact.Match{Phone: new("701740605"), PhoneCountryCode: new("46")}
	for _, existing := range []bool{false, true} {
		if existing {
			a.NewContact(field.Patch{field.Email: "anna@example.com"})
			a.NewContact(field.Patch{field.Phone: "701740605", field.PhoneCountryCode: "46"})
		}
		for _, tt := range []struct {
			match contact.Match
			set   field.Patch
			want  string
		}{
			{anna, field.Patch{field.Email: nil}, "INVALID email"}, {anna, field.Patch{field.Email: " "}, "INVALID email"},
			{phone, field.Patch{field.Phone: nil, field.PhoneCountryCode: nil}, "INVALID phone"}, {phone, field.Patch{field.Phone: "n/a"}, "INVALID phone"},
		} {
			f.WantErrors(fmt.Sprint(tt.set, existing), func() error {
				return contacttest.ErrOf(f.Upsert(a.Agent, contact.Upsert{Match: tt.match, Create: contact.Create{Set: tt.set}}))
			}, tt.want)
		}
	}
	id := field.ExternalID{System: "crm", Value: "1"}
	for _, d := range []contact.Details{{}, {ExternalIDs: &[]field.ExternalID{}}, {Remove: contact.Elements{ExternalIDs: []field.ExternalID{id}}}, {ExternalIDs: &[]field.ExternalID{id}}} {
		r := contacttest.Must(f.Upsert(a.Agent, contact.Upsert{Match: contact.Match{ExternalID: &id}, Create: contact.Create{Details: d}}))
		if diff := cmp.Diff([]string{"crm 1"}, storedExternalIDs(a, r.Contact)); diff != "" {
			t.Errorf("%+v: %s", d, diff)
		}
	}
	if n := f.DB.Client().Contact.Query().CountX(a.Agent); n != 3 {
		t.Errorf("there are %d contacts, want 3", n)
	}
}

func TestUpsertFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.Email: "anna@example.com"})
	a.NewContact(field.Patch{field.Email: "taken@example.com"})
	anna := contact.Match{Email: new("anna@example.com")}
	taken := upsert(anna, "Anna")
	taken.Set[field.Email] = "taken@example.com"
	stale, gone := upsert(anna, "Eva"), upsert(contact.Match{Email: new("none@example.com")}, "Eva")
	stale.Lock, gone.Lock = contacttest.ExpectVersion(c.Version+1), contacttest.ExpectVersionOf(c)
	invalid := upsert(anna, strings.Repeat("x", 51))
	invalid.RegistrationSource = strings.Repeat("x", 51)
	for name, tt := range map[string]struct {
		u    contact.Upsert
		want []string
	}{
		"no match":                    {upsert(contact.Match{}, ""), []string{"INVALID match"}},
		"two matches":                 {upsert(contact.Match{Email: new("a"), Phone: new("1")}, ""), []string{"INVALID match"}},
		"a country code only":         {upsert(contact.Match{PhoneCountryCode: new("46")}, ""), []string{"INVALID match"}},
		"a blank address":             {upsert(contact.Match{Email: new(" ")}, ""), []string{"INVALID match"}},
		"a number without digits":     {upsert(contact.Match{Phone: new("n/a")}, ""), []string{"INVALID match"}},
		"a long address":              {upsert(contact.Match{Email: new(strings.Repeat("x", 251))}, ""), []string{"TOO_LONG email"}},
		"a system that is not a name": {upsert(contact.Match{ExternalID: &field.ExternalID{System: "a b", Value: "1"}}, ""), []string{"INVALID match"}},
		"a stale version":             {stale, []string{"VERSION_CONFLICT"}},
		"a version of no contact":     {gone, []string{"NOT_FOUND"}},
		"a key that is taken":         {taken, []string{"EMAIL_TAKEN email"}},
		"invalid values":              {invalid, []string{"TOO_LONG registrationSource", "TOO_LONG firstName"}},
	} {
		f.WantErrors(name, func() error { return contacttest.ErrOf(f.Upsert(a.Agent, tt.u)) }, tt.want...)
	}
	f.WantErrors("a customer", func() error { return contacttest.ErrOf(f.Upsert(a.AsCustomer(c), upsert(anna, "Eva"))) }, "FORBIDDEN")
}

// TestUpsertsOfOneCallCreateOneContact: of two upserts with one key, the second is rejected if all
// run in one transaction, and updates what the first has created if each runs by itself.
func TestUpsertsOfOneCallCreateOneContact(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	for name, m := range matches() {
		commands := []contact.Command{upsert(m[0], "Anna"), upsert(m[1], "Eva")}
		outcomes, err := f.RunAll(a.Agent, commands)
		if diff := cmp.Diff([][]string{{"NOT_APPLIED"}, {"DUPLICATE"}}, outcomeCodes(t, outcomes, err)); diff != "" {
			t.Errorf("%s of a new contact\n%s", name, diff)
		}
		outcomes, err = f.RunEach(a.Agent, commands)
		if diff := cmp.Diff([][]string{{}, {}}, outcomeCodes(t, outcomes, err)); diff != "" {
			t.Fatalf("%s, each\n%s", name, diff)
		}
		if one, two := outcomes[0].Result, outcomes[1].Result; one.Contact.ID != two.Contact.ID || one.Change.Version+two.Change.Version != 3 {
			t.Errorf("%s, each: %v and %v", name, one, two)
		}
		outcomes, err = f.RunAll(a.Agent, commands)
		if diff := cmp.Diff([][]string{{"NOT_APPLIED"}, {"DUPLICATE"}}, outcomeCodes(t, outcomes, err)); diff != "" {
			t.Errorf("%s of a contact that exists\n%s", name, diff)
		}
	}
	crossed := upsert(contact.Match{Phone: new("+46701740699")}, "Ida")
	crossed.Set[field.Email] = "new@example.com"
	outcomes, err := f.RunAll(a.Agent, []contact.Command{upsert(contact.Match{Email: new("new@example.com")}, "Anna"), crossed})
	if diff := cmp.Diff([][]string{{"NOT_APPLIED"}, {"EMAIL_TAKEN email"}}, outcomeCodes(t, outcomes, err)); diff != "" {
		t.Errorf("by different keys\n%s", diff)
	}
}

// TestUpsertsOfOneNumberRunInOrder: also if only some of them need the default country, so that it
// is not known before that they are about the same contact.
func TestUpsertsOfOneNumberRunInOrder(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	err := f.DB.Write(viewer.NewSystemContext(t.Context(), a.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		swedish := databasetest.Lenient
		swedish.DefaultCountry = "SE"
		return tx.Ent.Account.Update().Where(account.ID(a.Account)).SetSettings(swedish).Exec(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	var commands []contact.Command
	for i := range 10 {
		commands = append(commands, upsert(contact.Match{Phone: new([]string{"070-174 06 05", "+46 70 174 06 05"}[i%2])}, fmt.Sprint(i)))
	}
	outcomes, err := f.RunEach(a.Agent, commands)
	for i, codes := range outcomeCodes(t, outcomes, err) {
		if len(codes) > 0 || int(outcomes[i].Result.Change.Version) != i+1 {
			t.Fatalf("upsert %d: %v, %v", i, codes, outcomes[i].Result)
		}
	}
}

// TestUpsertsRace: many clients upsert with the same keys, alone and in batches. Each key has one
// contact, which was created once.
func TestUpsertsRace(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	var created atomic.Int64
	count := func(rs ...*contact.Result) {
		for _, r := range rs {
			if r != nil && r.Change.Kind == change.KindCREATE {
				created.Add(1)
			}
		}
	}
	id := field.ExternalID{System: "crm", Value: "A-1"}
	runConcurrently(func(i int) {
		alone, err := f.Upsert(a.Agent, upsert(contact.Match{Email: new("anna@example.com")}, fmt.Sprint(i)))
		if err != nil {
			t.Error(err)
		}
		count(alone)
		outcomes, err := f.RunAll(a.Agent, []contact.Command{
			upsert(contact.Match{ExternalID: &id}, fmt.Sprint(i)), upsert(contact.Match{Phone: new(fmt.Sprint("+4670174060", i%2))}, fmt.Sprint(i)),
		})
		for _, codes := range outcomeCodes(t, outcomes, err) {
			if len(codes) > 0 {
				t.Errorf("goroutine %d: %v", i, codes)
			}
		}
		for _, o := range outcomes {
			count(o.Result)
		}
	})
	if n := f.DB.Client().Contact.Query().CountX(a.Agent); n != 4 || created.Load() != 4 {
		t.Errorf("there are %d contacts, and %d upserts created one, want 4", n, created.Load())
	}
}

// TestUpsertFindsWhatAnotherProcessCreates: a contact that gets the key after an upsert has looked
// for it is updated, alone and in a batch.
func TestUpsertFindsWhatAnotherProcessCreates(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*contact.Service, context.Context, contact.Upsert) (*contact.Result, error){
		"alone": (*contact.Service).Upsert,
		"in a batch": func(s *contact.Service, ctx context.Context, u contact.Upsert) (*contact.Result, error) {
			outcomes, err := s.RunAll(ctx, []contact.Command{u})
			if err != nil {
				return nil, err
			}
			return outcomes[0].Result, outcomes[0].Err()
		},
	} {
		f := contacttest.New(t)
		c := f.Demo.NewContact(nil)
		creating := &creatingDB{DB: f.DB, statement: fmt.Sprintf("UPDATE contacts SET email_key = 'anna@example.com' WHERE id = %d", c.ID)}
		s := contact.New(creating, f.Changes, contact.Passwords{Hasher: f.Passwords, Guesses: f.Passwords}, f.Now, f.Logger)
		r, err := run(s, f.Demo.Agent, upsert(contact.Match{Email: new("anna@example.com")}, "Anna"))
		if err != nil || r.Contact.ID != c.ID || r.Change.Kind != change.KindUPDATE || creating.runs != 2 {
			t.Errorf("%s: %v, %v after %d transactions", name, r, err, creating.runs)
		}
	}
}

// creatingDB runs a statement after the first query of the first transaction, and before all other
// transactions: as if another process had committed it in between.
type creatingDB struct {
	*databasetest.DB

	statement string
	runs      int
}

func (d *creatingDB) Write(ctx context.Context, id int, fn func(context.Context, *database.Tx) error) error {
	return d.DB.Write(ctx, id, d.with(fn))
}

func (d *creatingDB) WriteAll(ctx context.Context, ids []int, fn func(context.Context, *database.Tx) error) error {
	return d.DB.WriteAll(ctx, ids, d.with(fn))
}

func (d *creatingDB) with(fn func(context.Context, *database.Tx) error) func(context.Context, *database.Tx) error {
	return func(ctx context.Context, tx *database.Tx) error {
		d.runs++
		if d.runs > 1 {
			if _, err := tx.Ent.ExecContext(ctx, d.statement); err != nil {
				return err
			}
			return fn(ctx, tx)
		}
		done := false
		tx.Ent.Intercept(ent.InterceptFunc(func(next ent.Querier) ent.Querier {
			return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
				found, err := next.Query(ctx, q)
				if err == nil && !done {
					done = true
					_, err = tx.Ent.ExecContext(ctx, d.statement)
				}
				return found, err
			})
		}))
		return fn(ctx, tx)
	}
}

// TestUpsertOfASegmentShowsNothing: an API key of a segment does not find contacts outside of it,
// and learns from a key that is taken what it learns from createContact.
func TestUpsertOfASegmentShowsNothing(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	outside := a.NewContact(field.Patch{field.Email: "outside@example.com"})
	inside := a.NewContact(field.Patch{field.Email: "inside@example.com"}, contact.Details{Membership: new(a.SegmentIDs[:1])})
	ctx := a.AsSegmentKey(9)
	try := func(c *ent.Contact, segments []int) error {
		u := upsert(contact.Match{Email: c.Email}, "Eva")
		u.Add.Membership = segments
		return contacttest.ErrOf(f.Upsert(ctx, u))
	}
	if err := try(inside, nil); err != nil {
		t.Error(err)
	}
	f.WantErrors("outside of the segment", func() error { return try(outside, nil) }, "FORBIDDEN membership")
	f.WantErrors("in the segment", func() error { return try(outside, a.SegmentIDs[:1]) }, "EMAIL_TAKEN email")
	if !strings.Contains(f.Logged(), "api_key_id=9") {
		t.Errorf("logged %q", f.Logged())
	}
	if c := a.MustGet(outside.ID); c.Version != outside.Version {
		t.Error("the contact outside was written")
	}
}
