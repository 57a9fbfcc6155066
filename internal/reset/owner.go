package reset

import (
	"bytes"
	"context"

	"contactgraph/ent"
	"contactgraph/ent/account"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/passwordreset"
	"contactgraph/ent/predicate"
	"contactgraph/ent/user"
	"contactgraph/internal/normalize"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

// owner is a user or contact with a password. It is zero for a login without one: no one has it,
// its user is disabled or its account is suspended, or it has no password.
type owner struct {
	viewer   viewer.Viewer // the owner itself
	hash     string        // of the password
	login    string        // the address to send to, as it is stored
	account  string        // the name of the account
	settings settings.Account
}

// String describes the owner without the hash and the address.
func (o owner) String() string { return string(o.viewer.Actor.Kind) }

func (o owner) exists() bool { return o.hash != "" }

// state is the SHA-256 of the stored hash.
func (o owner) state() []byte { return digest(o.hash) }

// requests returns the condition on the requests of the same owner.
func (o owner) requests() predicate.PasswordReset {
	id := o.viewer.Actor.ID
	if o.viewer.Actor.Kind == viewer.ActorUser {
		return passwordreset.And(passwordreset.Tenant(o.viewer.Account), passwordreset.UserID(id))
	}
	return passwordreset.And(passwordreset.Tenant(o.viewer.Account), passwordreset.ContactID(id))
}

// ownerOf returns the owner of a login, as a sign-in finds it: if a user and a contact have the
// same login, it belongs to the user. A login of the type Bounced receives no messages. The address
// is the stored one and not that of the request: the two may differ, and only the owner's is
// proven.
func ownerOf(ctx context.Context, c *ent.Client, tenant int, text string) (owner, error) {
	ctx, key := viewer.NewSystemContext(ctx, tenant), normalize.Email(text)
	in, err := accountOf(ctx, c, tenant)
	if err != nil || in == nil {
		return owner{}, err
	}
	u, err := c.User.Query().Where(user.AccountID(tenant), user.LoginKey(key)).Only(ctx)
	if err == nil {
		return userOwner(in, u), nil
	}
	if !ent.IsNotFound(err) {
		return owner{}, err
	}
	l, err := c.Login.Query().Where(login.AccountID(tenant), login.NameKey(key), login.KindNEQ(login.KindBounced)).Only(ctx)
	if err != nil {
		return owner{}, notFound(err)
	}
	o, err := contactOwner(ctx, c, in, l.ContactID)
	if o.exists() {
		o.login = l.Name
	}
	return o, err
}

// ownerOfToken returns the owner for whom a token was created, if its password is still the one
// that the token replaces.
func ownerOfToken(ctx context.Context, c *ent.Client, row *ent.PasswordReset) (owner, error) {
	ctx = viewer.NewSystemContext(ctx, row.Tenant)
	in, err := accountOf(ctx, c, row.Tenant)
	if err != nil || in == nil {
		return owner{}, err
	}
	var o owner
	switch {
	case row.UserID != nil:
		u, err := c.User.Query().Where(user.AccountID(row.Tenant), user.ID(*row.UserID)).Only(ctx)
		if err != nil {
			return owner{}, notFound(err)
		}
		o = userOwner(in, u)
	case row.ContactID != nil:
		if o, err = contactOwner(ctx, c, in, *row.ContactID); err != nil {
			return owner{}, err
		}
	}
	if !o.exists() || !bytes.Equal(o.state(), row.PasswordState) {
		return owner{}, nil
	}
	return o, nil
}

// accountOf returns the account, nil if it does not exist or is suspended.
func accountOf(ctx context.Context, c *ent.Client, id int) (*ent.Account, error) {
	a, err := c.Account.Query().Where(account.ID(id), account.SuspendedAtIsNil()).Only(ctx)
	return a, notFound(err)
}

func userOwner(in *ent.Account, u *ent.User) owner {
	if u.DisabledAt != nil {
		return owner{}
	}
	return owner{
		viewer: viewer.Viewer{Account: in.ID, Role: viewer.Agent, Actor: viewer.Actor{Kind: viewer.ActorUser, ID: u.ID, Name: u.Name}},
		hash:   u.PasswordHash, login: u.Login, account: in.Name, settings: in.Settings,
	}
}

func contactOwner(ctx context.Context, c *ent.Client, in *ent.Account, id int) (owner, error) {
	p, err := c.Contact.Query().Where(entcontact.AccountID(in.ID), entcontact.ID(id)).Select(entcontact.FieldPasswordHash).Only(ctx)
	if err != nil || p.PasswordHash == nil {
		return owner{}, notFound(err)
	}
	return owner{
		viewer: viewer.Viewer{Account: in.ID, Role: viewer.Customer, Contact: id, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: id}},
		hash:   *p.PasswordHash, account: in.Name, settings: in.Settings,
	}, nil
}

// notFound returns nil for the error of a row that does not exist.
func notFound(err error) error {
	if ent.IsNotFound(err) {
		return nil
	}
	return err
}
