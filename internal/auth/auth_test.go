package auth_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/ent/login"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fixture is a service on a database of its own. Its clock is set by the test, and its hashes are
// fast and counted.
type fixture struct {
	*auth.Service
	t         *testing.T
	ctx       context.Context
	db        *databasetest.DB
	passwords *auth.Passwords

	mu       sync.Mutex
	clock    time.Time
	hashes   int
	logged   syncBuilder
	onHash   func() // called before a hash is computed
	contacts int
}

// syncBuilder is a strings.Builder for several goroutines.
type syncBuilder struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuilder) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuilder) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, ctx: t.Context(), clock: start, passwords: auth.NewPasswords(2)}
	f.passwords.Stub(f.hashing)
	f.db = databasetest.Open(t)
	f.Service = auth.New(f.db, f.passwords, f.now, f.log())
	return f
}

func (f *fixture) log() *slog.Logger { return slog.New(slog.NewTextHandler(&f.logged, nil)) }

// settings makes sessions of the account end after so many minutes without use.
func (f *fixture) settings(account, idle int) {
	f.t.Helper()
	f.write(account, func(ctx context.Context, tx *database.Tx) error {
		lenient := databasetest.Lenient
		lenient.IdleMinutes = idle
		return tx.Ent.Account.UpdateOneID(account).SetSettings(lenient).Exec(ctx)
	})
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

func (f *fixture) hashing() {
	f.mu.Lock()
	f.hashes++
	then := f.onHash
	f.onHash = nil
	f.mu.Unlock()
	if then != nil {
		then()
	}
}

// hashed returns how many hashes were computed while do ran.
func (f *fixture) hashed(do func()) int {
	f.mu.Lock()
	before := f.hashes
	f.mu.Unlock()
	do()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hashes - before
}

// statements returns the statements on tables with an account_id that ran during do.
func (f *fixture) statements(do func()) []string {
	return slices.DeleteFunc(f.db.Statements(do), func(s string) bool { return !strings.Contains(s, "account_id") })
}

func (f *fixture) account(name string) int {
	f.t.Helper()
	id, err := f.CreateAccount(f.ctx, name)
	if err != nil {
		f.t.Fatal(err)
	}
	// Most tests are not about the rules for passwords.
	f.write(id, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Account.UpdateOneID(id).SetSettings(databasetest.Lenient).Exec(ctx)
	})
	return id
}

// SignIn signs in from an unknown address.
func (f *fixture) SignIn(ctx context.Context, account int, login, password string) (auth.Session, error) {
	return f.Service.SignIn(ctx, account, login, password, auth.Origin{})
}

func (f *fixture) user(account int, login, password string, role viewer.Role) int {
	f.t.Helper()
	id, err := f.CreateUser(f.ctx, account, auth.NewUser{Login: login, Name: "Name of " + login, Password: password, Role: role})
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

func (f *fixture) key(account int, role viewer.Role, token string) string {
	f.t.Helper()
	token, err := f.CreateKey(f.ctx, account, auth.NewKey{Name: "till", Role: role, Token: token})
	if err != nil {
		f.t.Fatal(err)
	}
	return token
}

// contact creates a contact with logins of these kinds, and with a password unless that is "".
func (f *fixture) contact(account int, password string, logins map[string]login.Kind) (id int) {
	f.t.Helper()
	var hash *string
	if password != "" {
		h, err := f.passwords.Hash(f.ctx, password)
		if err != nil {
			f.t.Fatal(err)
		}
		hash = &h
	}
	f.contacts++
	f.write(account, func(ctx context.Context, tx *database.Tx) error {
		c, err := tx.Ent.Contact.Create().SetSecret(fmt.Sprint("secret ", f.contacts)).SetRegisteredAt(start).
			SetRegistrationSource("test").SetRegistrationIP("::1").SetLastModified(start).SetNillablePasswordHash(hash).Save(ctx)
		if err != nil {
			return err
		}
		id = c.ID
		for name, kind := range logins {
			err := tx.Ent.Login.Create().SetContactID(id).SetName(name).SetNameKey(normalize.Name(name)).SetKind(kind).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

// write changes the account's rows as the server itself.
func (f *fixture) write(account int, fn func(context.Context, *database.Tx) error) {
	f.t.Helper()
	if err := f.db.Write(viewer.NewSystemContext(f.ctx, account), 0, fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) signIn(account int, login, password string) auth.Session {
	f.t.Helper()
	s, err := f.SignIn(f.ctx, account, login, password)
	if err != nil {
		f.t.Fatalf("signing in %s: %v", login, err)
	}
	return s
}

// sessions counts the sessions of the account, including expired ones.
func (f *fixture) sessions(account int) int {
	f.t.Helper()
	n, err := f.db.Client().Session.Query().Count(viewer.NewSystemContext(f.ctx, account))
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

// request returns a request with these headers. "Cookie" is the value of the session cookie.
func request(headers map[string]string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	for name, value := range headers {
		if name == "Cookie" {
			value = auth.CookieName + "=" + value
		}
		r.Header.Set(name, value)
	}
	return r
}

// absent is an id that no row has.
const absent = math.MaxInt32
