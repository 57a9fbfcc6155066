package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"contactgraph/internal/auth"
)

// CreateKey is the command that creates an API key.
type CreateKey struct {
	Settings `embed:""`

	Account    string `required:"" placeholder:"NAME" help:"Account of the key."`
	NewAccount bool   `help:"Create the account first."`
	Name       string `required:"" placeholder:"NAME" help:"Name of the key in the change log."`
	Role       string `required:"" enum:"admin,agent" placeholder:"ROLE" help:"Role of the key: admin or agent."`
}

// Run creates the key. It writes only the token to standard output.
func (c *CreateKey) Run(ctx context.Context, p *Process) (err error) {
	if strings.TrimSpace(c.Name) == "" { // checked before --new-account creates an account
		return errors.New("--name must not be blank")
	}
	s, err := c.Open(ctx, slog.New(c.LogHandler(p.Stderr)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	account, err := c.account(ctx, s)
	if err != nil {
		return err
	}
	token, err := s.Auth.CreateKey(ctx, account, auth.NewKey{Name: c.Name, Role: roles[c.Role]})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.Stdout, token)
	return err
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
