package contact

import (
	"context"
	"errors"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/company"
	"contactgraph/ent/predicate"
	"contactgraph/ent/segment"
	"contactgraph/ent/store"
	"contactgraph/internal/viewer"

	"github.com/mattn/go-sqlite3"
)

const (
	pathName = "name"
	maxName  = 250 // UTF-16 units
)

// Named is a new store, company or segment. ID 0 takes the next free one; demo data and imports choose.
type Named struct {
	ID   int
	Name string
}

// CreateStore adds a store, for admins.
func (s *Service) CreateStore(ctx context.Context, n Named) (*ent.Store, error) {
	return manage(ctx, s, n.check, func(ctx context.Context, tx *ent.Tx, _ viewer.Viewer) (*ent.Store, error) {
		create := tx.Store.Create().SetName(n.Name)
		if n.ID != 0 {
			create.SetID(n.ID)
		}
		return create.Save(ctx)
	})
}

// RenameStore gives the store with this id another name, for admins.
func (s *Service) RenameStore(ctx context.Context, n Named) (*ent.Store, error) {
	return manage(ctx, s, n.check, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) (*ent.Store, error) {
		is := []predicate.Store{store.ID(n.ID), store.AccountID(v.Account)}
		if err := changed("Store", n.ID)(tx.Store.Update().Where(is...).SetName(n.Name).Save(ctx)); err != nil {
			return nil, err
		}
		return tx.Store.Query().Where(is...).Only(ctx)
	})
}

// DeleteStore removes a store that no contact refers to, for admins.
func (s *Service) DeleteStore(ctx context.Context, id int) error {
	return remove(ctx, s, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) error {
		return changed("Store", id)(tx.Store.Delete().Where(store.ID(id), store.AccountID(v.Account)).Exec(ctx))
	})
}

// CreateCompany adds a company, for admins.
func (s *Service) CreateCompany(ctx context.Context, n Named) (*ent.Company, error) {
	return manage(ctx, s, n.check, func(ctx context.Context, tx *ent.Tx, _ viewer.Viewer) (*ent.Company, error) {
		create := tx.Company.Create().SetName(n.Name)
		if n.ID != 0 {
			create.SetID(n.ID)
		}
		return create.Save(ctx)
	})
}

// RenameCompany gives the company with this id another name, for admins.
func (s *Service) RenameCompany(ctx context.Context, n Named) (*ent.Company, error) {
	return manage(ctx, s, n.check, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) (*ent.Company, error) {
		is := []predicate.Company{company.ID(n.ID), company.AccountID(v.Account)}
		if err := changed("Company", n.ID)(tx.Company.Update().Where(is...).SetName(n.Name).Save(ctx)); err != nil {
			return nil, err
		}
		return tx.Company.Query().Where(is...).Only(ctx)
	})
}

// DeleteCompany removes a company that no contact refers to, for admins.
func (s *Service) DeleteCompany(ctx context.Context, id int) error {
	return remove(ctx, s, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) error {
		return changed("Company", id)(tx.Company.Delete().Where(company.ID(id), company.AccountID(v.Account)).Exec(ctx))
	})
}

// CreateSegment adds a segment, for admins.
func (s *Service) CreateSegment(ctx context.Context, n Named) (*ent.Segment, error) {
	return manage(ctx, s, n.check, func(ctx context.Context, tx *ent.Tx, _ viewer.Viewer) (*ent.Segment, error) {
		create := tx.Segment.Create().SetName(n.Name)
		if n.ID != 0 {
			create.SetID(n.ID)
		}
		return create.Save(ctx)
	})
}

// RenameSegment gives the segment with this id another name, for admins.
func (s *Service) RenameSegment(ctx context.Context, n Named) (*ent.Segment, error) {
	return manage(ctx, s, n.check, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) (*ent.Segment, error) {
		is := []predicate.Segment{segment.ID(n.ID), segment.AccountID(v.Account)}
		if err := changed("Segment", n.ID)(tx.Segment.Update().Where(is...).SetName(n.Name).Save(ctx)); err != nil {
			return nil, err
		}
		return tx.Segment.Query().Where(is...).Only(ctx)
	})
}

// DeleteSegment removes a segment that no contact is in, for admins.
func (s *Service) DeleteSegment(ctx context.Context, id int) error {
	return remove(ctx, s, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) error {
		return changed("Segment", id)(tx.Segment.Delete().Where(segment.ID(id), segment.AccountID(v.Account)).Exec(ctx))
	})
}

// check returns what is wrong with the name.
func (n Named) check() Errors { return checkName(n.Name) }

func checkName(name string) Errors {
	var errs Errors
	checkText(&errs, pathName, name, maxName)
	if strings.TrimSpace(name) == "" {
		errs.add(Required, pathName, "The name must not be blank.")
	}
	return errs
}

// manage runs an admin's write of something other than a contact.
func manage[T any](ctx context.Context, s *Service, check func() Errors,
	fn func(context.Context, *ent.Tx, viewer.Viewer) (T, error),
) (result T, err error) {
	v, err := require(ctx, viewer.Admin)
	if err != nil {
		return result, err
	}
	if err := check().orNil(); err != nil {
		return result, err
	}
	err = s.store.Write(ctx, 0, func(ctx context.Context, tx *ent.Tx) error {
		result, err = fn(ctx, tx, v)
		return err
	})
	return result, err
}

// remove runs an admin's deletion, and says so when contacts still refer to what was to go.
func remove(ctx context.Context, s *Service, fn func(context.Context, *ent.Tx, viewer.Viewer) error) error {
	nothing := func() Errors { return nil }
	_, err := manage(ctx, s, nothing, func(ctx context.Context, tx *ent.Tx, v viewer.Viewer) (struct{}, error) {
		return struct{}{}, fn(ctx, tx, v)
	})
	var sqlite sqlite3.Error
	if errors.As(err, &sqlite) && sqlite.ExtendedCode == sqlite3.ErrConstraintForeignKey {
		return Errors{{Code: InUse, Message: "Contacts still refer to it."}}
	}
	return err
}

// changed makes NotFound of a write that met no row.
func changed(noun string, id int) func(n int, err error) error {
	return func(n int, err error) error {
		if err == nil && n == 0 {
			return notFound(noun, id)
		}
		return err
	}
}
