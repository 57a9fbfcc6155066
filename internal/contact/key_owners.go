package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/externalid"
	"contactgraph/ent/login"
	"contactgraph/ent/predicate"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/viewer"
)

// owners maps the keys of each kind to the contacts that have them.
type owners map[*uniqueKey]map[string]*ent.Contact

func (o owners) put(k *uniqueKey, key string, c *ent.Contact) {
	if o[k] == nil {
		o[k] = map[string]*ent.Contact{}
	}
	o[k][key] = c
}

// ownersOf looks the owners of the keys up in the whole account, whatever the viewer may see.
func ownersOf(ctx context.Context, client *ent.Client, account int, keys map[*uniqueKey][]string) (owners, error) {
	ctx = viewer.AccountWide(ctx)
	o := owners{}
	if err := o.byColumns(ctx, client, account, keys[emailKeys], keys[phoneKeys]); err != nil {
		return nil, err
	}
	logins, err := loginOwners(ctx, client, account, keys[loginKeys])
	if err != nil {
		return nil, err
	}
	externalIDs, err := externalIDOwners(ctx, client, account, keys[externalIDKeys])
	if err != nil {
		return nil, err
	}
	return o, o.byIDs(ctx, client, account, map[*uniqueKey]map[string]int{loginKeys: logins, externalIDKeys: externalIDs})
}

// byColumns adds the owners of keys that are in columns of the contacts. For several keys, it runs
// a query for each column: for one query, SQLite would read all contacts of the account.
func (o owners) byColumns(ctx context.Context, client *ent.Client, account int, emails, phones []string) error {
	byEmail, byPhone := entcontact.EmailKeyIn(emails...), entcontact.PhoneKeyIn(phones...)
	var queries []predicate.Contact
	switch {
	case len(emails) == 1 && len(phones) == 1:
		queries = append(queries, entcontact.Or(byEmail, byPhone))
	default:
		if len(emails) > 0 {
			queries = append(queries, byEmail)
		}
		if len(phones) > 0 {
			queries = append(queries, byPhone)
		}
	}
	for _, has := range queries {
		found, err := client.Contact.Query().Where(entcontact.AccountID(account), has).All(ctx)
		if err != nil {
			return err
		}
		for _, c := range found {
			if c.EmailKey != nil {
				o.put(emailKeys, *c.EmailKey, c)
			}
			if c.PhoneKey != nil {
				o.put(phoneKeys, *c.PhoneKey, c)
			}
		}
	}
	return nil
}

// byIDs adds the owners of keys that are known by their ids.
func (o owners) byIDs(ctx context.Context, client *ent.Client, account int, ids map[*uniqueKey]map[string]int) error {
	var all []int
	for _, byKey := range ids {
		for _, id := range byKey {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return nil
	}
	found, err := client.Contact.Query().Where(entcontact.AccountID(account), entcontact.IDIn(all...)).All(ctx)
	for k, byKey := range ids {
		for key, id := range byKey {
			if i := slices.IndexFunc(found, func(c *ent.Contact) bool { return c.ID == id }); i >= 0 {
				o.put(k, key, found[i])
			}
		}
	}
	return err
}

// loginOwners returns the ids of the contacts that have the keys of logins.
func loginOwners(ctx context.Context, client *ent.Client, account int, keys []string) (map[string]int, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := client.Login.Query().Where(login.AccountID(account), login.NameKeyIn(keys...)).All(ctx)
	owner := map[string]int{}
	for _, l := range rows {
		owner[l.NameKey] = l.ContactID
	}
	return owner, err
}

// maxDisjunction is how many external ids one statement looks for: SQLite limits the depth of an
// expression.
const maxDisjunction = 400

// externalIDOwners returns the ids of the contacts that have the keys of external ids.
func externalIDOwners(ctx context.Context, client *ent.Client, account int, keys []string) (map[string]int, error) {
	owner := map[string]int{}
	for chunk := range slices.Chunk(keys, maxDisjunction) {
		rows, err := client.ExternalID.Query().Where(externalid.AccountID(account), isAnyExternalID(chunk)).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range rows {
			owner[field.ExternalID{System: e.System, Value: e.Value}.Key()] = e.ContactID
		}
	}
	return owner, nil
}

// isAnyExternalID returns the predicate of the external ids that have one of the keys.
func isAnyExternalID(keys []string) predicate.ExternalID {
	ids := make([]predicate.ExternalID, len(keys))
	for i, key := range keys {
		e := field.ExternalIDOf(key)
		ids[i] = externalid.And(externalid.System(e.System), externalid.Value(e.Value))
	}
	return externalid.Or(ids...)
}
