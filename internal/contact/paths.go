package contact

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Paths name the parts of a contact in errors, conflicts and the change log. A field has its own in
// Field.Path, and a property "properties.7".
const (
	pathVersion            = "expectedVersion"
	pathSecret             = "secret"
	pathRegisteredAt       = "registrationDateTime"
	pathRegistrationSource = "registrationSource"
	pathRegistrationIP     = "registrationIp"
	pathRegistrationStore  = "registrationStoreId"
	pathPassword           = "password" // both of its values are always null in the log
	pathCurrentPassword    = "currentPassword"
	pathProperties         = "properties"
	pathLogins             = "logins"
	pathMembership         = "membership"
)

// paths lists all paths, in the order in which errors and conflicts are reported.
var paths = slices.Concat(
	[]string{"", pathVersion, pathSecret, pathRegisteredAt, pathRegistrationSource, pathRegistrationIP, pathRegistrationStore},
	fieldPaths(),
	[]string{pathPassword, pathCurrentPassword, pathProperties, pathLogins, pathMembership},
)

func fieldPaths() []string {
	all := make([]string, len(Fields))
	for i, f := range Fields {
		all[i] = f.Path
	}
	return all
}

// position is the index of the path in paths, where properties share one. It is -1 for paths of other
// objects, such as property definitions, which so keep their order.
func pathPosition(path string) int {
	first, _, _ := strings.Cut(path, ".")
	return slices.Index(paths, first)
}

// ComparePathKinds orders paths as paths lists them; all properties compare as equal.
func comparePathKinds(a, b string) int { return cmp.Compare(pathPosition(a), pathPosition(b)) }

// ComparePaths is a total order of a contact's paths: as paths lists them, and properties by id.
func comparePaths(a, b string) int {
	return cmp.Or(comparePathKinds(a, b), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// PropertyPath returns the path of a property.
func propertyPath(id int) string { return fmt.Sprintf("%s.%d", pathProperties, id) }

// PropertyID returns the id of the property that the path names, 0 for other paths.
func propertyID(path string) int {
	id, err := strconv.Atoi(strings.TrimPrefix(path, pathProperties+"."))
	if err != nil {
		return 0
	}
	return id
}

// ByPath returns the field with this path, nil if there is none.
func fieldAt(path string) *Field {
	if i := slices.IndexFunc(Fields, func(f *Field) bool { return f.Path == path }); i >= 0 {
		return Fields[i]
	}
	return nil
}

// Editable reports whether an edit can change what the path names. What a contact is registered with
// never changes.
func writable(path string) bool {
	return fieldAt(path) != nil || path == pathPassword || path == pathLogins || path == pathMembership || propertyID(path) != 0
}
