package field

import (
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// This file decides what a viewer may read and write of a contact that it may access. Everything
// that leaves a service passes Visible, VisibleChanges or CanRead; every write passes CanWrite.

// registrationPaths lists what a contact is registered with, and its secret: no write changes them.
// The time of the registration is not among them, because lists are ordered by it.
var registrationPaths = []string{PathSecret, PathRegistrationSource, PathRegistrationIP, PathRegistrationStore}

// Restrictable reports whether a role can limit the access to what the path names.
func Restrictable(path string) bool {
	return Editable(path) || slices.Contains(registrationPaths, path)
}

// RestrictablePaths lists the paths that are restrictable in every account: all but those of
// properties.
func RestrictablePaths() []string {
	return slices.Concat(registrationPaths, fieldPaths(), []string{PathPassword}, setPaths)
}

// CanRead reports whether the viewer may read what the path names. Passwords are never shown; to
// read theirs is to see in the change log that they were changed.
func CanRead(v viewer.Viewer, path string) bool {
	return v.Rights.To(path) >= viewer.Read || !Restrictable(path)
}

// CanWrite reports whether the viewer may write what the path names. Only staff may write some
// fields, the external ids and the segments. Of a phone number, who may not read both parts may
// write neither: the error that another contact has the number would tell the hidden part.
func CanWrite(v viewer.Viewer, path string) bool {
	if !Editable(path) {
		return false
	}
	if v.Role == viewer.Customer {
		f := ByPath(path)
		return path != PathExternalIDs && path != PathMembership && (f == nil || !f.staffOnly)
	}
	if (path == Phone.Path || path == PhoneCountryCode.Path) && !CanReadKey(v, entcontact.FieldPhoneKey) {
		return false
	}
	return v.Rights.To(path) == viewer.Write
}

// CanWriteAll reports whether nothing of a contact is hidden from the viewer, and it may write
// everything that can be written, also properties that do not exist yet.
func CanWriteAll(v viewer.Viewer) bool {
	if v.Rights.WriteAll() {
		return v.Role != viewer.Customer
	}
	others, paths, err := v.Rights.Levels()
	if err != nil || others != viewer.Write {
		return false
	}
	for path := range paths {
		if !CanRead(v, path) || Editable(path) && !CanWrite(v, path) {
			return false
		}
	}
	return true
}

// CanReadAll reports whether nothing of a contact is hidden from the viewer.
func CanReadAll(v viewer.Viewer) bool {
	if v.Rights.WriteAll() {
		return true
	}
	others, paths, err := v.Rights.Levels()
	if err != nil || others < viewer.Read {
		return false
	}
	for path := range paths {
		if !CanRead(v, path) {
			return false
		}
	}
	return true
}

// CanReadProperty reports whether the viewer may read values of the property. A property that is
// bound to a field is limited like the field as well.
func CanReadProperty(v viewer.Viewer, p *ent.Property) bool {
	f := BoundTo(p)
	return CanRead(v, PropertyPath(p.ID)) && (f == nil || CanRead(v, f.Path))
}

// CanWriteProperty reports whether the viewer may write values of the property. Customers may not
// write those that are read-only.
func CanWriteProperty(v viewer.Viewer, p *ent.Property) bool {
	if v.Role == viewer.Customer && p.ReadOnly {
		return false
	}
	f := BoundTo(p)
	return CanWrite(v, PropertyPath(p.ID)) && (f == nil || CanWrite(v, f.Path))
}

// Visible returns the contact as the viewer may see it. What it may not read is empty, as in a
// contact that never had it: null, or false or "" where there is no null.
func Visible(v viewer.Viewer, c *ent.Contact) *ent.Contact {
	if c == nil || v.Rights.WriteAll() {
		return c
	}
	seen := *c
	for _, f := range Fields {
		if !CanRead(v, f.Path) {
			f.Set(&seen, nil)
		}
	}
	hideRegistration(v, &seen)
	hideKeys(v, &seen)
	hideRelations(v, &seen)
	return &seen
}

// VisibleToAll is Visible for several contacts.
func VisibleToAll(v viewer.Viewer, contacts []*ent.Contact) []*ent.Contact {
	if v.Rights.WriteAll() {
		return contacts
	}
	seen := make([]*ent.Contact, len(contacts))
	for i, c := range contacts {
		seen[i] = Visible(v, c)
	}
	return seen
}

func hideRegistration(v viewer.Viewer, c *ent.Contact) {
	hidden := func(path string) bool { return !CanRead(v, path) }
	if hidden(PathSecret) {
		c.Secret = ""
	}
	if hidden(PathRegistrationSource) {
		c.RegistrationSource = ""
	}
	if hidden(PathRegistrationIP) {
		c.RegistrationIP = ""
	}
	if hidden(PathRegistrationStore) {
		c.RegistrationStoreID = nil
	}
}

// hideKeys clears the columns that are derived from fields that the viewer may not read.
func hideKeys(v viewer.Viewer, c *ent.Contact) {
	c.PasswordHash = nil
	if !CanReadKey(v, entcontact.FieldEmailKey) {
		c.EmailKey = nil
	}
	if !CanReadKey(v, entcontact.FieldPhoneKey) {
		c.PhoneKey = nil
	}
	if !CanReadKey(v, entcontact.FieldNameKey) {
		c.NameKey = ""
	}
}

// keySources lists the fields from which the key columns are derived.
var keySources = map[string][]*Field{
	entcontact.FieldEmailKey: {Email},
	entcontact.FieldPhoneKey: {PhoneCountryCode, Phone},
	entcontact.FieldNameKey:  {FirstName, LastName},
}

// CanReadKey reports whether the viewer may read all fields from which the key column is derived,
// and so may look contacts up and order them by it.
func CanReadKey(v viewer.Viewer, column string) bool {
	return !slices.ContainsFunc(keySources[column], func(f *Field) bool { return !CanRead(v, f.Path) })
}

// hideRelations removes what the viewer may not read of what belongs to the contact in other
// tables. Empty edges that are not nil count as loaded.
func hideRelations(v viewer.Viewer, c *ent.Contact) {
	if !CanRead(v, PathLogins) {
		c.Edges.Logins = []*ent.Login{}
	}
	if !CanRead(v, PathExternalIDs) {
		c.Edges.ExternalIds = []*ent.ExternalID{}
	}
	if !CanRead(v, PathMembership) {
		c.Edges.Memberships = []*ent.Membership{}
	}
	if c.Edges.Values == nil {
		return
	}
	values := []*ent.PropertyValue{}
	for _, p := range c.Edges.Values {
		if CanRead(v, PropertyPath(p.PropertyID)) {
			values = append(values, p)
		}
	}
	c.Edges.Values = values
}

// VisibleChanges returns the changes of fields that the viewer may read.
func VisibleChanges(v viewer.Viewer, changes []revision.FieldChange) []revision.FieldChange {
	if v.Rights.WriteAll() {
		return changes
	}
	seen := []revision.FieldChange{}
	for _, c := range changes {
		if CanRead(v, c.Path) {
			seen = append(seen, c)
		}
	}
	return seen
}
