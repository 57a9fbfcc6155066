package people_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/people"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pquerna/otp/totp"
)

// signedIn returns the context of a user in a new session.
func (f *fixture) signedIn(u *people.User, enrolling bool) context.Context {
	return viewer.NewContext(f.t.Context(), viewer.Viewer{
		Account: f.account, Role: u.Role, Session: f.session(u.ID, 0), Enrolling: enrolling,
		Actor: viewer.Actor{Kind: viewer.ActorUser, ID: u.ID, Name: u.Name},
	})
}

// code returns what the app shows after a time.
func (f *fixture) code(secret string, after time.Duration) string {
	f.t.Helper()
	return must(totp.GenerateCode(secret, f.now().Add(after)))
}

// enroll turns on the second factor of a user, and returns its secret and recovery codes. The next
// time step begins.
func (f *fixture) enroll(ctx context.Context) (secret string, recovery []string) {
	f.t.Helper()
	created := must(f.SetUpSecondFactor(ctx, people.Proof{Password: "a long password"}))
	secret = created.Secret.Text()
	recovery = must(f.ConfirmSecondFactor(ctx, f.code(secret, 0))).Codes
	f.advance(30 * time.Second)
	return secret, recovery
}

func (f *fixture) userRow(id int) *ent.User {
	f.t.Helper()
	return f.db.Client().User.Query().Where(user.AccountID(f.account), user.ID(id)).OnlyX(f.system)
}

// wantRefusedCode runs a command that must fail because of a wrong code, which is recorded.
func (f *fixture) wantRefusedCode(name string, do func() error) {
	f.t.Helper()
	before := f.codes
	f.wantAudited(func() {
		if err := do(); err == nil || !strings.HasPrefix(err.Error(), "WRONG_CODE at code") {
			f.t.Errorf("%s: got %v", name, err)
		}
	}, `SECOND_FACTOR_FAILED by "uma": "uma"`)
	if f.codes != before+1 {
		f.t.Errorf("%s: %d guesses were counted", name, f.codes-before)
	}
}

func TestSetUpSecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.user("uma", viewer.Agent)
	uma := f.signedIn(u, false)
	other := f.session(u.ID, 0)
	own, _ := viewer.FromContext(uma)
	setUp := func(p people.Proof) func() error { return func() error { return errOf(f.SetUpSecondFactor(uma, p)) } }
	f.wantErrors("a wrong password", setUp(people.Proof{Password: "wrong"}), "WRONG_PASSWORD currentPassword")
	if f.guesses != 1 {
		t.Errorf("%d guesses were counted", f.guesses)
	}
	f.limited = true
	f.wantErrors("too many of them", setUp(people.Proof{Password: "a long password"}), "RATE_LIMITED currentPassword")
	f.limited = false
	f.wantErrors("an API key", func() error { return errOf(f.SetUpSecondFactor(f.admin, people.Proof{})) }, "FORBIDDEN")
	f.wantErrors("nothing to confirm", func() error { return errOf(f.ConfirmSecondFactor(uma, "123456")) }, "INVALID")

	created := must(f.SetUpSecondFactor(uma, people.Proof{Password: "a long password"}))
	if !strings.HasPrefix(created.URI, "otpauth://totp/contactgraph:uma%20%28demo%29?") || !strings.HasPrefix(created.QRCode, "data:image/png;base64,") {
		t.Errorf("set up %s with %.30s", created.URI, created.QRCode)
	}
	if row := f.userRow(u.ID); len(row.TotpSecret) > 0 {
		t.Error("it is on before it is confirmed")
	}
	f.wantRefusedCode("a wrong code", func() error { return errOf(f.ConfirmSecondFactor(uma, f.code(created.Secret.Text(), time.Hour))) })
	f.codesLimited = true
	f.wantErrors("too many of them", func() error { return errOf(f.ConfirmSecondFactor(uma, f.code(created.Secret.Text(), 0))) }, "RATE_LIMITED code")
	f.codesLimited = false
	var recovery *people.NewRecoveryCodes
	f.wantAudited(func() { recovery = must(f.ConfirmSecondFactor(uma, f.code(created.Secret.Text(), 0))) }, `SECOND_FACTOR_ENABLED by "uma": "uma"`)
	row := f.userRow(u.ID)
	if len(recovery.Codes) != 10 || len(row.RecoveryCodes) != 10 || string(row.TotpSecret) != string(created.Secret) || row.TotpPending != nil {
		t.Errorf("%d recovery codes, and %d are stored", len(recovery.Codes), len(row.RecoveryCodes))
	}
	for _, code := range recovery.Codes {
		if dump := f.db.Dump(); strings.Contains(dump, code) || strings.Contains(dump, strings.ReplaceAll(code, "-", "")) {
			t.Error("a recovery code is stored")
		}
	}
	if diff := cmp.Diff([]int{own.Session}, f.sessions()); diff != "" {
		t.Errorf("the sessions, of which %d was another one (-want +got)\n%s", other, diff)
	}
	got := must(f.SecondFactorOf(f.system, own))
	if diff := cmp.Diff(&people.SecondFactor{EnabledAt: new(start), RecoveryCodes: 10}, got); diff != "" {
		t.Errorf("the second factor (-want +got)\n%s", diff)
	}
	if !must(f.UserByLogin(f.admin, "uma")).SecondFactor {
		t.Error("admins do not see it")
	}
}

