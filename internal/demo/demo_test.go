package demo_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/demo"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// fixture is a new database with the services on it.
type fixture struct {
	*failingDB

	services *app.Services
}

// failingDB is a database whose writes fail once none are left.
type failingDB struct {
	*database.DB

	left int
}

var errPower = errors.New("the power is out")

func (f *failingDB) Write(ctx context.Context, id int, fn func(context.Context, *database.Tx) error) error {
	if f.left--; f.left < 0 {
		return errPower
	}
	return f.DB.Write(ctx, id, fn)
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	db, err := database.Open(tb.Context(), databasetest.URL(tb), database.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	failing := &failingDB{DB: db, left: 1_000_000}
	passwords := auth.NewPasswords(1)
	return &fixture{failing, app.New(failing, passwords, time.Now, slog.New(slog.DiscardHandler))}
}

func (f *fixture) seed(tb testing.TB, n int) (bool, error) {
	tb.Helper()
	return demo.Seed(tb.Context(), f.services, n, slog.New(slog.DiscardHandler))
}

func (f *fixture) mustSeed(tb testing.TB, n int) {
	tb.Helper()
	if seeded, err := f.seed(tb, n); !seeded || err != nil {
		tb.Fatal(seeded, err)
	}
}

// accountCtx returns a context in the account with this name.
func (f *fixture) accountCtx(tb testing.TB, account string) context.Context {
	tb.Helper()
	id, ok, err := f.services.Auth.AccountByName(tb.Context(), account)
	if !ok || err != nil {
		tb.Fatal(account, ok, err)
	}
	return viewer.NewSystemContext(tb.Context(), id)
}

// authenticate returns the viewer of the API key.
func (f *fixture) authenticate(tb testing.TB, key string) (viewer.Viewer, error) {
	tb.Helper()
	r, _ := http.NewRequestWithContext(tb.Context(), http.MethodGet, "/", nil)
	r.Header.Set(auth.KeyHeader, key)
	v, _, err := f.services.Auth.Authenticate(r)
	return v, err
}

func TestContactsAreNumberedFromOneAndLogged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustSeed(t, 601)
	ctx := f.accountCtx(t, demo.Account)
	ids, err := f.Client().Contact.Query().Order(entcontact.ByID()).IDs(ctx)
	if err != nil || len(ids) != 601 || ids[0] != 1 || ids[600] != 601 {
		t.Errorf("%d contacts, %v", len(ids), err)
	}
	changes, err := f.Client().Change.Query().All(ctx)
	if err != nil || len(changes) != 601 {
		t.Errorf("%d changes, %v", len(changes), err)
	}
	for name, count := range map[string]func(context.Context) (int, error){
		"stores":     f.Client().Store.Query().Count,
		"companies":  f.Client().Company.Query().Count,
		"segments":   f.Client().Segment.Query().Count,
		"properties": f.Client().Property.Query().Count,
	} {
		want := map[string]int{"stores": 12, "companies": 3, "segments": 12, "properties": 9}[name]
		if got, err := count(ctx); got != want || err != nil {
			t.Errorf("%d %s, want %d (%v)", got, name, want, err)
		}
	}
}

func TestPropertiesAreOfEachType(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustSeed(t, 1)
	all, err := f.Client().Property.Query().Order(property.ByID()).All(f.accountCtx(t, demo.Account))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[property.Kind]int{}
	required, readOnly, multiple := 0, 0, 0
	for i, p := range all {
		if p.ID != i+1 || p.ID <= 3 && (p.Kind != property.KindText || p.Multiple || p.Required || p.ReadOnly) {
			t.Errorf("property %+v", p)
		}
		kinds[p.Kind]++
		for flag, count := range map[*int]bool{&required: p.Required, &readOnly: p.ReadOnly, &multiple: p.Multiple} {
			if count {
				*flag++
			}
		}
	}
	if len(kinds) != 6 || required != 1 || readOnly != 1 || multiple != 1 {
		t.Errorf("kinds %v, %d required, %d read-only, %d multiple", kinds, required, readOnly, multiple)
	}
	if all[0].Name != "First Name" || all[1].Name != "Middle Initial" || all[2].Name != "Last Name" {
		t.Errorf("the first are %s, %s, %s", all[0].Name, all[1].Name, all[2].Name)
	}
}

