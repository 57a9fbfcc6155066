// Package viewer says who is asking: the account, the role, and for a customer the contact it is signed in as. It travels
// in the context from the door to the database, where ent's privacy layer reads it. It imports nothing of ours.
package viewer

import "context"

// Role is what a viewer may do, from least to most.
type Role int

// The roles. System is the server itself: it never comes from a request.
const (
	Nobody Role = iota
	Customer
	Agent
	Admin
	System
)

// String names the role as the API does.
func (r Role) String() string {
	return [...]string{"NOBODY", "CUSTOMER", "AGENT", "ADMIN", "SYSTEM"}[r]
}

// ActorKind is the sort of credential somebody acted with.
type ActorKind string

// The kinds of actor that the change log knows.
const (
	ActorKey     ActorKind = "key"
	ActorUser    ActorKind = "user"
	ActorContact ActorKind = "contact"
	ActorSystem  ActorKind = "system"
)

// Name is the kind as clients see it.
func (k ActorKind) Name() string {
	return map[ActorKind]string{ActorKey: "API_KEY", ActorUser: "USER", ActorContact: "CONTACT", ActorSystem: "SYSTEM"}[k]
}

// Actor is who did something, as the change log keeps it. Name is empty for a contact: the log holds no second copy of a
// person's name.
type Actor struct {
	Kind ActorKind
	ID   int
	Name string
}

// Viewer is who is asking.
type Viewer struct {
	Account int   // the tenant; 0 only for System, before the account is known
	Role    Role  // what it may do there
	Contact int   // the contact that a customer is signed in as, else 0
	Session int   // the session that it signed in with, 0 for an API key
	Actor   Actor // how the change log names it
}

// Is reports whether v is allowed at least what r is.
func (v Viewer) Is(r Role) bool { return v.Role >= r }

// Reaches reports whether v may touch the contact with this id, provided that it is in v's account.
func (v Viewer) Reaches(contact int) bool { return v.Role != Customer || v.Contact == contact }

type key struct{}

// NewContext returns a context in which v is asking.
func NewContext(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, key{}, v)
}

// FromContext returns who is asking; ok is false for an anonymous caller.
func FromContext(ctx context.Context) (v Viewer, ok bool) {
	v, ok = ctx.Value(key{}).(Viewer)
	return v, ok
}

// NewSystemContext returns a context in which the server itself is asking, in one account, or with 0 before the account
// is known: then only accounts and API keys can be read.
func NewSystemContext(ctx context.Context, account int) context.Context {
	return NewContext(ctx, Viewer{Account: account, Role: System, Actor: Actor{Kind: ActorSystem}})
}

// AccountWide lifts the limit to a customer's own contact, and keeps the account. It is for the one question that a
// customer's write must ask about others: is this key taken?
func AccountWide(ctx context.Context) context.Context {
	v, ok := FromContext(ctx)
	if !ok {
		return ctx
	}
	v.Role = System
	return NewContext(ctx, v)
}
