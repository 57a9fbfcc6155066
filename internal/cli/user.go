package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"contactgraph/internal/auth"
	"contactgraph/internal/people"
	"contactgraph/internal/usererror"
)

// passwordVariable is the environment variable with the password. There is no flag for it, because
// other users of the machine can read the arguments of a process.
const passwordVariable = "CONTACTGRAPH_PASSWORD"

// passwordHelp explains how to pass the password.
const passwordHelp = "The password is read from the environment variable " + passwordVariable +
	", or from the first line of standard input if that is not set."

// CreateUser is the command that creates a user.
type CreateUser struct {
	OfAccount `embed:""`

	Login string `required:"" placeholder:"LOGIN" help:"Login to sign in with."`
	Name  string `placeholder:"NAME" help:"Name of the user in the change log. Default: the login."`
	Role  string `required:"" placeholder:"ROLE" help:"Role of the user: admin, agent, or the name of a role of the account."`

	NoPassword bool `help:"Create a user who will sign in by the OpenID Connect provider, whose login is the email address there."`
}

// Help explains how to pass the password.
func (*CreateUser) Help() string { return passwordHelp + " With --no-password, no password is read." }

// Run creates the user.
func (c *CreateUser) Run(ctx context.Context, p *Process) error {
	var password *string
	if !c.NoPassword {
		text, err := readPassword(p)
		if err != nil {
			return err
		}
		password = &text
	}
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		assigned, err := s.AssignmentByName(ctx, c.Role)
		if err != nil {
			return err
		}
		u, err := s.CreateUser(ctx, people.NewUser{Login: c.Login, Name: cmp.Or(c.Name, c.Login), Password: password, Assignment: assigned})
		if errs, ok := errors.AsType[usererror.Errors](err); ok && errs.Has(usererror.LoginTaken) {
			return fmt.Errorf("account %q already has a user %q: choose another --login", c.Account, c.Login)
		}
		if err != nil {
			return err
		}
		return c.print(p.Stdout, userOf(u), "")
	})
}

// ListUsers is the command that lists the users of an account.
type ListUsers struct {
	OfAccount `embed:""`
}

// Run prints the users by login.
func (c *ListUsers) Run(ctx context.Context, p *Process) error {
	return c.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		all, err := s.Users(ctx)
		if err != nil {
			return err
		}
		roleOf, err := roleNames(ctx, s)
		if err != nil {
			return err
		}
		rows := []string{"ID\tLOGIN\tNAME\tROLE\tSECOND FACTOR\tLAST SIGN-IN\tDISABLED"}
		for _, u := range all {
			rows = append(rows, fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%s\t%s",
				u.ID, u.Login, u.Name, roleOf(u.Assignment), secondFactorOf(u), dash(u.LastSignInAt), dash(u.DisabledAt)))
		}
		return c.print(p.Stdout, each(all, userOf), table(rows...))
	})
}

// OfUser are the flags of commands about one user.
type OfUser struct {
	OfAccount `embed:""`

	Login string `required:"" placeholder:"LOGIN" help:"Login of the user, in any case."`
}

// change runs a command that changes the user.
func (o OfUser) change(ctx context.Context, p *Process, fn func(ctx context.Context, s *people.Service, id int) (*people.User, error)) error {
	return o.run(ctx, p, func(ctx context.Context, s *people.Service) error {
		u, err := s.UserByLogin(ctx, o.Login)
		if err == nil {
			u, err = fn(ctx, s, u.ID)
		}
		if err != nil {
			return err
		}
		return o.print(p.Stdout, userOf(u), "")
	})
}

// SetPassword is the command that sets the password of a user.
type SetPassword struct {
	OfUser `embed:""`
}

// Help explains how to pass the password.
func (*SetPassword) Help() string { return passwordHelp }

// Run sets the password.
func (c *SetPassword) Run(ctx context.Context, p *Process) error {
	password, err := readPassword(p)
	if err != nil {
		return err
	}
	return c.change(ctx, p, func(ctx context.Context, s *people.Service, id int) (*people.User, error) {
		return s.ResetPassword(ctx, id, password)
	})
}

// DisableUser is the command that keeps a user from signing in.
type DisableUser struct {
	OfUser `embed:""`
}

// Run disables the user.
func (c *DisableUser) Run(ctx context.Context, p *Process) error { return c.disable(ctx, p, true) }

// EnableUser is the command that lets a disabled user sign in again.
type EnableUser struct {
	OfUser `embed:""`
}

// Run enables the user.
func (c *EnableUser) Run(ctx context.Context, p *Process) error { return c.disable(ctx, p, false) }

func (o OfUser) disable(ctx context.Context, p *Process, disabled bool) error {
	return o.change(ctx, p, func(ctx context.Context, s *people.Service, id int) (*people.User, error) {
		return s.UpdateUser(ctx, people.UserChange{ID: id, Disabled: &disabled})
	})
}

// secondFactorOf describes the second factor of a user.
func secondFactorOf(u *people.User) string {
	switch {
	case u.SecondFactor && u.SecondFactorRequired:
		return "on, required"
	case u.SecondFactor:
		return "on"
	case u.SecondFactorRequired:
		return "required"
	}
	return "-"
}

// ResetSecondFactor is the command that erases the second factor of a user.
type ResetSecondFactor struct {
	OfUser `embed:""`
}

// Run erases it.
func (c *ResetSecondFactor) Run(ctx context.Context, p *Process) error {
	return c.change(ctx, p, func(ctx context.Context, s *people.Service, id int) (*people.User, error) {
		return s.ResetSecondFactor(ctx, id)
	})
}

// RequireSecondFactor is the command that requires a second factor of a user.
type RequireSecondFactor struct {
	OfUser `embed:""`

	Off bool `help:"End the requirement. The user keeps a second factor that is on."`
}

// Run changes the requirement.
func (c *RequireSecondFactor) Run(ctx context.Context, p *Process) error {
	return c.change(ctx, p, func(ctx context.Context, s *people.Service, id int) (*people.User, error) {
		return s.UpdateUser(ctx, people.UserChange{ID: id, SecondFactorRequired: new(!c.Off)})
	})
}

// readPassword reads the password from the environment or from standard input.
func readPassword(p *Process) (string, error) {
	password := p.Getenv(passwordVariable)
	if password == "" {
		// The normal form of a text has more than a quarter of its bytes: what is cut off is too
		// long.
		line, err := bufio.NewReader(io.LimitReader(p.Stdin, 4*auth.MaxPassword)).ReadString('\n')
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
