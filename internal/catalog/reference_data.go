package catalog

import (
	"context"
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

// Entry is a store, company or segment to create or rename. To create one with the next free id, ID
// is 0; the demo data chooses its own.
type Entry struct {
	ID   int
	Name string
}

// CreateStore creates a store, for admins.
func (s *Service) CreateStore(ctx context.Context, n Entry) (*ent.Store, error) {
	return stores.create(ctx, s, n)
}

// RenameStore renames the store with the id, for admins. It fails with NotFound.
func (s *Service) RenameStore(ctx context.Context, n Entry) (*ent.Store, error) {
	return stores.change(ctx, s, n)
}

// DeleteStore deletes a store, for admins. It fails with NotFound, and with InUse if contacts refer
// to it.
func (s *Service) DeleteStore(ctx context.Context, id int) error { return stores.delete(ctx, s, id) }

// CreateCompany creates a company, for admins.
func (s *Service) CreateCompany(ctx context.Context, n Entry) (*ent.Company, error) {
	return companies.create(ctx, s, n)
}

// RenameCompany renames the company with the id, for admins. It fails with NotFound.
func (s *Service) RenameCompany(ctx context.Context, n Entry) (*ent.Company, error) {
	return companies.change(ctx, s, n)
}

// DeleteCompany deletes a company, for admins. It fails with NotFound, and with InUse if contacts
// refer to it.
func (s *Service) DeleteCompany(ctx context.Context, id int) error {
	return companies.delete(ctx, s, id)
}

// CreateSegment creates a segment, for admins.
func (s *Service) CreateSegment(ctx context.Context, n Entry) (*ent.Segment, error) {
	return segments.create(ctx, s, n)
}

// RenameSegment renames the segment with the id, for admins. It fails with NotFound.
func (s *Service) RenameSegment(ctx context.Context, n Entry) (*ent.Segment, error) {
	return segments.change(ctx, s, n)
}

// DeleteSegment deletes a segment, for admins. It fails with NotFound, and with InUse if it has
// contacts.
func (s *Service) DeleteSegment(ctx context.Context, id int) error {
	return segments.delete(ctx, s, id)
}

// check returns what is wrong with the name.
func (n Entry) check() usererror.Errors { return checkName(n.Name) }

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

// adminDelete runs a deletion by an admin. It fails with InUse if contacts still refer to the
// object.
func adminDelete(ctx context.Context, s *Service, fn func(context.Context, *database.Tx, viewer.Viewer) error) error {
	noCheck := func() usererror.Errors { return nil }
	_, err := adminWrite(ctx, s, noCheck, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (struct{}, error) {
		return struct{}{}, fn(ctx, tx, v)
	})
	if dberr.IsForeignKey(err) {
		return usererror.Errors{errInUse()}
	}
	return err
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

// errInUse is the error of a deletion that would leave contacts with a dangling reference.
func errInUse() *usererror.Error {
	return &usererror.Error{Code: usererror.InUse, Message: "Contacts still use it."}
}
