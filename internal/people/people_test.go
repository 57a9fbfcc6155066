package people_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"

	"contactgraph/ent/auditentry"
	"contactgraph/ent/property"
	"contactgraph/ent/session"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/limiter"
	"contactgraph/internal/people"
	"contactgraph/internal/rekey"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fixture is a service on a database of its own with two accounts. Its clock is set by the test.
type fixture struct {
	*people.Service
	t              *testing.T
	db             *databasetest.DB
	account, other int
	admin, agent   context.Context // of the account, with API keys
	foreign        context.Context // an admin of the other account
	system         context.Context // the server itself, in the account

	mu     sync.Mutex
	clock  time.Time
	tokens int

	guesses int  // wrong passwords that were counted
	limited bool // whether the next guess has to wait
	keys    *rekey.Service

	codes        int // the same of codes
	codesLimited bool
}

// passwords replaces hashing, which is slow on purpose.
type passwords struct{}

func (passwords) Hash(_ context.Context, password string) (string, error) {
	return "hash of " + password, nil
}

func (passwords) Verify(_ context.Context, hash, password string) (bool, error) {
	return hash == "hash of "+password, nil
}

// Begin counts a guess, or limits it.
func (f *fixture) Begin(context.Context, viewer.Viewer) (undo func(context.Context) error, err error) {
	if f.limited {
		return nil, &limiter.RateError{RetryAfter: 9}
	}
	f.guesses++
	return func(context.Context) error { f.guesses--; return nil }, nil
}

// BeginCode counts a guess of a code, or limits it.
func (f *fixture) BeginCode(context.Context, viewer.Viewer) (undo func(context.Context) error, err error) {
	if f.codesLimited {
		return nil, &limiter.RateError{RetryAfter: 9}
	}
	f.codes++
	return func(context.Context) error { f.codes--; return nil }, nil
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, db: databasetest.Open(t), clock: start}
	f.keys = rekey.New(f.db, f.now, slog.New(slog.DiscardHandler))
	f.Service = people.New(f.db, passwords{}, f, f.keys, f.now)
	f.account, f.other = f.db.Account("demo"), f.db.Account("other")
	f.admin = f.as(f.account, viewer.Admin, viewer.Actor{Kind: viewer.ActorKey, ID: 1, Name: "admin key"})
	f.agent = f.as(f.account, viewer.Agent, viewer.Actor{Kind: viewer.ActorKey, ID: 2, Name: "agent key"})
	f.foreign = f.as(f.other, viewer.Admin, viewer.Actor{Kind: viewer.ActorKey, ID: 3, Name: "other key"})
	f.system = viewer.NewSystemContext(t.Context(), f.account)
	return f
}

func (f *fixture) as(account int, role viewer.Role, actor viewer.Actor) context.Context {
	return viewer.NewContext(f.t.Context(), viewer.Viewer{Account: account, Role: role, Actor: actor, Address: netip.MustParseAddr("192.0.2.1")})
}

func (f *fixture) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock
}

func (f *fixture) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(d)
}

// user creates a user with the login as its name.
func (f *fixture) user(login string, role viewer.Role) *people.User {
	f.t.Helper()
	u, err := f.CreateUser(f.admin, people.NewUser{Login: login, Name: login, Assignment: people.Assignment{Role: role}, Password: new("a long password")})
	if err != nil {
		f.t.Fatal(err)
	}
	return u
}

