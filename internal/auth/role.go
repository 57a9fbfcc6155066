package auth

import (
	"context"
	"fmt"

	"contactgraph/ent"
	"contactgraph/ent/role"
	"contactgraph/internal/viewer"
)

// SameRole reports whether two ids of roles of an account are the same; nil is that of no role.
func SameRole(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }

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
