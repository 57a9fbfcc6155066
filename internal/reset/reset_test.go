package reset_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/ent/auditentry"
	"contactgraph/ent/login"
	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/limiter"
	"contactgraph/internal/mail"
	"contactgraph/internal/mail/mailtest"
	"contactgraph/internal/reset"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var (
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	links = reset.Links{Console: "https://contacts.example.com", Origins: []string{"https://www.example.com"}}
)

// fixture is an account with an admin, uma@example.com, a contact, ann@example.com, and a real SMTP
// server. Its clock is set by the test.
type fixture struct {
	*process
	t             *testing.T
	account       int
	user, contact int
	clock         *clock
	receiver      *mailtest.Server
}

// process is a process that serves the database.
type process struct {
	*app.Services
	db *databasetest.DB
}

// clock is a clock that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

const (
	userLogin    = "uma@example.com"
	contactLogin = "ann@example.com"
	oldPassword  = "the old password"
	newPassword  = "the new password"
)

func newFixture(t *testing.T, o mailtest.Options) *fixture {
	t.Helper()
	server, err := mailtest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	f := &fixture{t: t, clock: &clock{at: start}, receiver: server}
	f.process = f.open(databasetest.Open(t))
	f.account = f.db.Account("acme")
	f.user = must(f.Auth.CreateUser(t.Context(), f.account, auth.NewUser{Login: userLogin, Name: "Uma", Password: oldPassword, Role: viewer.Admin}))
	f.contact = f.newContact(contactLogin, login.KindEmail)
	return f
}

// open returns a process on the database.
func (f *fixture) open(db *databasetest.DB) *process {
	f.t.Helper()
	log := slog.New(slog.NewTextHandler(f.t.Output(), nil))
	p := &process{app.New(db, auth.NewPasswords(2), f.clock.now, log), db}
	settings, err := mail.ParseURL(f.receiver.URL(), "")
	if err != nil {
		f.t.Fatal(err)
	}
	sender, err := mail.NewSender(settings, "no-reply@example.com")
	if err != nil {
		f.t.Fatal(err)
	}
	p.Resets.SendBy(sender, links)
	return p
}

func (f *fixture) system() context.Context { return viewer.NewSystemContext(f.t.Context(), f.account) }

