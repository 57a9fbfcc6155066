package people_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/people"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestCreateAndListKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	expires := start.Add(24 * time.Hour)
	var created *people.CreatedKey
	f.wantAudited(func() {
		created = must(f.CreateKey(f.admin, people.NewKey{
			Name: " till ", Assignment: people.Assignment{Role: viewer.Agent}, ReadOnly: true, TrustedOnly: true, ExpiresAt: &expires, Addresses: []string{"192.0.2.7", "10.1.2.3/8"},
			Origins: []string{"https://Shop.example.com/", "http://localhost:3000"},
		}))
	}, `API_KEY_CREATED by "admin key": "till" map[addresses:[192.0.2.7/32 10.0.0.0/8] expiresAt:2026-03-02T12:00:00Z `+
		`origins:[https://shop.example.com http://localhost:3000] readOnly:true role:AGENT trustedOnly:true]`)
	if !strings.HasPrefix(created.Token, "ctk_") || fmt.Sprint(created) == created.Token {
		t.Errorf("created %s with the token %s", created, created.Token)
	}
	want := &people.Key{
		ID: created.Key.ID, Name: "till", Assignment: people.Assignment{Role: viewer.Agent}, Prefix: new(created.Token[:8]), CreatedAt: start, CreatedBy: new("admin key"),
		ExpiresAt: &expires, ReadOnly: true, TrustedOnly: true, Addresses: []string{"192.0.2.7/32", "10.0.0.0/8"},
		Origins: []string{"https://shop.example.com", "http://localhost:3000"},
	}
	if diff := cmp.Diff([]*people.Key{want}, must(f.Keys(f.admin))); diff != "" {
		t.Errorf("the keys (-want +got)\n%s", diff)
	}
	if keys := must(f.Keys(f.foreign)); len(keys) != 0 {
		t.Errorf("another account has %v", keys)
	}
	if strings.Contains(f.db.Dump(), created.Token) {
		t.Error("the database has the token")
	}
	if k := must(f.CreateKey(f.system, people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Admin}})).Key; k.CreatedBy != nil || k.ReadOnly || k.TrustedOnly || k.Addresses != nil || k.Origins != nil {
		t.Errorf("without settings: %v", k)
	}
}

func TestCreateKeyFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	create := func(n people.NewKey) func() error {
		return func() error { return errOf(f.CreateKey(f.admin, n)) }
	}
	f.wantErrors("nothing", create(people.NewKey{}), "REQUIRED name", "INVALID role")
	f.wantErrors("long name", create(people.NewKey{Name: strings.Repeat("x", 251), Assignment: people.Assignment{Role: viewer.Agent}}), "TOO_LONG name")
	f.wantErrors("an expiry in the past", create(people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, ExpiresAt: &start}), "INVALID expiresAt")
	f.wantErrors("an invalid expiry", create(people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, ExpiresAt: new(time.Time{}.AddDate(-1, 0, 0))}), "INVALID expiresAt")
	f.wantErrors("invalid addresses", create(people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Addresses: []string{"shop", "10.0.0.0/33", "2001:db8::/64"}}), "INVALID addresses", "INVALID addresses")
	f.wantErrors("too many addresses", create(people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Addresses: make([]string, 101)}), "TOO_MANY addresses")
	f.wantErrors("invalid origins", create(people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Origins: []string{"shop", "http://shop.example.com"}}), "INVALID origins", "INVALID origins")
	f.wantErrors("too many origins", create(people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Origins: make([]string, 101)}), "TOO_MANY origins")
}

func TestAddressesAreNormalized(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for text, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", " 192.0.2.7 ": "192.0.2.7/32", "192.0.2.7/24": "192.0.2.0/24", "0.0.0.0/0": "0.0.0.0/0",
		"2001:DB8::1": "", "2001:DB8::1/64": "2001:db8::/64", "2001:db8::1/32": "2001:db8::/32", "::ffff:192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7/120": "192.0.2.0/24",
		"::ffff:192.0.2.7/64": "", "fe80::1%eth0": "", "192.0.2": "", "192.0.2.007": "", "": "", "/24": "", "example.com": "", "192.0.2.0-192.0.2.9": "",
	} {
		created, err := f.CreateKey(f.admin, people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Agent}, Addresses: []string{text, text}})
		if want == "" {
			if err == nil {
				t.Errorf("%q was accepted as %s", text, created.Key.Addresses)
			}
			continue
		}
		if err != nil || !cmp.Equal(created.Key.Addresses, []string{want}) {
			t.Errorf("%q: got %v, %v, want %s", text, created, err, want)
		}
	}
}

func TestCreateAccountWithKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	server := viewer.NewSystemContext(t.Context(), 0)
	create := func(name string, n people.NewKey) func() error {
		return func() error { return errOf(f.CreateAccountWithKey(server, name, n)) }
	}
	f.wantErrors("an invalid key", create("new", people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Admin}, Addresses: []string{"shop"}}), "INVALID addresses")
	f.wantErrors("an admin", func() error {
		return errOf(f.CreateAccountWithKey(f.admin, "new", people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Admin}}))
	}, "FORBIDDEN")
	valid := people.NewKey{Name: "x", Assignment: people.Assignment{Role: viewer.Admin}, Origins: []string{"https://app.example.com"}}
	if err := create("DEMO", valid)(); !errors.Is(err, auth.ErrNameTaken) {
		t.Errorf("an account that exists: %v", err)
	}
	if accounts := must(f.Accounts(server)); len(accounts) != 2 {
		t.Errorf("left %v", accounts)
	}
	created := must(f.CreateAccountWithKey(server, "new", valid))
	account := must(f.Accounts(server))[1]
	keys := must(f.Keys(viewer.NewSystemContext(t.Context(), account.ID)))
	if diff := cmp.Diff([]*people.Key{created.Key}, keys); diff != "" || account.Name != "new" || created.Token == "" {
		t.Errorf("the account %v has (-want +got)\n%s", account, diff)
	}
}

func TestRotateKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	day := 24 * time.Hour
	tests := []struct {
		name            string
		expires         *time.Time // of the old key, which is created at start and rotated an hour later
		overlap         int
		oldEnds, newEnd *time.Time
	}{
		{"a key that does not expire", nil, people.DefaultOverlap, new(start.Add(time.Hour + day)), nil},
		{"no overlap", nil, 0, new(start.Add(time.Hour)), nil},
		{"a key that expires later", new(start.Add(10 * day)), 24, new(start.Add(time.Hour + day)), new(start.Add(time.Hour + 10*day))},
		{"a key that expires within the overlap", new(start.Add(2 * time.Hour)), 24, new(start.Add(2 * time.Hour)), new(start.Add(3 * time.Hour))},
	}
	for _, tt := range tests {
		f.mu.Lock()
		f.clock = start
		f.mu.Unlock()
		old := must(f.CreateKey(f.admin, people.NewKey{Name: tt.name, Assignment: people.Assignment{Role: viewer.Agent}, ReadOnly: true, TrustedOnly: true, ExpiresAt: tt.expires, Addresses: []string{"2001:db8::/64"}, Origins: []string{"https://shop.example.com"}})).Key
		f.advance(time.Hour)
		created := must(f.RotateKey(f.admin, old.ID, tt.overlap))
		f.wantErrors("a second rotation", func() error { return errOf(f.RotateKey(f.admin, old.ID, tt.overlap)) }, "INVALID")
		want := *old
		want.ID, want.Prefix, want.CreatedAt, want.ExpiresAt = created.Key.ID, new(created.Token[:8]), start.Add(time.Hour), tt.newEnd
		if diff := cmp.Diff(&want, created.Key); diff != "" {
			t.Errorf("%s: the successor (-want +got)\n%s", tt.name, diff)
		}
		keys := must(f.Keys(f.admin))
		if got := keys[len(keys)-2].ExpiresAt; !cmp.Equal(got, tt.oldEnds) {
			t.Errorf("%s: the old key expires at %s, want %s", tt.name, got, tt.oldEnds)
		}
	}
	last := f.audited()
	if got, want := last[len(last)-1], `API_KEY_ROTATED by "admin key": "a key that expires within the overlap" map[overlapHours:24 successor:8]`; got != want {
		t.Errorf("audited %s, want %s", got, want)
	}
}

func TestRotateAndRevokeKeyFail(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k := must(f.CreateKey(f.admin, people.NewKey{Name: "till", Assignment: people.Assignment{Role: viewer.Agent}})).Key
	expired := must(f.CreateKey(f.admin, people.NewKey{Name: "old", Assignment: people.Assignment{Role: viewer.Agent}, ExpiresAt: new(start.Add(time.Hour))})).Key
	rotate := func(id, overlap int) func() error {
		return func() error { return errOf(f.RotateKey(f.admin, id, overlap)) }
	}
	f.wantErrors("a negative overlap", rotate(k.ID, -1), "INVALID overlapHours")
	f.wantErrors("a long overlap", rotate(k.ID, people.MaxOverlap+1), "INVALID overlapHours")
	f.wantErrors("a key that does not exist", rotate(999, 1), "NOT_FOUND")
	f.wantErrors("a key of another account", func() error { return errOf(f.RotateKey(f.foreign, k.ID, 1)) }, "NOT_FOUND")
	f.advance(time.Hour)
	f.wantErrors("a key that has expired", rotate(expired.ID, 1), "INVALID")

	f.wantErrors("revoking one that does not exist", func() error { return errOf(f.RevokeKey(f.admin, 999)) }, "NOT_FOUND")
	f.wantErrors("revoking one of another account", func() error { return errOf(f.RevokeKey(f.foreign, k.ID)) }, "NOT_FOUND")
	f.wantAudited(func() {
		revoked := must(f.RevokeKey(f.admin, k.ID))
		f.advance(time.Hour)
		again := must(f.RevokeKey(f.admin, k.ID))
		if diff := cmp.Diff(revoked, again); diff != "" || !revoked.RevokedAt.Equal(start.Add(time.Hour)) {
			t.Errorf("revoked at %s; twice (-first +second)\n%s", revoked.RevokedAt, diff)
		}
	}, `API_KEY_REVOKED by "admin key": "till"`)
	f.wantErrors("a key that is revoked", rotate(k.ID, 1), "INVALID")
}
