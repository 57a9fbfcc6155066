package auth_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/auditentry"
	"contactgraph/ent/login"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/limiter"
	"contactgraph/internal/secondfactor"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"
)

// enroll gives a user a second factor, and returns its secret and its recovery codes.
func (f *fixture) enroll(account, id int) (secret secondfactor.Secret, recovery []string) {
	f.t.Helper()
	recovery, hashes := secondfactor.NewRecoveryCodes()
	secret = secondfactor.NewSecret()
	f.updateUser(account, id, func(u *ent.UserUpdate) { u.SetTotpSecret(secret).SetTotpConfirmedAt(start).SetRecoveryCodes(hashes) })
	return secret, recovery
}

// updateUser changes a user as the server itself.
func (f *fixture) updateUser(account, id int, change func(*ent.UserUpdate)) {
	f.t.Helper()
	f.write(account, func(ctx context.Context, tx *database.Tx) error {
		u := tx.Ent.User.Update().Where(user.AccountID(account), user.ID(id))
		change(u)
		return u.Exec(ctx)
	})
}

// requireSecondFactor makes an account require a second factor.
func (f *fixture) requireSecondFactor(account int) {
	f.t.Helper()
	f.write(account, func(ctx context.Context, tx *database.Tx) error {
		strict := databasetest.Lenient
		strict.RequireSecondFactor = true
		return tx.Ent.Account.UpdateOneID(account).SetSettings(strict).Exec(ctx)
	})
}

// code returns what the app shows after a time.
func (f *fixture) code(secret secondfactor.Secret, after time.Duration) string {
	f.t.Helper()
	code, err := totp.GenerateCode(secret.Text(), f.now().Add(after))
	if err != nil {
		f.t.Fatal(err)
	}
	return code
}

// wrongCode returns a code that no app of the secret shows around now.
func (f *fixture) wrongCode(secret secondfactor.Secret) string {
	f.t.Helper()
	for i := range 4 {
		code := fmt.Sprintf("%06d", i)
		if _, kind := (secondfactor.Factor{Secret: secret}).Use(code, f.now()); kind == secondfactor.Wrong {
			return code
		}
	}
	f.t.Fatal("no wrong code was found")
	return ""
}

// signInWith signs in and returns the outcome.
func (f *fixture) signInWith(account int, login, password, code string, origin auth.Origin) string {
	f.t.Helper()
	s, err := f.SignInWithCode(f.ctx, account, login, password, code, origin)
	limited, isLimited := errors.AsType[*limiter.RateError](err)
	switch {
	case err == nil && s.Viewer.Enrolling:
		return "enrolling"
	case err == nil:
		return fmt.Sprintf("ok after %d", s.FailedAttempts)
	case isLimited:
		return fmt.Sprintf("wait %d", limited.RetryAfter)
	case s != (auth.Session{}):
		f.t.Errorf("a session was opened: %v", s)
	}
	for _, known := range []error{auth.ErrRefused, auth.ErrCodeRequired, auth.ErrCode} {
		if err == known { //nolint:errorlint // an error wrapped around it could reveal more
			return known.Error()
		}
	}
	f.t.Fatal(err)
	return ""
}

const (
	refused      = "wrong login or password"
	codeRequired = "a code of the second factor is required"
	wrongCode    = "wrong code of the second factor"
)