func TestTheDocumentedCallSucceeds(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"among many": 500, "when there are fewer": 10, "when it is the only one": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.mustSeed(t, n)
			ctx := f.accountCtx(t, demo.Account)
			if count, err := f.Client().Contact.Query().Count(ctx); err != nil || count != max(n, min(n, 465)+1) {
				t.Errorf("%d contacts, %v", count, err)
			}
			id, _, err := f.services.Auth.AccountByName(t.Context(), demo.Account)
			if err != nil {
				t.Fatal(err)
			}
			session, err := f.services.Auth.SignIn(t.Context(), id, demo.CustomerLogin, demo.Password, auth.Origin{})
			if err != nil || session.Viewer.Contact != demo.CustomerID {
				t.Fatal(session, err)
			}
			before, err := f.services.Queries.Get(ctx, demo.CustomerID)
			if err != nil {
				t.Fatal(err)
			}
			result, err := f.services.Contacts.SetDetails(viewer.NewContext(t.Context(), session.Viewer), documented())
			if err != nil {
				t.Fatal(err)
			}
			if *result.Contact.FirstName != "John" || *result.Contact.LastName != "Deer" || result.Contact.Version != before.Version+1 {
				t.Errorf("now %v", result.Contact)
			}
			paths := make([]string, 0, len(result.Change.Fields))
			for _, c := range result.Change.Fields {
				paths = append(paths, c.Path)
			}
			if !slices.Equal(paths, []string{"firstName", "lastName", "properties.2"}) {
				t.Errorf("the call changes %v", paths)
			}
		})
	}
}

// documented returns the sample call of the setdetails documentation.
func documented() contact.SetDetails {
	return contact.SetDetails{ID: 466, Lock: contact.Lock{OnConflict: contact.Overwrite}, Details: contact.Details{
		Properties: []contact.PropertyPatch{
			{Property: 1, Values: []field.Value{{Value: "John"}}},
			{Property: 2},
			{Property: 3, Values: []field.Value{{Value: "Deer"}}},
		},
		Logins:     &[]field.Login{{Name: "customer11@1to1service.com", Kind: login.KindEmail}},
		Membership: &[]int{2, 3, 4, 5, 6, 7, 8, 10, 11, 12},
	}}
}

func TestKeysAuthenticate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustSeed(t, 1)
	for key, want := range map[string]struct {
		account string
		role    viewer.Role
	}{
		"demo-admin": {"Demo", viewer.Admin},
		"demo-agent": {"Demo", viewer.Agent},
		"demo-other": {"Other", viewer.Admin},
	} {
		id, _, _ := f.services.Auth.AccountByName(t.Context(), want.account)
		if v, err := f.authenticate(t, key); err != nil || v.Account != id || v.Role != want.role {
			t.Errorf("%s authenticates %+v, %v", key, v, err)
		}
	}
}

func TestSignIns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustSeed(t, 1)
	want := []demo.SignIn{
		{Role: "ADMIN", Login: "admin@example.com", Password: "demo-password", Account: "Demo"},
		{Role: "AGENT", Login: "agent@example.com", Password: "demo-password", Account: "Demo"},
		{Role: "CUSTOMER", Login: "customer11@1to1service.com", Password: "demo-password", Account: "Demo"},
	}
	if diff := cmp.Diff(want, demo.SignIns()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	names := map[string]string{"ADMIN": "Demo Admin", "AGENT": "Demo Agent"}
	for _, in := range want {
		id, _, _ := f.services.Auth.AccountByName(t.Context(), in.Account)
		s, err := f.services.Auth.SignIn(t.Context(), id, in.Login, in.Password, auth.Origin{})
		if err != nil || s.Viewer.Role.String() != in.Role || s.Viewer.Actor.Name != names[in.Role] {
			t.Errorf("%s signs in as %+v, %v", in.Login, s.Viewer, err)
		}
	}
}

