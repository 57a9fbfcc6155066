package schema_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/apikey"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/privacy"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/viewer"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fixture is a database with two accounts, each with one row of each entity. The first account has
// a second contact with rows of its own.
type fixture struct {
	*databasetest.DB
	t           *testing.T
	demo, other rows
	another     rows
}

// rows has the ids of rows that belong together.
type rows struct{ account, contact, store, company, segment, property, value, login, membership, term, session, change, key, user int }

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{DB: databasetest.Open(t), t: t}
	f.demo, f.other = f.account("demo"), f.account("other")
	f.another = f.demo
	f.system(f.demo.account, func(ctx context.Context, tx *database.Tx) error { return f.belongings(ctx, tx, &f.another, "another") })
	return f
}

func (f *fixture) system(account int, fn func(context.Context, *database.Tx) error) {
	f.t.Helper()
	if err := f.Write(viewer.NewSystemContext(f.t.Context(), account), 0, fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) account(name string) (r rows) {
	f.t.Helper()
	r.account = f.Account(name)
	f.system(r.account, func(ctx context.Context, tx *database.Tx) error {
		r.store = tx.Ent.Store.Create().SetName(name).SaveX(ctx).ID
		r.company = tx.Ent.Company.Create().SetName(name).SaveX(ctx).ID
		r.segment = tx.Ent.Segment.Create().SetName(name).SaveX(ctx).ID
		r.property = tx.Ent.Property.Create().SetName(name).SetNameKey(name).SetKind("TEXT").SaveX(ctx).ID
		r.key = tx.Ent.APIKey.Create().SetName(name).SetRole("AGENT").SetTokenHash([]byte(name)).SetCreatedAt(start).SaveX(ctx).ID
		r.user = tx.Ent.User.Create().SetLogin(name).SetLoginKey(name).SetName(name).SetRole("AGENT").SetPasswordHash("x").SaveX(ctx).ID
		return f.belongings(ctx, tx, &r, name)
	})
	return r
}

// belongings creates a contact with one row of each entity that belongs to a contact.
func (f *fixture) belongings(ctx context.Context, tx *database.Tx, r *rows, name string) error {
	r.contact = newContact(tx, name).SaveX(ctx).ID
	r.value = tx.Ent.PropertyValue.Create().SetContactID(r.contact).SetPropertyID(r.property).SetPosition(0).SetValue(name).SaveX(ctx).ID
	r.login = tx.Ent.Login.Create().SetContactID(r.contact).SetName(name).SetNameKey(name).SetKind(login.KindBlank).SaveX(ctx).ID
	r.membership = tx.Ent.Membership.Create().SetContactID(r.contact).SetSegmentID(r.segment).SaveX(ctx).ID
	r.term = tx.Ent.SearchTerm.Create().SetContactID(r.contact).SetKind("name").SetTerm(name).SaveX(ctx).ID
	r.session = tx.Ent.Session.Create().SetContactID(r.contact).SetTokenHash([]byte(name)).SetExpiresAt(start).SaveX(ctx).ID
	r.change = newChange(tx, r.contact, int64(r.contact)).SaveX(ctx).ID
	return nil
}

func newContact(tx *database.Tx, name string) *ent.ContactCreate {
	return tx.Ent.Contact.Create().SetSecret(name).SetRegisteredAt(start).SetRegistrationSource("x").SetRegistrationIP("").SetLastModified(start)
}

func newChange(tx *database.Tx, contact int, seq int64) *ent.ChangeCreate {
	return tx.Ent.Change.Create().SetSeq(seq).SetContactID(contact).SetVersion(1).SetKind("UPDATE").SetSource("IMPORT").SetAt(start).
		SetActorKind(viewer.ActorSystem).SetActorID(0).SetActorName("").SetFields(nil)
}

func (f *fixture) as(role viewer.Role, r rows) context.Context {
	v := viewer.Viewer{Account: r.account, Role: role}
	if role == viewer.Customer {
		v.Contact = r.contact
	}
	return viewer.NewContext(f.t.Context(), v)
}

// reads returns the ids of each entity that the context can read, or the error instead.
func reads(ctx context.Context, c *ent.Client) map[string]string {
	got := map[string]string{}
	for name, ids := range map[string]func(context.Context) ([]int, error){
		"Account": c.Account.Query().IDs, "APIKey": c.APIKey.Query().IDs, "Change": c.Change.Query().IDs, "Company": c.Company.Query().IDs,
		"Contact": c.Contact.Query().IDs, "Feed": c.Feed.Query().IDs, "Login": c.Login.Query().IDs, "Membership": c.Membership.Query().IDs,
		"Property": c.Property.Query().IDs, "PropertyValue": c.PropertyValue.Query().IDs, "SearchTerm": c.SearchTerm.Query().IDs,
		"Segment": c.Segment.Query().IDs, "Session": c.Session.Query().IDs, "Store": c.Store.Query().IDs, "User": c.User.Query().IDs,
	} {
		found, err := ids(ctx)
		got[name] = fmt.Sprint(found)
		if err != nil {
			got[name] = err.Error()
		}
		if errors.Is(err, privacy.Deny) {
			got[name] = "denied"
		}
	}
	return got
}

const denied = "denied"

func TestReads(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	d, n := f.demo, f.another
	one := func(id int) string { return fmt.Sprint([]int{id}) }
	both := func(a, b int) string { return fmt.Sprint([]int{a, b}) }
	staff := map[string]string{
		"Account": one(d.account), "APIKey": denied, "Change": both(d.change, n.change), "Company": one(d.company),
		"Contact": both(d.contact, n.contact), "Feed": denied, "Login": both(d.login, n.login), "Membership": both(d.membership, n.membership),
		"Property": one(d.property), "PropertyValue": both(d.value, n.value), "SearchTerm": both(d.term, n.term), "Segment": one(d.segment),
		"Session": both(d.session, n.session), "Store": one(d.store), "User": denied,
	}
	with := func(base map[string]string, changes map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{base, changes} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	nothing := map[string]string{}
	for name := range staff {
		nothing[name] = denied
	}
	tests := []struct {
		name string
		as   context.Context
		want map[string]string
	}{
		{"no viewer reads nothing", t.Context(), nothing},
		{"a viewer without a role reads nothing", f.as(viewer.Anonymous, d), nothing},
		{"a customer reads its own rows", f.as(viewer.Customer, d), with(staff, map[string]string{
			"Change": one(d.change), "Contact": one(d.contact), "Login": one(d.login), "Membership": one(d.membership),
			"PropertyValue": one(d.value), "SearchTerm": one(d.term), "Session": one(d.session),
		})},
		{"an agent reads the account", f.as(viewer.Agent, d), staff},
		{"an admin reads keys and users too", f.as(viewer.Admin, d), with(staff, map[string]string{"APIKey": one(d.key), "User": one(d.user)})},
	}
	for _, tt := range tests {
		for entity, got := range reads(tt.as, f.Client()) {
			if got != tt.want[entity] {
				t.Errorf("%s: %s: got %s, want %s", tt.name, entity, got, tt.want[entity])
			}
		}
	}
}

// Before the account is known, the server can read accounts and API keys, but no other rows,
// because no account has the id 0.
func TestServerFindsKeysBeforeTheAccountIsKnown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := viewer.NewSystemContext(t.Context(), 0)
	c := f.Client()
	for name, tt := range map[string]struct{ got, want int }{
		"accounts": {c.Account.Query().CountX(ctx), 2}, "keys": {c.APIKey.Query().Where(apikey.TokenHash([]byte("other"))).CountX(ctx), 1},
		"contacts": {c.Contact.Query().CountX(ctx), 0}, "users": {c.User.Query().CountX(ctx), 0}, "sessions": {c.Session.Query().CountX(ctx), 0},
	} {
		if tt.got != tt.want {
			t.Errorf("it finds %d %s, want %d", tt.got, name, tt.want)
		}
	}
}

// A customer's inserts for another contact are denied, and its updates do not affect rows of
// others.
func TestCustomerWritesNoOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	me := f.as(viewer.Customer, f.demo)
	for _, r := range []rows{f.another, f.other} {
		tests := []struct {
			name  string
			write func(context.Context, *database.Tx) error
		}{
			{"a login", func(ctx context.Context, tx *database.Tx) error {
				return tx.Ent.Login.Create().SetContactID(r.contact).SetName("x").SetNameKey("x").SetKind(login.KindBlank).Exec(ctx)
			}},
			{"a value", func(ctx context.Context, tx *database.Tx) error {
				return tx.Ent.PropertyValue.Create().SetContactID(r.contact).SetPropertyID(r.property).SetPosition(1).SetValue("x").Exec(ctx)
			}},
			{"a term", func(ctx context.Context, tx *database.Tx) error {
				return tx.Ent.SearchTerm.Create().SetContactID(r.contact).SetKind("name").SetTerm("x").Exec(ctx)
			}},
			{"a session", func(ctx context.Context, tx *database.Tx) error {
				return tx.Ent.Session.Create().SetContactID(r.contact).SetTokenHash([]byte("x")).SetExpiresAt(start).Exec(ctx)
			}},
			{"a session of a user", func(ctx context.Context, tx *database.Tx) error {
				return tx.Ent.Session.Create().SetUserID(r.user).SetTokenHash([]byte("x")).SetExpiresAt(start).Exec(ctx)
			}},
			{"a log row", func(ctx context.Context, tx *database.Tx) error { return newChange(tx, r.contact, 99).Exec(ctx) }},
			{"a contact", func(ctx context.Context, tx *database.Tx) error { return newContact(tx, "x").Exec(ctx) }},
			{"a contact with its own id", func(ctx context.Context, tx *database.Tx) error {
				return newContact(tx, "x").SetID(f.demo.contact).Exec(ctx)
			}},
			{"several, one its own", func(ctx context.Context, tx *database.Tx) error {
				add := func(contact int, term string) *ent.SearchTermCreate {
					return tx.Ent.SearchTerm.Create().SetContactID(contact).SetKind("name").SetTerm(term)
				}
				return tx.Ent.SearchTerm.CreateBulk(add(f.demo.contact, "x"), add(r.contact, "y")).Exec(ctx)
			}},
			{"its membership", func(ctx context.Context, tx *database.Tx) error {
				return tx.Ent.Membership.Create().SetContactID(f.demo.contact).SetSegmentID(r.segment).Exec(ctx)
			}},
			{"a store", func(ctx context.Context, tx *database.Tx) error { return tx.Ent.Store.Create().SetName("x").Exec(ctx) }},
			{"an account", func(ctx context.Context, tx *database.Tx) error {
				return tx.Ent.Account.Create().SetName("x").SetNameKey("x").Exec(ctx)
			}},
		}
		for _, tt := range tests {
			before := f.Dump()
			if err := f.Write(me, 0, tt.write); !errors.Is(err, privacy.Deny) {
				t.Errorf("adding %s: got %v, want denied", tt.name, err)
			}
			if f.Dump() != before {
				t.Errorf("adding %s changed the database", tt.name)
			}
		}
	}
}

