package permissions

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"

	"github.com/pquerna/otp/totp"
)

const ownPassword = "correct horse battery"

// device is the authenticator app of a user.
type device struct {
	t      *testing.T
	secret string
}

// code returns what it shows now, or some time steps later: the server accepts that of the next
// one.
func (d device) code(steps int) string {
	d.t.Helper()
	code, err := totp.GenerateCode(d.secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

// signInCode signs in with a code and returns the token and the outcome.
func signInCode(s *harness.Server, login, code string) (token, outcome string) {
	s.T.Helper()
	type payload struct {
		Token  string
		Errors []struct{ Code string }
	}
	p := harness.Query[payload](s, harness.Anonymous, `mutation($l: String!, $p: String!, $c: String) { signIn(input: {account: "Demo", login: $l, password: $p, code: $c}) {
		token errors { code } } }`, harness.Variables{"l": login, "p": ownPassword, "c": code})
	if len(p.Errors) > 0 {
		return "", p.Errors[0].Code
	}
	return p.Token, ok
}

// newRequired creates a user who has to set up a second factor, and returns its id.
func newRequired(s *harness.Server, login string) string {
	s.T.Helper()
	type payload struct{ User struct{ ID string } }
	id := harness.Query[payload](s, harness.APIKey("demo-admin"), `mutation($n: String!) { `+newUser+` { user { id } } }`, harness.Variables{"n": login}).User.ID
	harness.Query[payload](s, harness.APIKey("demo-admin"), `mutation($id: ID!) { updateUser(input: {id: $id, secondFactorRequired: true}) { user { id } } }`, harness.Variables{"id": id})
	return id
}

// enroll sets up the second factor of a user who is signed in.
func enroll(s *harness.Server, user harness.Caller) (device, []string) {
	s.T.Helper()
	type created struct{ Secret, QRCode string }
	d := device{s.T, harness.Query[created](s, user, `mutation { setUpSecondFactor(input: {currentPassword: "`+ownPassword+`"}) { secret qrCode } }`, nil).Secret}
	type confirmed struct{ RecoveryCodes []string }
	codes := harness.Query[confirmed](s, user, `mutation($c: String!) { confirmSecondFactor(input: {code: $c}) { recoveryCodes errors { message } } }`,
		harness.Variables{"c": d.code(0)}).RecoveryCodes
	if len(codes) != 10 {
		s.T.Fatalf("%d recovery codes", len(codes))
	}
	return d, codes
}

// TestSecondFactor follows a user at two processes: forced to set up a second factor, signing in
// with codes, each of which works once, and losing the device.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	database := harness.NewDemoDatabase(t, harness.Selected(), 10)
	servers := harness.StartFleet(t, database, 10, 2)
	first, second := servers[0], servers[1]
	id := newRequired(first, "ada")
	token, _ := signInCode(first, "ada", "")
	ada := harness.Bearer(token)
	other, _ := signInCode(second, "ada", "")
	type viewer struct {
		Role                  string
		MustSetUpSecondFactor bool
		SecondFactor          struct {
			EnabledAt     *string
			RecoveryCodes int
			Required      bool
		}
	}
	look := func(s *harness.Server, c harness.Caller) viewer {
		return harness.Query[viewer](s, c, "{ viewer { role mustSetUpSecondFactor secondFactor { enabledAt recoveryCodes required } } }", nil)
	}
	if v := look(first, ada); !v.MustSetUpSecondFactor || !v.SecondFactor.Required || v.SecondFactor.EnabledAt != nil {
		t.Errorf("before: %+v", v)
	}
	app, recovery := enroll(second, ada)
	if v := look(first, ada); v.MustSetUpSecondFactor || v.SecondFactor.RecoveryCodes != 10 || v.SecondFactor.EnabledAt == nil {
		t.Errorf("after: %+v", v)
	}
	if got := (&attempt{Server: first, caller: ada}).graph("{ stores { id } }", nil); got != ok {
		t.Errorf("the session can then: %s", got)
	}
	if got := (&attempt{Server: first, caller: harness.Bearer(other)}).graph("{ stores { id } }", nil); got != unauthenticated {
		t.Errorf("the other session: %s", got)
	}

	if _, got := signInCode(first, "ada", ""); got != "SECOND_FACTOR_REQUIRED" {
		t.Errorf("without a code: %s", got)
	}
	form := url.Values{"emailAddress": {"ada"}, "Password": {ownPassword}}.Encode()
	r := first.Send(harness.Anonymous, "POST", "/f/webapp-api-login?api=login", "application/x-www-form-urlencoded", form)
	if !strings.Contains(r.Body, "Login failed.") || r.Header.Get("Set-Cookie") != "" {
		t.Errorf("iService: %s", r.Body)
	}
	signInTogether(t, servers, app.code(1))
	signInTogether(t, servers, recovery[0])

	reset := harness.Query[struct{ User struct{ SecondFactor bool } }](first, harness.APIKey("demo-admin"),
		`mutation($id: ID!) { resetSecondFactor(input: {id: $id}) { user { secondFactor } } }`, harness.Variables{"id": id})
	if reset.User.SecondFactor {
		t.Error("it is not reset")
	}
	token, _ = signInCode(second, "ada", "")
	if v := look(second, harness.Bearer(token)); !v.MustSetUpSecondFactor {
		t.Errorf("after the reset: %+v", v)
	}
	if got := (&attempt{Server: second, caller: harness.Bearer(token)}).graph("mutation { signOut { errors { code } } }", nil); got != ok {
		t.Errorf("signing out instead: %s", got)
	}
	for _, s := range servers {
		if log := s.Log.String(); strings.Contains(log, app.secret) || strings.Contains(log, recovery[0]) {
			t.Error("the log has the secret or a recovery code")
		}
	}
}

// signInTogether signs in with one code at all servers at the same time. Exactly one may succeed.
func signInTogether(t *testing.T, servers []*harness.Server, code string) {
	t.Helper()
	outcomes := make([]string, len(servers))
	var wg sync.WaitGroup
	for i, s := range servers {
		wg.Go(func() { _, outcomes[i] = signInCode(s, "ada", code) })
	}
	wg.Wait()
	if got := fmt.Sprint(outcomes); got != "[ok WRONG_CODE]" && got != "[WRONG_CODE ok]" {
		t.Errorf("the same code at two servers: %s", got)
	}
}

// TestCodesAreNotGuessed: who knows the password has to wait after five guesses, although the right
// password is sent without a code in between.
func TestCodesAreNotGuessed(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 10)
	newRequired(s, "eve")
	token, _ := signInCode(s, "eve", "")
	enroll(s, harness.Bearer(token))
	counts := map[string]int{}
	for range 10 {
		_, outcome := signInCode(s, "eve", "wrong")
		counts[outcome]++
		_, outcome = signInCode(s, "eve", "")
		counts[outcome]++
	}
	if counts["WRONG_CODE"] < 5 || counts["RATE_LIMITED"] == 0 {
		t.Errorf("the outcomes: %v", counts)
	}
}
