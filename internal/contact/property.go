package contact

import (
	"context"
	"errors"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/predicate"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/keys"
	"contactgraph/internal/viewer"

	"github.com/mattn/go-sqlite3"
)

const (
	pathChoices = "choices"
	pathBound   = "boundTo"
	maxChoices  = 500
)

// NewProperty defines a property. Type, Multiple and Bound stay as they are for ever.
type NewProperty struct {
	ID       int // 0: the next free one
	Name     string
	Kind     property.Kind
	Multiple bool
	Required bool
	ReadOnly bool            // for customers
	Choices  []string        // of KindChoice only
	Bound    *property.Bound // another name for a field of the contact: text, with one value
}

// CreateProperty defines a property, for admins. It fails with NameTaken if another has the name, without regard to case.
func (s *Service) CreateProperty(ctx context.Context, p NewProperty) (*ent.Property, error) {
	created, err := manage(ctx, s, p.check, func(ctx context.Context, tx *ent.Tx, _ viewer.Viewer) (*ent.Property, error) {
		create := tx.Property.Create().SetName(p.Name).SetNameKey(keys.Name(p.Name)).SetKind(p.Kind).SetMultiple(p.Multiple).
			SetRequired(p.Required).SetReadOnly(p.ReadOnly).SetChoices(p.Choices).SetNillableBound(p.Bound)
		if p.ID != 0 {
			create.SetID(p.ID)
		}
		return create.Save(ctx)
	})
	return created, nameTaken(err)
}

func (p NewProperty) check() Errors {
	errs := checkName(p.Name)
	if property.KindValidator(p.Kind) != nil {
		errs.add(Invalid, "type", "The type of a property must be text, integer, number, date, datetime or choice.")
	}
	if p.Kind != property.KindChoice && len(p.Choices) > 0 {
		errs.add(Invalid, pathChoices, "Only a property of type choice has choices.")
	}
	if p.Kind == property.KindChoice {
		errs = append(errs, checkChoices(p.Choices)...)
	}
	if p.Bound != nil && (p.Kind != property.KindText || p.Multiple) {
		errs.add(Invalid, pathBound, "A property bound to a field of the contact must be text with one value.")
	}
	return errs
}

func checkChoices(choices []string) Errors {
	var errs Errors
	if len(choices) == 0 || len(choices) > maxChoices {
		errs.add(Invalid, pathChoices, "A property of type choice must have 1 to %d choices.", maxChoices)
	}
	seen := map[string]bool{}
	for _, c := range choices {
		checkText(&errs, pathChoices, c, maxValue)
		switch {
		case strings.TrimSpace(c) == "":
			errs.add(Required, pathChoices, "A choice must not be blank.")
		case seen[c]:
			errs.add(Duplicate, pathChoices, "A choice is given twice.")
		}
		seen[c] = true
	}
	return errs
}

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
	written, err := manage(ctx, s, p.check, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) (*ent.Property, error) {
		is := []predicate.Property{property.ID(p.ID), property.AccountID(v.Account)}
		old, err := tx.Property.Query().Where(is...).Only(ctx)
		if ent.IsNotFound(err) {
			return nil, notFound("Property", p.ID)
		}
		if err != nil {
			return nil, err
		}
		update := tx.Property.Update().Where(is...).SetNillableRequired(p.Required).SetNillableReadOnly(p.ReadOnly).
			SetName(old.Name) // an update without a column would run without its predicates
		if p.Name != nil {
			update.SetName(*p.Name).SetNameKey(keys.Name(*p.Name))
		}
		if p.Choices != nil {
			if err := p.checkChoices(ctx, tx, old); err != nil {
				return nil, err
			}
			update.SetChoices(p.Choices)
		}
		if err := changed("Property", p.ID)(update.Save(ctx)); err != nil {
			return nil, err
		}
		return tx.Property.Query().Where(is...).Only(ctx)
	})
	return written, nameTaken(err)
}

func (p PropertyChange) check() Errors {
	if p.Name == nil {
		return nil
	}
	return checkName(*p.Name)
}

// checkChoices returns what is wrong with new choices for the property.
func (p PropertyChange) checkChoices(ctx context.Context, tx *ent.Tx, old *ent.Property) error {
	if old.Kind != property.KindChoice {
		return Errors{{Code: Invalid, Path: pathChoices, Message: "Only a property of type choice has choices."}}
	}
	errs := checkChoices(p.Choices)
	gone := slices.DeleteFunc(slices.Clone(old.Choices), func(c string) bool { return slices.Contains(p.Choices, c) })
	used, err := tx.PropertyValue.Query().Where(propertyvalue.AccountID(old.AccountID), propertyvalue.PropertyID(p.ID),
		propertyvalue.ValueIn(gone...)).Exist(ctx)
	if err != nil {
		return err
	}
	if used {
		errs.add(InUse, pathChoices, "Contacts still have a choice that would go.")
	}
	return errs.orNil()
}

// DeleteProperty removes the definition of a property that no contact has a value for, for admins.
func (s *Service) DeleteProperty(ctx context.Context, id int) error {
	return remove(ctx, s, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) error {
		return changed("Property", id)(tx.Property.Delete().Where(property.ID(id), property.AccountID(v.Account)).Exec(ctx))
	})
}

// nameTaken makes the conflict of it when another property has the name, or is bound to the field already.
func nameTaken(err error) error {
	var sqlite sqlite3.Error
	if !errors.As(err, &sqlite) || sqlite.ExtendedCode != sqlite3.ErrConstraintUnique {
		return err
	}
	if strings.Contains(sqlite.Error(), "properties.bound") {
		return Errors{{Code: InUse, Path: pathBound, Message: "Another property is bound to this field."}}
	}
	return Errors{{Code: NameTaken, Path: pathName, Message: "Another property has this name."}}
}
