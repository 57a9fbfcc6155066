package database

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/database/dialect"
)

// changeColumns are the columns of a new row of the log: all but the id, which the database
// assigns.
var changeColumns = change.Columns[1:]

// changesOf returns the log rows of the writes that succeeded, sorted by account: every batch of
// every process locks the counters of accounts in the same order.
func changesOf(batch []*request) (rows []*ent.Change) {
	for _, r := range batch {
		if r.err == nil {
			rows = append(rows, r.log...)
		}
	}
	slices.SortStableFunc(rows, func(a, b *ent.Change) int { return cmp.Compare(a.AccountID, b.AccountID) })
	return rows
}

// numberChanges returns the steps that take the next numbers of the rows' accounts, and number the
// rows. They run last, so that a counter is locked only from here to the commit, and numbers become
// visible in their order.
func (w *writer) numberChanges(rows []*ent.Change) (steps []dialect.Step) {
	for group := range chunkBy(rows, func(a, b *ent.Change) bool { return a.AccountID == b.AccountID }) {
		for _, r := range group {
			r.Seq = 0 // what it keeps if the account has no feed
		}
		statement := w.cachedStatement(statementKey{"count", "", 1}, func(b *dialect.Builder) {
			b.Write(`UPDATE "feeds" SET "seq" = "seq" + `, b.Parameter(), ` WHERE "account_id" = `, b.Parameter(), ` RETURNING "seq"`)
		})
		number := func(scan func(...any) error) error {
			var last int64
			err := scan(&last)
			for i, r := range group {
				r.Seq = last - int64(len(group)) + int64(i) + 1
			}
			return err
		}
		steps = append(steps, dialect.Step{Statement: statement, Args: []any{len(group), group[0].AccountID}, Row: number})
	}
	return steps
}

// insertChanges returns the steps that insert the rows, which are numbered. Two transactions may
// both log the first version of a contact that does not exist yet, and so is not locked: the steps
// may race.
func (w *writer) insertChanges(rows []*ent.Change) (steps []dialect.Step, err error) {
	for chunk := range chunks(rows, 1) {
		args := make([]any, 0, len(chunk)*len(changeColumns))
		for _, r := range chunk {
			if r.Seq == 0 {
				return nil, fmt.Errorf("account %d has no feed", r.AccountID)
			}
			row, err := r.InsertValues()
			if err != nil {
				return nil, err
			}
			args = append(args, row...)
		}
		statement := w.cachedStatement(statementKey{"log", "", len(chunk)}, func(b *dialect.Builder) {
			b.Write(`INSERT INTO "changes" ("`, strings.Join(changeColumns, `", "`), `") `)
			b.Values(len(chunk), changeColumns)
		})
		steps = append(steps, dialect.Step{Statement: statement, Args: args, MayRace: true})
	}
	return steps, nil
}
