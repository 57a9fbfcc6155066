package field

import (
	"contactgraph/ent"
	"contactgraph/ent/externalid"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/propertyvalue"
)

// These order what contacts have in other tables as the change log does. The contact comes first,
// as in the indexes of these tables: otherwise SQLite would read the rows of the whole account in
// the order of another index, to save sorting those of a few contacts.

// OrderValues orders by contact, property and position.
func OrderValues(q *ent.PropertyValueQuery) {
	q.Order(propertyvalue.ByContactID(), propertyvalue.ByPropertyID(), propertyvalue.ByPosition())
}

// OrderLogins orders by contact and the key of the name.
func OrderLogins(q *ent.LoginQuery) { q.Order(login.ByContactID(), login.ByNameKey()) }

// OrderExternalIDs orders by contact, system and value.
func OrderExternalIDs(q *ent.ExternalIDQuery) {
	q.Order(externalid.ByContactID(), externalid.BySystem(), externalid.ByValue())
}

// OrderSegments orders by contact and segment.
func OrderSegments(q *ent.MembershipQuery) {
	q.Order(membership.ByContactID(), membership.BySegmentID())
}
