package people

import (
	"context"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/normalize"
	"contactgraph/internal/rekey"
	"contactgraph/internal/settings"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Settings returns the settings of the account that apply, to admins.
func (s *Service) Settings(ctx context.Context) (*settings.Account, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	row, err := s.db.Client().Account.Query().Where(account.ID(v.Account)).Only(ctx)
	if err != nil {
		return nil, err
	}
	return new(row.Settings.WithDefaults()), nil
}

// SettingsChange changes settings. What is nil stays.
type SettingsChange struct {
	StaffPassword    *int
	CustomerPassword *int
	CommonPasswords  *bool
	SessionMinutes   *int
	IdleMinutes      *int
	AuditDays        *int

	RequireSecondFactor *bool
	OIDCCreatesUsers    *bool
	AgentsMayTransfer   *bool
	OnlyAdminsMerge     *bool
	MergedNotFound      *bool

	DefaultCountry *string // "" for none
}

// number is a setting that is a number, with its range.
type number struct {
	name     string // the path in errors
	noun     string
	min, max int
	of       func(a *settings.Account) *int
	to       *int
}

func (ch SettingsChange) numbers() []number {
	return []number{
		{"staffPassword", "The shortest password of a user", 8, 100, func(a *settings.Account) *int { return &a.StaffPassword }, ch.StaffPassword},
		{"customerPassword", "The shortest password of a customer", 4, 100, func(a *settings.Account) *int { return &a.CustomerPassword }, ch.CustomerPassword},
		{"sessionMinutes", "The minutes of a session", 5, 43200, func(a *settings.Account) *int { return &a.SessionMinutes }, ch.SessionMinutes},
		{"idleMinutes", "The minutes of a session without a request", 5, 43200, func(a *settings.Account) *int { return &a.IdleMinutes }, ch.IdleMinutes},
		{"auditDays", "The days of the audit log", 1, 3650, func(a *settings.Account) *int { return &a.AuditDays }, ch.AuditDays},
	}
}

// flag is a setting that is on or off.
type flag struct {
	name string // in the audit log
	of   func(a *settings.Account) *bool
	to   *bool
}

func (ch SettingsChange) flags() []flag {
	return []flag{
		{"commonPasswords", func(a *settings.Account) *bool { return &a.CommonPasswords }, ch.CommonPasswords},
		{"requireSecondFactor", func(a *settings.Account) *bool { return &a.RequireSecondFactor }, ch.RequireSecondFactor},
		{"oidcCreatesUsers", func(a *settings.Account) *bool { return &a.OIDCCreatesUsers }, ch.OIDCCreatesUsers},
		{"agentsMayTransfer", func(a *settings.Account) *bool { return &a.AgentsMayTransfer }, ch.AgentsMayTransfer},
		{"onlyAdminsMerge", func(a *settings.Account) *bool { return &a.OnlyAdminsMerge }, ch.OnlyAdminsMerge},
		{"mergedNotFound", func(a *settings.Account) *bool { return &a.MergedNotFound }, ch.MergedNotFound},
	}
}

// pathCountry is the path of the default country in errors and the audit log.
const pathCountry = "defaultCountry"

// country returns the default country in its stored form.
func (ch SettingsChange) country() (code string, ok bool) {
	code = strings.ToUpper(strings.TrimSpace(*ch.DefaultCountry))
	return code, code == "" || normalize.IsCountry(code)
}

func (ch SettingsChange) check() usererror.Errors {
	var errs usererror.Errors
	if ch.DefaultCountry != nil {
		if _, ok := ch.country(); !ok {
			errs.Add(usererror.Invalid, pathCountry, "The default country must be the code of a country in ISO 3166, such as SE.")
		}
	}
	for _, n := range ch.numbers() {
		if n.to != nil && (*n.to < n.min || *n.to > n.max) {
			errs.Add(usererror.Invalid, n.name, "%s must be from %d to %d.", n.noun, n.min, n.max)
		}
	}
	return errs
}

// applyTo changes the stored settings, and returns what is different in those that apply.
func (ch SettingsChange) applyTo(a *settings.Account) (changed map[string]any) {
	changed = map[string]any{}
	before := a.WithDefaults()
	for _, n := range ch.numbers() {
		if n.to == nil {
			continue
		}
		*n.of(a) = *n.to
		if from := *n.of(&before); from != *n.to {
			changed[n.name] = change(from, *n.to)
		}
	}
	for _, f := range ch.flags() {
		if is := f.of(a); f.to != nil && *f.to != *is {
			changed[f.name] = change(*is, *f.to)
			*is = *f.to
		}
	}
	if ch.DefaultCountry != nil {
		if code, _ := ch.country(); code != a.DefaultCountry {
			from := a.Country()
			a.DefaultCountry = code
			changed[pathCountry] = change(from, a.Country())
		}
	}
	return changed
}

// UpdateSettings changes settings of the account, for admins, and returns those that apply. If a
// second factor becomes required, the sessions of users who have none can only set one up. If the
// default country changes, writes use it at once, and the keys of stored phone numbers are computed
// again in the background: see Recomputing. It fails with Invalid if a number is out of its range,
// if a session would last longer without requests than with them, or if there is no such country.
func (s *Service) UpdateSettings(ctx context.Context, ch SettingsChange) (*settings.Account, error) {
	applied, err := s.updateSettings(ctx, ch)
	if err == nil && ch.DefaultCountry != nil {
		s.keys.Wake()
	}
	return applied, err
}

// Recomputing reports whether keys and search terms of the account's contacts are being computed
// again, to admins.
func (s *Service) Recomputing(ctx context.Context) (bool, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return false, err
	}
	return s.keys.Running(ctx, v.Account)
}