func TestTheOtherAccountIsSeparate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustSeed(t, 1)
	ctx := f.accountCtx(t, demo.OtherAccount)
	all, err := f.Client().Contact.Query().All(ctx)
	if err != nil || len(all) < 3 {
		t.Fatal(all, err)
	}
	for _, c := range all {
		if c.ID <= 1_000_000 || *c.RegistrationStoreID <= 1_000_000 {
			t.Errorf("contact %v", c)
		}
	}
	namesake, err := f.services.Queries.ByLogin(ctx, demo.CustomerLogin)
	if err != nil || namesake == nil || namesake.ID == demo.CustomerID {
		t.Errorf("the login of the demo customer is %v's here, %v", namesake, err)
	}
}

func TestADatabaseInUseIsNotChanged(t *testing.T) {
	t.Parallel()
	t.Run("seeded before", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		f.mustSeed(t, 3)
		seeded, err := f.seed(t, 10)
		if count, _ := f.Client().Contact.Query().Count(f.accountCtx(t, demo.Account)); seeded || err != nil || count != 4 {
			t.Errorf("seeded %v, %d contacts, %v", seeded, count, err)
		}
		if present, err := demo.Present(t.Context(), f.services.Auth); !present || err != nil {
			t.Errorf("present %v, %v", present, err)
		}
	})
	t.Run("with an account that has the demo's name", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		id, err := f.services.Auth.CreateAccount(t.Context(), demo.Account)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.services.Auth.CreateKey(t.Context(), id, auth.NewKey{Name: "mine", Role: viewer.Admin}); err != nil {
			t.Fatal(err)
		}
		seeded, err := f.seed(t, 10)
		if count, _ := f.Client().Contact.Query().Count(f.accountCtx(t, demo.Account)); seeded || err != nil || count != 0 {
			t.Errorf("seeded %v, %d contacts, %v", seeded, count, err)
		}
		if present, err := demo.Present(t.Context(), f.services.Auth); present || err != nil {
			t.Errorf("present %v, %v", present, err)
		}
	})
}

func TestInterruptedSeedingIsDetected(t *testing.T) {
	t.Parallel()
	for _, writes := range []int{1, 2, 3, 20, 40, 41, 42, 43} {
		f := newFixture(t)
		f.left = writes
		if seeded, err := f.seed(t, 3); seeded || !errors.Is(err, errPower) {
			t.Fatalf("after %d writes: seeded %v, %v", writes, seeded, err)
		}
		f.left = 1000
		if seeded, err := f.seed(t, 3); seeded || !errors.Is(err, demo.ErrInterrupted) {
			t.Errorf("seeding again after %d writes: seeded %v, %v", writes, seeded, err)
		}
	}
}

func TestTheNumberOfContactsIsLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, n := range []int{-1, demo.MaxContacts + 1} {
		if seeded, err := f.seed(t, n); seeded || err == nil {
			t.Errorf("%d contacts: seeded %v, %v", n, seeded, err)
		}
	}
	if n, err := f.services.Auth.Accounts(t.Context()); n != 0 || err != nil {
		t.Errorf("%d accounts, %v", n, err)
	}
}

func TestTheDataIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	read := func() []*ent.Contact {
		f := newFixture(t)
		f.mustSeed(t, 520)
		all, err := f.Client().Contact.Query().Order(entcontact.ByID()).WithLogins().WithMemberships().WithValues().
			All(f.accountCtx(t, demo.Account))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			c.Secret, c.RegisteredAt, c.LastModified, c.PasswordHash = "", time.Time{}, time.Time{}, nil
		}
		return all
	}
	first, second := read(), read()
	for i := range first {
		if a, b := first[i].String(), second[i].String(); a != b {
			t.Fatalf("%s and %s", a, b)
		}
		if a, b := first[i].Edges, second[i].Edges; len(a.Logins) != len(b.Logins) || len(a.Memberships) != len(b.Memberships) ||
			len(a.Values) != len(b.Values) {
			t.Fatalf("the details of %s differ", first[i])
		}
	}
}

func BenchmarkSeed60000(b *testing.B) {
	for b.Loop() {
		newFixture(b).mustSeed(b, 60_000)
	}
}
