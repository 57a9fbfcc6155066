package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"contactgraph/ent/login"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
)

// from returns a test address.
func from(n int) auth.Origin {
	return auth.Origin{Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), Agent: "a browser"}
}

// attempt signs in and returns the outcome: "ok", "refused", or "wait" and the seconds.
func (f *fixture) attempt(account int, login, password string, origin auth.Origin) string {
	f.t.Helper()
	_, err := f.Service.SignIn(f.ctx, account, login, password, origin)
	limited, isLimited := errors.AsType[*limiter.RateError](err)
	switch {
	case err == nil:
		return "ok"
	case isLimited:
		return fmt.Sprintf("wait %d", limited.RetryAfter)
	case errors.Is(err, auth.ErrRefused):
		return "refused"
	}
	f.t.Fatal(err)
	return ""
}

func (f *fixture) expectAttempts(account int, login, password string, origin auth.Origin, want ...string) {
	f.t.Helper()
	for i, w := range want {
		if got := f.attempt(account, login, password, origin); got != w {
			f.t.Errorf("attempt %d of %s: got %s, want %s", i+1, login, got, w)
		}
	}
}

func TestGuessersWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	f.expectAttempts(demo, "ann", "wrong", from(1), "refused", "refused", "refused", "refused", "refused", "wait 1", "wait 1")
	f.expectAttempts(demo, "ann", "right", from(1), "wait 1")
	for _, wait := range []int{2, 4, 8, 16, 32} {
		f.advance(time.Duration(wait) * time.Second / 2)
		f.expectAttempts(demo, "ann", "wrong", from(1), "refused", fmt.Sprintf("wait %d", wait))
	}
	// The right password still gets in from another address, and from the same one after the wait.
	f.expectAttempts(demo, "ann", "right", from(2), "ok")
	f.expectAttempts(demo, "ann", "right", from(1), "wait 32")
	f.advance(time.Minute)
	f.expectAttempts(demo, "ann", "right", from(1), "ok")
	f.expectAttempts(demo, "ann", "wrong", from(1), "refused")
	f.expectAttempts(demo, "ann", "right", from(1), "wait 60") // the address has failed as often as before
	f.advance(2 * time.Hour)
	f.expectAttempts(demo, "ann", "wrong", from(1), "refused", "refused", "refused", "refused", "refused", "wait 1")
}

func TestAnAddressWaitsWhateverItGuesses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	for i := range 5 {
		f.expectAttempts(demo, fmt.Sprint("unknown ", i), "wrong", from(1), "refused")
	}
	f.expectAttempts(demo, "ann", "right", from(1), "wait 1")
	network := func(text string) auth.Origin { return auth.Origin{Address: netip.MustParseAddr(text)} }
	for i := range 5 {
		f.expectAttempts(demo, fmt.Sprint("unknown ", i), "wrong", network(fmt.Sprintf("2001:db8::%d", i)), "refused")
	}
	f.expectAttempts(demo, "ann", "right", network("2001:db8::ffff:0:0:1"), "wait 1")
	f.expectAttempts(demo, "ann", "right", network("2001:db8:0:1::1"), "ok")
}

// TestManyAddressesGuessOnce: a guesser with many addresses has one quick attempt from each.
func TestManyAddressesGuessOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	refused := 0
	for n := range 100 {
		for range 5 {
			if f.attempt(demo, "ann", "wrong", from(n)) == "refused" {
				refused++
			}
		}
	}
	if refused > 110 {
		t.Errorf("%d guesses were checked", refused)
	}
	f.expectAttempts(demo, "ann", "right", from(200), "ok")
}

// TestLoginsOfAContactCountTogether: the current password and each login of a contact are guesses
// of the same password.
func TestLoginsOfAContactCountTogether(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	id := f.contact(demo, "right", map[string]login.Kind{"one": login.KindBlank, "two": login.KindEmail})
	f.expectAttempts(demo, "one", "wrong", from(1), "refused", "refused")
	f.expectAttempts(demo, "two", "wrong", from(1), "refused", "refused")
	v := viewer.Viewer{Account: demo, Role: viewer.Customer, Contact: id, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: id}, Address: from(1).Address}
	undo, err := f.Throttle().Begin(f.ctx, v)
	if err != nil {
		t.Fatal(err)
	}
	f.expectAttempts(demo, "two", "right", from(1), "wait 1")
	if err := undo(f.ctx); err != nil {
		t.Fatal(err)
	}
	f.expectAttempts(demo, "two", "right", from(1), "ok")
}

