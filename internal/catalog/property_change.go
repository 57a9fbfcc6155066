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

// PropertyChange is a write of a definition; what is nil stays.
type PropertyChange struct {
	ID       int
	Name     *string
	Required *bool
	ReadOnly *bool
	Choices  []string // an empty list is refused
}

// ChangeProperty changes a definition, for admins. A choice that contacts have cannot be taken away.
func (s *Service) ChangeProperty(ctx context.Context, p PropertyChange) (*ent.Property, error) {
	nothing := func() usererror.Errors { return nil } // it depends on what the property is like
	written, err := adminWrite(ctx, s, nothing, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (*ent.Property, error) {
		is := []predicate.Property{property.ID(p.ID), property.AccountID(v.Account)}
		old, err := tx.Ent.Property.Query().Where(is...).Only(ctx)
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
		if _, err := p.update(tx, old).Where(is...).Save(ctx); err != nil {
			return nil, err
		}
		return tx.Ent.Property.Query().Where(is...).Only(ctx)
	})
	return written, propertyTaken(err)
}

// update sets what p changes.
func (p PropertyChange) update(tx *database.Tx, old *ent.Property) *ent.PropertyUpdate {
	name := old.Name // set always: an update without a column would run without its predicates
	if p.Name != nil {
		name = *p.Name
	}
	update := tx.Ent.Property.Update().SetName(name).SetNameKey(normalize.Name(name)).
		SetNillableRequired(p.Required).SetNillableReadOnly(p.ReadOnly)
	if p.Choices != nil {
		update.SetChoices(p.Choices)
	}
	return update
}

// check returns what is wrong with the change for the property as it is.
func (p PropertyChange) check(ctx context.Context, tx *database.Tx, v viewer.Viewer, old *ent.Property) (usererror.Errors, error) {
	var errs usererror.Errors
	if p.Name != nil {
		errs = checkName(*p.Name)
	}
	free, err := checkFree(ctx, tx, v, p.ID, p.Name, nil)
	if err != nil {
		return nil, err
	}
	errs = append(errs, free...)
	wants := func(right *bool) bool { return right != nil && *right }
	if old.Bound != nil && (wants(p.Required) || wants(p.ReadOnly)) {
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
		errs.Add(usererror.InUse, pathChoices, "Contacts still have a choice that would go.")
	}
	return errs, err
}

// choicesInUse reports whether contacts have a choice of the property that is not among those left.
func choicesInUse(ctx context.Context, tx *database.Tx, p *ent.Property, left []string) (bool, error) {
	gone := slices.DeleteFunc(slices.Clone(p.Choices), func(c string) bool { return slices.Contains(left, c) })
	if len(gone) == 0 {
		return false, nil
	}
	return tx.Ent.PropertyValue.Query().Where(propertyvalue.AccountID(p.AccountID), propertyvalue.PropertyID(p.ID),
		propertyvalue.ValueIn(gone...)).Exist(ctx)
}
