package catalog

import (
	"context"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/company"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/predicate"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// checkCompany returns what is wrong with a company, which only the database knows. No foreign keys
// hold the references, so it locks what they depend on.
func checkCompany(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int, p Patch) (usererror.Errors, error) {
	errs, err := p.numberTaken(CompanyNumber, "company", func(number string) (bool, error) {
		return tx.Ent.Company.Query().Where(company.AccountID(v.Account), company.Number(number), company.IDNEQ(id)).Exist(ctx)
	})
	if err != nil {
		return nil, err
	}
	if parent, ok := p.id(CompanyParent); ok {
		wrong, err := checkParent(ctx, tx, v, id, parent)
		if err != nil {
			return nil, err
		}
		errs = append(errs, wrong...)
	}
	if primary, ok := p.id(CompanyPrimaryContact); ok {
		// The viewer may see only some contacts; Exist would not lock.
		ids, err := tx.Ent.Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.ID(primary), tx.ForShare).IDs(ctx)
		if err != nil {
			return nil, err
		}
		if len(ids) == 0 {
			errs.Missing(usererror.NotFound, CompanyPrimaryContact.Path, "Contact", primary)
		}
	}
	return errs, nil
}

// checkParent returns what is wrong with the parent of a company: there are two levels. id is 0 for
// a new company.
func checkParent(ctx context.Context, tx *database.Tx, v viewer.Viewer, id, parent int) (errs usererror.Errors, err error) {
	if err := lockAccount(ctx, tx, v); err != nil {
		return nil, err
	}
	path := CompanyParent.Path
	above, err := tx.Ent.Company.Query().Where(company.AccountID(v.Account), company.ID(parent)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		errs.Missing(usererror.CompanyNotFound, path, "Company", parent)
		return errs, nil
	case err != nil:
		return nil, err
	case above.ID == id:
		errs.Add(usererror.Invalid, path, "A company cannot be its own parent.")
		return errs, nil
	case above.ParentID != nil:
		errs.Add(usererror.Invalid, path, "The parent of a company must not have a parent itself.")
	}
	has, err := hasChildren(ctx, tx, v, id)
	if has {
		errs.Add(usererror.Invalid, path, "A company that is the parent of others cannot have a parent.")
	}
	return errs, err
}

// hasChildren reports whether a company is the parent of others.
func hasChildren(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int) (bool, error) {
	if id == 0 {
		return false, nil
	}
	return tx.Ent.Company.Query().Where(company.AccountID(v.Account), company.ParentID(id)).Exist(ctx)
}

// checkChildless fails with InUse if a company that is to be deleted is the parent of others.
func checkChildless(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int) error {
	if err := lockAccount(ctx, tx, v); err != nil {
		return err
	}
	has, err := hasChildren(ctx, tx, v, id)
	if has {
		return usererror.Errors{{Code: usererror.InUse, Message: "The company is the parent of other companies."}}
	}
	return err
}

// lockAccount makes other writes that lock it wait, in all processes: those of companies with
// parents and of properties depend on rows that do not exist yet.
func lockAccount(ctx context.Context, tx *database.Tx, v viewer.Viewer) error {
	_, err := tx.Ent.Account.Query().Where(account.ID(v.Account), tx.ForUpdate).Only(viewer.NewSystemContext(ctx, v.Account))
	return err
}

// ReplaceContact makes another contact the primary contact of the companies that have one that is
// being merged into it, and returns their ids. Of given companies, only those are changed.
func ReplaceContact(ctx context.Context, tx *database.Tx, account, contact, by int, at time.Time, of ...int) ([]int, error) {
	ctx = viewer.NewSystemContext(ctx, account)
	having := []predicate.Company{company.AccountID(account), company.PrimaryContactID(contact)}
	if len(of) > 0 {
		having = append(having, company.IDIn(of...))
	}
	ids, err := tx.Ent.Company.Query().Where(having...).Order(company.ByID()).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return ids, tx.Ent.Company.Update().Where(company.AccountID(account), company.IDIn(ids...), company.PrimaryContactID(contact)).
		SetPrimaryContactID(by).SetLastModified(at).Exec(ctx)
}

// ForgetContact removes a contact that is being deleted from the companies whose primary contact it
// is. It runs after the contact is deleted, so that it sees a company that was written meanwhile.
func ForgetContact(ctx context.Context, tx *database.Tx, account, contact int, at time.Time) error {
	return tx.Ent.Company.Update().Where(company.AccountID(account), company.PrimaryContactID(contact)).
		ClearPrimaryContactID().SetLastModified(at).Exec(viewer.NewSystemContext(ctx, account))
}
