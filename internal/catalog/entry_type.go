package catalog

import (
	"context"
	"maps"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/company"
	"contactgraph/ent/segment"
	"contactgraph/ent/store"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// entryType is a type of reference data: its noun for messages, its columns, and its statements.
// These use ent's builders, of which each type has its own. fill sets the columns of a statement.
type entryType[T any] struct {
	noun    string
	table   string
	columns []*Column
	timed   bool // has the time of the last write
	insert  func(ctx context.Context, tx *database.Tx, id int, fill fill) (T, error)
	update  func(ctx context.Context, tx *database.Tx, account, id int, fill fill) (int, error)
	remove  func(ctx context.Context, tx *database.Tx, account, id int) (int, error)
	find    func(ctx context.Context, c *ent.Client, account, id int) (T, error)
	// verify returns what is wrong with a write, which only the database knows. id is 0 for a new
	// object.
	verify func(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int, p Patch) (usererror.Errors, error)
	// removable fails if something other than a contact refers to the object; nil if nothing can.
	removable func(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int) error
	users     users
	number    dberr.Key // the unique key of the number
}

// fill sets the columns of a statement of ent.
type fill func(ent.Mutation) error

var stores = entryType[*ent.Store]{
	noun:    "Store",
	table:   store.Table,
	columns: []*Column{StoreName, StoreNumber, StorePhone, StoreAddress, StoreZipCode, StoreCity, StoreEmail, StoreJSONString},
	timed:   true,
	insert: func(ctx context.Context, tx *database.Tx, id int, fill fill) (*ent.Store, error) {
		create := database.WithID(tx.Ent.Store.Create(), id)
		if err := fill(create.Mutation()); err != nil {
			return nil, err
		}
		return create.Save(ctx)
	},
	update: func(ctx context.Context, tx *database.Tx, account, id int, fill fill) (int, error) {
		update := tx.Ent.Store.Update().Where(store.ID(id), store.AccountID(account))
		if err := fill(update.Mutation()); err != nil {
			return 0, err
		}
		return update.Save(ctx)
	},
	remove: func(ctx context.Context, tx *database.Tx, account, id int) (int, error) {
		return tx.Ent.Store.Delete().Where(store.ID(id), store.AccountID(account)).Exec(ctx)
	},
	find: func(ctx context.Context, c *ent.Client, account, id int) (*ent.Store, error) {
		return c.Store.Query().Where(store.ID(id), store.AccountID(account)).Only(ctx)
	},
	verify: checkStore,
	users:  usersOfStore,
	number: dberr.Key{Index: "store_account_id_number", Column: "stores.number"},
}

var companies = entryType[*ent.Company]{
	noun:    "Company",
	table:   company.Table,
	columns: []*Column{CompanyName, CompanyNumber, CompanyEmailDomains, CompanyLogo, CompanyParent, CompanyPrimaryContact},
	timed:   true,
	insert: func(ctx context.Context, tx *database.Tx, id int, fill fill) (*ent.Company, error) {
		create := database.WithID(tx.Ent.Company.Create(), id)
		if err := fill(create.Mutation()); err != nil {
			return nil, err
		}
		return create.Save(ctx)
	},
	update: func(ctx context.Context, tx *database.Tx, account, id int, fill fill) (int, error) {
		update := tx.Ent.Company.Update().Where(company.ID(id), company.AccountID(account))
		if err := fill(update.Mutation()); err != nil {
			return 0, err
		}
		return update.Save(ctx)
	},
	remove: func(ctx context.Context, tx *database.Tx, account, id int) (int, error) {
		return tx.Ent.Company.Delete().Where(company.ID(id), company.AccountID(account)).Exec(ctx)
	},
	find: func(ctx context.Context, c *ent.Client, account, id int) (*ent.Company, error) {
		return c.Company.Query().Where(company.ID(id), company.AccountID(account)).Only(ctx)
	},
	verify:    checkCompany,
	removable: checkChildless,
	users:     usersOfCompany,
	number:    dberr.Key{Index: "company_account_id_number", Column: "companies.number"},
}

var segments = entryType[*ent.Segment]{
	noun:    "Segment",
	table:   segment.Table,
	columns: []*Column{segmentName},
	insert: func(ctx context.Context, tx *database.Tx, id int, fill fill) (*ent.Segment, error) {
		create := database.WithID(tx.Ent.Segment.Create(), id)
		if err := fill(create.Mutation()); err != nil {
			return nil, err
		}
		return create.Save(ctx)
	},
	update: func(ctx context.Context, tx *database.Tx, account, id int, fill fill) (int, error) {
		update := tx.Ent.Segment.Update().Where(segment.ID(id), segment.AccountID(account))
		if err := fill(update.Mutation()); err != nil {
			return 0, err
		}
		return update.Save(ctx)
	},
	remove: func(ctx context.Context, tx *database.Tx, account, id int) (int, error) {
		return tx.Ent.Segment.Delete().Where(segment.ID(id), segment.AccountID(account)).Exec(ctx)
	},
	find: func(ctx context.Context, c *ent.Client, account, id int) (*ent.Segment, error) {
		return c.Segment.Query().Where(segment.ID(id), segment.AccountID(account)).Only(ctx)
	},
	users: usersOfSegment,
}

// create creates an object. The name is the first column.
func (k entryType[T]) create(ctx context.Context, s *Service, n Entry) (T, error) {
	set := Patch{k.columns[0]: n.Name}
	maps.Copy(set, n.Set)
	check := func() usererror.Errors { return set.check(k.columns, true) }
	created, err := adminWrite(ctx, s, check, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (row T, err error) {
		if err := k.verified(ctx, tx, v, 0, set); err != nil {
			return row, err
		}
		if err := tx.ReserveID(ctx, k.table, n.ID); err != nil {
			return row, err
		}
		return k.insert(ctx, tx, n.ID, k.fill(s, set))
	})
	return created, k.numberTaken(err)
}

func (k entryType[T]) change(ctx context.Context, s *Service, c EntryChange) (T, error) {
	check := func() usererror.Errors { return c.Set.check(k.columns, false) }
	changed, err := adminWrite(ctx, s, check, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (row T, err error) {
		if _, err := k.find(ctx, tx.Ent, v.Account, c.ID); ent.IsNotFound(err) {
			return row, usererror.NewNotFound(k.noun, c.ID)
		} else if err != nil {
			return row, err
		}
		if err := k.verified(ctx, tx, v, c.ID, c.Set); err != nil {
			return row, err
		}
		if err := requireRow(k.noun, c.ID)(k.update(ctx, tx, v.Account, c.ID, k.fill(s, c.Set))); err != nil {
			return row, err
		}
		return k.find(ctx, tx.Ent, v.Account, c.ID)
	})
	return changed, k.numberTaken(err)
}

func (k entryType[T]) verified(ctx context.Context, tx *database.Tx, v viewer.Viewer, id int, p Patch) error {
	if k.verify == nil {
		return nil
	}
	errs, err := k.verify(ctx, tx, v, id, p)
	if err != nil {
		return err
	}
	return errs.OrNil()
}

func (k entryType[T]) fill(s *Service, p Patch) fill {
	return func(m ent.Mutation) error {
		var at time.Time
		if k.timed {
			at = s.now().UTC().Truncate(time.Microsecond) // as both engines store it
		}
		return p.apply(m, k.columns, at)
	}
}

// numberTaken turns the violation of the key of numbers into the error of verify: another process
// wrote in between.
func (k entryType[T]) numberTaken(err error) error {
	if k.number.Index == "" || !k.number.TakenBy(err) {
		return err
	}
	var errs usererror.Errors
	errs.Add(usererror.NumberTaken, pathNumber, "Another %s has this number.", strings.ToLower(k.noun))
	return errs
}

func (k entryType[T]) delete(ctx context.Context, s *Service, id int) error {
	return adminDelete(ctx, s, id, k.users, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) error {
		if k.removable != nil {
			if err := k.removable(ctx, tx, v, id); err != nil {
				return err
			}
		}
		return requireRow(k.noun, id)(k.remove(ctx, tx, v.Account, id))
	})
}

// get returns an object to viewers of at least the role r. It fails with NotFound if the account
// has none with the id.
func (k entryType[T]) get(ctx context.Context, s *Service, r viewer.Role, id int) (T, error) {
	return readOne(ctx, r, k.noun, id, func(v viewer.Viewer) (T, error) { return k.find(ctx, s.db.Client(), v.Account, id) })
}
