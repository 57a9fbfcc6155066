package catalog

import (
	"context"
	"errors"
	"fmt"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/membership"
	"contactgraph/ent/predicate"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"

	"entgo.io/ent/dialect/sql"
)

// users returns how many contacts refer to an object. It runs outside of the transaction of the
// deletion, which other writes wait for.
type users func(ctx context.Context, c *ent.Client, account, id int) (int, error)

func usersOfStore(ctx context.Context, c *ent.Client, account, id int) (int, error) {
	return c.Contact.Query().Where(entcontact.AccountID(account),
		entcontact.Or(entcontact.PreferredStoreID(id), entcontact.RegistrationStoreID(id))).Count(ctx)
}

func usersOfCompany(ctx context.Context, c *ent.Client, account, id int) (int, error) {
	return c.Contact.Query().Where(entcontact.AccountID(account), entcontact.CompanyID(id)).Count(ctx)
}

func usersOfSegment(ctx context.Context, c *ent.Client, account, id int) (int, error) {
	return c.Membership.Query().Where(membership.AccountID(account), membership.SegmentID(id)).Count(ctx)
}

// usersOfProperty counts those that have the field, if the property is an alias of one.
func usersOfProperty(ctx context.Context, c *ent.Client, account, id int) (int, error) {
	p, err := c.Property.Query().Where(property.ID(id), property.AccountID(account)).Only(ctx)
	if ent.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if p.Bound != nil {
		return filled(c, p).Count(ctx)
	}
	return c.PropertyValue.Query().Where(propertyvalue.AccountID(account), propertyvalue.PropertyID(id)).
		Aggregate(func(s *sql.Selector) string { return sql.Count(sql.Distinct(s.C(propertyvalue.FieldContactID))) }).Int(ctx)
}

// filled selects the contacts that have the field of which the property is an alias.
func filled(c *ent.Client, p *ent.Property) *ent.ContactQuery {
	return c.Contact.Query().Where(entcontact.AccountID(p.AccountID), predicate.Contact(sql.FieldNotNull(field.BoundTo(p).Column)))
}

// errUsed makes adminDelete fail where no foreign key protects an object.
var errUsed = errors.New("in use")

// errInUse is the error of a deletion that would leave contacts with a dangling reference. n is how
// many there were a moment later.
func errInUse(n int) *usererror.Error {
	e := &usererror.Error{Code: usererror.InUse, Message: fmt.Sprintf("%d contacts still use it.", n)}
	switch n {
	case 0:
		e.Message = "Contacts still used it. Try again."
	case 1:
		e.Message = "1 contact still uses it."
	}
	return e
}
