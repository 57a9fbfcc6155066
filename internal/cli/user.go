package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"contactgraph/internal/auth"
)

// CreateUser is the command that creates a user.
type CreateUser struct {
	Settings `embed:""`

	Account string `required:"" placeholder:"NAME" help:"Account of the user."`
	Login   string `required:"" placeholder:"LOGIN" help:"Login to sign in with."`
	Name    string `placeholder:"NAME" help:"Name of the user in the change log. Default: the login."`
	Role    string `required:"" enum:"admin,agent" placeholder:"ROLE" help:"Role of the user: admin or agent."`
}

// passwordVariable is the environment variable with the password. There is no flag for it, because
// other users of the machine can read the arguments of a process.
const passwordVariable = "CONTACTGRAPH_PASSWORD"

// Help explains how to pass the password.
func (*CreateUser) Help() string {
	return "The password is read from the environment variable " + passwordVariable +
		", or from the first line of standard input if that is not set."
}

// Run creates the user.
func (c *CreateUser) Run(ctx context.Context, p *Process) (err error) {
	password, err := readPassword(p)
	if err != nil {
		return err
	}
	s, err := c.Open(ctx, slog.New(c.LogHandler(p.Stderr)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	account, err := s.Account(ctx, c.Account)
	if err != nil {
		return err
	}
	_, err = s.Auth.CreateUser(ctx, account, auth.NewUser{
		Login: c.Login, Name: cmp.Or(c.Name, c.Login), Password: password, Role: roles[c.Role],
	})
	if errors.Is(err, auth.ErrNameTaken) {
		return fmt.Errorf("account %q already has a user %q: choose another --login", c.Account, c.Login)
	}
	return err
}

// readPassword reads the password from the environment or from standard input.
func readPassword(p *Process) (string, error) {
	password := p.Getenv(passwordVariable)
	if password == "" {
		line, err := bufio.NewReader(io.LimitReader(p.Stdin, 2*auth.MaxPassword)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("reading the password from standard input: %w", err)
		}
		password = strings.TrimRight(line, "\r\n")
	}
	if password == "" {
		return "", fmt.Errorf("no password: set %s, or write the password to standard input", passwordVariable)
	}
	return password, nil
}
