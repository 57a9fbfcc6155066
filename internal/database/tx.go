package database

import (
	"context"
	"errors"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/revision"

	entsql "entgo.io/ent/dialect/sql"
)

// Tx is one write, as the function handed to Write sees it. It is valid until that function
// returns.
//
// Several writes share one database transaction and its commit. What they have in common, the
// compare-and-sets, the search terms and the rows of the change log, is staged here and run for all
// of them together after their functions have returned.
type Tx struct {
	// Ent reads and writes inside the transaction.
	Ent *ent.Client

	writer  *writer
	request *request
}

// Update is the compare-and-set of one contact, with the change of its search terms.
type Update struct {
	Account, Contact int
	Version          revision.Version // at which the contact was read; 0 if only its terms change
	Next             revision.Version // that it gets; 0 if it stays: the columns follow from others, which do not change
	Columns          []string         // that change, always in the same order
	Values           []any            // of the columns
	Gone, New        []Term
}

// Term is a normalized word by which a contact is found. Kind is a searchterm.Kind: name, email or
// phone.
type Term struct{ Kind, Word string }

// Contact returns the contact, nil if the account has none with this id, and locks it against every
// other write until this one is committed or rolled back. It does not check what the viewer may
// see.
func (t *Tx) Contact(ctx context.Context, account, id int) (*ent.Contact, error) {
	switch r := t.request; {
	case r.account != account:
	case r.contact == id && r.read:
		return r.found, nil
	case slices.Contains(r.contacts, id):
		return r.all[id], nil
	}
	all, err := t.writer.readContacts(ctx, account, []any{id})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// NextVersion returns the version that a contact gets by a write, given the version before, 0 if it
// is created.
func (t *Tx) NextVersion(before revision.Version) revision.Version {
	return max(before, t.writer.db.clock.versionFloor()) + 1
}

// Changes returns at most limit rows of the contact's change log after a version, in order, and
// fewer if they are too large together (see ReadFitting). It includes rows that earlier writes of
// the same transaction have appended and that are not stored yet.
func (t *Tx) Changes(ctx context.Context, account, contact int, after revision.Version, limit int) ([]*ent.Change, error) {
	rows, more, err := ReadFitting(ctx, t.Ent.Change.Query().
		Where(change.AccountID(account), change.ContactID(contact), change.VersionGT(after)).
		Order(change.ByVersion()), limit)
	if err != nil || more {
		return rows, err
	}
	for _, row := range changesOf(t.writer.earlier) {
		if row.AccountID == account && row.ContactID == contact && row.Version > after && len(rows) < limit {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// StageUpdate stages what the write does to its contact. It is run after the write's function has
// returned without an error, in statements that serve all writes of the transaction.
func (t *Tx) StageUpdate(u Update) { t.request.updates = append(t.request.updates, u) }

// AppendChange appends a row to the change log. The row is numbered and stored after the write's
// function has returned without an error; then row.Seq holds its number.
func (t *Tx) AppendChange(row *ent.Change) { t.request.log = append(t.request.log, row) }

// ReserveID keeps the database from assigning an id that the caller chose, or a lower one, to a
// later row of the table. An id of 0 stands for the next free one and reserves nothing.
func (t *Tx) ReserveID(ctx context.Context, table string, id int) error {
	if id == 0 {
		return nil
	}
	return t.writer.db.conn.Dialect.ReserveID(ctx, t.Ent, table, id)
}

// UsedIDs returns which of the ids rows of the table have, in any account.
func (t *Tx) UsedIDs(ctx context.Context, table string, ids []int) (used []int, err error) {
	b := entsql.Dialect(t.writer.db.conn.Dialect.Name())
	from, values := b.Table(table), make([]any, len(ids))
	for i, id := range ids {
		values[i] = id
	}
	query, args := b.Select(from.C("id")).From(from).Where(entsql.In(from.C("id"), values...)).Query()
	rows, err := t.Ent.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if err := entsql.ScanSlice(rows, &used); err != nil {
		return nil, err
	}
	return used, rows.Err()
}

// ForShare makes a query of Ent lock the rows that it finds: no other transaction changes them
// before this one ends. It is used as a predicate.
func (t *Tx) ForShare(s *entsql.Selector) { t.writer.db.conn.Dialect.ForShare(s) }

// ForUpdate makes a query of Ent lock the rows that it finds, for a change by this transaction. It
// is used as a predicate.
func (t *Tx) ForUpdate(s *entsql.Selector) { t.writer.db.conn.Dialect.ForUpdate(s) }
