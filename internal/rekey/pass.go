package rekey

import (
	"context"
	"errors"
	"slices"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/derivation"
	"contactgraph/ent/login"
	"contactgraph/ent/predicate"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
)

// batchSize is how many contacts are computed in one transaction. It locks them, and on SQLite all
// writes wait for it.
const batchSize = 200

// all computes the next batch of all contacts, in the order of their ids, and returns the state
// after it.
func (r *run) all(ctx context.Context, st *ent.Derivation) (*ent.Derivation, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	page, err := r.page(ctx, *st.Done)
	if err != nil {
		return nil, err
	}
	done := 0
	if len(page) == batchSize {
		done = page[len(page)-1].ID
	}
	err = r.recompute(ctx, st, page, func(ctx context.Context, tx *database.Tx) error { return r.advance(ctx, tx, done) })
	if err != nil && !errors.Is(err, errMoved) {
		return nil, err
	}
	return r.db.Client().Derivation.Query().Where(derivation.AccountID(r.account)).Only(ctx)
}

// page returns the contacts after an id that meet the conditions.
func (r *run) page(ctx context.Context, after int, conditions ...predicate.Contact) ([]*ent.Contact, error) {
	return r.db.Client().Contact.Query().Where(entcontact.AccountID(r.account), entcontact.IDGT(after)).Where(conditions...).
		Order(entcontact.ByID()).Limit(batchSize).All(ctx)
}

// modified returns the pass through the contacts that were modified since the last run began and
// until a time: this program has computed those that are modified later. It looks at each contact
// once, however often others write it meanwhile: the next run looks at what is written after this
// one has begun.
func (r *run) modified(since, until time.Time) func(context.Context, *ent.Derivation) error {
	return func(ctx context.Context, st *ent.Derivation) error {
		ids, err := r.db.Client().Contact.Query().
			Where(entcontact.AccountID(r.account), entcontact.LastModifiedGTE(since), entcontact.LastModifiedLT(until)).
			Order(entcontact.ByID()).IDs(ctx)
		if err != nil {
			return err
		}
		return r.some(ctx, st, ids)
	}
}

// keyless is the pass through the contacts that have a text without a key.
func (r *run) keyless(ctx context.Context, st *ent.Derivation) error {
	for _, k := range keyColumns {
		for after, more := 0, true; more; {
			page, err := r.page(ctx, after, k.keyless)
			if err == nil {
				err = r.recomputeIfCurrent(ctx, st, page)
			}
			if err != nil {
				return err
			}
			if more = len(page) == batchSize; more {
				after = page[len(page)-1].ID
			}
		}
	}
	return nil
}

// hidden is the pass through the contacts with a login that has a hidden key.
func (r *run) hidden(ctx context.Context, st *ent.Derivation) error {
	rows, err := hiddenLogins(ctx, r.db.Client(), r.account)
	if err != nil {
		return err
	}
	var ids []int
	for _, l := range rows {
		ids = append(ids, l.ContactID)
	}
	slices.Sort(ids)
	return r.some(ctx, st, slices.Compact(ids))
}

// some computes the contacts with these ids, which are in order.
func (r *run) some(ctx context.Context, st *ent.Derivation, ids []int) error {
	for chunk := range slices.Chunk(ids, batchSize) {
		page, err := r.page(ctx, 0, entcontact.IDIn(chunk...))
		if err == nil {
			err = r.recomputeIfCurrent(ctx, st, page)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hiddenLogins returns the logins of the account that have a hidden key.
func hiddenLogins(ctx context.Context, c *ent.Client, account int) ([]*ent.Login, error) {
	return c.Login.Query().Where(login.AccountID(account), login.NameKeyGTE(field.HiddenKeys), login.NameKeyLT(field.HiddenKeys+"\U0010ffff")).
		Order(login.ByID()).All(ctx)
}

// recomputeIfCurrent computes contacts, unless the country has changed: then the run that follows
// computes all of them.
func (r *run) recomputeIfCurrent(ctx context.Context, st *ent.Derivation, page []*ent.Contact) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	err := r.recompute(ctx, st, page, func(context.Context, *database.Tx) error { return nil })
	if errors.Is(err, errMoved) {
		return nil
	}
	return err
}
