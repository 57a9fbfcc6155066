package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/apikey"
	"contactgraph/ent/property"
	"contactgraph/ent/role"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/globalid"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// Role is a role that an account defines: it limits what agents read and write of contacts.
type Role struct {
	ID        int
	Name      string
	Others    viewer.Access // to what Fields does not list
	Fields    []*FieldRight // in the order of field.ComparePaths
	CreatedAt time.Time
}

// FieldRight is the access of a role to a part of a contact.
type FieldRight struct {
	Path   string // as in the change log
	Access viewer.Access
}

// GlobalID returns the id of the role in the GraphQL API.
func (r *Role) GlobalID() string { return globalid.Encode("Role", r.ID) }

func (r *Role) rights() viewer.Rights {
	paths := map[string]viewer.Access{}
	for _, f := range r.Fields {
		paths[f.Path] = f.Access
	}
	return viewer.NewRights(r.Others, paths)
}

func roleOf(row *ent.Role) (*Role, error) {
	others, paths, err := row.Rights.Levels()
	if err != nil {
		return nil, err
	}
	r := &Role{ID: row.ID, Name: row.Name, Others: others, CreatedAt: row.CreatedAt}
	for path, access := range paths {
		r.Fields = append(r.Fields, &FieldRight{path, access})
	}
	slices.SortFunc(r.Fields, func(a, b *FieldRight) int { return field.ComparePaths(a.Path, b.Path) })
	return r, nil
}

// Roles returns the roles of the account by name, to admins.
func (s *Service) Roles(ctx context.Context) ([]*Role, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return nil, err
	}
	return readRoles(s.db.Client().Role.Query().Where(role.AccountID(v.Account)).Order(role.ByNameKey()).All(ctx))
}

// RolesByID returns the role with each id, nil for nil and where the viewer may not see it.
func (s *Service) RolesByID(ctx context.Context, ids []*int) ([]*Role, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	var wanted []int
	for _, id := range ids {
		if id != nil {
			wanted = append(wanted, *id)
		}
	}
	roles := make([]*Role, len(ids))
	if len(wanted) == 0 {
		return roles, nil
	}
	found, err := readRoles(s.db.Client().Role.Query().Where(role.AccountID(v.Account), role.IDIn(wanted...)).All(ctx))
	for i, id := range ids {
		if j := slices.IndexFunc(found, func(r *Role) bool { return id != nil && r.ID == *id }); j >= 0 {
			roles[i] = found[j]
		}
	}
	return roles, err
}

func readRoles(rows []*ent.Role, err error) ([]*Role, error) {
	roles := make([]*Role, len(rows))
	for i, row := range rows {
		if roles[i], err = roleOf(row); err != nil {
			return nil, err
		}
	}
	return roles, err
}

// AssignmentByName returns the role with this name, ignoring case: admin, agent, or one of the
// account. It fails with NotFound.
func (s *Service) AssignmentByName(ctx context.Context, name string) (Assignment, error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return Assignment{}, err
	}
	key := normalize.Name(name)
	if fixed := roles[strings.ToUpper(key)]; fixed != 0 {
		return Assignment{Role: fixed}, nil
	}
	id, err := s.db.Client().Role.Query().Where(role.AccountID(v.Account), role.NameKey(key)).OnlyID(ctx)
	if ent.IsNotFound(err) {
		err = usererror.Errors{{Code: usererror.NotFound, Path: pathRole, Message: fmt.Sprintf("There is no role %q: use admin, agent, or the name of a role of the account.", name)}}
	}
	return Assignment{Role: viewer.Agent, RoleID: &id}, err
}

// maxFieldRights is the largest number of paths that a role lists.
const maxFieldRights = 1000

const (
	pathRole   = "role"
	pathFields = "fields"
)

// RoleChange creates or changes a role. What is nil stays, or is the default: no limits.
type RoleChange struct {
	ID     int // of the role to change
	Name   *string
	Others *viewer.Access
	Fields []*FieldRight // the complete list
}

