package sso_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/ent/auditentry"
	"contactgraph/ent/identity"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/limiter"
	"contactgraph/internal/normalize"
	"contactgraph/internal/settings"
	"contactgraph/internal/sso"
	"contactgraph/internal/sso/ssotest"
	"contactgraph/internal/viewer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// fixture is a provider, a database with an account, and two processes of the server.
type fixture struct {
	t        *testing.T
	db       *databasetest.DB
	auth     *auth.Service
	provider *ssotest.Provider
	config   sso.Config
	base     string // the first process
	other    string // the second process
	account  int
	system   context.Context // of the account

	mu     sync.Mutex
	ahead  time.Duration // of the server's clock
	log    lockedBuffer
	second *sso.Service
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newFixture starts everything. change may change the settings of the server.
func newFixture(t *testing.T, change ...func(*sso.Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, db: databasetest.Open(t)}
	log := slog.New(slog.NewTextHandler(&f.log, nil))
	f.auth = auth.New(f.db, auth.NewPasswords(1), f.now, log)
	f.account = f.createAccount("Acme")
	f.system = viewer.NewSystemContext(t.Context(), f.account)

	handlers := [2]http.ServeMux{}
	var urls [2]string
	for i := range handlers {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(&handlers[i])
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		t.Cleanup(server.Close)
		urls[i] = server.URL
	}
	f.base, f.other = urls[0], urls[1]
	f.provider = ssotest.Start(t, f.base)
	f.config = sso.Config{
		Name: "Acme SSO", Issuer: f.provider.Issuer, ClientID: ssotest.ClientID, ClientSecret: ssotest.ClientSecret, BaseURL: f.base,
		Scopes: []string{"groups"}, GroupsClaim: "groups", Roles: map[string]string{"sales": "AGENT", "it": "ADMIN"}, Account: "Acme",
	}
	for _, c := range change {
		if c != nil {
			c(&f.config)
		}
	}
	for i := range handlers {
		f.second = sso.New(f.config, f.auth, limiter.Default(), false, f.now, log)
		handlers[i].HandleFunc(sso.StartPath, f.second.Start)
		handlers[i].HandleFunc(sso.RedirectPath, f.second.Callback)
	}
	return f
}

func (f *fixture) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Now().Add(f.ahead)
}

// advance sets the clock of the server forward.
func (f *fixture) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ahead += d
}

func (f *fixture) createAccount(name string) int {
	f.t.Helper()
	id, err := f.auth.CreateAccount(f.t.Context(), name)
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

func (f *fixture) write(fn func(context.Context, *database.Tx) error) {
	f.t.Helper()
	if err := f.db.Write(f.system, 0, fn); err != nil {
		f.t.Fatal(err)
	}
}

// createsUsers is the setting of the account.
func (f *fixture) createsUsers() {
	f.t.Helper()
	f.write(func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Account.UpdateOneID(f.account).SetSettings(settings.Account{OIDCCreatesUsers: true}).Exec(ctx)
	})
}

// user creates a user; without a password, for the provider.
func (f *fixture) user(login string, role viewer.Role, hash string) int {
	f.t.Helper()
	id := 0
	f.write(func(ctx context.Context, tx *database.Tx) error {
		u, err := tx.Ent.User.Create().SetLogin(login).SetLoginKey(normalize.Name(login)).SetName(login).
			SetRole(user.Role(role.String())).SetPasswordHash(hash).Save(ctx)
		if err == nil {
			id = u.ID
		}
		return err
	})
	return id
}

func (f *fixture) set(id int, change func(ctx context.Context, tx *database.Tx, id int) error) {
	f.t.Helper()
	f.write(func(ctx context.Context, tx *database.Tx) error { return change(ctx, tx, id) })
}

func disable(ctx context.Context, tx *database.Tx, id int) error {
	return tx.Ent.User.Update().Where(user.ID(id)).SetDisabledAt(time.Now()).Exec(ctx)
}

func allow(ctx context.Context, tx *database.Tx, id int) error {
	return tx.Ent.User.Update().Where(user.ID(id)).SetProviderAllowed(true).Exec(ctx)
}

// suspend suspends the account.
func (f *fixture) suspend() {
	f.t.Helper()
	f.write(func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Account.UpdateOneID(f.account).SetSuspendedAt(time.Now()).Exec(ctx)
	})
}