func TestWritesAffectOnlyRowsThatTheViewerCanAccess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		name string
		as   context.Context
		want map[string]int // rows of the contacts demo, another and other
	}{
		{"a customer", f.as(viewer.Customer, f.demo), map[string]int{"demo": 1}},
		{"an agent", f.as(viewer.Agent, f.demo), map[string]int{"demo": 1, "another": 1}},
	}
	for _, tt := range tests {
		err := f.Write(tt.as, 0, func(ctx context.Context, tx *database.Tx) error {
			n := tx.Ent.Contact.Update().AddVersion(1).SetFirstName(tt.name).SaveX(ctx)
			m := tx.Ent.PropertyValue.Update().SetValue(tt.name).SaveX(ctx)
			if n != len(tt.want) || m != len(tt.want) {
				t.Errorf("%s: %d contacts and %d values were written, want %d", tt.name, n, m, len(tt.want))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []rows{f.demo, f.another, f.other} {
			ctx := viewer.NewSystemContext(t.Context(), r.account)
			c := f.Client().Contact.Query().Where(entcontact.ID(r.contact)).OnlyX(ctx)
			v := f.Client().PropertyValue.Query().Where(propertyvalue.ID(r.value)).OnlyX(ctx)
			wrote := c.FirstName != nil && *c.FirstName == tt.name
			if wrote != (tt.want[c.Secret] == 1) || wrote != (v.Value == tt.name) {
				t.Errorf("%s: contact %s is written: %v", tt.name, c.Secret, wrote)
			}
		}
	}
	err := f.Write(f.as(viewer.Customer, f.demo), 0, func(ctx context.Context, tx *database.Tx) error {
		for name, n := range map[string]int{
			"logins": tx.Ent.Login.Delete().ExecX(ctx), "values": tx.Ent.PropertyValue.Delete().ExecX(ctx), "terms": tx.Ent.SearchTerm.Delete().ExecX(ctx),
			"sessions": tx.Ent.Session.Delete().ExecX(ctx),
		} {
			if n != 1 {
				t.Errorf("a customer deleted %d %s, want its own", n, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCreateIsStampedWithTheAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	err := f.Write(f.as(viewer.Admin, f.demo), 0, func(ctx context.Context, tx *database.Tx) error {
		s, err := tx.Ent.Store.Create().SetName("x").SetAccountID(f.other.account).Save(ctx)
		if err == nil && s.AccountID != f.demo.account {
			err = fmt.Errorf("the store is in account %d", s.AccountID)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// The policies are the second line of defense: they deny writes without a viewer, or with a role
// below the one that the table requires.
func TestWritesBelowTheRoleAreDenied(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, ctx := range []context.Context{t.Context(), f.as(viewer.Anonymous, f.demo)} {
		err := f.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
			for name, err := range map[string]error{
				"update": tx.Ent.Contact.Update().AddVersion(1).Exec(ctx), "insert": tx.Ent.Store.Create().SetName("x").Exec(ctx),
				"account": tx.Ent.Account.Update().SetName("x").Exec(ctx),
			} {
				if !errors.Is(err, privacy.Deny) {
					t.Errorf("%s without a viewer: got %v", name, err)
				}
			}
			_, err := tx.Ent.Contact.Delete().Exec(ctx)
			if !errors.Is(err, privacy.Deny) {
				t.Errorf("deletion without a viewer: got %v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	err := f.Write(f.as(viewer.Agent, f.demo), 0, func(ctx context.Context, tx *database.Tx) error {
		for name, err := range map[string]error{
			"a store": tx.Ent.Store.Update().SetName("x").Exec(ctx), "a property": tx.Ent.Property.Update().SetName("x").Exec(ctx),
			"a user": tx.Ent.User.Update().SetName("x").Exec(ctx), "a key": tx.Ent.APIKey.Update().SetName("x").Exec(ctx),
			"a feed": tx.Ent.Feed.Update().SetSeq(0).Exec(ctx),
		} {
			if !errors.Is(err, privacy.Deny) || !strings.Contains(err.Error(), "requires the role") {
				t.Errorf("an agent writes %s: got %v", name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