// TestReplaceSecondFactor: the old device works until the new one is confirmed.
func TestReplaceSecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.user("uma", viewer.Agent)
	uma := f.signedIn(u, false)
	old, _ := f.enroll(uma)
	f.wantRefusedCode("without a code", func() error { return errOf(f.SetUpSecondFactor(uma, people.Proof{Password: "a long password"})) })
	created := must(f.SetUpSecondFactor(uma, people.Proof{Password: "a long password", Code: f.code(old, 0)}))
	if row := f.userRow(u.ID); string(row.TotpSecret) == string(created.Secret) {
		t.Error("it is replaced before it is confirmed")
	}
	must(f.ConfirmSecondFactor(uma, f.code(created.Secret.Text(), 0)))
	if row := f.userRow(u.ID); string(row.TotpSecret) != string(created.Secret) {
		t.Error("it is not replaced")
	}
}

func TestTurnOffSecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.user("uma", viewer.Agent)
	uma := f.signedIn(u, false)
	off := func(password, code string) func() error {
		return func() error { return errOf(f.TurnOffSecondFactor(uma, people.Proof{Password: password, Code: code})) }
	}
	f.defaultSettings(f.account)
	f.wantErrors("there is none", off("a long password", "123456"), "INVALID")
	secret, recovery := f.enroll(uma)
	f.session(u.ID, 0)
	f.wantErrors("a wrong password", off("wrong", f.code(secret, 0)), "WRONG_PASSWORD currentPassword")
	f.wantRefusedCode("a wrong code", off("a long password", f.code(secret, time.Hour)))
	f.wantRefusedCode("no code", off("a long password", ""))

	must(f.UpdateUser(f.admin, people.UserChange{ID: u.ID, SecondFactorRequired: new(true)}))
	f.wantErrors("it is required of the user", off("a long password", f.code(secret, 0)), "FORBIDDEN")
	must(f.UpdateUser(f.admin, people.UserChange{ID: u.ID, SecondFactorRequired: new(false)}))
	must(f.UpdateSettings(f.admin, people.SettingsChange{RequireSecondFactor: new(true)}))
	f.wantErrors("the account requires it", off("a long password", f.code(secret, 0)), "FORBIDDEN")
	must(f.UpdateSettings(f.admin, people.SettingsChange{RequireSecondFactor: new(false)}))

	if err := off("a long password", recovery[0])(); err != nil {
		t.Fatal(err)
	}
	row := f.userRow(u.ID)
	if row.TotpSecret != nil || row.TotpPending != nil || row.TotpConfirmedAt != nil || row.TotpStep != nil || row.RecoveryCodes != nil {
		t.Errorf("it is not erased: %+v", row)
	}
	if n := len(f.sessions()); n != 1 {
		t.Errorf("%d sessions are left", n)
	}
	texts := f.audited()
	want := []string{`RECOVERY_CODE_USED by "uma": "uma" map[left:9]`, `SECOND_FACTOR_DISABLED by "uma": "uma"`}
	if diff := cmp.Diff(want, texts[len(texts)-2:]); diff != "" {
		t.Errorf("the audit log (-want +got)\n%s", diff)
	}
}