func (f *fixture) newContact(name string, kind login.Kind) int {
	f.t.Helper()
	logins := []field.Login{{Name: name, Kind: kind}}
	return must(f.Contacts.Create(f.system(), contact.Create{
		RegistrationSource: "test", Password: &contact.PasswordChange{New: new(oldPassword)}, Details: contact.Details{Logins: &logins},
	})).Contact.ID
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var from = netip.MustParseAddr("192.0.2.1")

func (f *fixture) request(login string) error {
	return f.Resets.Record(f.t.Context(), reset.Request{Account: f.account, Login: login, Address: from})
}

var tokenPattern = regexp.MustCompile(`cgr_[\w-]{43}`)

// token requests a new password and returns the token of the message.
func (f *fixture) token(login string) string {
	f.t.Helper()
	before := f.sent()
	if err := f.request(login); err != nil {
		f.t.Fatal(err)
	}
	f.send()
	messages, _ := f.receiver.Messages()
	if len(messages) != before+1 {
		f.t.Fatalf("%s: %d messages were sent, want 1", login, len(messages)-before)
	}
	m := messages[before]
	token := tokenPattern.FindString(m.Text)
	if m.To != login || !strings.Contains(m.Text, "https://contacts.example.com/sign-in/new-password#"+token+"\n") {
		f.t.Fatalf("got %+v", m)
	}
	return token
}

func (f *fixture) sent() int {
	messages, _ := f.receiver.Messages()
	return len(messages)
}

func (f *fixture) send() {
	f.t.Helper()
	if err := f.Resets.SendDue(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) confirm(token string) string {
	return outcome(f.Resets.Confirm(f.t.Context(), f.Contacts, token, newPassword, from))
}

// outcome writes an error as its code and path; "" for none.
func outcome(err error) string {
	if errs, ok := errors.AsType[usererror.Errors](err); ok {
		return strings.TrimSpace(fmt.Sprint(errs[0].Code, " ", errs[0].Path))
	}
	if limited, ok := errors.AsType[*limiter.RateError](err); ok {
		return fmt.Sprint("wait ", limited.RetryAfter)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// signIn signs in and returns the token of the session, or the error.
func (f *fixture) signIn(login, password string) (string, error) {
	s, err := f.Auth.SignIn(f.t.Context(), f.account, login, password, auth.Origin{})
	return s.Token, err
}

const void = "INVALID token"

func TestReset(t *testing.T) {
	t.Parallel()
	for _, login := range []string{userLogin, contactLogin} {
		t.Run(login, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, mailtest.Options{})
			if _, err := f.signIn(login, oldPassword); err != nil {
				t.Fatal(err)
			}
			token := f.token(login)
			if dump := f.db.Dump(); strings.Contains(dump, token) || strings.Contains(dump, strings.TrimPrefix(token, "cgr_")) {
				t.Error("the database has the token")
			}
			if row := f.db.Client().PasswordReset.Query().OnlyX(viewer.NewSystemContext(t.Context(), 0)); row.Login != nil || row.NextAt != nil {
				t.Errorf("the address is kept after the message was sent: %v", row)
			}
			if got := f.confirm(token); got != "" {
				t.Fatal(got)
			}
			if n := f.db.Client().Session.Query().CountX(f.system()); n != 0 {
				t.Errorf("%d sessions are left", n)
			}
			if _, err := f.signIn(login, oldPassword); !errors.Is(err, auth.ErrRefused) {
				t.Errorf("with the old password: %v", err)
			}
			if _, err := f.signIn(login, newPassword); err != nil {
				t.Errorf("with the new password: %v", err)
			}
			if got := f.confirm(token); got != void {
				t.Errorf("a second use: got %q", got)
			}
			e := f.db.Client().AuditEntry.Query().Where(auditentry.AccountID(f.account), auditentry.Action("PASSWORD_RESET")).OnlyX(f.system())
			if e.Address == nil || *e.Address != from.String() || *e.ActorID != *e.SubjectID {
				t.Errorf("recorded %v", e)
			}
			if n := f.db.Client().PasswordReset.Query().CountX(viewer.NewSystemContext(t.Context(), 0)); n != 0 {
				t.Errorf("%d requests are left", n)
			}
		})
	}
}

// TestResetIsAChangeOfTheContact: the change log and the version show it.
func TestResetIsAChangeOfTheContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	before := f.db.Client().Contact.GetX(f.system(), f.contact).Version
	if got := f.confirm(f.token(contactLogin)); got != "" {
		t.Fatal(got)
	}
	if after := f.db.Client().Contact.GetX(f.system(), f.contact).Version; after != before+1 {
		t.Errorf("the version is %d, it was %d", after, before)
	}
}

// TestSameWorkForEveryLogin: a request runs the same statements for every login, so its time does
// not reveal whether there is a login, and so does its answer.
func TestSameWorkForEveryLogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	f.newContact("bounced@example.com", login.KindBounced)
	statements := func(r reset.Request) string {
		r.Address = netip.MustParseAddr("192.0.2.9")
		var err error
		list := f.db.Statements(func() { err = f.Resets.Record(t.Context(), r) })
		if err != nil {
			t.Errorf("%s: %v", r.Login, err)
		}
		return strings.Join(list, "\n")
	}
	statements(reset.Request{Account: f.account, Login: "first@example.com"}) // counts the address for the first time
	want := statements(reset.Request{Account: f.account, Login: "none@example.com"})
	if !strings.Contains(want, "password_resets") {
		t.Fatalf("recorded %s", want)
	}
	for _, r := range []reset.Request{
		{Account: f.account, Login: userLogin}, {Account: f.account, Login: contactLogin}, {Account: f.account, Login: "bounced@example.com"},
		{Account: f.account, Login: "not an address"}, {AccountName: "unknown", Login: userLogin},
	} {
		if got := statements(r); got != want {
			t.Errorf("%s runs\n%s\nbut an unknown login\n%s", r.Login, got, want)
		}
	}
}

