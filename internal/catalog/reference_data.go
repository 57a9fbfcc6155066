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

// Named is a new store, company or segment. ID 0 takes the next free one; demo data and imports choose.
type Entry struct {
	ID   int
	Name string
}

// CreateStore adds a store, for admins.
func (s *Service) CreateStore(ctx context.Context, n Entry) (*ent.Store, error) {
	return stores.create(ctx, s, n)
}

// RenameStore gives the store with this id another name, for admins.
func (s *Service) RenameStore(ctx context.Context, n Entry) (*ent.Store, error) {
	return stores.change(ctx, s, n)
}

// DeleteStore removes a store that no contact refers to, for admins.
func (s *Service) DeleteStore(ctx context.Context, id int) error { return stores.delete(ctx, s, id) }

// CreateCompany adds a company, for admins.
func (s *Service) CreateCompany(ctx context.Context, n Entry) (*ent.Company, error) {
	return companies.create(ctx, s, n)
}

// RenameCompany gives the company with this id another name, for admins.
func (s *Service) RenameCompany(ctx context.Context, n Entry) (*ent.Company, error) {
	return companies.change(ctx, s, n)
}

// DeleteCompany removes a company that no contact refers to, for admins.
func (s *Service) DeleteCompany(ctx context.Context, id int) error {
	return companies.delete(ctx, s, id)
}

// CreateSegment adds a segment, for admins.
func (s *Service) CreateSegment(ctx context.Context, n Entry) (*ent.Segment, error) {
	return segments.create(ctx, s, n)
}

// RenameSegment gives the segment with this id another name, for admins.
func (s *Service) RenameSegment(ctx context.Context, n Entry) (*ent.Segment, error) {
	return segments.change(ctx, s, n)
}

// DeleteSegment removes a segment that no contact is in, for admins.
func (s *Service) DeleteSegment(ctx context.Context, id int) error {
	return segments.delete(ctx, s, id)
}

// check returns what is wrong with the name.
func (n Entry) check() usererror.Errors { return checkName(n.Name) }

func checkName(name string) usererror.Errors {
	var errs usererror.Errors
	errs.CheckText(pathName, name, maxName)
	if strings.TrimSpace(name) == "" {
		errs.Add(usererror.Required, pathName, "The name must not be blank.")
	}
	return errs
}

// manage runs an admin's write of something other than a contact.
func adminWrite[T any](ctx context.Context, s *Service, check func() usererror.Errors,
	fn func(context.Context, *database.Tx, viewer.Viewer) (T, error),
) (result T, err error) {
	v, err := authz.RequireRole(ctx, viewer.Admin)
	if err != nil {
		return result, err
	}
	if err := check().OrNil(); err != nil {
		return result, err
	}
	r := idempotency.Request{Key: s.key, Viewer: v, Now: s.now}
	return idempotency.Run(ctx, r, idempotency.JSON[T](), s.transaction, func(ctx context.Context, tx *database.Tx) (T, error) { return fn(ctx, tx, v) })
}

// remove runs an admin's deletion, and says so when contacts still refer to what was to go.
func adminDelete(ctx context.Context, s *Service, fn func(context.Context, *database.Tx, viewer.Viewer) error) error {
	nothing := func() usererror.Errors { return nil }
	_, err := adminWrite(ctx, s, nothing, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (struct{}, error) {
		return struct{}{}, fn(ctx, tx, v)
	})
	if dberr.IsForeignKey(err) {
		return usererror.Errors{errInUse()}
	}
	return err
}

// changed makes NotFound of a write that met no row.
func requireRow(noun string, id int) func(n int, err error) error {
	return func(n int, err error) error {
		if err == nil && n == 0 {
			return usererror.NewNotFound(noun, id)
		}
		return err
	}
}

// inUse is the error of a deletion that would leave contacts with a reference to nothing.
func errInUse() *usererror.Error {
	return &usererror.Error{Code: usererror.InUse, Message: "Contacts still refer to it."}
}
