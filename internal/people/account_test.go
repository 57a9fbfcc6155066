package people_test

import (
	"strings"
	"testing"

	"contactgraph/internal/people"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	list := func() []*people.Account { return must(f.Accounts(viewer.NewSystemContext(t.Context(), 0))) }
	if diff := cmp.Diff([]*people.Account{{ID: f.account, Name: "demo"}, {ID: f.other, Name: "other"}}, list()); diff != "" {
		t.Errorf("the accounts (-want +got)\n%s", diff)
	}
	f.wantAudited(func() {
		must(f.RenameAccount(f.system, " Shop "))
		must(f.RenameAccount(f.system, "Shop")) // the same name
		must(f.RenameAccount(f.system, "SHOP")) // the same in another case
		must(f.SuspendAccount(f.system, true))
		must(f.SuspendAccount(f.system, true))
		if got := list()[1]; got.Name != "SHOP" || got.SuspendedAt == nil || !got.SuspendedAt.Equal(start) {
			t.Errorf("suspended: %v", got)
		}
		must(f.SuspendAccount(f.system, false))
		must(f.SuspendAccount(f.system, false))
	},
		`ACCOUNT_RENAMED by "": "demo" map[name:map[from:demo to:Shop]]`, `ACCOUNT_RENAMED by "": "Shop" map[name:map[from:Shop to:SHOP]]`,
		`ACCOUNT_SUSPENDED by "": "SHOP"`, `ACCOUNT_RESUMED by "": "SHOP"`)
	if diff := cmp.Diff([]*people.Account{{ID: f.other, Name: "other"}, {ID: f.account, Name: "SHOP"}}, list()); diff != "" {
		t.Errorf("the accounts after that (-want +got)\n%s", diff)
	}
	rename := func(name string) func() error { return func() error { return errOf(f.RenameAccount(f.system, name)) } }
	f.wantErrors("a name that is taken", rename("OTHER"), "NAME_TAKEN name")
	f.wantErrors("a blank name", rename(" "), "REQUIRED name")
	f.wantErrors("a long name", rename(strings.Repeat("x", 251)), "TOO_LONG name")
}