func TestCreateRecoveryCodes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.user("uma", viewer.Agent)
	uma := f.signedIn(u, false)
	secret, old := f.enroll(uma)
	create := func(code string) (*people.NewRecoveryCodes, error) {
		return f.CreateRecoveryCodes(uma, people.Proof{Password: "a long password", Code: code})
	}
	var created *people.NewRecoveryCodes
	f.wantAudited(func() { created = must(create(f.code(secret, 0))) }, `RECOVERY_CODES_CREATED by "uma": "uma"`)
	f.wantRefusedCode("an old code", func() error { return errOf(create(old[0])) })
	f.wantRefusedCode("the same code of the app", func() error { return errOf(create(f.code(secret, 0))) })
	if _, err := create(created.Codes[9]); err != nil {
		t.Error(err)
	}
	if n := len(f.userRow(u.ID).RecoveryCodes); n != 10 {
		t.Errorf("%d codes are stored", n)
	}
}

func TestResetSecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.user("uma", viewer.Agent)
	f.enroll(f.signedIn(u, false))
	admin := f.signedIn(f.user("ada", viewer.Admin), false)
	before := len(f.sessions())
	f.wantErrors("another account", func() error { return errOf(f.ResetSecondFactor(f.foreign, u.ID)) }, "NOT_FOUND")
	own, _ := viewer.FromContext(admin)
	f.wantErrors("the admin's own", func() error { return errOf(f.ResetSecondFactor(admin, own.Actor.ID)) }, "FORBIDDEN")
	f.wantAudited(func() {
		if got := must(f.ResetSecondFactor(admin, u.ID)); got.SecondFactor {
			t.Error("it is returned as on")
		}
		must(f.ResetSecondFactor(admin, u.ID)) // twice is no error
	}, `SECOND_FACTOR_RESET by "ada": "uma"`)
	row := f.userRow(u.ID)
	if row.TotpSecret != nil || row.RecoveryCodes != nil || len(f.sessions()) != before-1 {
		t.Errorf("it is not erased: %+v; %d sessions are left", row, len(f.sessions()))
	}
}

