package catalog

import (
	"regexp"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
)

// identifier matches API names. Those that begin with two underscores are left to GraphQL.
var identifier = regexp.MustCompile(`^(?:[A-Za-z]|_(?:[A-Za-z0-9]|$))[A-Za-z0-9_]*$`)

// reservedAPINames are the members that bodies of the Contacts API have themselves, in lower case:
// a property with such a name could not be a member of its own.
var reservedAPINames = []string{
	"id", "secret", "registrationdatetime", "registrationsource", "registrationip", "lastmodified", "version", "registrationstoreid",
	"email", "phonecountrycode", "phone", "firstname", "lastname", "limitmailspermanently", "limitmailstemporarilyuntil",
	"preferredstoreid", "contactcompanyid", "latestpermissionsource",
	"newpassword", "profilelastupdated", "emailconfirmed", "phoneconfirmed", // of requests only
}

// IsReservedAPIName reports whether no property can have the API name, because the Contacts API has
// a member with it. It ignores case.
func IsReservedAPIName(name string) bool {
	return slices.Contains(reservedAPINames, strings.ToLower(name))
}

// checkAPIName returns what is wrong with an API name, nothing if it is nil.
func checkAPIName(name *string) (errs usererror.Errors) {
	switch {
	case name == nil:
	case storable.Length(*name) > field.MaxAPIName:
		errs.Add(usererror.TooLong, pathAPIName, "The API name must be at most %d characters long.", field.MaxAPIName)
	case !identifier.MatchString(*name):
		errs.Add(usererror.Invalid, pathAPIName,
			"The API name must consist of ASCII letters, digits and underscores, and must not begin with a digit or two underscores.")
	case IsReservedAPIName(*name):
		errs.Add(usererror.Invalid, pathAPIName, "The API name must not be the name of a member that every contact has in the Contacts API.")
	}
	return errs
}

// checkLabel returns what is wrong with a label, nothing if it is nil.
func checkLabel(label *string) (errs usererror.Errors) {
	if label == nil {
		return nil
	}
	errs.CheckText(pathLabel, "The label", *label, maxName)
	if strings.TrimSpace(*label) == "" {
		errs.Add(usererror.Empty, pathLabel, "The label must not be blank. Null removes it.")
	}
	return errs
}

// LabelOf returns what people see of a property: its label, or its name if it has none.
func LabelOf(p *ent.Property) string {
	if p.Label != nil {
		return *p.Label
	}
	return p.Name
}

// AccountFields returns those of the properties, which are ordered by id, that are members of
// contacts in the Contacts API: those with an API name. Earlier versions accepted API names that
// are reserved or differ only in case; of these, none and the first are.
func AccountFields(properties []*ent.Property) (fields []*ent.Property) {
	seen := map[string]bool{}
	for _, p := range properties {
		if p.APIName == nil {
			continue
		}
		if name := strings.ToLower(*p.APIName); !IsReservedAPIName(name) && !seen[name] {
			seen[name] = true
			fields = append(fields, p)
		}
	}
	return fields
}
