package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/people"
	"contactgraph/internal/viewer"
)

// CreateKey is the command that creates an API key.
type CreateKey struct {
	OfAccount `embed:""`

	NewAccount bool       `help:"Create the account first."`
	Name       string     `required:"" placeholder:"NAME" help:"Name of the key in the change log."`
	Role       string     `required:"" enum:"admin,agent" placeholder:"ROLE" help:"Role of the key: admin or agent."`
	ReadOnly   bool       `help:"The key can only read."`
	ExpiresAt  *time.Time `placeholder:"TIME" help:"Time as in RFC 3339 at which the key expires. Default: it does not expire."`
	Addresses  []string   `placeholder:"PREFIX" help:"Addresses that may use the key, separated by commas: single ones, or prefixes such as 192.0.2.0/24. Default: all."`
}

// Run creates the key. Without --json, it writes only the token to standard output.
func (c *CreateKey) Run(ctx context.Context, p *Process) error {
	if strings.TrimSpace(c.Name) == "" { // checked before --new-account creates an account
		return errors.New("--name must not be blank")
	}
	return c.withServices(ctx, p, func(s *Services) error {
		account, err := c.account(ctx, s)
		if err != nil {
			return err
		}
		created, err := s.People.CreateKey(viewer.NewSystemContext(ctx, account), people.NewKey{
			Name: c.Name, Role: roles[c.Role], ReadOnly: c.ReadOnly, ExpiresAt: c.ExpiresAt, Addresses: c.Addresses,
		})
		if err != nil {
			return err
		}
		return c.printCreated(p.Stdout, created)
	})
}

func (c *CreateKey) account(ctx context.Context, s *Services) (id int, err error) {
	if !c.NewAccount {
		return s.Account(ctx, c.Account)
	}
	id, err = s.Auth.CreateAccount(ctx, c.Account)
	if errors.Is(err, auth.ErrNameTaken) {
		err = fmt.Errorf("account %q already exists: omit --new-account, or choose another name", c.Account)
	}
	return id, err
}

// ListKeys is the command that lists the API keys of an account.
type ListKeys struct {
	OfAccount `embed:""`
}

// Run prints the keys by id.
func (c *ListKeys) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		all, err := s.Keys(ctx)
		if err != nil {
			return err
		}
		rows := []string{"ID\tNAME\tROLE\tPREFIX\tLAST USED\tEXPIRES\tREVOKED"}
		for _, k := range all {
			prefix := "-"
			if k.Prefix != nil {
				prefix = *k.Prefix
			}
			rows = append(rows, fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%s\t%s", k.ID, k.Name, k.Role, prefix, dash(k.LastUsedAt), dash(k.ExpiresAt), dash(k.RevokedAt)))
		}
		return c.print(p.Stdout, each(all, keyOf), table(rows...))
	})
}

// RevokeKey is the command that revokes an API key.
type RevokeKey struct {
	OfAccount `embed:""`

	ID int `name:"id" required:"" placeholder:"ID" help:"Number of the key, as key list shows it."`
}

// Run revokes the key.
func (c *RevokeKey) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		k, err := s.RevokeKey(ctx, c.ID)
		if err != nil {
			return err
		}
		return c.print(p.Stdout, keyOf(k), "")
	})
}

// RotateKey is the command that creates a successor of an API key.
type RotateKey struct {
	OfAccount `embed:""`

	ID           int `name:"id" required:"" placeholder:"ID" help:"Number of the key, as key list shows it."`
	OverlapHours int `default:"24" help:"Hours for which the old key stays valid: 0 to 720."`
}

// Run creates the successor. Without --json, it writes only the token to standard output.
func (c *RotateKey) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		created, err := s.RotateKey(ctx, c.ID, c.OverlapHours)
		if err != nil {
			return err
		}
		return c.printCreated(p.Stdout, created)
	})
}
