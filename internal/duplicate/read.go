package duplicate

import (
	"context"
	"regexp"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/externalid"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"

	"entgo.io/ent/dialect/sql"
)

// postcodeNames are names and API names of properties that are postcodes.
var postcodeNames = regexp.MustCompile(`(?i)^(zip|post|postal)[ _-]?(code|number)?$|^(plz|postleitzahl|postnummer)$`)

// postcodeProperties returns the properties whose names say that they are postcodes.
func postcodeProperties(ctx context.Context, c *ent.Client, account int) (ids []int, err error) {
	all, err := c.Property.Query().Where(property.AccountID(account)).Order(property.ByID()).All(ctx)
	for _, p := range all {
		if postcodeNames.MatchString(p.Name) || p.APIName != nil && postcodeNames.MatchString(*p.APIName) {
			ids = append(ids, p.ID)
		}
	}
	return ids, err
}

// persons reads what is compared of those contacts that exist.
func (w *worker) persons(ctx context.Context, ids []int) (map[int]*Person, error) {
	all := make(map[int]*Person, len(ids))
	for chunk := range slices.Chunk(ids, 1000) {
		contacts, err := w.db.Client().Contact.Query().Where(entcontact.AccountID(w.account), entcontact.IDIn(chunk...)).All(ctx)
		if err != nil {
			return nil, err
		}
		if err := w.addPersons(ctx, all, contacts); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// addPersons adds what is compared of contacts.
func (w *worker) addPersons(ctx context.Context, all map[int]*Person, contacts []*ent.Contact) error {
	if len(contacts) == 0 {
		return nil
	}
	ids := make([]int, len(contacts))
	byID := make(map[int]*ent.Contact, len(contacts))
	for i, c := range contacts {
		ids[i], byID[c.ID] = c.ID, c
	}
	// PostgreSQL finds a range by the index of the column even without statistics, and may look at
	// all rows of the account for a list.
	least, most := slices.Min(ids), slices.Max(ids)
	if w.externals {
		rows, err := w.db.Client().ExternalID.Query().Where(externalid.AccountID(w.account), externalid.ContactIDIn(ids...),
			sql.FieldGTE(externalid.FieldContactID, least), sql.FieldLTE(externalid.FieldContactID, most)).Order(externalid.ByID()).All(ctx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			byID[r.ContactID].Edges.ExternalIds = append(byID[r.ContactID].Edges.ExternalIds, r)
		}
	}
	postcodes := map[int]string{}
	if len(w.postcodes) > 0 {
		values, err := w.db.Client().PropertyValue.Query().Where(propertyvalue.AccountID(w.account), propertyvalue.ContactIDIn(ids...),
			propertyvalue.PropertyIDIn(w.postcodes...), sql.FieldGTE(propertyvalue.FieldContactID, least), sql.FieldLTE(propertyvalue.FieldContactID, most)).
			Order(propertyvalue.ByPropertyID()).All(ctx)
		if err != nil {
			return err
		}
		for _, v := range values {
			postcodes[v.ContactID] = v.Value
		}
	}
	for _, c := range contacts {
		all[c.ID] = PersonOf(c, postcodes[c.ID])
	}
	return nil
}