func (c RoleChange) check() usererror.Errors {
	var errs usererror.Errors
	if c.Name != nil {
		checkText(&errs, pathName, "The name", *c.Name)
		if key := normalize.Name(*c.Name); roles[strings.ToUpper(key)] != 0 {
			errs.Add(usererror.Invalid, pathName, "The name must not be that of the roles agent and admin.")
		}
	}
	if c.Fields == nil {
		return errs
	}
	if len(c.Fields) > maxFieldRights {
		errs.Add(usererror.TooMany, pathFields, "A role can list at most %d fields.", maxFieldRights)
		return errs
	}
	seen := map[string]bool{}
	for _, f := range c.Fields {
		id := field.PropertyID(f.Path)
		switch {
		case seen[f.Path]:
			errs.Add(usererror.Duplicate, pathFields, "%s is listed twice.", f.Path)
		case !field.Restrictable(f.Path), id != 0 && f.Path != field.PropertyPath(id):
			errs.Add(usererror.Invalid, pathFields, "A role cannot limit %q: there is no such path, or every agent may read it.", f.Path)
		}
		seen[f.Path] = true
	}
	return errs
}

// checkProperties fails with PropertyNotFound for listed properties that the account does not have.
// Those that the role lists already may have been deleted: their values are still in the change
// log.
func (c RoleChange) checkProperties(ctx context.Context, cmd command, old *Role) error {
	if c.Fields == nil {
		return nil
	}
	var errs usererror.Errors
	defined, err := cmd.tx.Ent.Property.Query().Where(property.AccountID(cmd.viewer.Account)).IDs(ctx)
	if err != nil {
		return err
	}
	for _, f := range c.Fields {
		listed := slices.ContainsFunc(old.Fields, func(o *FieldRight) bool { return o.Path == f.Path })
		if id := field.PropertyID(f.Path); id != 0 && !listed && !slices.Contains(defined, id) {
			errs.Missing(usererror.PropertyNotFound, pathFields, "Property", id)
		}
	}
	return errs.OrNil()
}

func (c RoleChange) applyTo(r *Role) *Role {
	next := *r
	if c.Name != nil {
		next.Name = strings.TrimSpace(*c.Name)
	}
	if c.Others != nil {
		next.Others = *c.Others
	}
	if c.Fields != nil {
		next.Fields = c.Fields
	}
	return &next
}

// CreateRole creates a role, for admins. It fails with NameTaken if a role of the account has the
// name, ignoring case, and with Required, TooLong, TooMany, Duplicate, Invalid or PropertyNotFound
// if a value is not valid.
func (s *Service) CreateRole(ctx context.Context, change RoleChange) (*Role, error) {
	if change.Name == nil {
		change.Name = new("")
	}
	return adminRun(ctx, s, change.check, func(ctx context.Context, c command) (*Role, error) {
		if err := change.checkProperties(ctx, c, &Role{}); err != nil {
			return nil, err
		}
		r := change.applyTo(&Role{Others: viewer.Write})
		if err := c.claimRoleName(ctx, r); err != nil {
			return nil, err
		}
		row, err := c.tx.Ent.Role.Create().SetName(r.Name).SetNameKey(normalize.Name(r.Name)).SetRights(r.rights()).SetCreatedAt(c.at).Save(ctx)
		if err != nil {
			return nil, err
		}
		if err := c.record(ctx, audit.Entry{Action: audit.RoleCreated, Subject: row.ID, Name: row.Name, Details: map[string]any{"rights": row.Rights}}); err != nil {
			return nil, err
		}
		return roleOf(row)
	})
}

// claimRoleName fails with NameTaken if another role of the account has the name.
func (c command) claimRoleName(ctx context.Context, r *Role) error {
	taken, err := c.tx.Ent.Role.Query().Where(role.AccountID(c.viewer.Account), role.NameKey(normalize.Name(r.Name)), role.IDNEQ(r.ID)).Exist(ctx)
	if err == nil && taken {
		err = usererror.Errors{{Code: usererror.NameTaken, Path: pathName, Message: "Another role has this name."}}
	}
	return err
}

