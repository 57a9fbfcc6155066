package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/identity"
	"contactgraph/ent/user"
	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/globalid"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// User is an agent or admin, who signs in with a password or by the OpenID Connect provider.
type User struct {
	ID    int
	Login string
	Name  string
	Assignment
	CreatedAt    *time.Time // nil for users that are older than this column
	LastSignInAt *time.Time
	DisabledAt   *time.Time // nil for a user who can sign in

	SecondFactor         bool // has one
	SecondFactorRequired bool // for this user, whatever the account requires
	HasPassword          bool
	Issuer               *string // the provider that the user signs in by; nil for none
	// ProviderAllowed is true if signing in by the provider may replace what the user signs in with
	// now.
	ProviderAllowed bool
}

// GlobalID returns the id of the user in the GraphQL API.
func (u *User) GlobalID() string { return globalid.Encode("User", u.ID) }

// Disabled reports whether the user cannot sign in.
func (u *User) Disabled() bool { return u.DisabledAt != nil }

func userOf(row *ent.User) *User {
	return &User{
		ID: row.ID, Login: row.Login, Name: row.Name, Assignment: auth.AssignmentOf(row),
		CreatedAt: row.CreatedAt, LastSignInAt: row.LastSignInAt, DisabledAt: row.DisabledAt,
		SecondFactor: len(row.TotpSecret) > 0, SecondFactorRequired: row.SecondFactorRequired != nil && *row.SecondFactorRequired,
		HasPassword: row.PasswordHash != "", Issuer: issuerOf(row), ProviderAllowed: row.ProviderAllowed != nil && *row.ProviderAllowed,
	}
}

// withIdentities makes a query of users return their identities too.
func withIdentities(account int) func(*ent.IdentityQuery) {
	return func(q *ent.IdentityQuery) { q.Where(identity.AccountID(account)) }
}

// issuerOf returns the provider that the user signs in by. The row has its identities.
func issuerOf(row *ent.User) *string {
	for _, i := range row.Edges.Identities {
		return &i.Issuer
	}
	return nil
}

// Users returns the users of the account by login, to admins.
func (s *Service) Users(ctx context.Context) ([]*User, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Client().User.Query().Where(user.AccountID(v.Account)).WithIdentities(withIdentities(v.Account)).
		Order(user.ByLoginKey()).All(ctx)
	if err != nil {
		return nil, err
	}
	users := make([]*User, len(rows))
	for i, row := range rows {
		users[i] = userOf(row)
	}
	return users, nil
}

// UserByLogin returns the user with this login, ignoring case, to admins. It fails with NotFound.
func (s *Service) UserByLogin(ctx context.Context, login string) (*User, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	row, err := s.db.Client().User.Query().Where(user.AccountID(v.Account), user.LoginKey(normalize.Email(login))).
		WithIdentities(withIdentities(v.Account)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, usererror.Errors{{Code: usererror.NotFound, Message: "No user has this login."}}
	}
	if err != nil {
		return nil, err
	}
	return userOf(row), nil
}

// NewUser is a user to create. It prints without the password.
type NewUser struct {
	Login    string
	Name     string
	Password *string `json:"-"` // nil for a user who will sign in by the provider
	Assignment
}

// String describes the user without the password.
func (n NewUser) String() string { return n.toInsert().String() }

func (n NewUser) toInsert() auth.NewUser {
	return auth.NewUser{Login: n.Login, Name: strings.TrimSpace(n.Name), Role: n.Role, RoleID: n.RoleID}
}

func (n NewUser) check() usererror.Errors {
	var errs usererror.Errors
	checkText(&errs, pathLogin, "The login", n.Login)
	if strings.TrimSpace(n.Login) != "" && normalize.Email(n.Login) == "" {
		errs.Add(usererror.Invalid, pathLogin, "The login must contain a letter, a digit or a symbol.")
	}
	checkText(&errs, pathName, "The name", n.Name)
	checkAssignment(&errs, n.Assignment)
	return errs
}

const pathLogin = "login"

// CreateUser creates a user, for admins. It fails with LoginTaken if a user of the account has the
// login, ignoring case, with NotFound if the account does not have the role, and with Required,
// TooLong or Invalid if a value is not valid.
func (s *Service) CreateUser(ctx context.Context, n NewUser) (*User, error) {
	v, err := authz.ToWrite(authz.RequireRole(ctx, viewer.Admin))
	if err != nil {
		return nil, err
	}
	var hash string
	if n.Password == nil {
		err = n.check().OrNil()
	} else {
		hash, err = s.hashPassword(ctx, v, "password", newPassword{n.Login, *n.Password}, n.check())
	}
	if err != nil {
		return nil, err
	}
	return run(ctx, s, v, func(ctx context.Context, c command) (*User, error) {
		if err := c.assign(ctx, n.Assignment); err != nil {
			return nil, err
		}
		row, err := auth.InsertUser(ctx, c.tx, c.at, n.toInsert(), hash)
		if errors.Is(err, auth.ErrNameTaken) {
			return nil, usererror.Errors{{Code: usererror.LoginTaken, Path: pathLogin, Message: "Another user has this login."}}
		}
		if err != nil {
			return nil, err
		}
		return userOf(row), nil
	})
}
