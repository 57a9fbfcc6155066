package interchange

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
)

// member is a part of a contact that files have under one path. Its values are those of its kind,
// or nil for null.
type member struct {
	path string
	kind kind
	get  func(*Record) (value any, present bool)
	set  func(*Record, any)
	// importOnly members are read and never written.
	importOnly bool
	// nonNull members have a value wherever they are present.
	nonNull bool
}

// The paths of the members that are not among field.Fields, as in the GraphQL type Contact.
const (
	PathContactID         = "contactId"
	PathVersion           = "version"
	PathLastModified      = "lastModified"
	PathPasswordHash      = "passwordHash"
	PathRegistrationStore = "registrationStore"
	PathPreferredStore    = "preferredStore"
	PathCompany           = "company"
	PathSegments          = "segments"
	propertyPrefix        = field.PathProperties + "."
)

// PropertyPath returns the path of the property with this key.
func PropertyPath(key string) string { return propertyPrefix + key }

// PropertyKey returns the key of the property that the path names; ok is false for other paths.
func PropertyKey(path string) (key string, ok bool) {
	key, ok = strings.CutPrefix(path, propertyPrefix)
	return key, ok && key != ""
}

// PropertyKeys returns the keys of properties by id: the API name, or without one the name. A name
// that another property has as its API name gets the id as well.
func PropertyKeys(properties []*ent.Property) map[int]string {
	taken := map[string]bool{}
	for _, p := range properties {
		if p.APIName != nil {
			taken[strings.ToLower(*p.APIName)] = true
		}
	}
	keys := make(map[int]string, len(properties))
	for _, p := range properties {
		switch {
		case p.APIName != nil:
			keys[p.ID] = *p.APIName
		case taken[strings.ToLower(p.Name)]:
			keys[p.ID] = fmt.Sprintf("%s #%d", p.Name, p.ID)
		default:
			keys[p.ID] = p.Name
		}
	}
	return keys
}

// fieldPaths has the paths of package field of the columns that have others.
var fieldPaths = map[string]string{
	PathRegistrationStore: field.PathRegistrationStore, PathPreferredStore: field.PreferredStore.Path,
	PathCompany: field.Company.Path, PathSegments: field.PathMembership,
}

// FieldPath returns the path of package field of what is in the column, for all columns but those
// of properties. The rights of roles, errors and the change log use it.
func FieldPath(column string) string { return cmp.Or(fieldPaths[column], column) }

// Column returns the column that has what a path of package field names, for all but properties.
func Column(fieldPath string) string {
	for column, path := range fieldPaths {
		if path == fieldPath {
			return column
		}
	}
	return fieldPath
}

// members lists all but properties, in the order of a file.
var members = listMembers()

// Columns lists the paths that an export can have, except for those of properties.
var Columns = listColumns()

// membersByPath has the same as members.
var membersByPath = func() map[string]*member {
	byPath := make(map[string]*member, len(members))
	for _, m := range members {
		byPath[m.path] = m
	}
	return byPath
}()

func listColumns() (paths []string) {
	for _, m := range members {
		if !m.importOnly {
			paths = append(paths, m.path)
		}
	}
	return paths
}

func listMembers() []*member {
	all := []*member{
		plain(PathContactID, numbers, func(r *Record) *int { return &r.ContactID }),
		plain(PathVersion, versions, func(r *Record) *revision.Version { return &r.Version }),
		plain(field.PathSecret, texts, func(r *Record) *string { return &r.Secret }),
		plain(field.PathRegisteredAt, times, func(r *Record) *time.Time { return &r.RegisteredAt }),
		pointer(field.PathRegistrationSource, texts, func(r *Record) **string { return &r.RegistrationSource }),
		pointer(field.PathRegistrationIP, texts, func(r *Record) **string { return &r.RegistrationIP }),
		reference(PathRegistrationStore, func(r *Record) **Reference { return &r.RegistrationStore }),
		plain(PathLastModified, times, func(r *Record) *time.Time { return &r.LastModified }),
		plain(PathPasswordHash, texts, func(r *Record) *string { return &r.PasswordHash }),
	}
	all[len(all)-1].importOnly = true
	for _, f := range field.Fields {
		all = append(all, own(f))
	}
	return append(all,
		pointer(field.PathLogins, logins, func(r *Record) **[]field.Login { return &r.Logins }),
		pointer(field.PathExternalIDs, externalIDs, func(r *Record) **[]field.ExternalID { return &r.ExternalIDs }),
		pointer(PathSegments, references, func(r *Record) **[]Reference { return &r.Segments }),
	)
}

// plain is a member whose zero value stands for none.
func plain[T comparable](path string, k kind, at func(*Record) *T) *member {
	var zero T
	return &member{
		path: path, kind: k, nonNull: true,
		get: func(r *Record) (any, bool) { v := *at(r); return v, v != zero },
		set: func(r *Record, v any) { *at(r), _ = v.(T) },
	}
}

// pointer is a member that is nil if it is absent, and has no null.
func pointer[T any](path string, k kind, at func(*Record) **T) *member {
	return &member{
		path: path, kind: k, nonNull: true,
		get: func(r *Record) (any, bool) {
			if p := *at(r); p != nil {
				return *p, true
			}
			return nil, false
		},
		set: func(r *Record, v any) {
			t, _ := v.(T)
			*at(r) = &t
		},
	}
}

// reference is a member that refers to another object; NoReference is its null.
func reference(path string, at func(*Record) **Reference) *member {
	return &member{
		path: path, kind: referenceKind,
		get: func(r *Record) (any, bool) {
			switch p := *at(r); {
			case p == nil:
				return nil, false
			case *p == NoReference:
				return nil, true
			default:
				return *p, true
			}
		},
		set: func(r *Record, v any) {
			ref, _ := v.(Reference)
			*at(r) = &ref
		},
	}
}

// own is the member of one of a contact's own fields.
func own(f *field.Field) *member {
	switch f {
	case field.PreferredStore:
		return reference(PathPreferredStore, func(r *Record) **Reference { return &r.PreferredStore })
	case field.Company:
		return reference(PathCompany, func(r *Record) **Reference { return &r.Company })
	}
	return &member{
		path: f.Path, kind: kindOf(f), nonNull: f.NonNull,
		get: func(r *Record) (any, bool) { v, ok := r.Set[f]; return v, ok },
		set: func(r *Record, v any) {
			if r.Set == nil {
				r.Set = field.Patch{}
			}
			r.Set[f] = v
		},
	}
}

// kindOf returns the kind of the values of a field, which are texts unless they are listed here.
func kindOf(f *field.Field) kind {
	return cmp.Or(map[*field.Field]kind{field.LimitPermanently: booleans, field.LimitUntil: times}[f], texts)
}