// UpdateRole changes a role, for admins. Sessions have the new rights at once, API keys within
// seconds. It fails with NotFound, and as CreateRole does.
func (s *Service) UpdateRole(ctx context.Context, change RoleChange) (*Role, error) {
	return adminRun(ctx, s, change.check, func(ctx context.Context, c command) (*Role, error) {
		row, err := c.lockRole(ctx, change.ID, c.tx.ForUpdate)
		if err != nil {
			return nil, err
		}
		old, err := roleOf(row)
		if err != nil {
			return nil, err
		}
		if err := change.checkProperties(ctx, c, old); err != nil {
			return nil, err
		}
		next := change.applyTo(old)
		if err := c.claimRoleName(ctx, next); err != nil {
			return nil, err
		}
		err = c.tx.Ent.Role.Update().Where(role.AccountID(c.viewer.Account), role.ID(next.ID)).
			SetName(next.Name).SetNameKey(normalize.Name(next.Name)).SetRights(next.rights()).Exec(ctx)
		if err != nil {
			return nil, err
		}
		return next, c.recordRole(ctx, old, next)
	})
}

// recordRole records what differs.
func (c command) recordRole(ctx context.Context, old, next *Role) error {
	changed := map[string]any{}
	if next.Name != old.Name {
		changed["name"] = change(old.Name, next.Name)
	}
	if next.rights() != old.rights() {
		changed["rights"] = change(old.rights(), next.rights())
	}
	if len(changed) == 0 {
		return nil
	}
	return c.record(ctx, audit.Entry{Action: audit.RoleChanged, Subject: old.ID, Name: old.Name, Details: changed})
}

// lockRole returns a role of the account, and keeps other transactions from changing or deleting
// it. It fails with NotFound.
func (c command) lockRole(ctx context.Context, id int, lock func(*sql.Selector)) (*ent.Role, error) {
	row, err := c.tx.Ent.Role.Query().Where(role.AccountID(c.viewer.Account), role.ID(id), lock).Only(ctx)
	if ent.IsNotFound(err) {
		err = usererror.NewNotFound("Role", id)
	}
	return row, err
}

// DeleteRole deletes a role, for admins. It fails with NotFound, and with InUse while users or API
// keys that are not revoked have the role.
func (s *Service) DeleteRole(ctx context.Context, id int) error {
	_, err := adminRun(ctx, s, noCheck, func(ctx context.Context, c command) (struct{}, error) {
		none := struct{}{}
		row, err := c.lockRole(ctx, id, c.tx.ForUpdate)
		if err != nil {
			return none, err
		}
		used, err := c.tx.Ent.User.Query().Where(user.AccountID(c.viewer.Account), user.RoleID(id)).Exist(ctx)
		if err == nil && !used {
			used, err = c.tx.Ent.APIKey.Query().Where(apikey.AccountID(c.viewer.Account), apikey.RoleID(id), apikey.RevokedAtIsNil()).Exist(ctx)
		}
		if err == nil && used {
			err = usererror.Errors{{Code: usererror.InUse, Message: "Users or API keys have this role: give them another one first."}}
		}
		if err != nil {
			return none, err
		}
		if _, err := c.tx.Ent.Role.Delete().Where(role.AccountID(c.viewer.Account), role.ID(id)).Exec(ctx); err != nil {
			return none, err
		}
		return none, c.record(ctx, audit.Entry{Action: audit.RoleDeleted, Subject: id, Name: row.Name})
	})
	return err
}

// Assignment is the role of a user or API key.
type Assignment = auth.Assignment

func checkAssignment(errs *usererror.Errors, a Assignment) {
	checkRole(errs, a.Role)
	if a.RoleID != nil && a.Role == viewer.Admin {
		errs.Add(usererror.Invalid, "customRoleId", "An admin cannot have a role of the account: it limits agents only.")
	}
}

// assign keeps the role of the account from being deleted until the end of the transaction. It
// fails with NotFound.
func (c command) assign(ctx context.Context, a Assignment) error {
	if a.RoleID == nil {
		return nil
	}
	_, err := c.lockRole(ctx, *a.RoleID, c.tx.ForShare)
	return err
}
