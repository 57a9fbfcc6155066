package contacttest

import (
	"context"
	"fmt"
	"math"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/viewer"
)

// Tenant is an account with the objects that its contacts refer to and contexts for its staff.
type Tenant struct {
	*Fixture

	Account int
	Admin   context.Context
	Agent   context.Context

	StoreIDs, CompanyIDs, SegmentIDs []int // three of each
}

func (f *Fixture) newTenant(name string) *Tenant {
	f.T.Helper()
	a := &Tenant{Fixture: f, Account: f.DB.Account(name)}
	as := func(role viewer.Role, id int) context.Context {
		return viewer.NewContext(f.T.Context(), viewer.Viewer{
			Account: a.Account, Role: role, Actor: viewer.Actor{Kind: viewer.ActorKey, ID: id, Name: name + "-" + role.String()},
		})
	}
	a.Admin, a.Agent = as(viewer.Admin, 1), as(viewer.Agent, 2)
	for i := range 3 {
		n := catalog.Entry{Name: fmt.Sprint(name, " ", i)}
		a.StoreIDs = append(a.StoreIDs, Must(f.CreateStore(a.Admin, n)).ID)
		a.CompanyIDs = append(a.CompanyIDs, Must(f.CreateCompany(a.Admin, n)).ID)
		a.SegmentIDs = append(a.SegmentIDs, Must(f.CreateSegment(a.Admin, n)).ID)
	}
	return a
}

// NewContact creates a contact as the agent, with at most one set of details.
func (a *Tenant) NewContact(set field.Patch, details ...contact.Details) *ent.Contact {
	a.T.Helper()
	c := contact.Create{RegistrationSource: "test", Set: set}
	for _, d := range details {
		c.Details = d
	}
	r, err := a.Create(a.Agent, c)
	if err != nil {
		a.T.Fatal(err)
	}
	return r.Contact
}

// NewProperty defines a property as the admin and returns its id. Its type defaults to text.
func (a *Tenant) NewProperty(p catalog.NewProperty) int {
	a.T.Helper()
	if p.Kind == "" {
		p.Kind = property.KindText
	}
	created, err := a.CreateProperty(a.Admin, p)
	if err != nil {
		a.T.Fatal(err)
	}
	return created.ID
}

// AsCustomer returns a context in which a customer is signed in as the contact.
func (a *Tenant) AsCustomer(c *ent.Contact) context.Context { return a.AsCustomerID(c.ID) }

// AsCustomerID returns a context in which a customer is signed in as the contact with the id, which
// need not exist.
func (a *Tenant) AsCustomerID(id int) context.Context {
	return viewer.NewContext(a.T.Context(), viewer.Viewer{
		Account: a.Account, Role: viewer.Customer, Contact: id, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: id},
	})
}

// AsSegmentKey returns the context of an API key with an id that is limited to the first segment.
func (a *Tenant) AsSegmentKey(id int) context.Context {
	return viewer.NewContext(a.T.Context(), viewer.Viewer{
		Account: a.Account, Role: viewer.Agent, Segment: a.SegmentIDs[0], Actor: viewer.Actor{Kind: viewer.ActorKey, ID: id, Name: "segment"},
	})
}

// MustGet reads a contact as the agent.
func (a *Tenant) MustGet(id int) *ent.Contact {
	a.T.Helper()
	c, err := a.Get(a.Agent, id)
	if err != nil {
		a.T.Fatal(err)
	}
	return c
}

// MustHistory returns the latest changes of a contact, newest first.
func (a *Tenant) MustHistory(ctx context.Context, id, first int) []*ent.Change {
	a.T.Helper()
	rows, _, err := a.History(ctx, id, math.MaxInt64, first)
	if err != nil {
		a.T.Fatal(err)
	}
	return rows
}

// Log returns the rows of the account's change log in their order. It fails the test if their
// sequence numbers are not 1, 2, 3 …
func (a *Tenant) Log() []*ent.Change {
	a.T.Helper()
	rows := a.DB.Client().Change.Query().Order(change.BySeq()).AllX(a.Agent)
	for i, r := range rows {
		if r.Seq != int64(i+1) {
			a.T.Errorf("row %d of the log has the sequence number %d", i+1, r.Seq)
		}
	}
	return rows
}

// WithKey returns the tenant with services for one request that has the idempotency key.
func (a *Tenant) WithKey(key, request string) (*Tenant, *idempotency.Key) {
	k := Must(idempotency.NewKey([]string{key}, request))
	keyed := *a
	keyed.Fixture = &Fixture{
		Commands: a.Commands.WithKey(k), Queries: a.Queries, Catalog: a.Catalog.WithKey(k), Changes: a.Changes,
		Hub: a.Hub, DB: a.DB, T: a.T, Passwords: a.Passwords,
	}
	return &keyed, k
}