// TestWhoGetsNoMessage: only owners of an address who have a password get one.
func TestWhoGetsNoMessage(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	f.newContact("bounced@example.com", login.KindBounced)
	f.newContact("not an address", login.KindEmail)
	without := []field.Login{{Name: "without@example.com", Kind: login.KindEmail}}
	must(f.Contacts.Create(f.system(), contact.Create{RegistrationSource: "test", Details: contact.Details{Logins: &without}}))
	disabled := must(f.Auth.CreateUser(t.Context(), f.account, auth.NewUser{Login: "off@example.com", Name: "Off", Password: oldPassword, Role: viewer.Agent}))
	f.db.Write(f.system(), 0, disable(f.account, disabled))
	for _, login := range []string{"bounced@example.com", "not an address", "without@example.com", "off@example.com", "unknown@example.com"} {
		if err := f.request(login); err != nil {
			t.Errorf("%s: %v", login, err)
		}
	}
	if err := f.Resets.Record(t.Context(), reset.Request{AccountName: "unknown", Login: userLogin, Address: from}); err != nil {
		t.Error(err)
	}
	f.send()
	if n := f.sent(); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	if n := f.db.Client().PasswordReset.Query().CountX(viewer.NewSystemContext(t.Context(), 0)); n != 0 {
		t.Errorf("%d requests are left", n)
	}
}

// TestMessagesGoToTheStoredAddress: the address of a request may be spelled in another way that
// means the same login, but could be another mailbox.
func TestMessagesGoToTheStoredAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{UTF8: true})
	for _, login := range []string{" ANN@Example.com ", "\uff21nn@example.com"} {
		if err := f.request(login); err != nil {
			t.Fatal(err)
		}
		f.send()
	}
	messages, _ := f.receiver.Messages()
	for _, m := range messages {
		if m.To != contactLogin {
			t.Errorf("sent to %s", m.To)
		}
	}
	if len(messages) == 0 {
		t.Error("nothing was sent")
	}
}

func TestLinksOfForms(t *testing.T) {
	t.Parallel()
	f := newFixture(t, mailtest.Options{})
	for link, want := range map[string]string{
		"https://www.example.com/reset?g=GUID":                     "",
		"https://WWW.example.com/reset/GUID":                       "",
		"https://contacts.example.com/x#GUID":                      "",
		"https://www.example.com/reset":                            "INVALID resetUrl",
		"https://GUID.example.com/":                                "INVALID resetUrl",
		"http://www.example.com/GUID":                              "INVALID resetUrl",
		"https://www.example.com:8443/GUID":                        "INVALID resetUrl",
		"https://www.example.com.evil.example/GUID":                "INVALID resetUrl",
		"https://www.example.com@evil.example/GUID":                "INVALID resetUrl",
		"https://evil.example/GUID":                                "INVALID resetUrl",
		"//www.example.com/GUID":                                   "INVALID resetUrl",
		"javascript:GUID":                                          "INVALID resetUrl",
		"https://www.example.com/GUID\nhttps://evil.example":       "INVALID resetUrl",
		"https://www.example.com/GUID x":                           "INVALID resetUrl",
		`https://www.example.com\@evil.example/GUID`:               "INVALID resetUrl",
		"https://www.example.com/GUID" + strings.Repeat("x", 2000): "TOO_LONG resetUrl",
	} {
		err := f.Resets.Record(t.Context(), reset.Request{Account: f.account, Login: fmt.Sprint(len(link), "@example.com"), Link: link})
		if got := outcome(err); got != want {
			t.Errorf("%q: got %q, want %q", link, got, want)
		}
	}
	if err := f.Resets.Record(t.Context(), reset.Request{Account: f.account, Login: contactLogin, Link: "https://www.example.com/reset?g=GUID&x=1"}); err != nil {
		t.Fatal(err)
	}
	f.send()
	messages, _ := f.receiver.Messages()
	if len(messages) != 1 || !regexp.MustCompile(`\nhttps://www\.example\.com/reset\?g=cgr_[\w-]{43}&x=1\n`).MatchString(messages[0].Text) {
		t.Errorf("got %v", messages)
	}
}

// TestNotAvailable: without an SMTP server, both operations say so.
func TestNotAvailable(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t)
	s := app.New(db, auth.NewPasswords(1), time.Now, slog.New(slog.DiscardHandler))
	if got := outcome(s.Resets.Record(t.Context(), reset.Request{Account: 1, Login: userLogin})); got != "NOT_AVAILABLE" || s.Resets.Available() {
		t.Errorf("got %q", got)
	}
	if got := outcome(s.Resets.Confirm(t.Context(), s.Contacts, "cgr_x", newPassword, from)); got != "NOT_AVAILABLE" {
		t.Errorf("got %q", got)
	}
}