// state describes the users of the account: login, role, whether there is a password, the subject
// and the number of sessions.
func (f *fixture) state() (all []string) {
	f.t.Helper()
	c := f.db.Client()
	for _, u := range c.User.Query().Where(user.AccountID(f.account)).Order(user.ByID()).AllX(f.system) {
		text := u.Login + " " + string(u.Role)
		if u.PasswordHash != "" {
			text += " password"
		}
		for _, i := range c.Identity.Query().Where(identity.AccountID(f.account), identity.UserID(u.ID)).AllX(f.system) {
			text += " " + i.Subject
		}
		if n := c.Session.Query().Where(session.AccountID(f.account), session.UserID(u.ID)).CountX(f.system); n > 0 {
			text += fmt.Sprintf(" sessions:%d", n)
		}
		all = append(all, text)
	}
	return all
}

// audited describes the entries of the audit log, without their issuers.
func (f *fixture) audited() (all []string) {
	f.t.Helper()
	for _, e := range f.db.Client().AuditEntry.Query().Where(auditentry.AccountID(f.account)).Order(auditentry.ByID()).AllX(f.system) {
		text := e.Action
		if e.Details["issuer"] != nil && e.Details["issuer"] != f.provider.Issuer {
			f.t.Errorf("%s has the issuer %v", e.Action, e.Details["issuer"])
		}
		for _, detail := range []string{"reason", "subject", "role"} {
			if e.Details[detail] != nil {
				text += fmt.Sprint(" ", e.Details[detail])
			}
		}
		all = append(all, text)
	}
	return all
}

// browser keeps cookies and follows redirects.
type browser struct {
	f       *fixture
	client  *http.Client
	visited []string // the addresses of all requests
	last    http.Header
	divert  func(*url.URL) // changes addresses before they are opened
}

func (f *fixture) browser() *browser {
	f.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return &browser{f: f, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// open follows redirects to the first page of the console, or to another response, and
// returns how it ended: the path to return to, or the reason.
func (b *browser) open(address string) string {
	b.f.t.Helper()
	for range 10 {
		u, err := url.Parse(address)
		if err != nil {
			b.f.t.Fatal(err)
		}
		if b.divert != nil {
			b.divert(u)
		}
		switch q := u.Query(); u.Path {
		case "/sign-in/done":
			return "signed in, to " + q.Get("return")
		case "/sign-in/failed":
			return q.Get("reason")
		}
		b.visited = append(b.visited, u.String())
		r, err := b.client.Get(u.String())
		if err != nil {
			b.f.t.Fatal(err)
		}
		r.Body.Close()
		b.last = r.Header
		if r.Header.Get("Location") == "" {
			return fmt.Sprint(r.StatusCode, " ", u.Path)
		}
		next, err := u.Parse(r.Header.Get("Location"))
		if err != nil {
			b.f.t.Fatal(err)
		}
		address = next.String()
	}
	return "too many redirects"
}

// signIn signs in at the first process.
func (b *browser) signIn() string {
	b.f.t.Helper()
	return b.open(b.f.base + sso.StartPath + "?return=/contacts/7")
}

// callback returns the address that the provider has sent the browser back to.
func (b *browser) callback() string {
	b.f.t.Helper()
	i := slices.IndexFunc(b.visited, func(u string) bool { return strings.Contains(u, sso.RedirectPath) })
	if i < 0 {
		b.f.t.Fatalf("visited %q", b.visited)
	}
	return b.visited[i]
}

// viewer returns who is signed in in the browser.
func (b *browser) viewer() (viewer.Viewer, bool) {
	b.f.t.Helper()
	r := httptest.NewRequestWithContext(b.f.t.Context(), "GET", b.f.base, nil)
	u, _ := url.Parse(b.f.base)
	for _, c := range b.client.Jar.Cookies(u) {
		r.AddCookie(c)
	}
	v, ok, err := b.f.auth.Authenticate(r)
	if err != nil {
		b.f.t.Fatal(err)
	}
	return v, ok
}

// ada is a person with a verified address and groups.
func ada(groups ...any) ssotest.Person {
	return ssotest.Person{
		Subject: "sub-ada", Email: "ada@example.com", EmailVerified: true, Name: "Ada L", Claims: map[string]any{"groups": groups},
	}
}
