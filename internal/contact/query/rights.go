package query

import (
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// A viewer that may not read a field may not find contacts by it either: that would show which
// contacts have a value.

// right reports whether the viewer may look contacts up by something.
type right func(viewer.Viewer) bool

func byKey(column string) right {
	return func(v viewer.Viewer) bool { return field.CanReadKey(v, column) }
}

func byPath(path string) right { return func(v viewer.Viewer) bool { return field.CanRead(v, path) } }

// searchKinds lists the kinds of words that a search finds contacts by, with the key column that is
// derived from the same fields.
var searchKinds = []struct {
	kind searchterm.Kind
	key  string
}{
	{searchterm.KindName, entcontact.FieldNameKey}, {searchterm.KindNameSpelling, entcontact.FieldNameKey},
	{searchterm.KindEmail, entcontact.FieldEmailKey}, {searchterm.KindEmailSpelling, entcontact.FieldEmailKey},
	{searchterm.KindPhone, entcontact.FieldPhoneKey}, {searchterm.KindPhoneSpelling, entcontact.FieldPhoneKey},
}

// searchable returns the kinds of words that the viewer may search.
func searchable(v viewer.Viewer) (kinds []searchterm.Kind) {
	for _, k := range searchKinds {
		if field.CanReadKey(v, k.key) {
			kinds = append(kinds, k.kind)
		}
	}
	return kinds
}

// checkRights fails with Forbidden if the viewer may not read what a list is filtered or ordered
// by.
func checkRights(v viewer.Viewer, f Filter, o Order) error {
	if v.Rights.WriteAll() && f.Job == nil {
		return nil
	}
	for _, use := range []struct {
		of      string
		used    bool
		allowed bool
	}{
		{"the filter name", f.Name != nil, field.CanReadKey(v, entcontact.FieldNameKey)},
		{"the filter email", f.Email != nil, field.CanReadKey(v, entcontact.FieldEmailKey)},
		{"the filter phone", f.Phone != nil, field.CanReadKey(v, entcontact.FieldPhoneKey)},
		{"the filter externalId", f.ExternalID != nil, field.CanRead(v, field.PathExternalIDs)},
		{"the filter storeId", f.Store != nil, field.CanRead(v, field.PreferredStore.Path)},
		{"the filter companyId", f.Company != nil, field.CanRead(v, field.Company.Path)},
		{"the filter segmentId", f.Segment != nil, field.CanRead(v, field.PathMembership)},
		{"the filter jobId", f.Job != nil, v.Is(viewer.Agent) && v.Segment == 0},
		{"the filter search", f.Search != nil, len(searchable(v)) > 0 || field.CanRead(v, field.Company.Path) || field.CanRead(v, field.PathExternalIDs)},
		{"the order NAME", o.Field == ByName, field.CanReadKey(v, entcontact.FieldNameKey)},
	} {
		if use.used && !use.allowed {
			return usererror.Errors{usererror.NewForbidden("", "Your role may not use "+use.of+", because it may not read these fields.")}
		}
	}
	return nil
}
