package auth

import (
	"context"
	"fmt"

	"contactgraph/ent"
	"contactgraph/ent/role"
	"contactgraph/internal/viewer"
)

// Assignment is the role of a user or API key: one of the fixed ones, and for an agent optionally
// one of the account, which limits it.
type Assignment struct {
	Role   viewer.Role // Agent or Admin
	RoleID *int        // nil for none
}

// AssignmentOf returns the role of a user.
func AssignmentOf(u *ent.User) Assignment { return Assignment{roles[string(u.Role)], u.RoleID} }

// Equal reports whether the roles are the same.
func (a Assignment) Equal(b Assignment) bool { return a.Role == b.Role && a.SameLimits(b) }

// SameLimits reports whether the same role of the account limits both, or none does.
func (a Assignment) SameLimits(b Assignment) bool {
	return a.RoleID == b.RoleID || a.RoleID != nil && b.RoleID != nil && *a.RoleID == *b.RoleID
}

// LosesTo reports whether an owner with the role has less rights with the next one, or may have:
// the sessions of a user end then.
func (a Assignment) LosesTo(next Assignment) bool {
	return next.Role < a.Role || next.RoleID != nil && !next.SameLimits(a)
}

// limitedBy returns the viewer with the rights of the role that the account has defined for it, nil
// for none. A role that does not exist, or is malformed, allows nothing.
func limitedBy(ctx context.Context, c *ent.Client, v viewer.Viewer, roleID *int) (viewer.Viewer, error) {
	if roleID == nil || v.Role != viewer.Agent {
		return v, nil
	}
	row, err := c.Role.Query().Where(role.AccountID(v.Account), role.ID(*roleID)).Only(viewer.NewSystemContext(ctx, v.Account))
	switch {
	case ent.IsNotFound(err):
		v.Rights = viewer.NewRights(viewer.None, nil)
	case err != nil:
		return v, fmt.Errorf("reading role %d: %w", *roleID, err)
	default:
		v.Rights = row.Rights
	}
	return v, nil
}
