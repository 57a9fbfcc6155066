package contact

import (
	"context"

	"contactgraph/ent/company"
	"contactgraph/ent/store"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
)

// reference is a kind of thing that a field's id names.
type reference struct {
	code   usererror.Code
	noun   string
	exists func(ctx context.Context, tx *database.Tx, account, id int) (bool, error)
}

var (
	storeReference = &reference{usererror.StoreNotFound, "Store", func(ctx context.Context, tx *database.Tx, account, id int) (bool, error) {
		return tx.Ent.Store.Query().Where(store.ID(id), store.AccountID(account)).Exist(ctx)
	}}
	companyReference = &reference{usererror.CompanyNotFound, "Company", func(ctx context.Context, tx *database.Tx, account, id int) (bool, error) {
		return tx.Ent.Company.Query().Where(company.ID(id), company.AccountID(account)).Exist(ctx)
	}}
)

// references are the objects that the ids in fields name.
var references = map[*field.Field]*reference{field.PreferredStore: storeReference, field.Company: companyReference}

// checkReference adds an error if v is the id of nothing in the account.
func (w *unitOfWork) checkReference(ctx context.Context, f *field.Field, v any) error {
	ref := references[f]
	id, ok := v.(int)
	if ref == nil || !ok {
		return nil
	}
	return w.checkExists(ctx, ref, f.Path, id)
}

func (w *unitOfWork) checkExists(ctx context.Context, ref *reference, path string, id int) error {
	ok, err := ref.exists(ctx, w.tx, w.viewer.Account, id)
	if err == nil && !ok {
		w.errs.Missing(ref.code, path, ref.noun, id)
	}
	return err
}
