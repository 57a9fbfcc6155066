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

// CreateUser is the command that makes a user.
type CreateUser struct {
	Settings `embed:""`

	Account string `required:"" placeholder:"NAME" help:"The account that the user belongs to."`
	Login   string `required:"" placeholder:"LOGIN" help:"What the user signs in with."`
	Name    string `placeholder:"NAME" help:"What the user is called in the change log; the login unless given."`
	Role    string `required:"" enum:"admin,agent" placeholder:"ROLE" help:"What the user may do: admin or agent."`
}

// passwordVariable is where the password is looked for. There is no flag, because others can read a process's arguments.
const passwordVariable = "CONTACTGRAPH_PASSWORD"

// Help says how to give the password.
func (*CreateUser) Help() string {
	return "The password is the value of the environment variable " + passwordVariable + ", or else the first line of standard input."
}

// Run makes the user.
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
		return fmt.Errorf("account %q has a user %q already: choose another --login", c.Account, c.Login)
	}
	return err
}

// readPassword takes the password from the environment or from standard input.
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
		return "", fmt.Errorf("no password: give it in %s, or as the first line of standard input", passwordVariable)
	}
	return password, nil
}
