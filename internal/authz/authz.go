// Package authz decides whether a viewer may run a command or query, and on which contact. Commands
// and queries begin with RequireViewer, RequireRole or AuthorizeContact, which return the viewer.
// They fail with ErrUnauthenticated if there is none. Commands also call ToWrite.
//
// Other rights are decided elsewhere: which fields and properties a viewer may write in
// internal/contact (writable.go, field.Field.OpenTo), which contacts are in a list in package
// query, and which rows ent reads and writes in ent/schema (Tenant).
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

// ToWrite is for commands: it returns what one of the functions above has returned, but fails with
// the user error Forbidden for an API key that may only read.
func ToWrite(v viewer.Viewer, err error) (viewer.Viewer, error) {
	if err == nil && v.ReadOnly {
		err = usererror.Errors{usererror.NewForbidden("", "This API key may only read.")}
	}
	return v, err
}
