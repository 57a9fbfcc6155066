package permissions

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

const guessed = "customer11@1to1service.com" // the login of contact 466

// signIn signs in from an address, as a proxy reports it, and returns the outcome and Retry-After.
func signIn(s *harness.Server, login, password, address string) (token, outcome, wait string) {
	s.T.Helper()
	body, err := json.Marshal(map[string]any{
		"query":     `mutation($l: String!, $p: String!) { signIn(input: {account: "Demo", login: $l, password: $p}) { token failedAttempts errors { code } } }`,
		"variables": map[string]string{"l": login, "p": password},
	})
	if err != nil {
		s.T.Fatal(err)
	}
	r := s.Send(harness.Anonymous.With("X-Forwarded-For", address), "POST", "/graphql", "application/json", string(body))
	var got struct {
		Data struct {
			SignIn struct {
				Token          string
				FailedAttempts int
				Errors         []struct{ Code string }
			}
		}
	}
	if err := json.Unmarshal([]byte(r.Body), &got); err != nil {
		s.T.Fatalf("%v: %s", err, r.Body)
	}
	if errs := got.Data.SignIn.Errors; len(errs) > 0 {
		return "", errs[0].Code, r.Header.Get("Retry-After")
	}
	return got.Data.SignIn.Token, fmt.Sprint(got.Data.SignIn.FailedAttempts, " failed"), ""
}

// TestGuessersWait: clients that guess a password have to wait, also at another process of the same
// database, at another API and after a restart. The owner signs in from elsewhere meanwhile.
func TestGuessersWait(t *testing.T) {
	t.Parallel()
	database := harness.NewDemoDatabase(t, harness.Selected(), 10)
	servers := harness.StartFleet(t, database, 10, 2)
	const guesser, owner = "198.51.100.7", "203.0.113.9"
	for i := range 5 {
		if _, outcome, _ := signIn(servers[i%2], guessed, fmt.Sprint("guess ", i), guesser); outcome != "SIGN_IN_REFUSED" {
			t.Errorf("guess %d: %s", i, outcome)
		}
	}
	for i, s := range servers {
		if _, outcome, wait := signIn(s, guessed, "guess", guesser); outcome != "RATE_LIMITED" || wait == "" {
			t.Errorf("server %d: %s, Retry-After %q", i, outcome, wait)
		}
		form := url.Values{"emailAddress": {guessed}, "Password": {"guess"}}.Encode()
		r := s.Send(harness.Anonymous.With("X-Forwarded-For", guesser), "POST", "/webapp-api-login?api=login", "application/x-www-form-urlencoded", form)
		if !strings.Contains(r.Body, "Too many requests.") {
			t.Errorf("server %d, iService: %d %s", i, r.Status, r.Body)
		}
	}
	_, outcome, _ := signIn(servers[1], guessed, "demo-password", owner)
	if outcome != "5 failed" {
		t.Errorf("the owner: %s", outcome)
	}
	for i := range 3 { // the last of these waits is eight seconds long
		for {
			if _, outcome, _ := signIn(servers[i%2], "unknown", "guess", guesser); outcome != "RATE_LIMITED" {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	servers[0].Kill()
	restarted := harness.Launch(t, database)
	restarted.Await()
	if _, outcome, _ := signIn(restarted, "demo-admin", "guess", guesser); outcome != "RATE_LIMITED" {
		t.Errorf("after a restart: %s", outcome)
	}
	for _, s := range servers {
		if log := s.Log.String(); strings.Contains(log, guessed) || strings.Contains(log, "guess 1") {
			t.Error("the log has the login or the password")
		}
	}
}