func TestSignInWithCode(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	secret, recovery := f.enroll(demo, f.user(demo, "ann", "right", viewer.Agent))
	f.user(demo, "bob", "right", viewer.Agent)
	first := f.code(secret, 0)
	for i, tt := range []struct{ name, login, password, code, want string }{
		{"no code", "ann", "right", "", codeRequired},
		{"a wrong code", "ann", "right", f.wrongCode(secret), wrongCode},
		{"the wrong password, no code", "ann", "wrong", "", refused},
		{"the wrong password, the right code", "ann", "wrong", first, refused},
		{"the code", "ann", "right", first, "ok after 3"},
		{"the code again", "ann", "right", first, wrongCode},
		{"the next code", "ann", "right", f.code(secret, 30*time.Second), "ok after 1"},
		{"a recovery code", "ann", "right", recovery[3], "ok after 0"},
		{"the recovery code again", "ann", "right", recovery[3], wrongCode},
		{"a user without a second factor", "bob", "right", "", "ok after 0"},
		{"who sends a code", "bob", "right", "123456", "ok after 0"},
	} {
		if got := f.signInWith(demo, tt.login, tt.password, tt.code, from(i)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	left := f.db.Client().User.Query().Where(user.AccountID(demo), user.Login("ann")).OnlyX(viewer.NewSystemContext(f.ctx, demo))
	if len(left.RecoveryCodes) != len(recovery)-1 {
		t.Errorf("%d recovery codes are left", len(left.RecoveryCodes))
	}
	var got []string
	for _, e := range f.db.Client().AuditEntry.Query().Where(auditentry.SubjectID(left.ID)).Order(auditentry.ByID()).AllX(viewer.NewSystemContext(f.ctx, demo)) {
		if e.Action != "USER_CREATED" {
			got = append(got, fmt.Sprint(e.Action, " ", *e.SubjectName, " by a user: ", e.ActorID != nil, " ", e.Details))
		}
	}
	if diff := cmp.Diff([]string{
		"SECOND_FACTOR_FAILED ann by a user: false map[failures:1]",
		"SECOND_FACTOR_FAILED ann by a user: false map[failures:1]",
		"RECOVERY_CODE_USED ann by a user: true map[left:9]",
		"SECOND_FACTOR_FAILED ann by a user: false map[failures:1]",
	}, got); diff != "" {
		t.Errorf("the audit log (-want +got)\n%s", diff)
	}
}

// TestSecondFactorIsHidden: without the right password, the statements and the hashes are the same
// whether a user has a second factor or not.
func TestSecondFactorIsHidden(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.enroll(demo, f.user(demo, "ann", "right", viewer.Agent))
	f.user(demo, "bob", "right", viewer.Agent)
	try := func(login, code string, origin auth.Origin) (statements []string, hashes int) {
		statements = f.statements(func() {
			hashes = f.hashed(func() {
				if got := f.signInWith(demo, login, "wrong", code, origin); got != refused {
					t.Errorf("%s: %s", login, got)
				}
			})
		})
		return statements, hashes
	}
	for i, code := range []string{"", "123456"} {
		ann, annHashes := try("ann", code, from(2*i))
		bob, bobHashes := try("bob", code, from(2*i+1))
		if len(ann) != len(bob) || annHashes != bobHashes {
			t.Errorf("with the code %q: %d statements and %d hashes, but %d and %d without a second factor", code, len(ann), annHashes, len(bob), bobHashes)
		}
	}
}

// TestCodesCannotBeGuessed: who knows the password has five guesses of the code, and then has to
// wait, whatever the address is, and sending the right password without a code forgets nothing.
func TestCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	secret, _ := f.enroll(demo, f.user(demo, "ann", "right", viewer.Agent))
	checked := 0
	for n := range 200 {
		f.signInWith(demo, "ann", "right", "", from(n))
		if f.signInWith(demo, "ann", "right", f.wrongCode(secret), from(n)) == wrongCode {
			checked++
		}
		if got := f.signInWith(demo, "ann", "right", "", from(n)); got != codeRequired {
			t.Fatalf("address %d without a code: %s", n, got)
		}
	}
	if checked != 5 {
		t.Errorf("%d codes were checked", checked)
	}
	checked = 0
	for range 24 * 60 { // a day, once a minute
		f.advance(time.Minute)
		if f.signInWith(demo, "ann", "right", f.wrongCode(secret), auth.Origin{}) == wrongCode {
			checked++
		}
	}
	if checked > 110 {
		t.Errorf("%d codes were checked in a day", checked)
	}
	f.advance(15 * time.Minute)
	if got := f.signInWith(demo, "ann", "right", f.code(secret, 0), from(250)); got != fmt.Sprint("ok after ", 5+checked) {
		t.Errorf("the owner, after the wait: %s", got)
	}
}

// TestRightPasswordForgetsNoFailure: at one address, wrong codes count as wrong passwords do.
func TestRightPasswordForgetsNoFailure(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	secret, _ := f.enroll(demo, f.user(demo, "ann", "right", viewer.Agent))
	for _, tt := range []struct{ password, code, want string }{
		{"wrong", "", refused},
		{"right", f.wrongCode(secret), wrongCode},
		{"right", "", codeRequired},
		{"wrong", "", refused},
		{"right", "", codeRequired},
		{"right", f.wrongCode(secret), wrongCode},
		{"right", "", codeRequired},
		{"wrong", "", refused},
		{"right", "", "wait 1"},
		{"right", f.code(secret, 0), "wait 1"},
	} {
		if got := f.signInWith(demo, "ann", tt.password, tt.code, from(1)); got != tt.want {
			t.Errorf("%s %s: got %s, want %s", tt.password, tt.code, got, tt.want)
		}
	}
	f.advance(time.Second)
	if got := f.signInWith(demo, "ann", "right", "", from(1)); got != codeRequired {
		t.Errorf("after the wait: %s", got)
	}
	if got := f.signInWith(demo, "ann", "right", f.code(secret, 0), from(1)); got != "ok after 5" {
		t.Errorf("the code right after it: %s", got)
	}
}

// TestSlowPasswordEndsNoWait: the right password of an attempt that was counted before a wrong
// code, and checked after it, does not end the wait of that code.
func TestSlowPasswordEndsNoWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	secret, _ := f.enroll(demo, f.user(demo, "ann", "right", viewer.Agent))
	for range 5 {
		f.signInWith(demo, "ann", "wrong", "", from(1))
	}
	f.advance(time.Second)
	f.onHash = func() { // of the attempt without a code
		f.advance(2 * time.Second) // its own wait is over
		if got := f.signInWith(demo, "ann", "right", f.wrongCode(secret), from(1)); got != wrongCode {
			t.Errorf("the guess meanwhile: %s", got)
		}
	}
	if got := f.signInWith(demo, "ann", "right", "", from(1)); got != codeRequired {
		t.Errorf("the slow attempt: %s", got)
	}
	if got := f.signInWith(demo, "ann", "right", f.wrongCode(secret), from(1)); got != "wait 4" {
		t.Errorf("the next guess: %s", got)
	}
}