// TestGuessesAtTheSameTime: no more of them are checked than if they came one after the other, on
// two servers.
func TestFailedAttemptsAreReported(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	f.expectAttempts(demo, "ann", "wrong", from(1), "refused", "refused", "refused")
	f.advance(26 * time.Hour)
	f.expectAttempts(demo, "ann", "wrong", from(3), "refused")
	for _, want := range []int{4, 0} {
		s, err := f.Service.SignIn(f.ctx, demo, "ann", "right", from(2))
		if err != nil || s.FailedAttempts != want {
			t.Errorf("got %d failed attempts, %v, want %d", s.FailedAttempts, err, want)
		}
	}
	if logged := f.logged.String(); strings.Contains(logged, "ann") || !strings.Contains(logged, "192.0.2.3") || !strings.Contains(logged, "login_hash=") {
		t.Errorf("logged %s", logged)
	}
	var entries []string
	rows, err := f.db.Client().AuditEntry.Query().All(viewer.NewSystemContext(f.ctx, demo))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Address != nil { // it has none if the server itself did it
			entries = append(entries, fmt.Sprintln(row.Action, *row.Address, row.Details))
		}
	}
	if got := strings.Join(entries, ""); strings.Count(got, "SIGN_IN_FAILED") != 4 || strings.Count(got, "SIGNED_IN 192.0.2.2") != 2 || !strings.Contains(got, "failures:4") {
		t.Errorf("the audit log has\n%s", got)
	}
}

// TestUnknownTokensWait: an address that sends many unknown tokens has to wait, but not with one
// that is known.
func TestUnknownTokensWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := f.key(f.account("Demo"), viewer.Agent, "")
	for i := range 22 {
		_, ok, err := f.Authenticate(request(map[string]string{"X-ApiKey": fmt.Sprint("unknown ", i)}))
		_, limited := errors.AsType[*limiter.RateError](err)
		if ok || limited != (i >= 20) || !limited && !errors.Is(err, auth.ErrCredentials) {
			t.Fatalf("token %d: %v, %v", i, ok, err)
		}
	}
	if _, ok, err := f.Authenticate(request(map[string]string{"X-ApiKey": key})); !ok || err != nil {
		t.Errorf("the known key: %v, %v", ok, err)
	}
}

// TestTargetsAreForgotten: the table of attempts does not grow without end.
func TestTargetsAreForgotten(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.Throttle().Bound(6)
	for n := range 10 {
		f.expectAttempts(demo, fmt.Sprint("login ", n), "wrong", from(n), "refused")
	}
	rows, err := f.db.Client().Attempt.Query().Count(viewer.NewSystemContext(f.ctx, 0))
	if err != nil || rows != 6 {
		t.Errorf("%d targets, %v", rows, err)
	}
}

func TestSessionsEndWhenIdle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	f.settings(demo, 60)
	s, err := f.Service.SignIn(f.ctx, demo, "ann", "right", from(1))
	if err != nil {
		t.Fatal(err)
	}
	r := request(map[string]string{"Authorization": "Bearer " + s.Token})
	valid := func(step string, want bool, authenticate func(*http.Request) (viewer.Viewer, bool, error)) {
		t.Helper()
		if _, ok, _ := authenticate(r); ok != want {
			t.Errorf("%s: valid %v, want %v", step, ok, want)
		}
	}
	f.advance(59 * time.Minute)
	valid("used before the time is over", true, f.Authenticate)
	f.advance(59 * time.Minute)
	valid("again", true, f.Authenticate)
	f.advance(59 * time.Minute)
	valid("an open connection", true, f.Reauthenticate)
	f.advance(time.Minute)
	valid("which is no use of the session", false, f.Authenticate)
}

func TestDisabledUsersCannotSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	id := f.user(demo, "ann", "right", viewer.Agent)
	token := f.signIn(demo, "ann", "right").Token
	f.write(demo, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.User.Update().Where(user.AccountID(demo), user.ID(id)).SetDisabledAt(f.now()).Exec(ctx)
	})
	if _, ok, _ := f.Authenticate(request(map[string]string{"Authorization": "Bearer " + token})); ok {
		t.Error("the session is still valid")
	}
	f.expectAttempts(demo, "ann", "right", from(1), "refused")
}

func TestSuspendedAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	key := f.key(demo, viewer.Agent, "")
	f.write(demo, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Account.UpdateOneID(demo).SetSuspendedAt(f.now()).Exec(ctx)
	})
	if _, ok, _ := f.Authenticate(request(map[string]string{"X-ApiKey": key})); ok {
		t.Error("a key is still valid")
	}
	f.expectAttempts(demo, "ann", "right", from(1), "refused")
}

func TestKeysAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	const app = "https://app.example.com"
	for name, tt := range map[string]struct {
		limit   func(*limits)
		want    bool
		origins []string // the headers Origin of the request
	}{
		"no limits":       {func(*limits) {}, true, nil},
		"revoked":         {func(l *limits) { l.revoked = true }, false, nil},
		"expired":         {func(l *limits) { l.expires = -time.Second }, false, nil},
		"expires":         {func(l *limits) { l.expires = time.Second }, true, nil},
		"its address":     {func(l *limits) { l.addresses = []string{"198.51.100.0/24", "192.0.2.1/32"} }, true, nil},
		"another address": {func(l *limits) { l.addresses = []string{"198.51.100.0/24"} }, false, nil},
		"no address":      {func(l *limits) { l.addresses = []string{} }, false, nil},
		"any origin":      {func(*limits) {}, true, []string{"https://evil.example.com"}},
		"its origin":      {func(l *limits) { l.origins = []string{"http://localhost:3000", app} }, true, []string{app}},
		"another origin":  {func(l *limits) { l.origins = []string{app} }, false, []string{"https://evil.example.com"}},
		"a prefix of it":  {func(l *limits) { l.origins = []string{app} }, false, []string{app + ".evil.example"}},
		"another port":    {func(l *limits) { l.origins = []string{app} }, false, []string{app + ":8443"}},
		"a null origin":   {func(l *limits) { l.origins = []string{app} }, false, []string{"null"}},
		"without Origin":  {func(l *limits) { l.origins = []string{app} }, false, nil},
		"two origins":     {func(l *limits) { l.origins = []string{app} }, false, []string{app, app}},
		"no origin":       {func(l *limits) { l.origins = []string{} }, false, []string{app}},
		"its origin, from another address": {
			func(l *limits) { l.origins, l.addresses = []string{app}, []string{"198.51.100.0/24"} }, false, []string{app},
		},
	} {
		token := f.key(demo, viewer.Agent, "")
		l := limits{expires: time.Hour}
		tt.limit(&l)
		f.limitKeys(demo, l)
		r := request(map[string]string{"X-ApiKey": token})
		r.Header["Origin"] = tt.origins
		if _, ok, err := f.Authenticate(r); ok != tt.want || !ok && !errors.Is(err, auth.ErrCredentials) {
			t.Errorf("%s: valid %v, %v", name, ok, err)
		}
	}
}

// limits are what limits the use of a key.
type limits struct {
	revoked   bool
	expires   time.Duration
	addresses []string
	origins   []string
}

// limitKeys limits all keys of the account.
func (f *fixture) limitKeys(account int, l limits) {
	f.t.Helper()
	f.write(account, func(ctx context.Context, tx *database.Tx) error {
		if err := tx.Ent.APIKey.Update().ClearAddresses().ClearOrigins().Exec(ctx); err != nil {
			return err
		}
		u := tx.Ent.APIKey.Update().SetExpiresAt(f.now().Add(l.expires))
		if l.revoked {
			u.SetRevokedAt(f.now())
		}
		if l.addresses != nil {
			u.SetAddresses(l.addresses)
		}
		if l.origins != nil {
			u.SetOrigins(l.origins)
		}
		return u.Exec(ctx)
	})
}

// TestOthersDoNotLockAnOwnerOut: attempts from fresh addresses do not make the owner wait who has
// mistyped the password once.
func TestOthersDoNotLockAnOwnerOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	f.expectAttempts(demo, "ann", "wrong", from(1), "refused")
	for n := range 30 {
		f.advance(time.Minute)
		f.expectAttempts(demo, "ann", "wrong", from(100+n), "refused")
	}
	f.expectAttempts(demo, "ann", "right", from(1), "ok")
}

// TestUnknownAccountsLookAlike: the waits do not tell accounts that exist from others.
func TestUnknownAccountsLookAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.account("Demo")
	named := func(name string, n int) auth.Origin {
		origin := from(n)
		origin.Account = name
		return origin
	}
	f.expectAttempts(0, "ann", "wrong", named("one", 1), "refused", "refused", "refused", "refused", "refused", "wait 1")
	f.advance(time.Hour)
	f.expectAttempts(0, "ann", "wrong", named("one", 1), "refused", "refused", "refused", "refused", "refused", "wait 1")
	f.advance(2 * time.Second) // the address no longer has to wait
	f.expectAttempts(0, "ann", "wrong", named("two", 1), "refused")
}

// TestAStreamEndsWhileItsAddressWaits: a revoked key is no longer valid, however many unknown
// tokens its address has sent.
func TestAStreamEndsWhileItsAddressWaits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 25 {
		_, _, _ = f.Authenticate(request(map[string]string{"X-ApiKey": fmt.Sprint("unknown ", i)}))
	}
	if _, ok, err := f.Reauthenticate(request(map[string]string{"X-ApiKey": fmt.Sprint("revoked ", 1)})); ok || !errors.Is(err, auth.ErrCredentials) {
		t.Errorf("got %v, %v, want ErrCredentials", ok, err)
	}
}