func (s *Service) updateSettings(ctx context.Context, ch SettingsChange) (*settings.Account, error) {
	return adminRun(ctx, s, ch.check, func(ctx context.Context, c command) (*settings.Account, error) {
		keys, err := ch.lockKeys(ctx, c)
		if err != nil {
			return nil, err
		}
		row, err := c.lockAccount(ctx)
		if err != nil {
			return nil, err
		}
		next := row.Settings
		changed := ch.applyTo(&next)
		applied := next.WithDefaults()
		if applied.IdleMinutes > applied.SessionMinutes {
			return nil, usererror.Errors{{
				Code: usererror.Invalid, Path: "idleMinutes", Message: "A session must not last longer without requests (idleMinutes) than with them (sessionMinutes).",
			}}
		}
		if len(changed) == 0 {
			return &applied, nil
		}
		err = c.tx.Ent.Account.Update().Where(account.ID(row.ID)).SetSettings(next).Exec(viewer.NewSystemContext(ctx, row.ID))
		if err != nil {
			return nil, err
		}
		if err := c.follow(ctx, row.Settings, next, keys); err != nil {
			return nil, err
		}
		return &applied, c.record(ctx, audit.Entry{Action: audit.SettingsChanged, Subject: row.ID, Name: row.Name, Details: changed})
	})
}

// follow does what follows from a change of the settings. keys is the state of the keys of
// contacts.
func (c command) follow(ctx context.Context, old, next settings.Account, keys *ent.Derivation) error {
	if next.DefaultCountry != old.DefaultCountry {
		if err := rekey.Restart(ctx, c.tx, c.viewer.Account, keys, next.DefaultCountry, c.at); err != nil {
			return err
		}
	}
	if next.RequireSecondFactor && !old.RequireSecondFactor {
		return c.enrollSessions(ctx)
	}
	return nil
}

// lockKeys locks the state of the keys of contacts, if the change may restart their computation.
func (ch SettingsChange) lockKeys(ctx context.Context, c command) (*ent.Derivation, error) {
	if ch.DefaultCountry == nil {
		return nil, nil
	}
	return rekey.Lock(ctx, c.tx, c.viewer.Account)
}

// lockAccount returns the account of the viewer, and keeps other transactions from changing it.
func (c command) lockAccount(ctx context.Context) (*ent.Account, error) {
	return c.tx.Ent.Account.Query().Where(account.ID(c.viewer.Account), c.tx.ForUpdate).Only(viewer.NewSystemContext(ctx, c.viewer.Account))
}