// role creates a role with a name.
func (f *fixture) role(name string, c people.RoleChange) *people.Role {
	f.t.Helper()
	c.Name = &name
	r, err := f.CreateRole(f.admin, c)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// property creates a property and returns its path.
func (f *fixture) property(name string) (path string) {
	f.t.Helper()
	f.write(func(ctx context.Context, tx *database.Tx) error {
		row, err := tx.Ent.Property.Create().SetName(name).SetNameKey(name).SetKind(property.KindText).Save(ctx)
		if err == nil {
			path = field.PropertyPath(row.ID)
		}
		return err
	})
	return path
}

// others returns contexts of a customer and of another account.
func (f *fixture) others() []context.Context {
	return []context.Context{f.foreign, f.as(f.account, viewer.Customer, viewer.Actor{Kind: viewer.ActorContact, ID: 1})}
}

// contact creates a contact and returns its id.
func (f *fixture) contact() (id int) {
	f.t.Helper()
	f.tokens++
	f.write(func(ctx context.Context, tx *database.Tx) error {
		row, err := tx.Ent.Contact.Create().SetSecret(fmt.Sprint("secret ", f.tokens)).SetRegistrationSource("test").
			SetRegistrationIP("::1").SetRegisteredAt(start).SetLastModified(start).Save(ctx)
		if err == nil {
			id = row.ID
		}
		return err
	})
	return id
}

// session opens a session of a user, or of a contact if user is 0, and returns its id.
func (f *fixture) session(user, contact int) (id int) {
	f.t.Helper()
	f.tokens++
	f.write(func(ctx context.Context, tx *database.Tx) error {
		create := tx.Ent.Session.Create().SetTokenHash(fmt.Appendf(nil, "%032d", f.tokens)).SetExpiresAt(start.Add(time.Hour))
		if user != 0 {
			create.SetUserID(user).SetAddress("192.0.2.9").SetAgent("Firefox").SetCreatedAt(start)
		} else {
			create.SetContactID(contact)
		}
		row, err := create.Save(ctx)
		if err == nil {
			id = row.ID
		}
		return err
	})
	return id
}

// write changes rows of the account as the server itself.
func (f *fixture) write(fn func(context.Context, *database.Tx) error) {
	f.t.Helper()
	if err := f.db.Write(f.system, 0, fn); err != nil {
		f.t.Fatal(err)
	}
}

// sessions returns the ids of all sessions.
func (f *fixture) sessions() []int {
	f.t.Helper()
	return f.db.Client().Session.Query().Order(session.ByID()).IDsX(f.system)
}

// audited returns the entries of the audit log as texts, oldest first: action, actor, subject and
// details.
func (f *fixture) audited() (texts []string) {
	f.t.Helper()
	for _, row := range f.db.Client().AuditEntry.Query().Order(auditentry.ByID(sql.OrderAsc())).AllX(f.system) {
		actor, name, details := "", "", ""
		if row.ActorName != nil {
			actor = *row.ActorName
		}
		if row.SubjectName != nil {
			name = *row.SubjectName
		}
		if row.Details != nil {
			details = fmt.Sprint(" ", row.Details)
		}
		texts = append(texts, fmt.Sprintf("%s by %q: %q%s", row.Action, actor, name, details))
	}
	return texts
}

// wantAudited compares the entries of the audit log that do has added.
func (f *fixture) wantAudited(do func(), want ...string) {
	f.t.Helper()
	before := len(f.audited())
	do()
	if diff := cmp.Diff(want, f.audited()[before:], cmpopts.EquateEmpty()); diff != "" {
		f.t.Errorf("the new entries of the audit log (-want +got)\n%s", diff)
	}
}

// wantErrors runs a command that must fail with these errors, each as its code and path, and must
// leave the database unchanged.
func (f *fixture) wantErrors(name string, do func() error, want ...string) {
	f.t.Helper()
	before := f.db.Dump()
	err := do()
	errs, ok := errors.AsType[usererror.Errors](err)
	if !ok {
		f.t.Errorf("%s: got %v, want %q", name, err, want)
		return
	}
	var got []string
	for _, e := range errs {
		text := string(e.Code)
		if e.Path != "" {
			text += " " + e.Path
		}
		got = append(got, text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Errorf("%s (-want +got)\n%s", name, diff)
	}
	if diff := cmp.Diff(before, f.db.Dump()); diff != "" {
		f.t.Errorf("%s: it changed the database (-before +after)\n%s", name, diff)
	}
}

func errOf[T any](_ T, err error) error { return err }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestRights tries every command as each role. What an admin may do is in the other tests.
func TestRights(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.user("uma", viewer.Agent)
	admins := map[string]func(ctx context.Context) error{
		"Users":         func(ctx context.Context) error { return errOf(f.Users(ctx)) },
		"UserByLogin":   func(ctx context.Context) error { return errOf(f.UserByLogin(ctx, "uma")) },
		"CreateUser":    func(ctx context.Context) error { return errOf(f.CreateUser(ctx, people.NewUser{})) },
		"UpdateUser":    func(ctx context.Context) error { return errOf(f.UpdateUser(ctx, people.UserChange{ID: u.ID})) },
		"ResetPassword": func(ctx context.Context) error { return errOf(f.ResetPassword(ctx, u.ID, "")) },
		"ResetSecondFactor": func(ctx context.Context) error {
			return errOf(f.ResetSecondFactor(ctx, u.ID))
		},
		"Keys":           func(ctx context.Context) error { return errOf(f.Keys(ctx)) },
		"CreateKey":      func(ctx context.Context) error { return errOf(f.CreateKey(ctx, people.NewKey{})) },
		"RotateKey":      func(ctx context.Context) error { return errOf(f.RotateKey(ctx, 1, -1)) },
		"RevokeKey":      func(ctx context.Context) error { return errOf(f.RevokeKey(ctx, 1)) },
		"Sessions":       func(ctx context.Context) error { return errOf(f.Sessions(ctx, -1)) },
		"Settings":       func(ctx context.Context) error { return errOf(f.Settings(ctx)) },
		"UpdateSettings": func(ctx context.Context) error { return errOf(f.UpdateSettings(ctx, people.SettingsChange{})) },
		"AuditLog": func(ctx context.Context) error {
			return errOf(f.AuditLog(ctx, people.AuditFilter{}, 0, nil))
		},
	}
	server := map[string]func(ctx context.Context) error{
		"Accounts":       func(ctx context.Context) error { return errOf(f.Accounts(ctx)) },
		"RenameAccount":  func(ctx context.Context) error { return errOf(f.RenameAccount(ctx, "")) },
		"SuspendAccount": func(ctx context.Context) error { return errOf(f.SuspendAccount(ctx, true)) },
	}
	customer := viewer.NewContext(t.Context(), viewer.Viewer{Account: f.account, Role: viewer.Customer, Contact: 1, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: 1}})
	for name, do := range admins {
		f.wantErrors(name+" by an agent", func() error { return do(f.agent) }, "FORBIDDEN")
		f.wantErrors(name+" by a customer", func() error { return do(customer) }, "FORBIDDEN")
	}
	for name, do := range server {
		f.wantErrors(name+" by an admin", func() error { return do(f.admin) }, "FORBIDDEN")
		admins[name] = do
	}
	admins["OwnSessions"] = func(ctx context.Context) error { return errOf(f.OwnSessions(ctx, 1)) }
	admins["SetUpSecondFactor"] = func(ctx context.Context) error { return errOf(f.SetUpSecondFactor(ctx, people.Proof{})) }
	admins["ConfirmSecondFactor"] = func(ctx context.Context) error { return errOf(f.ConfirmSecondFactor(ctx, "")) }
	admins["TurnOffSecondFactor"] = func(ctx context.Context) error { return errOf(f.TurnOffSecondFactor(ctx, people.Proof{})) }
	admins["CreateRecoveryCodes"] = func(ctx context.Context) error { return errOf(f.CreateRecoveryCodes(ctx, people.Proof{})) }
	admins["RevokeSession"] = func(ctx context.Context) error { return f.RevokeSession(ctx, 1) }
	for name, do := range admins {
		if err := do(t.Context()); !errors.Is(err, authz.ErrUnauthenticated) {
			t.Errorf("%s without a viewer: got %v", name, err)
		}
	}
}

// TestRepeatedRequests: a request with an idempotency key is applied once.
func TestRepeatedRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	create := func() *people.CreatedKey {
		key := must(idempotency.NewKey([]string{"k1"}, "request")).WithAlias("a")
		return must(f.WithKey(key).CreateKey(f.admin, people.NewKey{Name: "till", Assignment: people.Assignment{Role: viewer.Agent}}))
	}
	first, again := create(), create()
	if diff := cmp.Diff(first.Key, again.Key); diff != "" {
		t.Errorf("the repeat (-first +again)\n%s", diff)
	}
	if again.Token != "" {
		t.Error("the repeat has returned the token, so it is stored")
	}
}
