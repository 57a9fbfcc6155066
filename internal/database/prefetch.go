package database

import (
	"context"

	"contactgraph/ent"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/viewer"
)

// lockContacts reads the contacts of WriteAll and locks them, in the order in which batches do.
func (w *writer) lockContacts(ctx context.Context, r *request) error {
	r.all = map[int]*ent.Contact{}
	for chunk := range chunks(r.contacts, 1) {
		ids := make([]any, len(chunk))
		for i, id := range chunk {
			ids[i] = id
		}
		found, err := w.readContacts(ctx, r.account, ids)
		if err != nil {
			return err
		}
		for _, c := range found {
			r.all[c.ID] = c
		}
	}
	return nil
}

// prefetch reads and locks the contacts that the requests are about, with one statement for those
// of an account.
func (w *writer) prefetch(ctx context.Context, batch []*request) error {
	alike := func(a, b *request) bool { return a.account == b.account && (a.contact == 0) == (b.contact == 0) }
	for group := range chunkBy(batch, alike) {
		if group[0].contact == 0 {
			continue
		}
		for chunk := range chunks(group, 1) {
			if err := w.prefetchChunk(ctx, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) prefetchChunk(ctx context.Context, batch []*request) error {
	ids := make([]any, len(batch))
	for i, r := range batch {
		ids[i] = r.contact
	}
	all, err := w.readContacts(ctx, batch[0].account, ids)
	if err != nil {
		return err
	}
	found := make(map[int]*ent.Contact, len(all))
	for _, c := range all {
		found[c.ID] = c
	}
	for _, r := range batch {
		r.read, r.found = true, found[r.contact]
	}
	return nil
}

// readContacts reads the contacts with these ids, and locks them until the transaction ends.
func (w *writer) readContacts(ctx context.Context, account int, ids []any) (found []*ent.Contact, err error) {
	statement := w.cachedStatement(statementKey{"select contacts", "", len(ids)}, func(b *dialect.Builder) {
		selectContacts(b, len(ids)).LockRows()
	})
	read := dialect.Step{Statement: statement, Args: append([]any{account}, ids...), Row: func(scan func(...any) error) error {
		c := &ent.Contact{}
		found = append(found, c)
		return scan(c.ScanTargets()...)
	}}
	err = w.driver.tx.run(ctx, []dialect.Step{read})
	return found, err
}

// accountOf is the account of the context's viewer, 0 for the server itself.
func accountOf(ctx context.Context) int {
	v, _ := viewer.FromContext(ctx)
	return v.Account
}
