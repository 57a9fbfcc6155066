// Package field lists what a contact consists of: its own fields, once, in Fields, and the types
// and paths of what belongs to it in other tables. Patching, checking, comparing and the change log
// go by this list. Each API names the fields once more, in its own form (patchOf in graph/input.go,
// members in internal/rest/dto.go); tests find an omission.
//
// Start reading at Field and Fields in field.go; then path.go for the names of everything that
// errors and the change log can be about, rights.go for who may read and write it, patch.go, and
// value.go for the form of values in the change log.
package field

import (
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/property"
)

// Field is one of a contact's own fields that callers write.
type Field struct {
	Path    string // its name in errors, conflicts and the change log
	Column  string // of the table contacts
	Limit   int    // the most UTF-16 units of a text; 0 for other types and unlimited texts
	NonNull bool   // the field has no null

	// Get and Set read and write the field of a contact. A value is a string, bool, time.Time or
	// int (an id), or nil for null.
	Get func(*ent.Contact) any
	Set func(*ent.Contact, any)

	staffOnly bool                   // customers may send it only unchanged
	parse     func(any) (any, error) // returns a value of the change log in the field's type
}

// A contact's own fields. LimitPermanently and LimitUntil are its opt-out of marketing email: of
// all of it, or until a time. Only staff may change Company and PermissionSource.
var (
	Email            = textField("email", entcontact.FieldEmail, 250, func(c *ent.Contact) **string { return &c.Email })
	PhoneCountryCode = textField("phoneCountryCode", entcontact.FieldPhoneCountryCode, 10, func(c *ent.Contact) **string { return &c.PhoneCountryCode })
	Phone            = textField("phone", entcontact.FieldPhone, 20, func(c *ent.Contact) **string { return &c.Phone })
	FirstName        = textField("firstName", entcontact.FieldFirstName, 50, func(c *ent.Contact) **string { return &c.FirstName })
	LastName         = textField("lastName", entcontact.FieldLastName, 50, func(c *ent.Contact) **string { return &c.LastName })
	LimitPermanently = &Field{
		Path: "limitMailsPermanently", Column: entcontact.FieldLimitMailsPermanently, NonNull: true,
		Get:   func(c *ent.Contact) any { return c.LimitMailsPermanently },
		Set:   func(c *ent.Contact, v any) { c.LimitMailsPermanently, _ = v.(bool) },
		parse: func(v any) (any, error) { return Decode[bool](v) },
	}
	LimitUntil = nullable("limitMailsTemporarilyUntil", entcontact.FieldLimitMailsTemporarilyUntil,
		func(c *ent.Contact) **time.Time { return &c.LimitMailsTemporarilyUntil })
	PreferredStore = idField("preferredStoreId", entcontact.FieldPreferredStoreID,
		func(c *ent.Contact) **int { return &c.PreferredStoreID })
	Company = staffOnly(idField("companyId", entcontact.FieldCompanyID,
		func(c *ent.Contact) **int { return &c.CompanyID }))
	PermissionSource = staffOnly(textField("latestPermissionSource", entcontact.FieldLatestPermissionSource, 0,
		func(c *ent.Contact) **string { return &c.LatestPermissionSource }))
)

// Fields lists the fields in the order of the documented API, which is also the order of errors and
// of the change log.
var Fields = []*Field{
	Email, PhoneCountryCode, Phone, FirstName, LastName, LimitPermanently, LimitUntil, PreferredStore, Company, PermissionSource,
}

func nullable[T any](path, column string, pointer func(*ent.Contact) **T) *Field {
	return &Field{
		Path: path, Column: column,
		Get: func(c *ent.Contact) any {
			if p := *pointer(c); p != nil {
				return *p
			}
			return nil
		},
		Set: func(c *ent.Contact, v any) {
			*pointer(c) = nil
			if t, ok := v.(T); ok {
				*pointer(c) = &t
			}
		},
		parse: func(v any) (any, error) {
			p, err := Decode[*T](v)
			if p == nil {
				return nil, err
			}
			return *p, err
		},
	}
}

func textField(path, column string, limit int, pointer func(*ent.Contact) **string) *Field {
	f := nullable(path, column, pointer)
	f.Limit = limit
	return f
}

func idField(path, column string, pointer func(*ent.Contact) **int) *Field {
	return nullable(path, column, pointer)
}

func staffOnly(f *Field) *Field {
	f.staffOnly = true
	return f
}

// Same reports whether two values of a field are equal. Times are compared as instants.
func Same(a, b any) bool {
	if t, ok := a.(time.Time); ok {
		u, ok := b.(time.Time)
		return ok && t.Equal(u)
	}
	return a == b
}

// Columns lists the columns of the table contacts that a write may set: the fields, the columns
// that are derived from them, the password hash and the time of the write. The version, which every
// update raises, is not among them.
var Columns = append(append([]*Field{}, Fields...),
	textField("", entcontact.FieldEmailKey, 0, func(c *ent.Contact) **string { return &c.EmailKey }),
	textField("", entcontact.FieldPhoneKey, 0, func(c *ent.Contact) **string { return &c.PhoneKey }),
	&Field{Column: entcontact.FieldNameKey, Get: func(c *ent.Contact) any { return c.NameKey }},
	textField("", entcontact.FieldPasswordHash, 0, func(c *ent.Contact) **string { return &c.PasswordHash }),
	&Field{Column: entcontact.FieldLastModified, Get: func(c *ent.Contact) any { return c.LastModified }},
)

// boundFields lists the fields that a property can be bound to.
var boundFields = map[property.Bound]*Field{
	property.BoundFirstName: FirstName,
	property.BoundLastName:  LastName,
}

// ByBinding returns the field that a binding names, nil if there is none.
func ByBinding(b property.Bound) *Field { return boundFields[b] }

// BoundTo returns the field that the property is an alias of, nil if it has values of its own.
func BoundTo(p *ent.Property) *Field {
	if p.Bound == nil {
		return nil
	}
	return ByBinding(*p.Bound)
}
