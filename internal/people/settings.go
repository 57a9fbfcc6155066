package people

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
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
	}
}

func (ch SettingsChange) check() usererror.Errors {
	var errs usererror.Errors
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
	return changed
}

// UpdateSettings changes settings of the account, for admins, and returns those that apply. If a
// second factor becomes required, the sessions of users who have none can only set one up. It fails
// with Invalid if a number is out of its range, or if a session would last longer without requests
// than with them.
func (s *Service) UpdateSettings(ctx context.Context, ch SettingsChange) (*settings.Account, error) {
	return adminRun(ctx, s, ch.check, func(ctx context.Context, c command) (*settings.Account, error) {
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
		if next.RequireSecondFactor && !row.Settings.RequireSecondFactor {
			if err := c.enrollSessions(ctx); err != nil {
				return nil, err
			}
		}
		return &applied, c.record(ctx, audit.Entry{Action: audit.SettingsChanged, Subject: row.ID, Name: row.Name, Details: changed})
	})
}

// lockAccount returns the account of the viewer, and keeps other transactions from changing it.
func (c command) lockAccount(ctx context.Context) (*ent.Account, error) {
	return c.tx.Ent.Account.Query().Where(account.ID(c.viewer.Account), c.tx.ForUpdate).Only(viewer.NewSystemContext(ctx, c.viewer.Account))
}