// TestRequireSecondFactor: once it is required, open sessions of users who have none can only set
// one up, and confirming it frees the session.
func TestRequireSecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	enrolling := func() (ids []int) {
		return f.db.Client().Session.Query().Where(session.AccountID(f.account), session.Enrolling(true)).Order(session.ByID()).IDsX(f.system)
	}
	want := func(name string, ids ...int) {
		t.Helper()
		if diff := cmp.Diff(ids, enrolling(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: the limited sessions (-want +got)\n%s", name, diff)
		}
	}
	f.defaultSettings(f.account)
	with, without, third := f.user("with", viewer.Agent), f.user("without", viewer.Admin), f.user("third", viewer.Agent)
	f.enroll(f.signedIn(with, false))
	limited, of := f.session(without.ID, 0), f.session(third.ID, 0)
	f.session(0, f.contact())
	f.wantAudited(func() {
		must(f.UpdateUser(f.admin, people.UserChange{ID: third.ID, SecondFactorRequired: new(true)}))
		must(f.UpdateUser(f.admin, people.UserChange{ID: with.ID, SecondFactorRequired: new(true)}))
	}, `USER_CHANGED by "admin key": "third" map[secondFactorRequired:map[from:false to:true]]`,
		`USER_CHANGED by "admin key": "with" map[secondFactorRequired:map[from:false to:true]]`)
	want("of users", of)
	f.wantAudited(func() {
		if !must(f.UpdateSettings(f.admin, people.SettingsChange{RequireSecondFactor: new(true)})).RequireSecondFactor {
			t.Error("the setting is not on")
		}
	}, `SETTINGS_CHANGED by "admin key": "demo" map[requireSecondFactor:map[from:false to:true]]`)
	want("of the account", limited, of)

	ctx := viewer.NewContext(t.Context(), viewer.Viewer{
		Account: f.account, Role: viewer.Admin, Session: limited, Enrolling: true, Actor: viewer.Actor{Kind: viewer.ActorUser, ID: without.ID, Name: "without"},
	})
	for name, do := range map[string]func() error{
		"users":    func() error { return errOf(f.Users(ctx)) },
		"password": func() error { return errOf(f.ChangePassword(ctx, "a long password", "another long password")) },
		"sessions": func() error { return errOf(f.OwnSessions(ctx, 1)) },
		"off":      func() error { return errOf(f.TurnOffSecondFactor(ctx, people.Proof{Password: "a long password"})) },
		"codes":    func() error { return errOf(f.CreateRecoveryCodes(ctx, people.Proof{Password: "a long password"})) },
		"reset":    func() error { return errOf(f.ResetSecondFactor(ctx, with.ID)) },
		"require": func() error {
			return errOf(f.UpdateSettings(ctx, people.SettingsChange{RequireSecondFactor: new(false)}))
		},
	} {
		f.wantErrors(name, do, "FORBIDDEN")
	}
	f.enroll(ctx)
	want("after it was set up", of)
}

// TestSecondFactorIsStoredUnderNoKey: a repeat with an idempotency key returns no secrets.
func TestSecondFactorIsStoredUnderNoKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	uma := f.signedIn(f.user("uma", viewer.Agent), false)
	service := func(key string) *people.Service {
		return f.WithKey(must(idempotency.NewKey([]string{key}, "request")).WithAlias("a"))
	}
	proof := people.Proof{Password: "a long password"}
	created, again := must(service("k1").SetUpSecondFactor(uma, proof)), must(service("k1").SetUpSecondFactor(uma, proof))
	code := f.code(created.Secret.Text(), 0)
	codes, codesAgain := must(service("k2").ConfirmSecondFactor(uma, code)), must(service("k2").ConfirmSecondFactor(uma, code))
	if len(created.Secret) == 0 || len(again.Secret) > 0 || again.URI != "" || len(codes.Codes) == 0 || len(codesAgain.Codes) > 0 {
		t.Errorf("the repeats return %d bytes and %d codes", len(again.Secret), len(codesAgain.Codes))
	}
	for _, text := range []string{fmt.Sprintf("%v %+v", created, *created), fmt.Sprintf("%v %+v", codes, *codes), fmt.Sprintf("%v %+v", proof, &proof)} {
		if strings.Contains(text, created.Secret.Text()) || strings.Contains(text, codes.Codes[0]) || strings.Contains(text, proof.Password) {
			t.Errorf("%q shows a secret", text)
		}
	}
}

// Users who sign in by the provider have their second factor there.
func TestProviderSessionsNeedNoSecondFactor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	uma := f.user("uma", viewer.Agent)
	f.session(uma.ID, 0)
	var byProvider int
	f.write(func(ctx context.Context, tx *database.Tx) error {
		row, err := tx.Ent.Session.Create().SetUserID(uma.ID).SetIssuer("https://login.example.com").SetTokenHash([]byte("provider")).
			SetExpiresAt(start.Add(time.Hour)).Save(ctx)
		if err == nil {
			byProvider = row.ID
		}
		return err
	})
	must(f.UpdateUser(f.admin, people.UserChange{ID: uma.ID, SecondFactorRequired: new(true)}))
	for _, row := range f.db.Client().Session.Query().AllX(f.system) {
		if enrolling := row.Enrolling != nil && *row.Enrolling; enrolling == (row.ID == byProvider) {
			t.Errorf("session %d: enrolling is %t", row.ID, enrolling)
		}
	}
}
