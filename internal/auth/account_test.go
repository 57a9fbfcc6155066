package auth_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"contactgraph/ent/apikey"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	check := func(count int, only bool) {
		t.Helper()
		if n, err := f.Accounts(f.ctx); n != count || err != nil {
			t.Errorf("Accounts: got %d, %v, want %d", n, err, count)
		}
		if id, found, err := f.OnlyAccount(f.ctx); found != only || found != (id != 0) || err != nil {
			t.Errorf("OnlyAccount: got %d, %v, %v, want found %v", id, found, err, only)
		}
	}
	check(0, false)
	demo := f.account(" Demo ")
	check(1, true)
	if id, _, _ := f.OnlyAccount(f.ctx); id != demo {
		t.Errorf("OnlyAccount: got %d, want %d", id, demo)
	}
	other := f.account("Straße")
	check(2, false)

	for name, want := range map[string]int{"Demo": demo, "dEMO ": demo, "STRASSE": other, "Unknown": 0, "": 0} {
		id, found, err := f.AccountByName(f.ctx, name)
		if id != want || found != (want != 0) || err != nil {
			t.Errorf("AccountByName(%q): got %d, %v, %v, want %d", name, id, found, err, want)
		}
	}
	for name, want := range map[string]error{"demo": auth.ErrNameTaken, "strasse": auth.ErrNameTaken, " ": auth.ErrInvalid} {
		if id, err := f.CreateAccount(f.ctx, name); id != 0 || !errors.Is(err, want) {
			t.Errorf("CreateAccount(%q): got %d, %v, want %v", name, id, err, want)
		}
	}
	check(2, false)
}

func TestCreateAccountCreatesItsSequence(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	starts := map[int64]bool{}
	for _, name := range []string{"Demo", "Other"} {
		id := f.account(name)
		feed, err := f.db.Client().Feed.Query().Only(viewer.NewSystemContext(f.ctx, id))
		if err != nil || feed.AccountID != id || feed.Seq < 1 || feed.Seq > database.MaxLogStart || starts[feed.Seq] {
			t.Errorf("%s: got %v, %v, want a sequence with a start of its own", name, feed, err)
		}
		starts[feed.Seq] = true
	}
}

func TestCreateAccountOfOneNameSucceedsOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var created atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			switch _, err := f.CreateAccount(f.ctx, "Demo"); {
			case err == nil:
				created.Add(1)
			case !errors.Is(err, auth.ErrNameTaken):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if created.Load() != 1 {
		t.Errorf("created %d accounts, want 1", created.Load())
	}
}

func TestCreateKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	a, b := f.key(demo, viewer.Agent, ""), f.key(demo, viewer.Agent, "")
	if a == b || !strings.HasPrefix(a, "ctk_") || len(a) != len("ctk_")+43 {
		t.Errorf("generated %s and %s, want ctk_ and 256 bits in base64url", a, b)
	}
	if got := f.key(demo, viewer.Admin, "demo-admin"); got != "demo-admin" {
		t.Errorf("got %s, want the given token", got)
	}
	tests := []struct {
		name    string
		account int
		key     auth.NewKey
		want    error
	}{
		{"a token that exists", demo, auth.NewKey{Name: "x", Role: viewer.Agent, Token: "demo-admin"}, auth.ErrNameTaken},
		{"a token of another account", other, auth.NewKey{Name: "x", Role: viewer.Agent, Token: "demo-admin"}, auth.ErrNameTaken},
		{"no name", demo, auth.NewKey{Name: " ", Role: viewer.Agent, Token: "secret"}, auth.ErrInvalid},
		{"no role", demo, auth.NewKey{Name: "x", Token: "secret"}, auth.ErrInvalid},
		{"a customer's role", demo, auth.NewKey{Name: "x", Role: viewer.Customer, Token: "secret"}, auth.ErrInvalid},
		{"the server's role", demo, auth.NewKey{Name: "x", Role: viewer.System, Token: "secret"}, auth.ErrInvalid},
		{"an unknown role", demo, auth.NewKey{Name: "x", Role: 99, Token: "secret"}, auth.ErrInvalid},
		{"a token like a session's", demo, auth.NewKey{Name: "x", Role: viewer.Agent, Token: "cgs_1_secret"}, auth.ErrInvalid},
		{"a space in the token", demo, auth.NewKey{Name: "x", Role: viewer.Agent, Token: "my secret"}, auth.ErrInvalid},
		{"a line break in the token", demo, auth.NewKey{Name: "x", Role: viewer.Agent, Token: "secret\n"}, auth.ErrInvalid},
		{"letters that a header cannot carry", demo, auth.NewKey{Name: "x", Role: viewer.Agent, Token: "sécret"}, auth.ErrInvalid},
		{"a long token", demo, auth.NewKey{Name: "x", Role: viewer.Agent, Token: strings.Repeat("secret", 50)}, auth.ErrInvalid},
	}
	for _, tt := range tests {
		token, err := f.CreateKey(f.ctx, tt.account, tt.key)
		if token != "" || !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "demo-admin")) {
			t.Errorf("%s: the error shows the token: %v", tt.name, err)
		}
	}
	if token, err := f.CreateKey(f.ctx, absent, auth.NewKey{Name: "x", Role: viewer.Agent}); token != "" || err == nil {
		t.Error("created a key for an account that does not exist")
	}
	k := f.db.Client().APIKey.Query().Where(apikey.AccountID(demo), apikey.RoleEQ(apikey.RoleADMIN)).
		OnlyX(viewer.NewSystemContext(f.ctx, demo))
	if len(k.TokenHash) != 32 || !k.CreatedAt.Equal(start) {
		t.Errorf("stored %x at %s, want a digest at %s", k.TokenHash, k.CreatedAt, start)
	}
}

func TestCreateUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo, other := f.account("Demo"), f.account("Other")
	id := f.user(demo, " Agent@Example.com ", "pw", viewer.Agent)
	f.user(other, "agent@example.com", "pw", viewer.Admin) // free there
	row := f.db.Client().User.Query().Where(user.ID(id)).OnlyX(viewer.NewSystemContext(f.ctx, demo))
	if row.Login != "Agent@Example.com" || row.LoginKey != "agent@example.com" || row.Role != user.RoleAGENT {
		t.Errorf("stored %v", row)
	}
	tests := []struct {
		name string
		user auth.NewUser
		want error
	}{
		{"a login that exists", auth.NewUser{Login: "AGENT@example.com", Password: "hunter2", Role: viewer.Agent}, auth.ErrNameTaken},
		{"no login", auth.NewUser{Login: " ", Password: "hunter2", Role: viewer.Agent}, auth.ErrInvalid},
		{"a customer's role", auth.NewUser{Login: "x", Password: "hunter2", Role: viewer.Customer}, auth.ErrInvalid},
		{"no password", auth.NewUser{Login: "x", Role: viewer.Agent}, auth.ErrInvalid},
		{"a long password", auth.NewUser{Login: "x", Password: strings.Repeat("hunter2", auth.MaxPassword/7+1), Role: viewer.Agent}, auth.ErrInvalid},
	}
	for _, tt := range tests {
		got, err := f.CreateUser(f.ctx, demo, tt.user)
		if got != 0 || !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows the password: %v", tt.name, err)
		}
	}
	got, err := f.CreateUser(f.ctx, absent, auth.NewUser{Login: "x", Password: "pw", Role: viewer.Agent})
	if got != 0 || err == nil {
		t.Errorf("in an account that does not exist: got %d, %v", got, err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		auth.NewKey{Name: "x", Role: viewer.Agent, Token: "hunter2"},
		auth.NewUser{Login: "x", Password: "hunter2", Role: viewer.Agent},
		auth.Session{Token: "hunter2"},
	} {
		j, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("%+v %s", v, v), string(j)} {
			if strings.Contains(text, "hunter2") {
				t.Errorf("%T shows its secret: %s", v, text)
			}
		}
	}
}
