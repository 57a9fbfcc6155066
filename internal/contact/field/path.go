package field

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Paths name the parts of a contact in errors, conflicts and the change log. A field has its own in
// Field.Path, and a property "properties.7". An API name that no property has is "custom.name".
const (
	PathVersion            = "expectedVersion"
	PathMatch              = "match" // of an upsert
	PathSecret             = "secret"
	PathRegisteredAt       = "registrationDateTime"
	PathRegistrationSource = "registrationSource"
	PathRegistrationIP     = "registrationIp"
	PathRegistrationStore  = "registrationStoreId"
	PathPassword           = "password" // both of its values are always null in the log
	PathCurrentPassword    = "currentPassword"
	PathProperties         = "properties"
	PathCustom             = "custom"
	PathLogins             = "logins"
	PathExternalIDs        = "externalIds"
	PathMembership         = "membership"
)

// paths lists all paths, in the order in which errors and conflicts are reported.
var paths = slices.Concat(
	[]string{"", PathVersion, PathMatch, PathSecret, PathRegisteredAt, PathRegistrationSource, PathRegistrationIP, PathRegistrationStore},
	fieldPaths(),
	[]string{PathPassword, PathCurrentPassword, PathProperties, PathCustom},
	setPaths,
)

func fieldPaths() []string {
	all := make([]string, len(Fields))
	for i, f := range Fields {
		all[i] = f.Path
	}
	return all
}

// setPaths lists the paths of the sets that a contact has in other tables.
var setPaths = []string{PathLogins, PathExternalIDs, PathMembership}

// pathPosition returns the index of the path in paths, where all properties share one. It is -1 for
// paths of other objects, such as property definitions; sorting keeps the order of these.
func pathPosition(path string) int {
	first, _, _ := strings.Cut(path, ".")
	return slices.Index(paths, first)
}

// ComparePathKinds orders paths as errors and conflicts are reported: the whole contact, its
// version, the match, its registration, the fields as in Fields, the password, properties, logins,
// external ids, membership. All properties compare as equal.
func ComparePathKinds(a, b string) int { return cmp.Compare(pathPosition(a), pathPosition(b)) }

// ComparePaths is a total order of a contact's paths: that of ComparePathKinds, and properties by
// id.
func ComparePaths(a, b string) int {
	return cmp.Or(ComparePathKinds(a, b), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// PropertyPath returns the path of a property.
func PropertyPath(id int) string { return fmt.Sprintf("%s.%d", PathProperties, id) }

// MaxAPIName is the largest length of the API name of a property.
const MaxAPIName = 50

// CustomPath returns the path of an API name that no property has: that of all, if it is so long
// that an error should not repeat it.
func CustomPath(name string) string {
	if len(name) > MaxAPIName {
		return PathCustom
	}
	return PathCustom + "." + name
}

// PropertyID returns the id of the property that the path names, 0 for other paths.
func PropertyID(path string) int {
	id, err := strconv.Atoi(strings.TrimPrefix(path, PathProperties+"."))
	if err != nil {
		return 0
	}
	return id
}

// ByPath returns the field with this path, nil if there is none.
func ByPath(path string) *Field {
	if i := slices.IndexFunc(Fields, func(f *Field) bool { return f.Path == path }); i >= 0 {
		return Fields[i]
	}
	return nil
}

// Editable reports whether an edit can change what the path names. What a contact is registered
// with never changes.
func Editable(path string) bool {
	return ByPath(path) != nil || path == PathPassword || slices.Contains(setPaths, path) || PropertyID(path) != 0
}
