package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"contactgraph/internal/auth"
	"contactgraph/internal/people"
	"contactgraph/internal/rekey"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

// CreateAccount is the command that creates an account.
type CreateAccount struct {
	OfAccount `embed:""`
}

// Run creates the account.
func (c *CreateAccount) Run(ctx context.Context, p *Process) error {
	return c.withServices(ctx, p, func(s *Services) error {
		id, err := s.Auth.CreateAccount(ctx, c.Account)
		if errors.Is(err, auth.ErrNameTaken) {
			return fmt.Errorf("account %q already exists: choose another name", c.Account)
		}
		if err != nil {
			return err
		}
		return c.print(p.Stdout, account{ID: id, Name: strings.TrimSpace(c.Account)}, "")
	})
}

// ListAccounts is the command that lists all accounts.
type ListAccounts struct {
	Settings `embed:""`
	Output   `embed:""`
}

// Run prints the accounts by name.
func (c *ListAccounts) Run(ctx context.Context, p *Process) error {
	return c.withServices(ctx, p, func(s *Services) error {
		all, err := s.People.Accounts(viewer.NewSystemContext(ctx, 0))
		if err != nil {
			return err
		}
		rows := []string{"ID\tNAME\tSUSPENDED"}
		for _, a := range all {
			rows = append(rows, fmt.Sprintf("%d\t%s\t%s", a.ID, a.Name, dash(a.SuspendedAt)))
		}
		return c.print(p.Stdout, each(all, accountOf), table(rows...))
	})
}

// RenameAccount is the command that renames an account.
type RenameAccount struct {
	OfAccount `embed:""`

	NewName string `required:"" placeholder:"NAME" help:"The new name."`
}

// Run renames the account.
func (c *RenameAccount) Run(ctx context.Context, p *Process) error {
	return c.change(ctx, p, func(ctx context.Context, s *people.Service) (*people.Account, error) {
		return s.RenameAccount(ctx, c.NewName)
	})
}

// SuspendAccount is the command that suspends an account.
type SuspendAccount struct {
	OfAccount `embed:""`
}

// Run suspends the account.
func (c *SuspendAccount) Run(ctx context.Context, p *Process) error {
	return c.change(ctx, p, func(ctx context.Context, s *people.Service) (*people.Account, error) {
		return s.SuspendAccount(ctx, true)
	})
}

// ResumeAccount is the command that ends the suspension of an account.
type ResumeAccount struct {
	OfAccount `embed:""`
}

// Run resumes the account.
func (c *ResumeAccount) Run(ctx context.Context, p *Process) error {
	return c.change(ctx, p, func(ctx context.Context, s *people.Service) (*people.Account, error) {
		return s.SuspendAccount(ctx, false)
	})
}

// AccountSettings is the command that shows and changes the settings of an account.
type AccountSettings struct {
	OfAccount `embed:""`

	RequireSecondFactor string `enum:",on,off" default:"" placeholder:"on|off" help:"Whether all users must have a second factor."`
	DefaultCountry      string `placeholder:"CODE|none" help:"Country of phone numbers without a country code, such as SE; none for no country. The keys of all contacts are computed again."`
}

// Help explains what the command prints.
func (*AccountSettings) Help() string {
	return "Without a setting to change, it only prints those that apply. Admins can change all of them through GraphQL."
}

// Run changes the settings that are given, and prints all.
func (c *AccountSettings) Run(ctx context.Context, p *Process) error {
	return c.runServices(ctx, p, func(ctx context.Context, s *Services) error {
		a, err := c.apply(ctx, s)
		if err != nil {
			return err
		}
		of := accountSettings(*a)
		return c.print(p.Stdout, of, table("SETTING\tVALUE",
			fmt.Sprintf("shortest password of a user\t%d", of.StaffPassword), fmt.Sprintf("shortest password of a contact\t%d", of.CustomerPassword),
			fmt.Sprintf("common passwords are allowed\t%t", of.CommonPasswords), fmt.Sprintf("minutes of a session\t%d", of.SessionMinutes),
			fmt.Sprintf("minutes without a request\t%d", of.IdleMinutes), fmt.Sprintf("days of the audit log\t%d", of.AuditDays),
			fmt.Sprintf("a second factor is required\t%t", of.RequireSecondFactor),
			fmt.Sprintf("signing in by the provider creates users\t%t", of.OIDCCreatesUsers),
			fmt.Sprintf("agents may import and export contacts\t%t", of.AgentsMayTransfer),
			fmt.Sprintf("only admins merge contacts\t%t", of.OnlyAdminsMerge),
			fmt.Sprintf("REST answers 404 for merged contacts\t%t", of.MergedNotFound),
			"country of phone numbers without a country code\t"+cmp.Or(of.DefaultCountry, "-")))
	})
}

// apply changes the settings that are given, and returns all that apply. After a change of the
// country, it computes the keys of the contacts.
func (c *AccountSettings) apply(ctx context.Context, s *Services) (*settings.Account, error) {
	if c.RequireSecondFactor == "" && c.DefaultCountry == "" {
		return s.People.Settings(ctx)
	}
	var change people.SettingsChange
	if c.RequireSecondFactor != "" {
		change.RequireSecondFactor = new(c.RequireSecondFactor == "on")
	}
	switch c.DefaultCountry {
	case "":
	case "none":
		change.DefaultCountry = new("")
	default:
		change.DefaultCountry = &c.DefaultCountry
	}
	applied, err := s.People.UpdateSettings(ctx, change)
	if err == nil {
		_, err = s.Keys.Run(ctx, rekey.Outdated)
	}
	return applied, err
}

// change runs a command that changes the account.
func (o OfAccount) change(ctx context.Context, p *Process, fn func(context.Context, *people.Service) (*people.Account, error)) error {
	return o.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		a, err := fn(ctx, s)
		if err != nil {
			return err
		}
		return o.print(p.Stdout, accountOf(a), "")
	})
}
