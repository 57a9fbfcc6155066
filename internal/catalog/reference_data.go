package catalog

import (
	"context"
	"errors"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

const (
	pathName = "name"
	maxName  = 250 // UTF-16 units
)

// Entry is a store, company or segment to create. Its ID is 0 for the next free one; the demo data
// chooses its own.
type Entry struct {
	ID   int
	Name string
	Set  Patch // the other columns
}

// EntryChange is a change of a store or company.
type EntryChange struct {
	ID  int
	Set Patch
}

// CreateStore creates a store, for admins. It fails with NumberTaken if another one has the number,
// and with Empty for a blank text where nil clears the column.
func (s *Service) CreateStore(ctx context.Context, n Entry) (*ent.Store, error) {
	return stores.create(ctx, s, n)
}

// ChangeStore changes the store with the id, for admins. It fails as CreateStore does, and with
// NotFound.
func (s *Service) ChangeStore(ctx context.Context, c EntryChange) (*ent.Store, error) {
	return stores.change(ctx, s, c)
}

// DeleteStore deletes a store, for admins. It fails with NotFound, and with InUse if contacts refer
// to it.
func (s *Service) DeleteStore(ctx context.Context, id int) error { return stores.delete(ctx, s, id) }

// CreateCompany creates a company, for admins. It fails with NumberTaken and Empty as CreateStore
// does, with CompanyNotFound and Invalid for its parent, which must exist and have no parent
// itself, and with NotFound, at the path of the column, if the primary contact does not exist.
func (s *Service) CreateCompany(ctx context.Context, n Entry) (*ent.Company, error) {
	return companies.create(ctx, s, n)
}

// ChangeCompany changes the company with the id, for admins. It fails as CreateCompany does, with
// NotFound, and with Invalid if a company that is the parent of others would get a parent.
func (s *Service) ChangeCompany(ctx context.Context, c EntryChange) (*ent.Company, error) {
	return companies.change(ctx, s, c)
}

// DeleteCompany deletes a company, for admins. It fails with NotFound, and with InUse if contacts
// or other companies refer to it.
func (s *Service) DeleteCompany(ctx context.Context, id int) error {
	return companies.delete(ctx, s, id)
}

// CreateSegment creates a segment, for admins.
func (s *Service) CreateSegment(ctx context.Context, n Entry) (*ent.Segment, error) {
	return segments.create(ctx, s, n)
}

// RenameSegment renames the segment with the id, for admins. It fails with NotFound.
func (s *Service) RenameSegment(ctx context.Context, n Entry) (*ent.Segment, error) {
	return segments.change(ctx, s, EntryChange{n.ID, Patch{segmentName: n.Name}})
}

// DeleteSegment deletes a segment, for admins. It fails with NotFound, and with InUse if it has
// contacts.
func (s *Service) DeleteSegment(ctx context.Context, id int) error {
	return segments.delete(ctx, s, id)
}

func checkName(name string) usererror.Errors {
	var errs usererror.Errors
	errs.CheckText(pathName, "The name", name, maxName)
	if strings.TrimSpace(name) == "" {
		errs.Add(usererror.Required, pathName, "The name must not be blank.")
	}
	return errs
}

// adminWrite runs a write of an admin. check returns what is wrong without the database.
func adminWrite[T any](ctx context.Context, s *Service, check func() usererror.Errors,
	fn func(context.Context, *database.Tx, viewer.Viewer) (T, error),
) (result T, err error) {
	v, err := authz.ToWrite(authz.RequireRole(ctx, viewer.Admin))
	if err != nil {
		return result, err
	}
	if err := check().OrNil(); err != nil {
		return result, err
	}
	r := idempotency.Request{Key: s.key, Viewer: v, Now: s.now}
	return idempotency.Run(ctx, r, idempotency.JSON[T](), s.transaction, func(ctx context.Context, tx *database.Tx) (T, error) { return fn(ctx, tx, v) })
}

// adminDelete runs a deletion by an admin. It fails with InUse, and the number of contacts, if
// contacts still refer to the object.
func adminDelete(ctx context.Context, s *Service, id int, u users, fn func(context.Context, *database.Tx, viewer.Viewer) error) error {
	noCheck := func() usererror.Errors { return nil }
	_, err := adminWrite(ctx, s, noCheck, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (struct{}, error) {
		return struct{}{}, fn(ctx, tx, v)
	})
	if !dberr.IsForeignKey(err) && !errors.Is(err, errUsed) {
		return err
	}
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return err
	}
	n, err := u(ctx, s.db.Client(), v.Account, id)
	if err != nil {
		return err
	}
	return usererror.Errors{errInUse(n)}
}

// requireRow returns a function that fails with NotFound if a statement has affected no row.
func requireRow(noun string, id int) func(n int, err error) error {
	return func(n int, err error) error {
		if err == nil && n == 0 {
			return usererror.NewNotFound(noun, id)
		}
		return err
	}
}
