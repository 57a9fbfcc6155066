package field

import (
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/externalid"
	"contactgraph/ent/login"
	"contactgraph/ent/predicate"

	"entgo.io/ent/dialect/sql"
)

// HasLogin returns the predicate that a contact of the account has a login with the key.
func HasLogin(account int, key string) predicate.Contact {
	return owns(login.Table, login.FieldContactID, login.AccountID(account), login.NameKey(key))
}

// HasExternalID returns the predicate that a contact of the account has the external id.
func HasExternalID(account int, id ExternalID) predicate.Contact {
	return owns(externalid.Table, externalid.FieldContactID,
		externalid.AccountID(account), externalid.System(id.System), externalid.Value(id.Value))
}

// owns returns the predicate that a contact has a row in a table that meets all conditions. With
// the predicates that ent generates for this (EXISTS), SQLite would look for a row of each contact
// of the account.
func owns[P ~func(*sql.Selector)](table, owner string, conditions ...P) predicate.Contact {
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		t := b.Table(table)
		rows := b.Select(t.C(owner)).From(t)
		for _, p := range conditions {
			p(rows)
		}
		s.Where(sql.In(s.C(entcontact.FieldID), rows))
	}
}
