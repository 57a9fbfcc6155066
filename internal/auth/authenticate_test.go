package auth_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"contactgraph/ent/apikey"
	"contactgraph/ent/login"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

func TestAuthenticatePrecedence(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	f.user(demo, "agent", "pw", viewer.Agent)
	f.key(demo, viewer.Admin, "demo-admin")
	f.key(demo, viewer.Agent, "demo-agent")
	session, cookie := f.signIn(demo, "agent", "pw").Token, f.signIn(demo, "contact", "pw").Token

	type headers = map[string]string
	const anonymous, refused = "anonymous", "refused"
	tests := []struct {
		name    string
		headers headers
		want    string // the viewer's role and actor
	}{
		{"nothing", nil, anonymous},
		{"an admin's key", headers{"X-ApiKey": "demo-admin"}, "ADMIN key"},
		{"an agent's key", headers{"X-ApiKey": "demo-agent"}, "AGENT key"},
		{"a key as bearer", headers{"Authorization": "Bearer demo-agent"}, "AGENT key"},
		{"a session as bearer", headers{"Authorization": "Bearer " + session}, "AGENT user"},
		{"a session as key", headers{"X-ApiKey": session}, "AGENT user"},
		{"the scheme in another case", headers{"Authorization": "bEARER  demo-agent "}, "AGENT key"},
		{"a session in the cookie", headers{"Cookie": cookie}, "CUSTOMER contact"},
		{"key before bearer", headers{"X-ApiKey": "demo-admin", "Authorization": "Bearer demo-agent"}, "ADMIN key"},
		{"key before cookie", headers{"X-ApiKey": "demo-admin", "Cookie": cookie}, "ADMIN key"},
		{"bearer before cookie", headers{"Authorization": "Bearer " + session, "Cookie": cookie}, "AGENT user"},
		{"blank headers count as none", headers{"X-ApiKey": " ", "Authorization": "Bearer ", "Cookie": cookie}, "CUSTOMER contact"},
		{"another scheme counts as none", headers{"Authorization": "Basic ZGVtby1hZG1pbg==", "Cookie": cookie}, "CUSTOMER contact"},
		{"a forged key", headers{"X-ApiKey": "demo-Admin"}, refused},
		{"a forged key before a good bearer", headers{"X-ApiKey": "x", "Authorization": "Bearer demo-agent"}, refused},
		{"a forged key before a good cookie", headers{"X-ApiKey": "x", "Cookie": cookie}, refused},
		{"a forged bearer before a good cookie", headers{"Authorization": "Bearer x", "Cookie": cookie}, refused},
		{"a forged cookie", headers{"Cookie": cookie[:len(cookie)-1]}, anonymous},
		{"an API key in the cookie", headers{"Cookie": "demo-admin"}, anonymous},
		{"an empty cookie", headers{"Cookie": ""}, anonymous},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, ok, err := f.Authenticate(request(tt.headers))
			got := fmt.Sprintf("%s %s", v.Role, v.Actor.Kind)
			switch {
			case errors.Is(err, auth.ErrCredentials):
				got = refused
			case err != nil:
				t.Fatal(err)
			case !ok:
				got = anonymous
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if !ok && v != (viewer.Viewer{}) {
				t.Errorf("got the viewer %+v without ok", v)
			}
		})
	}
}

func TestByCookie(t *testing.T) {
	t.Parallel()
	var s auth.Service
	for _, tt := range []struct {
		headers map[string]string
		want    bool
	}{
		{nil, false},
		{map[string]string{"Cookie": "stale"}, true},
		{map[string]string{"Cookie": "stale", "X-ApiKey": " ", "Authorization": "Basic eDp5"}, true},
		{map[string]string{"Cookie": "stale", "X-ApiKey": "x"}, false},
		{map[string]string{"Cookie": "stale", "Authorization": "Bearer x"}, false},
	} {
		if got := s.ByCookie(request(tt.headers)); got != tt.want {
			t.Errorf("%v: %v", tt.headers, got)
		}
	}
}

func TestAuthenticateRefusesForgedSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	token := f.signIn(demo, "contact", "pw").Token
	secret := strings.TrimPrefix(token, fmt.Sprintf("cgs_%d_", demo))
	for _, forged := range []string{
		fmt.Sprintf("cgs_%d_%s", other, secret),
		fmt.Sprintf("cgs_%d_%s", absent, secret),
		fmt.Sprintf("cgs_0%d_%s", demo, secret),
		fmt.Sprintf("cgs_+%d_%s", demo, secret),
		"cgs_0_" + secret,
		"cgs_-1_" + secret,
		"cgs_99999999999999999999_" + secret,
		"cgs__" + secret,
		"cgs_" + secret,
		fmt.Sprintf("cgs_%d", demo),
		fmt.Sprintf("cgs_%d_", demo),
		"cgs_",
		"CGS" + token[3:],
		token + "A",
		secret,
	} {
		v, ok, err := f.Authenticate(request(map[string]string{"Authorization": "Bearer " + forged}))
		if ok || !errors.Is(err, auth.ErrCredentials) {
			t.Errorf("%s as bearer: got %+v, %v, %v, want ErrCredentials", forged, v, ok, err)
		}
		if v, ok, err := f.Authenticate(request(map[string]string{"Cookie": forged})); ok || err != nil {
			t.Errorf("%s as cookie: got %+v, %v, %v, want an anonymous caller", forged, v, ok, err)
		}
	}
}

func TestAuthenticateCarriesTheKeysAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	for _, account := range []int{demo, other} {
		token := f.key(account, viewer.Agent, "")
		v, ok, err := f.Authenticate(request(map[string]string{"X-ApiKey": token}))
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		want := viewer.Viewer{
			Account: account, Role: viewer.Agent, Actor: viewer.Actor{Kind: viewer.ActorKey, ID: v.Actor.ID, Name: "till"},
			Credential: sha256.Sum256([]byte(token)), Address: netip.MustParseAddr("192.0.2.1"),
		}
		if v != want || v.Actor.ID == 0 {
			t.Errorf("got %+v, want %+v with the key's id", v, want)
		}
	}
}

func TestAuthenticateNoticesARevokedKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.key(demo, viewer.Admin, "demo-admin")
	f.key(demo, viewer.Admin, "demo-agent")
	roleOf := func(token string) (viewer.Role, error) {
		v, _, err := f.Authenticate(request(map[string]string{"X-ApiKey": token}))
		return v.Role, err
	}
	if _, err := roleOf("demo-later"); !errors.Is(err, auth.ErrCredentials) {
		t.Fatalf("got %v, want ErrCredentials", err)
	}
	f.key(demo, viewer.Admin, "demo-later")
	for _, token := range []string{"demo-admin", "demo-agent", "demo-later"} {
		if _, err := roleOf(token); err != nil {
			t.Fatalf("%s: %v", token, err)
		}
	}
	f.write(demo, func(ctx context.Context, tx *database.Tx) error {
		keys := tx.Ent.APIKey.Query().Where(apikey.AccountID(demo)).Order(apikey.ByID()).IDsX(ctx)
		if _, err := tx.Ent.APIKey.Delete().Where(apikey.AccountID(demo), apikey.ID(keys[0])).Exec(ctx); err != nil {
			return err
		}
		return tx.Ent.APIKey.Update().Where(apikey.AccountID(demo), apikey.ID(keys[1])).SetRole(apikey.RoleAGENT).Exec(ctx)
	})

	if queries := f.statements(func() { _, _ = roleOf("demo-admin") }); len(queries) != 0 {
		t.Errorf("within KeyTTL: ran %v", queries)
	}
	f.advance(auth.KeyTTL)
	if _, err := roleOf("demo-admin"); !errors.Is(err, auth.ErrCredentials) {
		t.Errorf("a revoked key: got %v, want ErrCredentials", err)
	}
	if role, err := roleOf("demo-agent"); role != viewer.Agent || err != nil {
		t.Errorf("a key with a new role: got %s, %v, want AGENT", role, err)
	}
	// A clock that was set back must not extend the life of a cached viewer.
	f.advance(-auth.KeyTTL)
	if queries := f.statements(func() { _, _ = roleOf("demo-agent") }); len(queries) != 1 {
		t.Errorf("with the clock set back: ran %v, want one query", queries)
	}
}

func TestAuthenticateRunsOneQueryForAKeyAndTwoForAUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.contact(demo, "pw", map[string]login.Kind{"contact": login.KindBlank})
	f.user(demo, "agent", "pw", viewer.Agent)
	for token, want := range map[string]int{
		f.key(demo, viewer.Agent, ""):         1,
		f.signIn(demo, "contact", "pw").Token: 1,
		f.signIn(demo, "agent", "pw").Token:   2,
	} {
		authenticate := func() { _, _, _ = f.Authenticate(request(map[string]string{"X-ApiKey": token})) }
		authenticate() // the first use of a key is stored
		f.advance(auth.KeyTTL)
		queries := f.statements(authenticate)
		if len(queries) != want {
			t.Errorf("ran %d queries, want %d:\n%s", len(queries), want, strings.Join(queries, "\n"))
		}
	}
}

func TestAuthenticateConcurrently(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "agent", "pw", viewer.Agent)
	tokens := []string{f.key(demo, viewer.Admin, ""), f.key(demo, viewer.Agent, ""), f.signIn(demo, "agent", "pw").Token}
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			if _, ok, err := f.Authenticate(request(map[string]string{"X-ApiKey": tokens[i%len(tokens)]})); !ok || err != nil {
				t.Error(ok, err)
			}
			f.advance(auth.KeyTTL / 8)
		})
	}
	wg.Wait()
}

// A fault must not look like wrong credentials, because clients discard those.
func TestAuthenticateReportsFaults(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "agent", "pw", viewer.Agent)
	key, session := f.key(demo, viewer.Admin, ""), f.signIn(demo, "agent", "pw").Token
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the same as a database that is unreachable
	for _, headers := range []map[string]string{{"X-ApiKey": key}, {"Authorization": "Bearer " + session}, {"Cookie": session}} {
		_, ok, err := f.Authenticate(request(headers).WithContext(ctx))
		if ok || err == nil || errors.Is(err, auth.ErrCredentials) {
			t.Errorf("got %v, %v, want a fault", ok, err)
		}
		if err != nil && (strings.Contains(err.Error(), key) || strings.Contains(err.Error(), session)) {
			t.Errorf("the error shows a token: %v", err)
		}
	}
	if _, err := f.SignIn(ctx, demo, "agent", "pw"); err == nil || errors.Is(err, auth.ErrRefused) {
		t.Errorf("got %v, want a fault", err)
	}
}
