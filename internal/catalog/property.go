package catalog

import (
	"context"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/predicate"
	"contactgraph/ent/property"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

const (
	pathAPIName = "apiName"
	pathLabel   = "label"
	pathChoices = "choices"
	pathBound   = "boundTo"
	maxChoices  = 500
)

// MaxValue is the largest length of a property value and of a choice, in UTF-16 units.
const MaxValue = 4000

// NewProperty is the definition of a new property. Kind, Multiple and Bound cannot be changed
// later.
type NewProperty struct {
	ID       int // 0 for the next free one
	Name     string
	APIName  *string // an identifier, by which programs read and write values; nil for none
	Label    *string // what people see; nil for the name
	Kind     property.Kind
	Multiple bool
	Required bool
	ReadOnly bool            // customers may not write values
	Choices  []string        // 1 to 500, for KindChoice only
	Bound    *property.Bound // the field that the property is an alias of; requires KindText and one value
}

// CreateProperty defines a property, for admins. It fails with NameTaken if another property has
// the name or the API name, without regard to case; with InUse if another is bound to the field;
// and with Required, Empty, TooLong, Invalid or Duplicate if a value is not valid.
func (s *Service) CreateProperty(ctx context.Context, p NewProperty) (*ent.Property, error) {
	created, err := adminWrite(ctx, s, p.check, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (*ent.Property, error) {
		errs, err := checkFree(ctx, tx, v, 0, &p.Name, p.APIName, p.Bound)
		if err == nil {
			err = errs.OrNil()
		}
		if err != nil {
			return nil, err
		}
		if err := tx.ReserveID(ctx, property.Table, p.ID); err != nil {
			return nil, err
		}
		return database.WithID(tx.Ent.Property.Create(), p.ID).SetName(p.Name).SetNameKey(normalize.Name(p.Name)).SetNillableAPIName(p.APIName).SetNillableLabel(p.Label).
			SetKind(p.Kind).SetMultiple(p.Multiple).SetRequired(p.Required).SetReadOnly(p.ReadOnly).SetChoices(p.Choices).
			SetNillableBound(p.Bound).Save(ctx)
	})
	return created, propertyTaken(err)
}

func (p NewProperty) check() usererror.Errors {
	errs := checkName(p.Name)
	errs = append(errs, checkAPIName(p.APIName)...)
	errs = append(errs, checkLabel(p.Label)...)
	if property.KindValidator(p.Kind) != nil {
		errs.Add(usererror.Invalid, "type", "The type of a property must be text, integer, number, date, datetime or choice.")
	}
	if p.Kind != property.KindChoice && len(p.Choices) > 0 {
		errs.Add(usererror.Invalid, pathChoices, messageNoChoices)
	}
	if p.Kind == property.KindChoice {
		errs = append(errs, checkChoices(p.Choices)...)
	}
	if p.Bound != nil {
		errs = append(errs, p.checkBound()...)
	}
	return errs
}

func (p NewProperty) checkBound() usererror.Errors {
	var errs usererror.Errors
	if field.ByBinding(*p.Bound) == nil {
		errs.Add(usererror.Invalid, pathBound, "A property can be an alias only of the first or last name.")
	}
	if p.Kind != property.KindText || p.Multiple {
		errs.Add(usererror.Invalid, pathBound, "A property that is an alias of a field must be of type text and have a single value.")
	}
	if p.Required || p.ReadOnly {
		errs.Add(usererror.Invalid, pathBound, messageBoundRights)
	}
	return errs
}

const (
	messageNoChoices = "Only a property of type choice can have choices."
	// The APIs also write the field itself (updateContact, the Contacts REST API), where the
	// property's definition does not apply.
	messageBoundRights = "A property that is an alias of a field cannot be required or read-only."
)

// uniqueKey is something that only one property of an account can have, and the error of a write
// that would give it to another one.
type uniqueKey struct {
	key     dberr.Key
	code    usererror.Code
	path    string
	message string
}

var (
	keyName = &uniqueKey{
		dberr.Key{Index: "property_account_id_name_key", Column: "properties.name_key"},
		usererror.NameTaken, pathName, "Another property has this name.",
	}
	keyAPIName = &uniqueKey{
		dberr.Key{Index: "property_account_id_api_name", Column: "properties.api_name"},
		usererror.NameTaken, pathAPIName, "Another property has this API name.",
	}
	keyBound = &uniqueKey{
		dberr.Key{Index: "property_account_id_bound", Column: "properties.bound"},
		usererror.InUse, pathBound, "Another property is an alias of this field.",
	}
)

// checkFree returns errors if another property than the one with the id has the name, the API name
// or the binding. What is nil is not looked up. API names that differ only in case are the same,
// which no key of the database holds: older binaries did not compare them so.
func checkFree(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int, name, apiName *string, bound *property.Bound) (usererror.Errors, error) {
	if apiName != nil {
		if err := lockAccount(ctx, tx, v); err != nil {
			return nil, err
		}
	}
	wanted := map[*uniqueKey]predicate.Property{}
	if name != nil {
		wanted[keyName] = property.NameKey(normalize.Name(*name))
	}
	if apiName != nil {
		wanted[keyAPIName] = property.APINameEqualFold(*apiName)
	}
	if bound != nil {
		wanted[keyBound] = property.BoundEQ(*bound)
	}
	var errs usererror.Errors
	for _, k := range []*uniqueKey{keyName, keyAPIName, keyBound} {
		where, ok := wanted[k]
		if !ok {
			continue
		}
		taken, err := tx.Ent.Property.Query().Where(property.AccountID(v.Account), property.IDNEQ(id), where).Exist(ctx)
		if err != nil {
			return nil, err
		}
		if taken {
			errs.Add(k.code, k.path, "%s", k.message)
		}
	}
	return errs, nil
}

// propertyTaken turns the violation of a unique key into the error of checkFree: another process
// wrote in between.
func propertyTaken(err error) error {
	for _, k := range []*uniqueKey{keyName, keyAPIName, keyBound} {
		if k.key.TakenBy(err) {
			return usererror.Errors{{Code: k.code, Path: k.path, Message: k.message}}
		}
	}
	return err
}

func checkChoices(choices []string) usererror.Errors {
	var errs usererror.Errors
	if len(choices) == 0 || len(choices) > maxChoices {
		errs.Add(usererror.Invalid, pathChoices, "A property of type choice must have 1 to %d choices.", maxChoices)
	}
	seen := map[string]bool{}
	for _, c := range choices {
		errs.CheckText(pathChoices, "A choice", c, MaxValue)
		switch {
		case strings.TrimSpace(c) == "":
			errs.Add(usererror.Required, pathChoices, "A choice must not be blank.")
		case seen[c]:
			errs.Add(usererror.Duplicate, pathChoices, "The choice %s is listed twice.", c)
		}
		seen[c] = true
	}
	return errs
}

// DeleteProperty deletes the definition of a property for which no contact has a value, for admins.
// It fails with NotFound and InUse.
func (s *Service) DeleteProperty(ctx context.Context, id int) error {
	return adminDelete(ctx, s, id, usersOfProperty, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) error {
		used, err := boundInUse(ctx, tx, v.Account, id)
		if err != nil {
			return err
		}
		if used {
			return errUsed
		}
		return requireRow("Property", id)(tx.Ent.Property.Delete().Where(property.ID(id), property.AccountID(v.Account)).Exec(ctx))
	})
}

// boundInUse reports whether the property is an alias of a field that a contact has filled. No
// foreign key protects it.
func boundInUse(ctx context.Context, tx *database.Tx, account, id int) (bool, error) {
	p, err := tx.Ent.Property.Query().Where(property.ID(id), property.AccountID(account)).Only(ctx)
	if ent.IsNotFound(err) {
		return false, nil
	}
	if err != nil || p.Bound == nil {
		return false, err
	}
	return filled(tx.Ent, p).Exist(ctx)
}
