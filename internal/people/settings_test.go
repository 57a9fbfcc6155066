package people_test

import (
	"testing"

	"contactgraph/internal/people"
	"contactgraph/internal/rekey"
	"contactgraph/internal/settings"

	"github.com/google/go-cmp/cmp"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.defaultSettings(f.account)
	f.defaultSettings(f.other)
	want := settings.Account{}.WithDefaults()
	check := func(name string, got *settings.Account, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	got, err := f.Settings(f.admin)
	check("by default", got, err)
	f.wantAudited(func() {
		want.StaffPassword, want.CommonPasswords, want.SessionMinutes, want.IdleMinutes = 8, true, 60, 60
		got, err = f.UpdateSettings(f.admin, people.SettingsChange{StaffPassword: new(8), CommonPasswords: new(true), SessionMinutes: new(60), IdleMinutes: new(60)})
		check("changed", got, err)
		got, err = f.Settings(f.admin)
		check("read again", got, err)
		got, err = f.UpdateSettings(f.admin, people.SettingsChange{StaffPassword: new(8), AuditDays: new(settings.DefaultAuditDays)})
		check("the same values", got, err)
		got, err = f.UpdateSettings(f.admin, people.SettingsChange{})
		check("nothing", got, err)
		want.CommonPasswords, want.OIDCCreatesUsers, want.AgentsMayTransfer = false, true, true
		got, err = f.UpdateSettings(f.admin, people.SettingsChange{CommonPasswords: new(false), OIDCCreatesUsers: new(true), AgentsMayTransfer: new(true)})
		check("three settings", got, err)
		want.OnlyAdminsMerge, want.MergedNotFound = true, true
		got, err = f.UpdateSettings(f.admin, people.SettingsChange{OnlyAdminsMerge: new(true), MergedNotFound: new(true)})
		check("those of merges", got, err)
	},
		`SETTINGS_CHANGED by "admin key": "demo" map[commonPasswords:map[from:false to:true] idleMinutes:map[from:120 to:60] sessionMinutes:map[from:720 to:60] staffPassword:map[from:12 to:8]]`,
		`SETTINGS_CHANGED by "admin key": "demo" map[agentsMayTransfer:map[from:false to:true] commonPasswords:map[from:true to:false] oidcCreatesUsers:map[from:false to:true]]`,
		`SETTINGS_CHANGED by "admin key": "demo" map[mergedNotFound:map[from:false to:true] onlyAdminsMerge:map[from:false to:true]]`)
	want = settings.Account{}.WithDefaults()
	got, err = f.Settings(f.foreign)
	check("of another account", got, err)
}

// TestDefaultCountry sets, keeps and clears the country. After each change, the keys of contacts
// are computed again.
func TestDefaultCountry(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.UpdateSettings(f.admin, people.SettingsChange{IdleMinutes: new(60)}); err != nil { // that of the fixture is longer than a session
		t.Fatal(err)
	}
	set := func(country, want string, recomputing bool) {
		t.Helper()
		got, err := f.UpdateSettings(f.admin, people.SettingsChange{DefaultCountry: &country})
		if err != nil || got.DefaultCountry != want {
			t.Errorf("set to %q: got %v, %v", country, got, err)
		}
		if got, err := f.Recomputing(f.admin); err != nil || got != recomputing {
			t.Errorf("set to %q: recomputing is %t, %v", country, got, err)
		}
		if _, err := f.keys.Run(t.Context(), rekey.Outdated); err != nil {
			t.Error(err)
		}
		if got, err := f.Recomputing(f.admin); err != nil || got {
			t.Errorf("after the run: recomputing is %t, %v", got, err)
		}
	}
	f.wantAudited(func() {
		set(" se ", "SE", true)
		set("SE", "SE", false)
		set("", "", true)
		set("", "", false)
	},
		`SETTINGS_CHANGED by "admin key": "demo" map[defaultCountry:map[from:<nil> to:SE]]`,
		`SETTINGS_CHANGED by "admin key": "demo" map[defaultCountry:map[from:SE to:<nil>]]`)
	if _, err := f.Recomputing(f.agent); err == nil {
		t.Error("an agent reads it")
	}
}

func TestUpdateSettingsFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for path, changes := range map[string][]people.SettingsChange{
		"staffPassword":    {{StaffPassword: new(7)}, {StaffPassword: new(101)}},
		"customerPassword": {{CustomerPassword: new(3)}, {CustomerPassword: new(101)}},
		"sessionMinutes":   {{SessionMinutes: new(4)}, {SessionMinutes: new(43201)}},
		"idleMinutes":      {{IdleMinutes: new(4)}, {IdleMinutes: new(43201)}, {IdleMinutes: new(721)}, {SessionMinutes: new(119)}},
		"auditDays":        {{AuditDays: new(0)}, {AuditDays: new(3651)}},
	} {
		for _, ch := range changes {
			f.wantErrors(path, func() error { return errOf(f.UpdateSettings(f.admin, ch)) }, "INVALID "+path)
		}
	}
	for _, country := range []string{"SWE", "XX", "46", "s"} {
		f.wantErrors(country, func() error {
			return errOf(f.UpdateSettings(f.admin, people.SettingsChange{DefaultCountry: &country}))
		}, "INVALID defaultCountry")
	}
	for _, ch := range []people.SettingsChange{
		{StaffPassword: new(100), CustomerPassword: new(4), SessionMinutes: new(43200), IdleMinutes: new(43200), AuditDays: new(3650)},
		{StaffPassword: new(8), CustomerPassword: new(100), SessionMinutes: new(5), IdleMinutes: new(5), AuditDays: new(1)},
	} {
		if _, err := f.UpdateSettings(f.admin, ch); err != nil {
			t.Errorf("the limits are rejected: %v", err)
		}
	}
}
