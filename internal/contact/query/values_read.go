package query

import (
	"context"
	"maps"
	"slices"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/predicate"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// ownedValue is a value that a search reads: the key of a login, or a value of a property.
type ownedValue struct {
	Contact int
	Text    string
}

// normal returns the normal form by which values of the source are compared.
func (v ownedValue) normal(from source) string {
	if from == loginsSource {
		return v.Text
	}
	return normalize.Name(v.Text)
}

// read reads the values of a source, at most one more than the budget allows. If the set is small,
// it reads only those of its contacts. The statements are not limited to what the viewer sees,
// which would have to be looked up for each value; the set is.
func (r *valueSearch) read(ctx context.Context, from source, matchers []matcher, among ids) ([]ownedValue, error) {
	var owners []int // nil for all
	if among != nil && len(among) <= maxCandidates {
		owners = slices.Sorted(maps.Keys(among))
		if len(owners) == 0 {
			return nil, nil
		}
	}
	ctx = viewer.AccountWide(ctx)
	if from == loginsSource {
		return r.readLogins(ctx, matchers, owners)
	}
	if f := field.BoundTo(r.properties[int(from)]); f != nil {
		return r.readColumn(ctx, f.Column, owners)
	}
	q := r.db.Client().PropertyValue.Query().Where(propertyvalue.AccountID(r.viewer.Account), propertyvalue.PropertyID(int(from))).Limit(r.budget + 1)
	if owners != nil {
		q.Where(propertyvalue.ContactIDIn(owners...))
	}
	var rows []struct {
		ContactID int    `json:"contact_id"`
		Value     string `json:"value"`
	}
	err := q.Select(propertyvalue.FieldContactID, propertyvalue.FieldValue).Scan(ctx, &rows)
	values := make([]ownedValue, len(rows))
	for i, row := range rows {
		values[i] = ownedValue{row.ContactID, row.Value}
	}
	return values, err
}

// readLogins reads the logins that the matchers may accept: those that an index finds, if it can.
func (r *valueSearch) readLogins(ctx context.Context, matchers []matcher, owners []int) ([]ownedValue, error) {
	q := r.db.Client().Login.Query().Where(login.AccountID(r.viewer.Account)).Limit(r.budget + 1)
	if owners != nil {
		q.Where(login.ContactIDIn(owners...))
	}
	if !slices.ContainsFunc(matchers, func(m matcher) bool { return !m.indexed() }) {
		var names []predicate.Login
		for _, m := range matchers {
			if m.place == Entire {
				names = append(names, login.NameKey(m.text))
			} else {
				names = append(names, login.And(login.NameKeyGTE(m.text), login.NameKeyLT(afterPrefix(m.text))))
			}
		}
		q.Where(login.Or(names...))
	}
	var rows []struct {
		ContactID int    `json:"contact_id"`
		NameKey   string `json:"name_key"`
	}
	err := q.Select(login.FieldContactID, login.FieldNameKey).Scan(ctx, &rows)
	values := make([]ownedValue, len(rows))
	for i, row := range rows {
		values[i] = ownedValue{row.ContactID, row.NameKey}
	}
	return values, err
}

// readColumn reads the texts of the field to which a property is bound.
func (r *valueSearch) readColumn(ctx context.Context, column string, owners []int) ([]ownedValue, error) {
	q := r.db.Client().Contact.Query().Where(entcontact.AccountID(r.viewer.Account), predicate.Contact(sql.FieldNotNull(column))).Limit(r.budget + 1)
	if owners != nil {
		q.Where(entcontact.IDIn(owners...))
	}
	var rows []struct { // the column that is not selected stays empty
		ID        int    `json:"id"`
		FirstName string `json:"first_name"`
		LastName  string `json:"last_name"`
	}
	err := q.Select(entcontact.FieldID, column).Scan(ctx, &rows)
	values := make([]ownedValue, len(rows))
	for i, row := range rows {
		values[i] = ownedValue{row.ID, row.FirstName + row.LastName}
	}
	return values, err
}
