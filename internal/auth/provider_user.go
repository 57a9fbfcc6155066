package auth

import (
	"cmp"
	"context"
	"strings"

	"contactgraph/ent"
	entidentity "contactgraph/ent/identity"
	entrole "contactgraph/ent/role"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

// granted returns the highest of the roles that the provider reports: ADMIN, then AGENT, then the
// first of the others that the account has defined. It fails with ErrNoRole if there is none. Every
// role that a provider gives is resolved here.
func (p providerSignIn) granted(ctx context.Context) (Assignment, error) {
	var g Assignment
	for _, name := range p.Roles {
		g.Role = max(g.Role, roles[strings.ToUpper(normalize.Name(name))])
	}
	if g.Role != viewer.Anonymous {
		return g, nil
	}
	for _, name := range p.Roles {
		id, err := p.tx.Ent.Role.Query().Where(entrole.AccountID(p.account), entrole.NameKey(normalize.Name(name)), p.tx.ForShare).OnlyID(ctx)
		if err == nil {
			return Assignment{viewer.Agent, &id}, nil
		}
		if !ent.IsNotFound(err) {
			return g, err
		}
	}
	return g, ErrNoRole
}

// user returns the user with the role, and creates or links it if necessary.
func (p providerSignIn) user(ctx context.Context, g Assignment, of settings.Account) (*ent.User, error) {
	linked, err := p.tx.Ent.Identity.Query().
		Where(entidentity.AccountID(p.account), entidentity.Issuer(p.Issuer), entidentity.Subject(p.Subject)).Only(ctx)
	switch {
	case err == nil:
		return p.update(ctx, linked.UserID, g, nil)
	case !ent.IsNotFound(err):
		return nil, err
	case p.Email == "":
		return nil, ErrNoEmail
	}
	id, err := p.tx.Ent.User.Query().Where(user.AccountID(p.account), user.LoginKey(normalize.Email(p.Email))).OnlyID(ctx)
	switch {
	case err == nil:
		return p.update(ctx, id, g, p.link)
	case !ent.IsNotFound(err):
		return nil, err
	case !of.OIDCCreatesUsers:
		return nil, ErrUnknownUser
	}
	row, err := InsertUser(ctx, p.tx, p.now, NewUser{Login: p.Email, Name: cmp.Or(p.Name, p.Email), Role: g.Role, RoleID: g.RoleID}, "")
	if err != nil {
		return nil, err
	}
	return row, p.addIdentity(ctx, row)
}

// update gives a user who exists the role that the provider reports. first is called before that;
// it may fail, or change the user.
func (p providerSignIn) update(ctx context.Context, id int, g Assignment, first func(context.Context, *ent.User) error) (*ent.User, error) {
	u, otherAdmins, err := LockUser(ctx, p.tx, p.account, id)
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, ErrUnknownUser
	}
	old := AssignmentOf(u)
	switch {
	case u.DisabledAt != nil:
		return nil, ErrDisabled
	case first != nil:
		err = first(ctx, u)
	}
	if err != nil || old.Equal(g) {
		return u, err
	}
	if g.Role < old.Role && old.Role == viewer.Admin && otherAdmins == 0 {
		return nil, ErrLastAdmin
	}
	if old.LosesTo(g) {
		if err := EndSessions(ctx, p.tx, p.account, u.ID, 0); err != nil {
			return nil, err
		}
	}
	return p.assign(ctx, u, g)
}

// assign gives a user another role.
func (p providerSignIn) assign(ctx context.Context, u *ent.User, g Assignment) (*ent.User, error) {
	details := map[string]any{detailIssuer: p.Issuer}
	old := AssignmentOf(u)
	if old.Role != g.Role {
		details[detailRole] = map[string]any{"from": old.Role.String(), "to": g.Role.String()}
	}
	if !old.SameLimits(g) {
		details[detailCustomRole] = map[string]any{"from": old.RoleID, "to": g.RoleID}
	}
	u.Role, u.RoleID = user.Role(g.Role.String()), g.RoleID
	update := p.tx.Ent.User.Update().Where(user.AccountID(p.account), user.ID(u.ID)).SetRole(u.Role)
	if g.RoleID == nil {
		update.ClearRoleID()
	} else {
		update.SetRoleID(*g.RoleID)
	}
	if err := update.Exec(ctx); err != nil {
		return nil, err
	}
	return u, p.record(ctx, audit.Entry{Action: audit.UserChanged, Subject: u.ID, Name: u.Login, Details: details})
}

// link replaces what the user signs in with by the identity of the provider.
func (p providerSignIn) link(ctx context.Context, u *ent.User) error {
	allowed := u.ProviderAllowed != nil && *u.ProviderAllowed
	has, err := p.tx.Ent.Identity.Query().Where(entidentity.AccountID(p.account), entidentity.UserID(u.ID)).Exist(ctx)
	if err != nil {
		return err
	}
	if !allowed && (has || u.PasswordHash != "") {
		return ErrNotLinked
	}
	if err := Unlink(ctx, p.tx, p.account, u.ID); err != nil {
		return err
	}
	if err := EndSessions(ctx, p.tx, p.account, u.ID, 0); err != nil {
		return err
	}
	err = p.tx.Ent.User.Update().Where(user.AccountID(p.account), user.ID(u.ID)).SetPasswordHash("").ClearProviderAllowed().Exec(ctx)
	if err != nil {
		return err
	}
	return p.addIdentity(ctx, u)
}

func (p providerSignIn) addIdentity(ctx context.Context, u *ent.User) error {
	err := p.tx.Ent.Identity.Create().SetUserID(u.ID).SetIssuer(p.Issuer).SetSubject(p.Subject).SetCreatedAt(p.now).Exec(ctx)
	if err != nil {
		return err
	}
	return p.record(ctx, audit.Entry{
		Action: audit.IdentityLinked, Subject: u.ID, Name: u.Login, Details: map[string]any{detailIssuer: p.Issuer},
	})
}

// record stores an entry about what the server does because of the provider.
func (p providerSignIn) record(ctx context.Context, e audit.Entry) error {
	v, _ := viewer.FromContext(ctx)
	v.Address = p.from.Address
	return audit.Record(ctx, p.tx.Ent, v, p.now, e)
}

// Unlink removes the identity of the provider from a user.
func Unlink(ctx context.Context, tx *database.Tx, account, id int) error {
	_, err := tx.Ent.Identity.Delete().Where(entidentity.AccountID(account), entidentity.UserID(id)).Exec(ctx)
	return err
}

// LockUser returns a user with its identities, nil if there is none, and how many other users of
// the account are admins who can sign in, and keeps other transactions from changing all of these.
func LockUser(ctx context.Context, tx *database.Tx, account, id int) (u *ent.User, otherAdmins int, err error) {
	// All admins, in the order of their ids, so that two transactions never wait for each other.
	rows, err := tx.Ent.User.Query().Where(
		user.AccountID(account),
		user.Or(user.ID(id), user.And(user.RoleEQ(user.RoleADMIN), user.DisabledAtIsNil())),
		tx.ForUpdate,
	).WithIdentities(func(q *ent.IdentityQuery) { q.Where(entidentity.AccountID(account)) }).Order(user.ByID()).All(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, row := range rows {
		switch {
		case row.ID == id:
			u = row
		case row.PasswordHash != "" || len(row.Edges.Identities) > 0: // otherwise no one has signed in as this admin yet
			otherAdmins++
		}
	}
	return u, otherAdmins, nil
}
