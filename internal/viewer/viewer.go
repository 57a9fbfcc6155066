// Package viewer describes who sent a request: the account, the role, the actor that the change log
// records, and for a customer the contact that it is signed in as.
//
// Start reading at Viewer. Package auth finds the viewer of a request. An API puts it into the
// context with NewContext, and the context carries it to the services, which decide by it (see
// package authz), and to the database. There, Tenant of ent/schema limits the statements that ent
// builds to the account and, for a customer, to its own contact. Statements that are written by
// hand are not limited: callers of database.DB.ReadContact, DB.CountRows and Tx.Contact name the
// account and check the rights. NewSystemContext is for work of the server itself.
package viewer

import (
	"context"
	"net/netip"
)

// Role determines what a viewer may do. Roles are ordered: each includes the rights of the one
// before.
type Role int

// The roles. System is the server itself: no request has this role.
const (
	Anonymous Role = iota
	Customer
	Agent
	Admin
	System
)

// String returns the name of the role in the API.
func (r Role) String() string {
	return [...]string{"ANONYMOUS", "CUSTOMER", "AGENT", "ADMIN", "SYSTEM"}[r]
}

// ActorKind is the kind of an actor: an API key, a user, a contact that has signed in, or the
// server itself.
type ActorKind string

// The kinds of actors in the change log.
const (
	ActorKey     ActorKind = "key"
	ActorUser    ActorKind = "user"
	ActorContact ActorKind = "contact"
	ActorSystem  ActorKind = "system"
)

// Name returns the name of the kind in the API.
func (k ActorKind) Name() string {
	return map[ActorKind]string{ActorKey: "API_KEY", ActorUser: "USER", ActorContact: "CONTACT", ActorSystem: "SYSTEM"}[k]
}

// Actor is who made a change, as the change log records it. Name is empty for a contact: the log
// contains no second copy of a person's name.
type Actor struct {
	Kind ActorKind
	ID   int
	Name string
}

// Viewer is who sent a request.
type Viewer struct {
	Account int   // the tenant; 0 only for System, before the account is known
	Role    Role  // in the account
	Contact int   // the contact that a customer is signed in as, otherwise 0
	Session int   // the session of the credentials; 0 for an API key
	Actor   Actor // for the change log
	// Rights limit what an agent reads and writes of contacts, by the role that the account has
	// defined for it.
	Rights Rights
	// Segment is the segment to whose contacts an API key is limited, otherwise 0.
	Segment int
	// ReadOnly is true for an API key that may not write.
	ReadOnly bool
	// TrustedOnly is true for an API key that may only run trusted documents of the GraphQL API,
	// except while it runs one: see package authz.
	TrustedOnly bool
	// Enrolling is true for a session that can only set up the second factor of its user, because
	// the account or the user requires one: see package authz.
	Enrolling bool
	// Credential is the SHA-256 of the credential of the request, so that what is issued to it can
	// be bound to it; zero without one.
	Credential [32]byte
	// Address is where the request comes from; the zero Addr if that is unknown.
	Address netip.Addr
}

// Is reports whether v has at least the role r.
func (v Viewer) Is(r Role) bool { return v.Role >= r }

// Limited reports whether v may access only some of the contacts of the account: a customer its
// own, and an API key with a segment those in it. It must not learn what others have.
func (v Viewer) Limited() bool { return v.Role == Customer || v.Segment != 0 }

type key struct{}

// NewContext returns a context with the viewer v.
func NewContext(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, key{}, v)
}

// FromContext returns the viewer of the context. ok is false for an anonymous caller.
func FromContext(ctx context.Context) (v Viewer, ok bool) {
	v, ok = ctx.Value(key{}).(Viewer)
	return v, ok
}

// NewSystemContext returns a context whose viewer is the server itself, in one account. Account 0
// is for queries before the account is known: they can read only accounts and API keys.
func NewSystemContext(ctx context.Context, account int) context.Context {
	return NewContext(ctx, Viewer{Account: account, Role: System, Actor: Actor{Kind: ActorSystem}})
}

// AccountWide returns a context that is not limited to some contacts, but still to the account. It
// is only for finding out whether another contact has a unique key that a write sets, and for what
// the viewer is not shown.
func AccountWide(ctx context.Context) context.Context {
	v, ok := FromContext(ctx)
	if !ok {
		return ctx
	}
	v.Role, v.Segment = System, 0
	return NewContext(ctx, v)
}
