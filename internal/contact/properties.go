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

// Limits of property values.
const (
	maxDescription = 250  // UTF-16 units
	maxValues      = 100  // of one property
	maxProperties  = 1000 // in one write
)

// PropertyPatch sets the values of one property, in order. No values clear it, unless there are
// values to add or remove.
type PropertyPatch struct {
	Property    int
	Values      []field.Value
	Add, Remove []field.Value // of a property that can have several; they are removed first, by their texts

	keepsDescriptions bool // see Custom
}

// boundValue returns the value for the field that the property is bound to.
func (p PropertyPatch) boundValue() any {
	if len(p.Values) == 0 {
		return nil
	}
	return p.Values[0].Value
}

// propertyDefinitions are the account's property definitions by id.
type propertyDefinitions map[int]*ent.Property

func definitionsOf(ctx context.Context, tx *database.Tx, account int) (propertyDefinitions, error) {
	all, err := catalog.PropertiesOf(ctx, tx.Ent, account)
	byID := make(propertyDefinitions, len(all))
	for _, p := range all {
		byID[p.ID] = p
	}
	return byID, err
}

// haveSeveral reports whether the path is that of a property that can have several values.
func (d propertyDefinitions) haveSeveral(path string) bool {
	p := d[field.PropertyID(path)]
	return p != nil && p.Multiple
}

// checkProperties adds errors for what is wrong with the properties of an edit. It returns the
// valid ones: as fields if the property is bound to one. What has invalid values that the contact
// already has is in neither: it stays.
func (w *unitOfWork) checkProperties(ctx context.Context, d Details) (bound field.Patch, own []PropertyPatch, err error) {
	bound = field.Patch{}
	custom, isObject := d.Custom.(map[string]any)
	if d.Custom != nil && !isObject {
		w.errs.Add(usererror.Invalid, field.PathCustom, "custom must be an object.")
	}
	if len(d.Properties)+len(custom) > maxProperties {
		w.errs.Add(usererror.TooMany, field.PathProperties, "At most %d properties can be set in one call.", maxProperties)
		return bound, nil, nil
	}
	patches := slices.Concat(d.Properties, w.patchesOf(custom))
	now := present{unitOfWork: w, properties: propertyIDs(patches)}
	seen := map[int]bool{}
	for _, p := range patches {
		path := field.PropertyPath(p.Property)
		if seen[p.Property] && p.Property != 0 { // the APIs use 0 for every invalid id
			w.errs.Add(usererror.Duplicate, path, "Property %d is listed twice.", p.Property)
			continue
		}
		seen[p.Property] = true
		definition := w.definitions[p.Property]
		if definition == nil {
			w.errs.Missing(usererror.PropertyNotFound, path, "Property", p.Property)
			continue
		}
		before := len(w.errs)
		w.checkValues(path, definition, p)
		switch f := field.BoundTo(definition); {
		case len(w.errs) > before:
			same, err := now.are(ctx, definition, p)
			if err != nil {
				return nil, nil, err
			}
			if same {
				w.errs = w.errs[:before]
			}
		case f == nil:
			own = append(own, p)
		default:
			bound[f] = p.boundValue()
		}
	}
	return bound, own, nil
}

// checkValues adds errors for values that are not valid for the property.
func (w *unitOfWork) checkValues(path string, p *ent.Property, patch PropertyPatch) {
	if !field.CanWriteProperty(w.viewer, p) {
		w.errs.Add(usererror.ReadOnly, path, "%s may not change %s.", nounOf(w.viewer), p.Name)
		return
	}
	switch {
	case !patch.hasElements():
		w.checkCount(path, p, patch.Values)
	case !p.Multiple:
		w.errs.Add(usererror.Invalid, path, "%s can have only one value: send that, instead of values to add and remove.", p.Name)
	}
	f := field.BoundTo(p)
	for _, v := range slices.Concat(patch.Values, patch.Add) {
		w.errs.CheckText(path, p.Name, v.Value, limitOf(f))
		if v.Description != nil {
			w.errs.CheckText(path, "A description of "+p.Name, *v.Description, maxDescription)
		}
		if f != nil && v.Value == "" && w.nullOnly {
			w.errs.Add(usererror.Empty, path, "%s must not be an empty text: send no values to clear it.", p.Name)
		}
		if f != nil && deref(v.Description) != "" {
			w.errs.Add(usererror.Invalid, path, "%s is an alias of a field of the contact and cannot have a description.", p.Name)
		}
		if want := catalog.PropertyTypes[p.Kind]; !want.Fits(v.Value, p.Choices) {
			w.errs.Add(usererror.Invalid, path, "%s must be %s.", p.Name, want.Values)
		}
	}
}

// checkCount adds an error if the property cannot have that many values.
func (w *unitOfWork) checkCount(path string, p *ent.Property, values []field.Value) {
	switch {
	case p.Required && !slices.ContainsFunc(values, func(v field.Value) bool { return strings.TrimSpace(v.Value) != "" }):
		w.errs.Add(usererror.Required, path, "%s must have a value.", p.Name)
	case !p.Multiple && len(values) > 1:
		w.errs.Add(usererror.TooMany, path, "%s can have only one value.", p.Name)
	case len(values) > maxValues:
		w.errs.Add(usererror.TooMany, path, "%s can have at most %d values.", p.Name, maxValues)
	}
}

func limitOf(bound *field.Field) int {
	if bound != nil {
		return bound.Limit
	}
	return catalog.MaxValue
}

// replaceValues records the difference to the current values, and defers the statements until
// everything is checked.
func (w *unitOfWork) replaceValues(ctx context.Context, patches []PropertyPatch) error {
	if len(patches) == 0 {
		return nil
	}
	old, err := w.currentProperties(ctx, propertyIDs(patches)...)
	if err != nil {
		return err
	}
	var replaced []PropertyPatch
	for _, p := range patches {
		if slices.EqualFunc(old[p.Property], p.Values, field.Value.Equal) {
			continue
		}
		replaced = append(replaced, p)
		w.checkCount(field.PropertyPath(p.Property), w.definitions[p.Property], p.Values) // merging has changed it
		w.fields = append(w.fields, revision.FieldChange{
			Path: field.PropertyPath(p.Property), Old: field.NonNil(old[p.Property]), New: field.NonNil(p.Values),
		})
	}
	if len(replaced) == 0 {
		return nil
	}
	w.deferred = append(w.deferred, func(ctx context.Context) error {
		if len(old) > 0 {
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

// currentProperties reads the contact's values of the properties, by property id.
func (w *unitOfWork) currentProperties(ctx context.Context, properties ...int) (map[int][]field.Value, error) {
	if w.isNew() {
		return nil, nil
	}
	rows, err := w.tx.Ent.PropertyValue.Query().Where(propertyvalue.AccountID(w.viewer.Account),
		propertyvalue.ContactID(w.old.ID), propertyvalue.PropertyIDIn(properties...)).
		Order(propertyvalue.ByPosition()).All(ctx)
	old := map[int][]field.Value{}
	for _, r := range rows {
		old[r.PropertyID] = append(old[r.PropertyID], field.Value{Value: r.Value, Description: r.Description})
	}
	return old, err
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
