// Package authz decides whether a viewer may run a command or query, and on which contact. Commands
// and queries begin with RequireViewer, RequireRole or AuthorizeContact, which return the viewer.
// They fail with ErrUnauthenticated if there is none. Commands also call ToWrite, and those that
// write contacts ToWriteContacts.
//
// All of these deny a session that can only set up a second factor. RequireUser, which the commands
// for that begin with, allows it. They also deny an API key that can only run trusted documents:
// package graph/gate lifts that limit while such a document runs, so no other API has to know of
// it.
//
// Other rights are decided elsewhere: which fields and properties a viewer may read and write in
// internal/contact/field (rights.go), which contacts are in a list in package query, and which rows
// ent reads and writes in ent/schema (Tenant).
package authz

import (
	"context"
	"errors"

	"contactgraph/ent"
	"contactgraph/ent/membership"
	"contactgraph/internal/settings"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// ErrUnauthenticated is the error of every command and query without a viewer.
var ErrUnauthenticated = errors.New("not signed in")

// MessageTrustedOnly is the message for an API key that can only run trusted documents.
const MessageTrustedOnly = "This API key can only run the trusted documents of the GraphQL API."

// RequireViewer returns the viewer of the context. It fails with ErrUnauthenticated if there is
// none, and with the user error Forbidden if its session can only set up a second factor or its API
// key can only run trusted documents.
func RequireViewer(ctx context.Context) (viewer.Viewer, error) {
	v, ok := viewer.FromContext(ctx)
	switch {
	case !ok:
		return v, ErrUnauthenticated
	case v.Enrolling:
		return v, usererror.Errors{usererror.NewForbidden("", "Set up a second factor before anything else.")}
	case v.TrustedOnly:
		return v, usererror.Errors{usererror.NewForbidden("", MessageTrustedOnly)}
	}
	return v, nil
}

// RequireUser returns the viewer if it is a user, also if its session can only set up a second
// factor. It fails with ErrUnauthenticated without a viewer, and otherwise with the user error
// Forbidden.
func RequireUser(ctx context.Context) (viewer.Viewer, error) {
	v, ok := viewer.FromContext(ctx)
	switch {
	case !ok:
		return v, ErrUnauthenticated
	case v.Actor.Kind != viewer.ActorUser:
		return v, usererror.Errors{usererror.NewForbidden("", "Only users have a second factor.")}
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

// MayTransfer reports whether the viewer may export and import contacts in its account, which has
// these settings.
func MayTransfer(v viewer.Viewer, s settings.Account) bool {
	return !v.Enrolling && (v.Is(viewer.Admin) || v.Is(viewer.Agent) && s.AgentsMayTransfer)
}

// AuthorizeContact returns the viewer if it may access the contact with this id, whether that
// exists or not. It fails with ErrUnauthenticated without a viewer, with the user error Forbidden
// for a customer that asks for another contact than its own, and with NotFound for an API key that
// is limited to a segment and asks for a contact that is not in it, which it finds out with c.
func AuthorizeContact(ctx context.Context, c *ent.Client, id int) (viewer.Viewer, error) {
	v, err := RequireViewer(ctx)
	switch {
	case err != nil || !v.Limited():
		return v, err
	case v.Role == viewer.Customer && v.Contact != id:
		return v, usererror.Errors{usererror.NewForbidden("", "Customers may access only their own contact.")}
	case v.Role == viewer.Customer:
		return v, nil
	}
	in, err := c.Membership.Query().Where(membership.AccountID(v.Account), membership.ContactID(id), membership.SegmentID(v.Segment)).Exist(ctx)
	if err == nil && !in {
		err = usererror.NewNotFound("Contact", id)
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

// ToWriteContacts is ToWrite for commands that write contacts: it also fails for a viewer whose
// role does not allow it to write any field. Such a user still manages its own password and
// sessions.
func ToWriteContacts(v viewer.Viewer, err error) (viewer.Viewer, error) {
	v, err = ToWrite(v, err)
	if err == nil && !v.Rights.WriteAny() {
		err = usererror.Errors{usererror.NewForbidden("", "Your role may not change contacts.")}
	}
	return v, err
}
