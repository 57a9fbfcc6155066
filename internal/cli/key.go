package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"contactgraph/internal/auth"
)

// CreateKey is the command that makes an API key.
type CreateKey struct {
	Settings `embed:""`

	Account    string `required:"" placeholder:"NAME" help:"The account that the key is for."`
	NewAccount bool   `help:"Make the account first."`
	Name       string `required:"" placeholder:"NAME" help:"What the key is called in the change log."`
	Role       string `required:"" enum:"admin,agent" placeholder:"ROLE" help:"What the key may do: admin or agent."`
}

// Run makes the key. Nothing but its token goes to standard output.
func (c *CreateKey) Run(ctx context.Context, p *Process) (err error) {
	if strings.TrimSpace(c.Name) == "" { // known before an account is made for the key
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
		err = fmt.Errorf("there is an account %q already: leave out --new-account, or choose another name", c.Account)
	}
	return id, err
}
