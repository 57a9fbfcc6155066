// Package authz decides whether a viewer may run a command or query. The packages that write fields
// and properties decide about the rights of these.
package authz

import (
	"context"
	"errors"

	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// ErrUnauthenticated is the error of every command and query without a viewer.
var ErrUnauthenticated = errors.New("not signed in")

// RequireViewer returns the viewer of the context. It fails with ErrUnauthenticated if there is
// none.
func RequireViewer(ctx context.Context) (viewer.Viewer, error) {
	v, ok := viewer.FromContext(ctx)
	if !ok {
		return v, ErrUnauthenticated
	}
	return v, nil
}

// RequireRole returns the viewer if it has at least the role. It fails with ErrUnauthenticated
// without a viewer, and otherwise with the user error Forbidden.
func RequireRole(ctx context.Context, least viewer.Role) (viewer.Viewer, error) {
	v, err := RequireViewer(ctx)
	if err == nil && !v.Is(least) {
		err = usererror.Errors{usererror.NewForbidden("", "You do not have permission to do this.")}
	}
	return v, err
}

// AuthorizeContact returns the viewer if it may access the contact with this id, whether that
// exists or not. It fails with ErrUnauthenticated without a viewer, and with the user error
// Forbidden for a customer that asks for another contact than its own.
func AuthorizeContact(ctx context.Context, id int) (viewer.Viewer, error) {
	v, err := RequireViewer(ctx)
	if err == nil && !v.CanAccess(id) {
		err = usererror.Errors{usererror.NewForbidden("", "Customers may access only their own contact.")}
	}
	return v, err
}
