package catalog

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/company"
	"contactgraph/ent/segment"
	"contactgraph/ent/store"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

// named is a kind of thing that has just a name: what it is called, and how one of them is kept. Its statements are ent's,
// which has a builder of its own for each.
type entryType[T any] struct {
	noun   string
	table  string
	insert func(ctx context.Context, tx *database.Tx, n Entry) (T, error)
	rename func(ctx context.Context, tx *database.Tx, account int, n Entry) (int, error)
	remove func(ctx context.Context, tx *database.Tx, account, id int) (int, error)
	find   func(ctx context.Context, c *ent.Client, account, id int) (T, error)
}

var stores = entryType[*ent.Store]{
	noun:  "Store",
	table: store.Table,
	insert: func(ctx context.Context, tx *database.Tx, n Entry) (*ent.Store, error) {
		return database.WithID(tx.Ent.Store.Create(), n.ID).SetName(n.Name).Save(ctx)
	},
	rename: func(ctx context.Context, tx *database.Tx, account int, n Entry) (int, error) {
		return tx.Ent.Store.Update().Where(store.ID(n.ID), store.AccountID(account)).SetName(n.Name).Save(ctx)
	},
	remove: func(ctx context.Context, tx *database.Tx, account, id int) (int, error) {
		return tx.Ent.Store.Delete().Where(store.ID(id), store.AccountID(account)).Exec(ctx)
	},
	find: func(ctx context.Context, c *ent.Client, account, id int) (*ent.Store, error) {
		return c.Store.Query().Where(store.ID(id), store.AccountID(account)).Only(ctx)
	},
}

var companies = entryType[*ent.Company]{
	noun:  "Company",
	table: company.Table,
	insert: func(ctx context.Context, tx *database.Tx, n Entry) (*ent.Company, error) {
		return database.WithID(tx.Ent.Company.Create(), n.ID).SetName(n.Name).Save(ctx)
	},
	rename: func(ctx context.Context, tx *database.Tx, account int, n Entry) (int, error) {
		return tx.Ent.Company.Update().Where(company.ID(n.ID), company.AccountID(account)).SetName(n.Name).Save(ctx)
	},
	remove: func(ctx context.Context, tx *database.Tx, account, id int) (int, error) {
		return tx.Ent.Company.Delete().Where(company.ID(id), company.AccountID(account)).Exec(ctx)
	},
	find: func(ctx context.Context, c *ent.Client, account, id int) (*ent.Company, error) {
		return c.Company.Query().Where(company.ID(id), company.AccountID(account)).Only(ctx)
	},
}

var segments = entryType[*ent.Segment]{
	noun:  "Segment",
	table: segment.Table,
	insert: func(ctx context.Context, tx *database.Tx, n Entry) (*ent.Segment, error) {
		return database.WithID(tx.Ent.Segment.Create(), n.ID).SetName(n.Name).Save(ctx)
	},
	rename: func(ctx context.Context, tx *database.Tx, account int, n Entry) (int, error) {
		return tx.Ent.Segment.Update().Where(segment.ID(n.ID), segment.AccountID(account)).SetName(n.Name).Save(ctx)
	},
	remove: func(ctx context.Context, tx *database.Tx, account, id int) (int, error) {
		return tx.Ent.Segment.Delete().Where(segment.ID(id), segment.AccountID(account)).Exec(ctx)
	},
	find: func(ctx context.Context, c *ent.Client, account, id int) (*ent.Segment, error) {
		return c.Segment.Query().Where(segment.ID(id), segment.AccountID(account)).Only(ctx)
	},
}

func (k entryType[T]) create(ctx context.Context, s *Service, n Entry) (T, error) {
	return adminWrite(ctx, s, n.check, func(ctx context.Context, tx *database.Tx, _ viewer.Viewer) (thing T, err error) {
		if err := tx.ReserveID(ctx, k.table, n.ID); err != nil {
			return thing, err
		}
		return k.insert(ctx, tx, n)
	})
}

func (k entryType[T]) change(ctx context.Context, s *Service, n Entry) (T, error) {
	return adminWrite(ctx, s, n.check, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) (thing T, err error) {
		if err := requireRow(k.noun, n.ID)(k.rename(ctx, tx, v.Account, n)); err != nil {
			return thing, err
		}
		return k.find(ctx, tx.Ent, v.Account, n.ID)
	})
}

func (k entryType[T]) delete(ctx context.Context, s *Service, id int) error {
	return adminDelete(ctx, s, func(ctx context.Context, tx *database.Tx, v viewer.Viewer) error {
		return requireRow(k.noun, id)(k.remove(ctx, tx, v.Account, id))
	})
}

// get returns one to viewers of at least the role r. It fails with NotFound if the account has none with the id.
func (k entryType[T]) get(ctx context.Context, s *Service, r viewer.Role, id int) (T, error) {
	return readOne(ctx, r, k.noun, id, func(v viewer.Viewer) (T, error) { return k.find(ctx, s.db.Client(), v.Account, id) })
}
