package catalog

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/predicate"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// PropertyChange changes a definition. What is nil stays.
type PropertyChange struct {
	ID       int
	Name     *string
	APIName  **string // nil removes it
	Label    **string // nil removes it
	Required *bool
	ReadOnly *bool
	Choices  []string // an empty list is invalid
}

// ChangeProperty changes a definition, for admins. It fails with
//
//   - NotFound if the account has no such property;
//   - Required, TooLong, Invalid or NameTaken for the name and the API name;
//   - Empty, TooLong or Invalid for the label;
//   - Invalid if a bound property would become required or read-only;
//   - Invalid, Required, TooLong or Duplicate for the choices, and InUse if a contact has one that
//     would be removed.
func (s *Service) ChangeProperty(ctx context.Context, p PropertyChange) (*ent.Property, error) {
	noCheck := func() usererror.Errors { return nil } // the check needs the current definition
	written, err := adminWrite(ctx, s, noCheck, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (*ent.Property, error) {
		match := []predicate.Property{property.ID(p.ID), property.AccountID(v.Account)}
		old, err := tx.Ent.Property.Query().Where(match...).Only(ctx)
		if ent.IsNotFound(err) {
			return nil, usererror.NewNotFound("Property", p.ID)
		}
		if err != nil {
			return nil, err
		}
		errs, err := p.check(ctx, tx, v, old)
		if err == nil {
			err = errs.OrNil()
		}
		if err != nil {
			return nil, err
		}
		if _, err := p.update(tx, old).Where(match...).Save(ctx); err != nil {
			return nil, err
		}
		return tx.Ent.Property.Query().Where(match...).Only(ctx)
	})
	return written, propertyTaken(err)
}

// update returns the statement that sets what p changes.
func (p PropertyChange) update(tx *database.Tx, old *ent.Property) *ent.PropertyUpdate {
	name := old.Name // always set: ent runs an update without columns without its predicates
	if p.Name != nil {
		name = *p.Name
	}
	update := tx.Ent.Property.Update().SetName(name).SetNameKey(normalize.Name(name)).
		SetNillableRequired(p.Required).SetNillableReadOnly(p.ReadOnly)
	if p.Choices != nil {
		update.SetChoices(p.Choices)
	}
	switch {
	case p.APIName == nil:
	case *p.APIName == nil:
		update.ClearAPIName()
	default:
		update.SetAPIName(**p.APIName)
	}
	switch {
	case p.Label == nil:
	case *p.Label == nil:
		update.ClearLabel()
	default:
		update.SetLabel(**p.Label)
	}
	return update
}

// check returns what is wrong with the change of the property.
func (p PropertyChange) check(ctx context.Context, tx *database.Tx, v viewer.Viewer, old *ent.Property) (usererror.Errors, error) {
	var errs usererror.Errors
	lookedUp, apiName := p.Name, (*string)(nil)
	if p.Name != nil {
		if errs = checkName(*p.Name); len(errs) > 0 {
			lookedUp = nil // PostgreSQL cannot compare with every text
		}
	}
	if p.APIName != nil {
		wrong := checkAPIName(*p.APIName)
		if errs = append(errs, wrong...); len(wrong) == 0 {
			apiName = *p.APIName
		}
	}
	if p.Label != nil {
		errs = append(errs, checkLabel(*p.Label)...)
	}
	free, err := checkFree(ctx, tx, v, p.ID, lookedUp, apiName, nil)
	if err != nil {
		return nil, err
	}
	errs = append(errs, free...)
	isTrue := func(b *bool) bool { return b != nil && *b }
	if old.Bound != nil && (isTrue(p.Required) || isTrue(p.ReadOnly)) {
		errs.Add(usererror.Invalid, pathBound, messageBoundRights)
	}
	if p.Choices == nil {
		return errs, nil
	}
	if old.Kind != property.KindChoice {
		errs.Add(usererror.Invalid, pathChoices, messageNoChoices)
		return errs, nil
	}
	errs = append(errs, checkChoices(p.Choices)...)
	used, err := choicesInUse(ctx, tx, old, p.Choices)
	if used {
		errs.Add(usererror.InUse, pathChoices, "Contacts still have a choice that would be removed.")
	}
	return errs, err
}

// choicesInUse reports whether contacts have a choice of the property that is not among the
// remaining ones.
func choicesInUse(ctx context.Context, tx *database.Tx, p *ent.Property, remaining []string) (bool, error) {
	removed := slices.DeleteFunc(slices.Clone(p.Choices), func(c string) bool { return slices.Contains(remaining, c) })
	if len(removed) == 0 {
		return false, nil
	}
	return tx.Ent.PropertyValue.Query().Where(propertyvalue.AccountID(p.AccountID), propertyvalue.PropertyID(p.ID),
		propertyvalue.ValueIn(removed...)).Exist(ctx)
}