// TestOneCodeSignsInOnce: of sign-ins with one code at the same time, also at two processes,
// exactly one succeeds.
func TestOneCodeSignsInOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	secret, recovery := f.enroll(demo, f.user(demo, "ann", "right", viewer.Agent))
	other := auth.New(f.db, f.passwords, f.now, f.log())
	for _, code := range []string{f.code(secret, 0), recovery[0]} {
		var wg sync.WaitGroup
		var mu sync.Mutex
		outcomes := map[bool]int{}
		for i := range 4 {
			service := f.Service
			if i%2 == 1 {
				service = other
			}
			wg.Go(func() {
				_, err := service.SignInWithCode(f.ctx, demo, "ann", "right", code, from(i))
				if err != nil && !errors.Is(err, auth.ErrCode) {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				outcomes[err == nil]++
			})
		}
		wg.Wait()
		if outcomes[true] != 1 {
			t.Errorf("%d of 4 sign-ins succeeded", outcomes[true])
		}
		f.advance(25 * time.Hour) // the failures are forgotten
	}
}

// TestMissingSecondFactor: if one is required, a user without it gets a session that can only set
// it up. Contacts and API keys are not affected.
func TestMissingSecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	f.user(demo, "ann", "right", viewer.Admin)
	secret, _ := f.enroll(demo, f.user(demo, "bob", "right", viewer.Agent))
	cyd := f.user(other, "cyd", "right", viewer.Agent)
	f.contact(demo, "right", map[string]login.Kind{"contact": login.KindBlank})
	f.requireSecondFactor(demo)
	f.updateUser(other, cyd, func(u *ent.UserUpdate) { u.SetSecondFactorRequired(true) })
	for i, tt := range []struct {
		account           int
		login, code, want string
	}{
		{demo, "ann", "", "enrolling"},
		{demo, "bob", "", codeRequired},
		{demo, "bob", f.code(secret, 0), "ok after 0"},
		{demo, "contact", "", "ok after 0"},
		{other, "cyd", "", "enrolling"},
	} {
		if got := f.signInWith(tt.account, tt.login, "right", tt.code, from(i)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.login, got, tt.want)
		}
	}
	s := f.signIn(demo, "ann", "right")
	r := request(map[string]string{"Authorization": "Bearer " + s.Token})
	if v, ok, err := f.Authenticate(r); !v.Enrolling || !ok || err != nil {
		t.Errorf("the session of ann: %+v, %v, %v", v, ok, err)
	}
	f.write(demo, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Session.Update().Where(session.AccountID(demo), session.ID(s.Viewer.Session)).ClearEnrolling().Exec(ctx)
	})
	if v, ok, err := f.Authenticate(r); v.Enrolling || !ok || err != nil {
		t.Errorf("after the second factor was set up: %+v, %v, %v", v, ok, err)
	}
}

// TestSecondFactorTurnedOnMeanwhile: a sign-in that began without a second factor does not go
// around one that is confirmed before it ends.
func TestSecondFactorTurnedOnMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	id := f.user(demo, "ann", "right", viewer.Agent)
	f.onHash = func() { f.enroll(demo, id) }
	if got := f.signInWith(demo, "ann", "right", "", from(1)); got != refused {
		t.Errorf("got %s", got)
	}
	if n := f.sessions(demo); n != 0 {
		t.Errorf("%d sessions were opened", n)
	}
}
