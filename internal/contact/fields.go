package contact

import (
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/property"
	"contactgraph/internal/viewer"
)

// Field is one of a contact's own fields that callers write. Patching, checking, comparing, logging and the mapping of
// both doors go by it; a field is added in this file only.
type Field struct {
	Path  string // its name in errors, conflicts and the change log
	Limit int    // the most UTF-16 units that a text may have, as the documented API counts them; 0 for other types

	column string
	staff  bool // customers may send it only unchanged
	solid  bool // must not be null
	get    func(*ent.Contact) any
	set    func(*ent.Contact, any)
	parse  func(any) (any, error) // makes a value of the log the field's own
}

// The fields. Their values are string, bool, time.Time or int (an id), and nil for null.
var (
	Email            = text("email", entcontact.FieldEmail, 250, func(c *ent.Contact) **string { return &c.Email })
	PhoneCountryCode = text("phoneCountryCode", entcontact.FieldPhoneCountryCode, 10, func(c *ent.Contact) **string { return &c.PhoneCountryCode })
	Phone            = text("phone", entcontact.FieldPhone, 20, func(c *ent.Contact) **string { return &c.Phone })
	FirstName        = text("firstName", entcontact.FieldFirstName, 50, func(c *ent.Contact) **string { return &c.FirstName })
	LastName         = text("lastName", entcontact.FieldLastName, 50, func(c *ent.Contact) **string { return &c.LastName })
	LimitPermanently = &Field{
		Path: "limitMailsPermanently", column: entcontact.FieldLimitMailsPermanently, solid: true,
		get:   func(c *ent.Contact) any { return c.LimitMailsPermanently },
		set:   func(c *ent.Contact, v any) { c.LimitMailsPermanently, _ = v.(bool) },
		parse: func(v any) (any, error) { return decode[bool](v) },
	}
	LimitUntil = nullable("limitMailsTemporarilyUntil", entcontact.FieldLimitMailsTemporarilyUntil,
		func(c *ent.Contact) **time.Time { return &c.LimitMailsTemporarilyUntil })
	PreferredStore = id("preferredStoreId", entcontact.FieldPreferredStoreID,
		func(c *ent.Contact) **int { return &c.PreferredStoreID })
	Company = staffOnly(id("companyId", entcontact.FieldCompanyID,
		func(c *ent.Contact) **int { return &c.CompanyID }))
	PermissionSource = staffOnly(text("latestPermissionSource", entcontact.FieldLatestPermissionSource, 0,
		func(c *ent.Contact) **string { return &c.LatestPermissionSource }))
)

// Fields lists them in the order of the documented API, which is the order of errors and log entries too.
var Fields = []*Field{
	Email, PhoneCountryCode, Phone, FirstName, LastName, LimitPermanently, LimitUntil, PreferredStore, Company, PermissionSource,
}

// Value returns the field's value in c: nil, string, bool, time.Time or int.
func (f *Field) Value(c *ent.Contact) any { return f.get(c) }

func nullable[T any](path, column string, at func(*ent.Contact) **T) *Field {
	return &Field{
		Path: path, column: column,
		get: func(c *ent.Contact) any {
			if p := *at(c); p != nil {
				return *p
			}
			return nil
		},
		set: func(c *ent.Contact, v any) {
			*at(c) = nil
			if t, ok := v.(T); ok {
				*at(c) = &t
			}
		},
		parse: func(v any) (any, error) {
			p, err := decode[*T](v)
			if p == nil {
				return nil, err
			}
			return *p, err
		},
	}
}

func text(path, column string, limit int, at func(*ent.Contact) **string) *Field {
	f := nullable(path, column, at)
	f.Limit = limit
	return f
}

func id(path, column string, at func(*ent.Contact) **int) *Field {
	return nullable(path, column, at)
}

func staffOnly(f *Field) *Field {
	f.staff = true
	return f
}

// same compares two values of a field.
func same(a, b any) bool {
	if t, ok := a.(time.Time); ok {
		u, ok := b.(time.Time)
		return ok && t.Equal(u)
	}
	return a == b
}

// openTo reports whether v may change the field.
func (f *Field) openTo(v viewer.Viewer) bool { return !f.staff || v.Role != viewer.Customer }

// columns are all that a write may change: the fields, what is derived from them, and when it was.
var columns = append(append([]*Field{}, Fields...),
	text("", entcontact.FieldEmailKey, 0, func(c *ent.Contact) **string { return &c.EmailKey }),
	text("", entcontact.FieldPhoneKey, 0, func(c *ent.Contact) **string { return &c.PhoneKey }),
	&Field{column: entcontact.FieldNameKey, get: func(c *ent.Contact) any { return c.NameKey }},
	text("", entcontact.FieldPasswordHash, 0, func(c *ent.Contact) **string { return &c.PasswordHash }),
	&Field{column: entcontact.FieldLastModified, get: func(c *ent.Contact) any { return c.LastModified }},
)

// boundFields are the contact's own fields that a property can be another name for.
var boundFields = map[property.Bound]*Field{
	property.BoundFirstName: FirstName,
	property.BoundLastName:  LastName,
}

// BoundField returns the contact's own field that the property is another name for, nil if it has values of its own.
func BoundField(p *ent.Property) *Field {
	if p.Bound == nil {
		return nil
	}
	return boundFields[*p.Bound]
}
