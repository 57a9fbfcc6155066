package contact

import (
	"context"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// Limits of property values: UTF-16 units, and how many one property can have.
const (
	maxDescription = 250
	maxValues      = 100
	maxProperties  = 1000 // in one call
)

// PropertyPatch sets the values of one property, in order; none clears it.
type PropertyPatch struct {
	Property int
	Values   []field.Value
}

// bound is the value of a field that the property is another name for.
func (p PropertyPatch) boundValue() any {
	if len(p.Values) == 0 {
		return nil
	}
	return p.Values[0].Value
}

// properties are the account's property definitions by id.
type propertyDefinitions map[int]*ent.Property

func definitionsOf(ctx context.Context, tx *database.Tx, account int) (propertyDefinitions, error) {
	all, err := catalog.PropertiesOf(ctx, tx.Ent, account)
	defined := make(propertyDefinitions, len(all))
	for _, p := range all {
		defined[p.ID] = p
	}
	return defined, err
}

// checkProperties adds what is wrong with the patches, and returns those that are right: as fields, where they are bound to them.
func (w *unitOfWork) checkProperties(patches []PropertyPatch) (bound field.Patch, own []PropertyPatch) {
	bound = field.Patch{}
	if len(patches) > maxProperties {
		w.errs.Add(usererror.TooMany, field.PathProperties, "At most %d properties can be given at once.", maxProperties)
		return bound, nil
	}
	seen := map[int]bool{}
	for _, p := range patches {
		path := field.PropertyPath(p.Property)
		if seen[p.Property] && p.Property != 0 { // 0 stands for any id that is none
			w.errs.Add(usererror.Duplicate, path, "Property %d is given twice.", p.Property)
			continue
		}
		seen[p.Property] = true
		definition := w.definitions[p.Property]
		if definition == nil {
			w.errs.Missing(usererror.PropertyNotFound, path, "Property", p.Property)
			continue
		}
		before := len(w.errs)
		w.checkValues(path, definition, p.Values)
		switch f := field.BoundTo(definition); {
		case len(w.errs) > before:
		case f == nil:
			own = append(own, p)
		default:
			bound[f] = p.boundValue()
		}
	}
	return bound, own
}

// checkValues adds what is wrong with values for the property.
func (w *unitOfWork) checkValues(path string, p *ent.Property, values []field.Value) {
	switch {
	case !mayWriteProperty(w.viewer, p):
		w.errs.Add(usererror.ReadOnly, path, "Customers may not change %s.", p.Name)
		return
	case p.Required && !slices.ContainsFunc(values, func(v field.Value) bool { return strings.TrimSpace(v.Value) != "" }):
		w.errs.Add(usererror.Required, path, "%s must have a value.", p.Name)
	case !p.Multiple && len(values) > 1:
		w.errs.Add(usererror.TooMany, path, "%s takes one value.", p.Name)
	case len(values) > maxValues:
		w.errs.Add(usererror.TooMany, path, "%s takes at most %d values.", p.Name, maxValues)
	}
	f := field.BoundTo(p)
	for _, v := range values {
		w.errs.CheckText(path, v.Value, limitOf(f))
		if v.Description != nil {
			w.errs.CheckText(path, *v.Description, maxDescription)
		}
		if f != nil && deref(v.Description) != "" {
			w.errs.Add(usererror.Invalid, path, "%s is a field of the contact and takes no description.", p.Name)
		}
		if want := catalog.PropertyTypes[p.Kind]; !want.Fits(v.Value, p.Choices) {
			w.errs.Add(usererror.Invalid, path, "%s takes %s.", p.Name, want.Values)
		}
	}
}

func limitOf(bound *field.Field) int {
	if bound != nil {
		return bound.Limit
	}
	return catalog.MaxValue
}

// replaceValues notes the difference to what the contact has, and leaves the statements to be run once all is known to be
// right.
func (w *unitOfWork) replaceValues(ctx context.Context, patches []PropertyPatch) error {
	if len(patches) == 0 {
		return nil
	}
	had, err := w.currentProperties(ctx, propertyIDs(patches)...)
	if err != nil {
		return err
	}
	var replaced []PropertyPatch
	for _, p := range patches {
		if slices.EqualFunc(had[p.Property], p.Values, field.Value.Equal) {
			continue
		}
		replaced = append(replaced, p)
		w.fields = append(w.fields, revision.FieldChange{
			Path: field.PropertyPath(p.Property), Old: field.NonNil(had[p.Property]), New: field.NonNil(p.Values),
		})
	}
	if len(replaced) == 0 {
		return nil
	}
	w.deferred = append(w.deferred, func(ctx context.Context) error {
		if len(had) > 0 {
			_, err := w.tx.Ent.PropertyValue.Delete().Where(propertyvalue.AccountID(w.viewer.Account),
				propertyvalue.ContactID(w.next.ID), propertyvalue.PropertyIDIn(propertyIDs(replaced)...)).Exec(ctx)
			if err != nil {
				return err
			}
		}
		for rows := range slices.Chunk(newValues(w.tx, w.next.ID, replaced), maxCreate) {
			if err := w.tx.Ent.PropertyValue.CreateBulk(rows...).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// valuesNow reads the values that the contact has for the properties.
func (w *unitOfWork) currentProperties(ctx context.Context, properties ...int) (map[int][]field.Value, error) {
	if w.isNew() {
		return nil, nil
	}
	rows, err := w.tx.Ent.PropertyValue.Query().Where(propertyvalue.AccountID(w.viewer.Account),
		propertyvalue.ContactID(w.old.ID), propertyvalue.PropertyIDIn(properties...)).
		Order(propertyvalue.ByPosition()).All(ctx)
	had := map[int][]field.Value{}
	for _, r := range rows {
		had[r.PropertyID] = append(had[r.PropertyID], field.Value{Value: r.Value, Description: r.Description})
	}
	return had, err
}

func newValues(tx *database.Tx, contact int, patches []PropertyPatch) []*ent.PropertyValueCreate {
	var rows []*ent.PropertyValueCreate
	for _, p := range patches {
		for i, v := range p.Values {
			rows = append(rows, tx.Ent.PropertyValue.Create().SetContactID(contact).SetPropertyID(p.Property).
				SetPosition(i).SetValue(v.Value).SetNillableDescription(v.Description))
		}
	}
	return rows
}

func propertyIDs(patches []PropertyPatch) []int {
	all := make([]int, len(patches))
	for i, p := range patches {
		all[i] = p.Property
	}
	return all
}
